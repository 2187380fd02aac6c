#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram hamming() {
  return {.name = "hamming",
          .what = "Hamming search: axes on which packed coordinates differ from one, and the nearest",
          .source = source_of("hamming"),
          .sizes = {{{"L1", {{"n", 800}}}, {"L2", {{"n", 14000}}}, {"memory", {{"n", 1280 * 1024}}}}},
          .small = {{"n", 333}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                // Eleven numbers below 2048. Most are small, so they are often equal. The unused twelfth half is 0.
                Random random(seed);
                const auto query = elements<std::int32_t>(tensors, 0), data = elements<std::int32_t>(tensors, 1);
                const auto number = [&] { return random.below(4) == 0 ? random.below(2048) : random.below(3); };
                const auto fill_word = [&](std::size_t w) {
                  const std::uint64_t low = number(), high = w < 5 ? number() : 0;
                  return static_cast<std::int32_t>(low | high << 16);
                };
                const auto n = static_cast<std::size_t>(p.at("n"));
                for (std::size_t w = 0; w < 6; ++w) {
                  query[w] = fill_word(w);
                  for (std::size_t i = 0; i < n; ++i) data[w * n + i] = fill_word(w);
                }
              },
          // Four operations per word, four more per coordinate, and one comparison.
          .flop = [](const Parameters& p) { return 29 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 28 * value(p, "n"); }};
}

}  // namespace vtpu::kernels::phx
