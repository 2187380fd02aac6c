#include "vtpu/kernels/programs/by_hand/by_hand.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram gemm() {
  return {.name = "gemm",
          .what = "matrix product, f32, in tiles of 6 by 32",
          .source = source_of("gemm"),
          .sizes = {{{"L1", {{"rows", 48}, {"columns", 32}, {"inner", 48}, {"block", 48}, {"depth", 48}}},
                     {"L2", {{"rows", 192}, {"columns", 192}, {"inner", 192}, {"block", 192}, {"depth", 192}}},
                     {"memory", {{"rows", 1920}, {"columns", 1920}, {"inner", 1920}, {"block", 192}, {"depth", 192}}}}},
          .small = {{"rows", 24}, {"columns", 64}, {"inner", 34}, {"block", 12}, {"depth", 17}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                fill_uniform(elements<float>(tensors, 1), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "rows") * value(p, "columns") * value(p, "inner"); },
          .bytes =
              [](const Parameters& p) {
                const double m = value(p, "rows"), n = value(p, "columns"), k = value(p, "inner");
                return 4 * (m * k + k * n + m * n);
              },
          // As in dot, for every element.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "inner") + 1) * kRounding; },
          .by_hand = by_hand::gemm};
}

}  // namespace vtpu::kernels::phx
