#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram all_reduce() {
  return {.name = "all_reduce",
          .what = "sum of whole numbers over four sentrons",
          .source = source_of("all_reduce"),
          .sizes = {{{"L1", {{"count", 320}}}, {"L2", {{"count", 6144}}}, {"memory", {{"count", 1 << 19}}}}},
          .small = {{"count", 5}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                for (std::int64_t& x : elements<std::int64_t>(tensors, 0))
                  x = static_cast<std::int64_t>(random.below(1 << 30)) - (1 << 29);
              },
          .flop = [](const Parameters& p) { return (value(p, "ranks") - 1) * value(p, "count"); },
          .bytes = [](const Parameters& p) { return 16 * value(p, "ranks") * value(p, "count"); },
          .sentrons = 4};
}

}  // namespace vtpu::kernels::phx
