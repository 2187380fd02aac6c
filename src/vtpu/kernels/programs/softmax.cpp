#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram softmax() {
  return {.name = "softmax",
          .what = "softmax by rows, f32",
          .source = source_of("softmax"),
          .sizes = {{{"L1", {{"rows", 2}, {"n", 1024}}},
                     {"L2", {{"rows", 48}, {"n", 1024}}},
                     {"memory", {{"rows", 8192}, {"n", 1024}}}}},
          .small = {{"rows", 3}, {"n", 80}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, -4, 4);
              },
          .flop = [](const Parameters& p) { return 5 * matrix_elements(p); },
          .bytes = [](const Parameters& p) { return 8 * matrix_elements(p); },
          // Either side makes n roundings of a sum of positive terms, plus four units for each exponential and for its
          // argument.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "n") + 20) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
