#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram fir() {
  return {.name = "fir",
          .what = "FIR filter of 32 taps, f32",
          .source = source_of("fir"),
          .sizes = {{{"L1", {{"n", 2560}, {"taps", 32}}},
                     {"L2", {{"n", 48 * 1024}, {"taps", 32}}},
                     {"memory", {{"n", 6 << 20}, {"taps", 32}}}}},
          .small = {{"n", 384}, {"taps", 11}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "n") * value(p, "taps"); },
          .bytes = [](const Parameters& p) { return 8 * (value(p, "n") + value(p, "taps")); },
          // As in dot, for every result.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "taps") + 1) * kRounding; },
          .by_hand = by_hand::fir};
}

}  // namespace vtpu::kernels::phx
