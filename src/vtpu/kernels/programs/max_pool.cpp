#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram max_pool() {
  return {.name = "max_pool",
          .what = "maxima of 3 × 3 neighbours in an image with a border, f32",
          .source = source_of("max_pool"),
          .sizes = {{{"L1", {{"height", 24}, {"width", 64}}},
                     {"L2", {{"height", 192}, {"width", 256}}},
                     {"memory", {{"height", 2048}, {"width", 4096}}}}},
          .small = {{"height", 5}, {"width", 37}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 1, 2);
              },
          .flop = [](const Parameters& p) { return 8 * value(p, "height") * value(p, "width"); },
          .bytes =
              [](const Parameters& p) {
                return 4 *
                       ((value(p, "height") + 2) * (value(p, "width") + 2) + value(p, "height") * value(p, "width"));
              }};
}

}  // namespace vtpu::kernels::phx
