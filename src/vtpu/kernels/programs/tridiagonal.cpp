#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram tridiagonal() {
  return {.name = "tridiagonal",
          .what = "forward elimination of a tridiagonal system, f32",
          .source = source_of("tridiagonal"),
          .sizes = {{{"L1", {{"n", 768}}}, {"L2", {{"n", 16384}}}, {"memory", {{"n", 1 << 21}}}}},
          .small = {{"n", 37}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 3, 4);
                fill_uniform(elements<float>(tensors, 2), random, 0, 1);
                fill_uniform(elements<float>(tensors, 3), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 7 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 24 * value(p, "n"); },
          // Each element takes less than half of the error of the one before, and adds at most seven roundings.
          .tolerance = [](const Parameters&) { return 4 * 2 * 7 * kRounding; }};
}

}  // namespace vtpu::kernels::phx
