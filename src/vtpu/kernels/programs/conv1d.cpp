#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram conv1d() {
  return {.name = "conv1d",
          .what = "convolution in one dimension over channels, 3 taps, f32",
          .source = source_of("conv1d"),
          .sizes = {{{"L1", {{"batch", 1}, {"inputs", 12}, {"outputs", 12}, {"places", 160}}},
                     {"L2", {{"batch", 1}, {"inputs", 48}, {"outputs", 48}, {"places", 992}}},
                     {"memory", {{"batch", 64}, {"inputs", 48}, {"outputs", 48}, {"places", 2016}}}}},
          .small = {{"batch", 2}, {"inputs", 5}, {"outputs", 12}, {"places", 64}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 0, 1);
              },
          .flop =
              [](const Parameters& p) {
                return 6 * value(p, "batch") * value(p, "inputs") * value(p, "outputs") * value(p, "places");
              },
          .bytes =
              [](const Parameters& p) {
                return 4 * (value(p, "batch") * (value(p, "inputs") * (value(p, "places") + 2) +
                                                 value(p, "outputs") * value(p, "places")) +
                            3 * value(p, "inputs") * value(p, "outputs"));
              },
          // As in dot, with 3 × inputs terms.
          .tolerance = [](const Parameters& p) { return 2 * (3 * value(p, "inputs") + 1) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
