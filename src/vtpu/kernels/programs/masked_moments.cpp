#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram masked_moments() {
  return {.name = "masked_moments",
          .what = "mean and variance of the unmasked elements of rows, f32",
          .source = source_of("masked_moments"),
          .sizes = {{{"L1", {{"rows", 2}, {"n", 1024}}},
                     {"L2", {{"rows", 48}, {"n", 1024}}},
                     {"memory", {{"rows", 8192}, {"n", 1024}}}}},
          .small = {{"rows", 3}, {"n", 83}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_below(elements<std::int32_t>(tensors, 1), random, 4);
              },
          .flop = [](const Parameters& p) { return 6 * matrix_elements(p); },
          .bytes = [](const Parameters& p) { return 8 * matrix_elements(p) + 8 * value(p, "rows"); },
          // Sums of n positive terms; the mean is about a half and the greatest value.
          .tolerance = [](const Parameters& p) { return 8 * (value(p, "n") + 8) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
