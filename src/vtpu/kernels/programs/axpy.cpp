#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram axpy() {
  return {.name = "axpy",
          .what = "y = a x + y, f32",
          .source = source_of("axpy"),
          .sizes = {{{"L1", {{"n", 2048}}}, {"L2", {{"n", 48 * 1024}}}, {"memory", {{"n", 8 << 20}}}}},
          .small = {{"n", 333}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                elements<float>(tensors, 0)[0] = 0.7F;
                fill_uniform(elements<float>(tensors, 1), random, -1, 1);
                fill_uniform(elements<float>(tensors, 2), random, 1, 2);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 12 * value(p, "n"); },
          // In every repetition one rounding against two, of magnitudes below twice the greatest y.
          .tolerance = [](const Parameters& p) { return 4 * value(p, "repeat") * kRounding; },
          .by_hand = by_hand::axpy};
}

}  // namespace vtpu::kernels::phx
