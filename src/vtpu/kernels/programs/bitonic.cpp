#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram bitonic() {
  return {.name = "bitonic",
          .what = "one step of a bitonic sort, distance 32, i32",
          .source = source_of("bitonic"),
          .sizes = {{{"L1", {{"blocks", 32}}}, {"L2", {{"blocks", 768}}}, {"memory", {{"blocks", 1 << 17}}}}},
          .small = {{"blocks", 5}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_below(elements<std::int32_t>(tensors, 0), random, 1 << 30);
              },
          .flop = [](const Parameters& p) { return 64 * value(p, "blocks"); },
          .bytes = [](const Parameters& p) { return 512 * value(p, "blocks"); }};
}

}  // namespace vtpu::kernels::phx
