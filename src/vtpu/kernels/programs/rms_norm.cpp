#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram rms_norm() {
  return {.name = "rms_norm",
          .what = "RMS norm by rows, f32",
          .source = source_of("rms_norm"),
          .sizes = {{{"L1", {{"rows", 2}, {"n", 1024}}},
                     {"L2", {{"rows", 48}, {"n", 1024}}},
                     {"memory", {{"rows", 8192}, {"n", 1024}}}}},
          .small = {{"rows", 3}, {"n", 336}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, -1, 2);
                fill_uniform(elements<float>(tensors, 1), random, 0.5, 1.5);
              },
          .flop = [](const Parameters& p) { return 4 * matrix_elements(p); },
          .bytes = [](const Parameters& p) { return 8 * matrix_elements(p) + 4 * value(p, "n"); },
          // Either side makes n roundings of a sum of squares; the root halves the relative error. A few more follow.
          .tolerance = [](const Parameters& p) { return (value(p, "n") + 16) * kRounding; },
          .by_hand = by_hand::rms_norm};
}

}  // namespace vtpu::kernels::phx
