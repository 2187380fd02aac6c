#include "vtpu/study/access/chase_misses.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/measure/memory_kernels.h"

namespace vtpu::study::access {
namespace {

constexpr std::size_t kCellsPerPage = measure::kPage / sizeof(std::uint64_t);

}  // namespace

double chase_miss_rate(const analysis::CacheGeometry& cache, std::size_t cells, Random random) {
  constexpr std::size_t kMost = std::size_t{1} << 20;  // loads, far more than a first-level cache has lines
  std::vector<std::uint64_t> next(cells);
  measure::link_cycle(next, 1, random);
  analysis::Cache model(cache);
  const std::size_t loads = std::min(cells, kMost);
  std::uint64_t at = 0;
  const auto walk = [&] {
    const std::uint64_t before = model.counters().misses;
    for (std::size_t i = 0; i < loads; ++i, at = next[at]) model.access(at * sizeof(std::uint64_t) / cache.line, false);
    return static_cast<double>(model.counters().misses - before) / static_cast<double>(loads);
  };
  walk();
  return walk();
}

std::size_t bytes_whose_chase_misses(double share, const analysis::CacheGeometry& cache, const Random& random) {
  VTPU_CHECK(share < 1, "some set of cells misses so often");
  const auto misses = [&](std::size_t pages) { return chase_miss_rate(cache, pages * kCellsPerPage, random); };
  std::size_t below = 0, enough = 1;  // the share grows with the number of pages
  while (misses(enough) < share) {
    below = enough;
    enough *= 2;
  }
  while (enough - below > 1) {
    const std::size_t middle = (below + enough) / 2;
    (misses(middle) < share ? below : enough) = middle;
  }
  return enough * measure::kPage;
}

}  // namespace vtpu::study::access
