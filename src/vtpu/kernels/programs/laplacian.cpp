#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram laplacian() {
  return {.name = "laplacian",
          .what = "22-neighbour Laplacian of an 11-dimensional box, f32",
          .source = source_of("laplacian"),
          // Rows: 2⁴, 2⁸, and 3⁹ × 2. Each of the ten outer dimensions has 3, 2 or 1 places.
          .sizes = {{{"L1", {{"rows", 16}, {"width", 128}}},
                     {"L2", {{"rows", 256}, {"width", 128}}},
                     {"memory", {{"rows", 39366}, {"width", 128}}}}},
          .small = {{"rows", 12}, {"width", 256}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                const auto u = elements<float>(tensors, 0);
                fill_uniform(u, random, 0, 1);
                const auto rows = static_cast<std::size_t>(p.at("rows"));
                const std::size_t pitch = u.size() / rows;
                for (std::size_t i = 0; i < rows; ++i) {
                  u[i * pitch + 15] = u[i * pitch + 16];
                  u[(i + 1) * pitch - 16] = u[(i + 1) * pitch - 17];
                }
                std::vector<std::size_t> sides;
                std::size_t rest = rows;
                for (const std::size_t side : {3, 2})
                  for (; rest % side == 0; rest /= side) sides.push_back(side);
                VTPU_CHECK(rest == 1 && sides.size() <= 10, "rows factor into ten dimensions of 3, 2 or 1 places");
                sides.resize(10, 1);
                const auto neighbour = elements<std::int32_t>(tensors, 1);
                for (std::size_t i = 0; i < rows; ++i) {
                  std::size_t stride = 1;
                  for (std::size_t k = 0; k < sides.size(); stride *= sides[k++]) {
                    const std::size_t at = i / stride % sides[k];
                    neighbour[i * 20 + 2 * k] = static_cast<std::int32_t>(at > 0 ? i - stride : i);
                    neighbour[i * 20 + 2 * k + 1] = static_cast<std::int32_t>(at + 1 < sides[k] ? i + stride : i);
                  }
                }
              },
          .flop = [](const Parameters& p) { return 23 * value(p, "rows") * value(p, "width"); },
          .bytes = [](const Parameters& p) { return value(p, "rows") * (8 * value(p, "width") + 80); },
          // Either side makes 22 roundings of sums up to 22; the greatest result is above 1.
          .tolerance = [](const Parameters&) { return 2 * 23 * 22 * kRounding; }};
}

}  // namespace vtpu::kernels::phx
