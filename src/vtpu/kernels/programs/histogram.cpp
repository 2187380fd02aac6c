#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram histogram() {
  return {.name = "histogram",
          .what = "counts of bytes",
          .source = source_of("histogram"),
          .sizes = {{{"L1", {{"n", 16384}}}, {"L2", {{"n", 384 * 1024}}}, {"memory", {{"n", 40 << 20}}}}},
          .small = {{"n", 1004}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_below(elements<std::uint8_t>(tensors, 0), random, 256);
              },
          .flop = [](const Parameters& p) { return value(p, "n"); },
          .bytes = [](const Parameters& p) { return value(p, "n") + 1024; }};
}

}  // namespace vtpu::kernels::phx
