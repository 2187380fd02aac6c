#include <bit>

#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram dot_bf16() {
  return {.name = "dot_bf16",
          .what = "dot product of bfloat16, sums in f32",
          .source = source_of("dot_bf16"),
          .sizes = {{{"L1", {{"n", 5120}}}, {"L2", {{"n", 96 * 1024}}}, {"memory", {{"n", 12 << 20}}}}},
          .small = {{"n", 768}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                for (const std::size_t k : {0, 1})
                  for (std::uint16_t& x : elements<std::uint16_t>(tensors, k))
                    x = static_cast<std::uint16_t>(
                        std::bit_cast<std::uint32_t>(static_cast<float>(0.5 + random.unit())) >> 16);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 4 * value(p, "n"); },
          // Products are exact. Either side makes n roundings of a sum of positive terms.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "n") + 1) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
