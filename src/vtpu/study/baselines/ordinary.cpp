#include "vtpu/study/baselines/ordinary.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "vtpu/study/baselines/module.h"

namespace vtpu::study::baselines {

Result<const OrdinaryTable*> load_ordinary(const Baseline& level) {
  const auto table = load_from_module(module_of(level), "vtpu_ordinary_table");
  if (!table) return table.error();
  return reinterpret_cast<const OrdinaryTable* (*)()>(*table)();
}

Result<std::vector<std::pair<Baseline, const OrdinaryTable*>>> load_ordinary_levels() {
  std::vector<std::pair<Baseline, const OrdinaryTable*>> levels;
  for (const Baseline& level : kOrdinaryLevels) {
    const auto table = load_ordinary(level);
    if (table)
      levels.emplace_back(level, *table);
    else if (level.compiler != Compiler::clang)
      return table.error();
  }
  return levels;
}

Result<std::vector<StreamLevel>> load_stream_levels() {
  const auto all = load_ordinary_levels();
  if (!all) return all.error();
  std::vector<StreamLevel> levels;
  for (const auto& [level, table] : *all) {
    if (!level.for_this_host()) continue;
    levels.push_back({level, table->stream()});
    if (!is_stream(levels.back().kernels))
      return Error{module_of(level), "a kernel of STREAM gives a wrong answer", "copies, products and sums"};
  }
  return levels;
}

bool is_stream(const measure::StreamKernels& kernels) {
  // A length and starts that are no multiple of a vector. The numbers are whole, so that contraction rounds nothing.
  constexpr std::size_t kCount = 1003;
  std::vector<double> a(kCount + 2), b(kCount + 2), c(kCount + 2, -1);
  std::vector<std::uint64_t> cells(kCount + 2);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<double>(i % 17) - 8;
    b[i] = static_cast<double>(i % 13);
    cells[i] = i * i;
  }
  const std::span<double> to = std::span(c).subspan(1, kCount);
  const std::span<const double> x = std::span(a).first(kCount), y = std::span(b).subspan(2, kCount);
  const auto holds = [&](auto expected) {
    for (std::size_t i = 0; i < kCount; ++i)
      if (to[i] != expected(i)) return false;
    return c.front() == -1 && c.back() == -1;
  };
  kernels.copy(to, x);
  if (!holds([&](std::size_t i) { return x[i]; })) return false;
  kernels.scale(to, y, 3);
  if (!holds([&](std::size_t i) { return 3 * y[i]; })) return false;
  kernels.add(to, x, y);
  if (!holds([&](std::size_t i) { return x[i] + y[i]; })) return false;
  kernels.triad(to, x, y, 5);
  if (!holds([&](std::size_t i) { return x[i] + 5 * y[i]; })) return false;
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i <= kCount; ++i) sum += cells[i];
  return kernels.read(std::span(cells).subspan(1, kCount)) == sum;
}

}  // namespace vtpu::study::baselines
