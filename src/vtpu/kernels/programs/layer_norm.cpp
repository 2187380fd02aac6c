#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram layer_norm() {
  return {.name = "layer_norm",
          .what = "layer norm by rows, f32",
          .source = source_of("layer_norm"),
          .sizes = {{{"L1", {{"rows", 2}, {"n", 640}}},
                     {"L2", {{"rows", 48}, {"n", 1024}}},
                     {"memory", {{"rows", 8192}, {"n", 1024}}}}},
          .small = {{"rows", 3}, {"n", 77}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, -1, 2);
                fill_uniform(elements<float>(tensors, 1), random, 0.5, 1.5);
                fill_uniform(elements<float>(tensors, 2), random, -1, 1);
              },
          .flop = [](const Parameters& p) { return 8 * matrix_elements(p); },
          .bytes = [](const Parameters& p) { return 8 * matrix_elements(p) + 8 * value(p, "n"); },
          // Either side makes n roundings of the sums, of magnitudes below twice the deviation, and about a dozen more.
          .tolerance = [](const Parameters& p) { return 4 * (value(p, "n") + 12) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
