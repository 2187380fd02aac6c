#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram edit_distance() {
  return {.name = "edit_distance",
          .what = "rows of the edit distance of two sequences, i32",
          .source = source_of("edit_distance"),
          .sizes = {{{"L1", {{"m", 8}, {"n", 1024}}},
                     {"L2", {{"m", 8}, {"n", 40000}}},
                     {"memory", {{"m", 2}, {"n", 5000000}}}}},
          .small = {{"m", 3}, {"n", 37}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_below(elements<std::int32_t>(tensors, 0), random, 4);
                fill_below(elements<std::int32_t>(tensors, 1), random, 4);
              },
          .flop = [](const Parameters& p) { return 6 * value(p, "m") * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 4 * (value(p, "m") + 2 * value(p, "n")); }};
}

}  // namespace vtpu::kernels::phx
