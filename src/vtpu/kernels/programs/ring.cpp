#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram ring() {
  return {.name = "ring",
          .what = "messages round a ring of four sentrons",
          .source = source_of("ring"),
          // There are no data to enlarge, so the sizes are numbers of messages.
          .sizes = {{{"L1", {{"laps", 1}}}, {"L2", {{"laps", 16}}}, {"memory", {{"laps", 256}}}}},
          .small = {{"laps", 3}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                for (std::int64_t& x : elements<std::int64_t>(tensors, 0))
                  x = static_cast<std::int64_t>(random.below(1 << 30));
              },
          // One addition per message.
          .flop = [](const Parameters& p) { return value(p, "laps") * value(p, "ranks") * value(p, "ranks"); },
          .bytes = [](const Parameters& p) { return 64 * value(p, "laps") * value(p, "ranks") * value(p, "ranks"); },
          .sentrons = 4};
}

}  // namespace vtpu::kernels::phx
