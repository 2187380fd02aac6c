#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram complex_dot() {
  return {.name = "complex_dot",
          .what = "dot product of complex numbers, real and imaginary parts apart, f32",
          .source = source_of("complex_dot"),
          .sizes = {{{"L1", {{"n", 1024}}}, {"L2", {{"n", 24576}}}, {"memory", {{"n", 1 << 22}}}}},
          .small = {{"n", 83}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                for (std::size_t k = 0; k < 4; ++k) fill_uniform(elements<float>(tensors, k), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 8 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 16 * value(p, "n") + 8; },
          // Terms of at most 2, of which the imaginary part adds n with a mean of a half.
          .tolerance = [](const Parameters& p) { return 4 * (value(p, "n") + 4) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
