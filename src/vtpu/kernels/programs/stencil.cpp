#include <algorithm>

#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {
namespace {

double inside(const Parameters& p) { return value(p, "grids") * (value(p, "height") - 2) * (value(p, "width") - 32); }

}  // namespace

CompiledProgram stencil() {
  return {.name = "stencil",
          .what = "five-point stencil on grids, f32, two steps",
          .source = source_of("stencil"),
          .sizes = {{{"L1", {{"grids", 1}, {"height", 24}, {"width", 112}}},
                     {"L2", {{"grids", 1}, {"height", 128}, {"width", 432}}},
                     {"memory", {{"grids", 2}, {"height", 2048}, {"width", 2000}}}}},
          .small = {{"grids", 2}, {"height", 7}, {"width", 91}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                std::ranges::copy(elements<float>(tensors, 0), elements<float>(tensors, 1).begin());
              },
          .flop = [](const Parameters& p) { return 2 * 6 * inside(p); },
          .bytes = [](const Parameters& p) { return 2 * 8 * inside(p); },
          // Averages do not amplify errors. A step adds at most 5 roundings on either side.
          .tolerance = [](const Parameters& p) { return 20 * value(p, "repeat") * kRounding; }};
}

}  // namespace vtpu::kernels::phx
