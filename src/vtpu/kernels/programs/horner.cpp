#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram horner() {
  return {.name = "horner",
          .what = "a polynomial of degree 7 at every element, f32",
          .source = source_of("horner"),
          .sizes = {{{"L1", {{"n", 2048}}}, {"L2", {{"n", 49152}}}, {"memory", {{"n", 1 << 23}}}}},
          .small = {{"n", 83}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 14 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 8 * value(p, "n") + 32; },
          // Fourteen roundings of positive values on either side.
          .tolerance = [](const Parameters&) { return 2 * 14 * kRounding; }};
}

}  // namespace vtpu::kernels::phx
