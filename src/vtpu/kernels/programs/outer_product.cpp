#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram outer_product() {
  return {.name = "outer_product",
          .what = "outer product of two vectors minus a matrix, f32",
          .source = source_of("outer_product"),
          .sizes = {{{"L1", {{"rows", 60}, {"columns", 64}}},
                     {"L2", {{"rows", 300}, {"columns", 320}}},
                     {"memory", {{"rows", 4096}, {"columns", 4096}}}}},
          .small = {{"rows", 5}, {"columns", 37}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                for (std::size_t k = 0; k < 3; ++k) fill_uniform(elements<float>(tensors, k), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "rows") * value(p, "columns"); },
          .bytes =
              [](const Parameters& p) {
                return 8 * value(p, "rows") * value(p, "columns") + 4 * (value(p, "rows") + value(p, "columns"));
              },
          // Two roundings of values below one in each repetition, on either side.
          .tolerance = [](const Parameters& p) { return 8 * (value(p, "repeat") + 1) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
