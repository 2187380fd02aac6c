#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram gemv() {
  return {.name = "gemv",
          .what = "matrix times vector, f32, row by row",
          .source = source_of("gemv"),
          .sizes = {{{"L1", {{"rows", 32}, {"columns", 128}}},
                     {"L2", {{"rows", 192}, {"columns", 512}}},
                     {"memory", {{"rows", 8192}, {"columns", 2048}}}}},
          .small = {{"rows", 7}, {"columns", 85}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "rows") * value(p, "columns"); },
          .bytes =
              [](const Parameters& p) {
                return 4 * (value(p, "rows") * value(p, "columns") + value(p, "rows") + value(p, "columns"));
              },
          // As in dot, for every row.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "columns") + 1) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
