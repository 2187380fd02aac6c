// Asks how often the translation cache holds the translation that an access by coordinate needs. The cache has 1024
// entries in 256 sets of 4 ways, each for up to 64 columns. Claim mem.ppt.hit says more than 95 %.
//
// The counts are the page table's own, exact, and the same on every host. Structured patterns in a dense box of 8-byte
// cells: along the columns (sweep), down the lines of a box wider than the cache's reach (columns_last), every cell
// with its neighbours along three axes (stencil), in blocks of 8 × 8 × 8 (blocks). Random patterns: cells drawn
// uniformly from boxes of 2^12, 2^16, 2^18, 2^20 and 2^24 cells, and rows of 64 cells drawn by Zipf's law with exponent
// 1.05 from 2^18 rows. Control: the cache is emptied before each access.
//
// Parameters: accesses (quick 2^18, full 2^20). Outputs: keys vtpu.ppt.*; table translation_cache.
#include <fmt/core.h>

#include <cmath>
#include <functional>
#include <memory>

#include "vtpu/base/check.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/memory/page_table.h"

namespace {

using namespace vtpu::measure;
using vtpu::Random;
using vtpu::Result;
using vtpu::memory::PageTable;
using vtpu::memory::RegionSpec;
using vtpu::memory::TranslationCache;
using vtpu::phext::Axis;
using vtpu::phext::PackedCoordinate;
using Source = Column::Source;

/// Calls the function with each coordinate until it returns false.
using Visit = std::function<bool(PackedCoordinate)>;

struct Pattern {
  std::string group;  ///< structured or random
  std::string name;
  std::uint64_t cells = 0;
  RegionSpec box;
  std::function<void(const Visit&)> walk;
};

constexpr Axis kAxes[] = {Axis::scroll, Axis::line, Axis::column};

PackedCoordinate at(std::uint32_t scroll, std::uint32_t line, std::uint32_t column) {
  return PackedCoordinate().with(Axis::scroll, scroll).with(Axis::line, line).with(Axis::column, column);
}
RegionSpec box(std::uint32_t scrolls, std::uint32_t lines, std::uint32_t columns) {
  RegionSpec spec;
  spec.mask = 7;
  spec.last = at(scrolls - 1, lines - 1, columns - 1);
  return spec;
}
std::uint64_t cells_of(const RegionSpec& spec) {
  std::uint64_t cells = 1;
  for (const Axis axis : kAxes) cells *= spec.last.get(axis) + 1;
  return cells;
}

std::vector<Pattern> patterns(Run& run) {
  std::vector<Pattern> all;
  const auto add = [&](std::string group, std::string name, RegionSpec spec, std::function<void(const Visit&)> walk) {
    all.push_back({std::move(group), std::move(name), cells_of(spec), spec, std::move(walk)});
  };
  add("structured", "sweep", box(16, 64, 1024), [](const Visit& visit) {
    while (true)
      for (std::uint32_t s = 0; s < 16; ++s)
        for (std::uint32_t l = 0; l < 64; ++l)
          for (std::uint32_t c = 0; c < 1024; ++c)
            if (!visit(at(s, l, c))) return;
  });
  add("structured", "columns_last", box(1, 2048, 1024), [](const Visit& visit) {
    while (true)
      for (std::uint32_t c = 0; c < 1024; ++c)
        for (std::uint32_t l = 0; l < 2048; ++l)
          if (!visit(at(0, l, c))) return;
  });
  add("structured", "stencil", box(64, 64, 256), [](const Visit& visit) {
    while (true)
      for (std::uint32_t s = 1; s < 63; ++s)
        for (std::uint32_t l = 1; l < 63; ++l)
          for (std::uint32_t c = 1; c < 255; ++c)
            if (!visit(at(s, l, c)) || !visit(at(s - 1, l, c)) || !visit(at(s + 1, l, c)) || !visit(at(s, l - 1, c)) ||
                !visit(at(s, l + 1, c)) || !visit(at(s, l, c - 1)) || !visit(at(s, l, c + 1)))
              return;
  });
  add("structured", "blocks", box(64, 64, 256), [](const Visit& visit) {
    while (true)
      for (std::uint32_t b = 0; b < 8 * 8 * 32; ++b)
        for (std::uint32_t i = 0; i < 512; ++i)
          if (!visit(at(b / 256 * 8 + i / 64, b / 32 % 8 * 8 + i / 8 % 8, b % 32 * 8 + i % 8))) return;
  });
  for (const unsigned log2 : {12u, 16u, 18u, 20u, 24u}) {
    const std::uint32_t lines = 1u << std::min(11u, log2 - 6),
                        columns = 1u << std::min(11u, log2 - std::min(11u, log2 - 6));
    const std::uint32_t scrolls = static_cast<std::uint32_t>((std::uint64_t{1} << log2) / lines / columns);
    Random random = run.random(log2);
    add("random", fmt::format("even_2e{}", log2), box(scrolls, lines, columns), [=](const Visit& visit) mutable {
      while (
          visit(at(static_cast<std::uint32_t>(random.below(scrolls)), static_cast<std::uint32_t>(random.below(lines)),
                   static_cast<std::uint32_t>(random.below(columns))))) {
      }
    });
  }
  constexpr std::uint64_t kRows = 1 << 18;
  Random random = run.random(99);
  add("random", "zipf_rows", box(128, 2048, 64), [random](const Visit& visit) mutable {
    std::vector<double> cumulative;
    double total = 0;
    for (std::uint64_t k = 1; k <= kRows; ++k) cumulative.push_back(total += std::pow(static_cast<double>(k), -1.05));
    while (true) {
      const double drawn = random.unit() * total;
      const auto rank = static_cast<std::uint64_t>(std::lower_bound(cumulative.begin(), cumulative.end(), drawn) -
                                                   cumulative.begin());
      const auto row = static_cast<std::uint32_t>(rank * 0x9e3779b1u % kRows);  // odd: a bijection on powers of two
      if (!visit(at(row / 2048, row % 2048, static_cast<std::uint32_t>(random.below(64))))) return;
    }
  });
  return all;
}

struct Counts {
  std::uint64_t hits = 0, misses = 0, evictions = 0;
  double rate() const { return static_cast<double>(hits) / static_cast<double>(hits + misses); }
};

/// `kept`: accesses after which the cache is emptied; none if 0.
Counts count(const Pattern& pattern, std::uint64_t accesses, std::uint64_t kept) {
  PageTable table;
  VTPU_CHECK(!table.allocate(pattern.box).fault, "this experiment's boxes can be allocated");
  const auto cache = std::make_unique<TranslationCache>();
  std::uint64_t left = accesses;
  pattern.walk([&](PackedCoordinate c) {
    if (kept > 0 && left % kept == 0) cache->clear();
    VTPU_CHECK(!table.cell(c, 3, false, *cache).fault, "every access is within the box");
    return --left > 0;
  });
  return {cache->counters.hits, cache->counters.misses, cache->counters.evictions};
}

Result<void> run_ppt(Run& run) {
  const auto accesses = run.parameter<std::uint64_t>("accesses", std::uint64_t{1} << 18, std::uint64_t{1} << 20);
  const std::string method =
      "exact counters of the translation cache; every access by coordinate is one hit or one miss";
  Table& table = run.table("translation_cache", {{"group", "", Source::label},
                                                 {"pattern", "", Source::label},
                                                 {"cells", "1", Source::label},
                                                 {"hits", "1", Source::computed},
                                                 {"misses", "1", Source::computed},
                                                 {"evictions", "1", Source::computed},
                                                 {"rate", "1", Source::computed}});
  const std::vector<Pattern> all = patterns(run);
  Progress progress("mem-ppt", all.size());
  for (const Pattern& pattern : all) {
    const Counts counts = count(pattern, accesses, 0);
    run.computed(fmt::format("vtpu.ppt.hit_rate.{}.{}", pattern.group, pattern.name), counts.rate(), "1", method);
    table.add({pattern.group, pattern.name, static_cast<double>(pattern.cells), static_cast<double>(counts.hits),
               static_cast<double>(counts.misses), static_cast<double>(counts.evictions), counts.rate()});
    progress.step(pattern.name);
  }
  constexpr std::uint64_t kKept = 16;
  run.computed("vtpu.ppt.hit_rate.control", count(all.front(), accesses, kKept).rate(), "1",
               fmt::format("{}; the cache is emptied before every {}th access of the pattern {}", method, kKept,
                           all.front().name));
  return {};
}

const Experiment kExperiment{
    .name = "mem-ppt",
    .question = "How often does the translation cache hold the translation that an access needs?",
    .claims = {"mem.ppt.hit"},
    .inputs = {},
    .quick_seconds = 1,
    .full_seconds = 4,
    .times_the_host = false,
    .run = run_ppt};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
