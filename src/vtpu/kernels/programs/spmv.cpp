#include <algorithm>
#include <vector>

#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram spmv() {
  return {
      .name = "spmv",
      .what = "sparse matrix by rows (CSR) times vector, f32, about 30 entries a row",
      .source = source_of("spmv"),
      .sizes = {{{"L1", {{"rows", 80}, {"columns", 512}, {"entries", 2400}}},
                 {"L2", {{"rows", 1400}, {"columns", 8192}, {"entries", 42000}}},
                 {"memory", {{"rows", 160000}, {"columns", 1 << 18}, {"entries", 4800000}}}}},
      .small = {{"rows", 9}, {"columns", 40}, {"entries", 200}},
      .fill =
          [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
            Random random(seed);
            const auto start = elements<std::int32_t>(tensors, 0).first(static_cast<std::size_t>(p.at("rows")) + 1);
            // Row ends are evenly spaced and then moved by up to half a row, so that some rows are longer than others.
            const double mean = value(p, "entries") / value(p, "rows");
            for (std::size_t i = 1; i + 1 < start.size(); ++i)
              start[i] = static_cast<std::int32_t>(mean * (static_cast<double>(i) + 0.5 * (random.unit() - 0.5)));
            start.back() = static_cast<std::int32_t>(p.at("entries"));
            const auto column = elements<std::int32_t>(tensors, 1);
            fill_below(column, random, static_cast<std::uint64_t>(p.at("columns")));
            for (std::size_t i = 0; i + 1 < start.size(); ++i)
              std::sort(column.begin() + start[i], column.begin() + start[i + 1]);
            fill_uniform(elements<float>(tensors, 2), random, 0, 1);
            fill_uniform(elements<float>(tensors, 3), random, 0, 1);
          },
      .flop = [](const Parameters& p) { return 2 * value(p, "entries"); },
      .bytes =
          [](const Parameters& p) { return 8 * value(p, "entries") + 8 * value(p, "rows") + 4 * value(p, "columns"); },
      // Positive terms, at most twice the mean number per row.
      .tolerance =
          [](const Parameters& p) { return 2 * (2 * value(p, "entries") / value(p, "rows") + 2) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
