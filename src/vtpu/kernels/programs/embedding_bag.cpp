#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram embedding_bag() {
  return {.name = "embedding_bag",
          .what = "sums of 32 rows of 256 bytes at random places, f32",
          .source = source_of("embedding_bag"),
          .sizes = {{{"L1", {{"table_rows", 64}, {"bags", 16}, {"bag", 32}}},
                     {"L2", {{"table_rows", 1280}, {"bags", 128}, {"bag", 32}}},
                     {"memory", {{"table_rows", 1 << 18}, {"bags", 8192}, {"bag", 32}}}}},
          .small = {{"table_rows", 20}, {"bags", 3}, {"bag", 7}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, -1, 1);
                fill_below(elements<std::int32_t>(tensors, 1), random, static_cast<std::uint64_t>(p.at("table_rows")));
              },
          .flop = [](const Parameters& p) { return 64 * value(p, "bags") * value(p, "bag"); },
          .bytes = [](const Parameters& p) { return value(p, "bags") * (260 * value(p, "bag") + 256); },
          // Both sides add in order, unless a compiler may reorder: `bag` roundings, of partial sums up to `bag` times
          // as great as the result.
          .tolerance = [](const Parameters& p) { return 2 * value(p, "bag") * value(p, "bag") * kRounding; },
          .by_hand = by_hand::embedding_bag};
}

}  // namespace vtpu::kernels::phx
