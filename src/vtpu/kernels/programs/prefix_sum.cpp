#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram prefix_sum() {
  return {.name = "prefix_sum",
          .what = "inclusive prefix sum, i32",
          .source = source_of("prefix_sum"),
          .sizes = {{{"L1", {{"n", 2560}}}, {"L2", {{"n", 48 * 1024}}}, {"memory", {{"n", 6 << 20}}}}},
          .small = {{"n", 336}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_below(elements<std::int32_t>(tensors, 0), random, 1 << 20);
              },
          .flop = [](const Parameters& p) { return value(p, "n"); },
          .bytes = [](const Parameters& p) { return 8 * value(p, "n"); }};
}

}  // namespace vtpu::kernels::phx
