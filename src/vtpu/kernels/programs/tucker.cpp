#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram tucker() {
  return {.name = "tucker",
          .what = "tensor of four modes from its Tucker form, f32",
          .source = source_of("tucker"),
          .sizes = {{{"L1", {{"inner", 4}, {"outer", 4}, {"last", 16}, {"block", 64}}},
                     {"L2", {{"inner", 4}, {"outer", 12}, {"last", 32}, {"block", 128}}},
                     {"memory", {{"inner", 8}, {"outer", 64}, {"last", 64}, {"block", 256}}}}},
          .small = {{"inner", 2}, {"outer", 8}, {"last", 16}, {"block", 64}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                for (std::size_t k = 0; k < 5; ++k) fill_uniform(elements<float>(tensors, k), random, 0, 1);
              },
          .flop =
              [](const Parameters& p) {
                const double in = value(p, "inner"), out = value(p, "outer"), last = value(p, "last");
                return 2 * in * last * (in * in * in + out * (in * in + out * (in + out)));
              },
          .bytes =
              [](const Parameters& p) {
                const double in = value(p, "inner"), out = value(p, "outer"), last = value(p, "last");
                return 4 * (in * in * in * in + in * (3 * out + last) + out * out * out * last);
              },
          // Four sums of positive terms, one after the other.
          .tolerance = [](const Parameters& p) { return 2 * 4 * (value(p, "inner") + 1) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
