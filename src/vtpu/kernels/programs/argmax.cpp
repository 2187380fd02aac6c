#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram argmax() {
  return {.name = "argmax",
          .what = "index of the first greatest element, f32",
          .source = source_of("argmax"),
          .sizes = {{{"L1", {{"n", 5120}}}, {"L2", {{"n", 96 * 1024}}}, {"memory", {{"n", 12 << 20}}}}},
          .small = {{"n", 960}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                const auto x = elements<float>(tensors, 0);
                fill_uniform(x, random, -1, 1);
                // The maximum occurs twice, so that it matters which one is found.
                x[x.size() * 2 / 3] = x[x.size() * 3 / 4] = 2;
              },
          .flop = [](const Parameters& p) { return value(p, "n"); },
          .bytes = [](const Parameters& p) { return 4 * value(p, "n"); },
          .by_hand = by_hand::argmax};
}

}  // namespace vtpu::kernels::phx
