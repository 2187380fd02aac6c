#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {
namespace {

double points(const Parameters& p) { return value(p, "scrolls") * value(p, "lines") * value(p, "columns"); }

}  // namespace

CompiledProgram laplacian_sparse() {
  return {.name = "laplacian_sparse",
          .what = "Laplacian by coordinate, sparse f64",
          .source = source_of("laplacian_sparse"),
          .sizes = {{{"L1", {{"scrolls", 1}, {"lines", 2}, {"columns", 5}}},
                     {"L2", {{"scrolls", 2}, {"lines", 8}, {"columns", 10}}},
                     {"memory", {{"scrolls", 16}, {"lines", 32}, {"columns", 33}}}}},
          .small = {{"scrolls", 2}, {"lines", 3}, {"columns", 3}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                // Sums of small whole numbers are exact, so results are identical in any order.
                Random random(seed);
                for (double& x : elements<double>(tensors, 2)) x = static_cast<double>(random.below(64)) + 1;
              },
          // For inner points: a difference and an addition for each neighbour, two on three axes and one on eight.
          // Points on faces have fewer.
          .flop = [](const Parameters& p) { return 28 * points(p); },
          .bytes = [](const Parameters& p) { return (9 * 8 + 16) * points(p); }};
}

}  // namespace vtpu::kernels::phx
