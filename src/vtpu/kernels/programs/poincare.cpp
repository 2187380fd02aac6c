#include <cmath>

#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram poincare() {
  return {.name = "poincare",
          .what = "Poincaré distances of sixteen dimensions, one point against many, and the nearest, f32",
          .source = source_of("poincare"),
          .sizes = {{{"L1", {{"n", 256}}}, {"L2", {{"n", 4096}}}, {"memory", {{"n", 512 * 1024}}}}},
          .small = {{"n", 80}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                // Uniform directions; distances from the origin up to 8, where a ball of f32 still has room. The last
                // point is much nearer to the query than the others, so that rounding does not decide which is nearest.
                Random random(seed);
                const auto query = elements<float>(tensors, 0), data = elements<float>(tensors, 1),
                           scale = elements<float>(tensors, 2);
                const auto n = static_cast<std::size_t>(p.at("n"));
                const auto draw = [&](double most, auto&& put) {
                  std::array<double, 16> x;
                  double norm = 0;
                  for (double& a : x) a = 2 * random.unit() - 1, norm += a * a;
                  const double length = std::tanh(most * random.unit() / 2) / std::sqrt(norm);
                  double square = 0;
                  for (std::size_t k = 0; k < x.size(); ++k) {
                    const auto coordinate = static_cast<float>(x[k] * length);
                    square += static_cast<double>(coordinate) * coordinate;
                    put(k, coordinate);
                  }
                  return static_cast<float>(1 / (1 - square));
                };
                query[16] = draw(4, [&](std::size_t k, float x) { query[k] = x; });
                for (std::size_t i = 0; i < n; ++i)
                  scale[i] = draw(8, [&](std::size_t k, float x) { data[k * n + i] = x; });
                for (std::size_t k = 0; k < 16; ++k) data[k * n + n - 1] = query[k] + 0x1p-10F;
                double square = 0;
                for (std::size_t k = 0; k < 16; ++k) square += std::pow(static_cast<double>(data[k * n + n - 1]), 2);
                scale[n - 1] = static_cast<float>(1 / (1 - square));
              },
          // Three for each dimension, five for s, and six for the logarithm's argument and the logarithm as one each.
          .flop = [](const Parameters& p) { return 59 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 72 * value(p, "n"); },
          // Either side: s to 22 roundings, which the logarithm turns into as many absolute ones; then the sum, the
          // root and the logarithm of at most 12.
          .tolerance = [](const Parameters&) { return 2 * (22 + 12) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
