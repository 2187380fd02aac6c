#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram swiglu() {
  return {.name = "swiglu",
          .what = "SwiGLU, element by element, f32",
          .source = source_of("swiglu"),
          .sizes = {{{"L1", {{"n", 1536}}}, {"L2", {{"n", 32 * 1024}}}, {"memory", {{"n", 4 << 20}}}}},
          .small = {{"n", 333}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, -6, 6);
                fill_uniform(elements<float>(tensors, 1), random, -1, 1);
              },
          .flop = [](const Parameters& p) { return 5 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 12 * value(p, "n"); },
          // Eight units for the sigmoid on either side, and the products.
          .tolerance = [](const Parameters&) { return 40 * kRounding; }};
}

}  // namespace vtpu::kernels::phx
