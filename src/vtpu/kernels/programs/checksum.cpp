#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram checksum() {
  return {.name = "checksum",
          .what = "cyclic redundancy check of bytes by a table of 256 entries",
          .source = source_of("checksum"),
          .sizes = {{{"L1", {{"n", 16384}}}, {"L2", {{"n", 400000}}}, {"memory", {{"n", 48 << 20}}}}},
          .small = {{"n", 83}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_below(elements<std::uint8_t>(tensors, 0), random, 256);
                fill_below(elements<std::int32_t>(tensors, 1), random, 1ULL << 31);
              },
          .flop = [](const Parameters& p) { return 4 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return value(p, "n") + 1024; }};
}

}  // namespace vtpu::kernels::phx
