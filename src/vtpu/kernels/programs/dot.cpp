#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram dot() {
  return {.name = "dot",
          .what = "dot product, f32",
          .source = source_of("dot"),
          .sizes = {{{"L1", {{"n", 2048}}}, {"L2", {{"n", 48 * 1024}}}, {"memory", {{"n", 8 << 20}}}}},
          .small = {{"n", 333}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 8 * value(p, "n"); },
          // All terms are positive, so the sum of magnitudes is the sum. Either side makes n roundings of the sum.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "n") + 1) * kRounding; },
          .by_hand = by_hand::dot};
}

}  // namespace vtpu::kernels::phx
