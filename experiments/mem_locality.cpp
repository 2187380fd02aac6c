// Asks whether a Hilbert curve keeps neighbours in coordinate space close in memory, better than row-major order does.
//
// Claim: mem.hilbert. An array holds one 8-byte number for each cell of a box, laid out in row-major order, along a
// Morton curve, along a Hilbert curve, or at random. There are two boxes, one with 3 dimensions and one with 11
// dimensions of side 4, and two kinds of query, the same for every layout:
//   sweep  visits every cell in storage order, with its 2d nearest neighbours (the box is periodic): a stencil;
//   box    visits all cells of a small box at a random corner: side 4 in 3 dimensions, side 2 in 11.
// The cache lines touched are counted exactly (computed). Time per cell is measured twice: with each index computed
// from its coordinates by the curve, and with the indices of all cells known in advance (a neighbour table, or a list
// in ascending order). The claim's keys are those of the first, hilbert_speedup_with_index: a curve has to be computed
// before it can help. The second, hilbert_speedup, favours the Hilbert curve, whose index costs most to compute. Every
// run takes the next cells or queries, so that none is still in a cache from the run before. The row-major sweep is
// also timed with its neighbours at constant distances, as such code is usually written: the strongest baseline.
//
// Control: the 3-dimensional sweep with a random layout instead of the Hilbert curve, which must be slower than
// row-major; its index is the lookup of a table. mem.random_speedup.* has the same for every query with known indices.
// Where all layouts fetch a box's cells from memory, the core waits once per window of instructions that it can look
// ahead, however many lines that window needs. Time then depends only weakly on the number of lines, and random order
// costs little.
//
// Needs 3 GiB of memory. Parameters: side of the 3-dimensional box (quick 128, full 256), cells swept, queries.
// Outputs: keys vtpu.mem.hilbert_*, mem.random_speedup.*, mem.lines.*, mem.ns.*; tables locality_lines, locality_time.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <span>

#include "vtpu/base/check.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/phext/curves.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Random;
using vtpu::Result;
using vtpu::phext::Point;
using Source = Column::Source;

using Place = std::uint32_t;
constexpr std::size_t kNumbersPerLine = kCacheLine / sizeof(std::uint64_t);

/// One box and its queries.
struct Setting {
  std::string name;  ///< "3d" or "11d"
  std::vector<std::uint32_t> sides;
  std::uint32_t query_side = 1;
  std::size_t queries = 0;  ///< number of query boxes
  std::size_t queries_in_run = 0;
  std::size_t swept = 0;     ///< cells swept in one run
  std::size_t computed = 0;  ///< cells swept in one run where indices are computed

  std::size_t dimensions() const { return sides.size(); }
  std::size_t cells() const { return std::accumulate(sides.begin(), sides.end(), std::size_t{1}, std::multiplies<>()); }
  std::size_t query_cells() const {
    std::size_t cells = 1;
    for (std::size_t i = 0; i < sides.size(); ++i) cells *= query_side;
    return cells;
  }
};

/// Calls visit(point) for every cell of a box of `side` at `corner`. The last dimension varies fastest.
template <class Visit>
void for_each_cell(const Setting& setting, const Point& corner, std::uint32_t side, Visit visit) {
  Point point = corner;
  while (true) {
    visit(point);
    std::size_t d = setting.dimensions();
    while (d > 0 && ++point[d - 1] == corner[d - 1] + side) {
      point[d - 1] = corner[d - 1];
      --d;
    }
    if (d == 0) return;
  }
}

/// Calls visit(point) for the 2d cells one step away, with wrap-around.
template <class Visit>
void for_each_neighbour(const Setting& setting, Point point, Visit visit) {
  for (std::size_t d = 0; d < setting.dimensions(); ++d) {
    const std::uint32_t here = point[d];
    const std::uint32_t last = setting.sides[d] - 1;
    point[d] = here == 0 ? last : here - 1;
    visit(point);
    point[d] = here == last ? 0 : here + 1;
    visit(point);
    point[d] = here;
  }
}

/// A random bijection instead of a curve. Its index and its inverse are table lookups.
class Shuffled {
 public:
  Shuffled(const vtpu::phext::RowMajor& rows, Random random) : rows_(rows), place_(rows.cells()), cell_(rows.cells()) {
    std::iota(place_.begin(), place_.end(), Place{0});
    random.shuffle(place_);
    for (std::size_t i = 0; i < place_.size(); ++i) cell_[place_[i]] = static_cast<Place>(i);
  }
  std::uint64_t index(const Point& point) const { return place_[rows_.index(point)]; }
  Point point(std::uint64_t index) const { return rows_.point(cell_[index]); }

 private:
  vtpu::phext::RowMajor rows_;
  std::vector<Place> place_, cell_;
};

/// The number stored for a cell: the same in every layout.
std::uint64_t number_at(const vtpu::phext::RowMajor& rows, const Point& point) {
  return vtpu::mix64(rows.index(point));
}

/// A stencil sum that does not depend on the order in which cells are visited.
inline std::uint64_t stencil_term(std::uint64_t here, std::uint64_t around) { return (here | 1) * around; }

/// One layout of one box, with its tables and its kernels.
struct Layout {
  std::string name;
  std::vector<std::uint64_t> numbers;
  std::vector<Place> neighbours;    ///< 2d indices for each swept cell, in storage order
  std::vector<Place> query_places;  ///< ascending within each query
  double lines_in_stencil = 0;      ///< distinct lines, mean over sampled cells
  double lines_in_query = 0;        ///< distinct lines, mean over queries
  double lines_in_run = 0;          ///< distinct lines of 1024 consecutive stencils, per stencil
  std::function<std::uint64_t(std::size_t first, std::size_t count)> swept_computed;
  std::function<std::uint64_t(std::size_t first, std::size_t count)> queries_computed;
};

double mean_lines(std::span<const Place> places, std::size_t group) {
  std::size_t lines = 0;
  std::vector<Place> sorted;
  for (std::size_t at = 0; at + group <= places.size(); at += group) {
    sorted.clear();
    for (std::size_t i = at; i < at + group; ++i) sorted.push_back(places[i] / kNumbersPerLine);
    std::sort(sorted.begin(), sorted.end());
    lines += static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  }
  return static_cast<double>(lines) / static_cast<double>(places.size() / group);
}

/// Cells whose stencils are counted line by line, at a constant stride so that they cover the whole box.
constexpr std::size_t kCountedStencils = 65536;
constexpr std::size_t kRun = 1024;
constexpr std::size_t kCountedRuns = 64;

template <class Curve>
void count_lines(Layout& layout, const Setting& setting, const Curve& curve) {
  const auto stencil = [&](std::size_t place, std::vector<Place>& places) {
    places.push_back(static_cast<Place>(place));
    for_each_neighbour(setting, curve.point(place),
                       [&](const Point& point) { places.push_back(static_cast<Place>(curve.index(point))); });
  };
  const std::size_t group = 1 + 2 * setting.dimensions();
  std::vector<Place> places;
  for (std::size_t i = 0; i < kCountedStencils; ++i) stencil(i * (setting.cells() / kCountedStencils), places);
  layout.lines_in_stencil = mean_lines(places, group);
  places.clear();
  for (std::size_t run = 0; run < kCountedRuns; ++run)
    for (std::size_t i = 0; i < kRun; ++i) stencil(run * (setting.cells() / kCountedRuns) + i, places);
  layout.lines_in_run = mean_lines(places, group * kRun) / kRun;
  layout.lines_in_query = mean_lines(layout.query_places, setting.query_cells());
}

/// `corners` and the setting must outlive the layout.
template <class Curve>
Layout make_layout(const std::string& name, const Setting& setting, const std::vector<Point>& corners,
                   const vtpu::phext::RowMajor& rows, std::shared_ptr<const Curve> curve) {
  Layout layout;
  layout.name = name;
  layout.numbers.resize(setting.cells());
  for (std::size_t place = 0; place < setting.cells(); ++place)
    layout.numbers[place] = number_at(rows, curve->point(place));
  layout.neighbours.reserve(setting.swept * 2 * setting.dimensions());
  for (std::size_t place = 0; place < setting.swept; ++place)
    for_each_neighbour(setting, curve->point(place), [&](const Point& point) {
      layout.neighbours.push_back(static_cast<Place>(curve->index(point)));
    });
  for (const Point& corner : corners) {
    const auto begin = static_cast<std::ptrdiff_t>(layout.query_places.size());
    for_each_cell(setting, corner, setting.query_side,
                  [&](const Point& point) { layout.query_places.push_back(static_cast<Place>(curve->index(point))); });
    std::sort(layout.query_places.begin() + begin, layout.query_places.end());
  }
  count_lines(layout, setting, *curve);
  // Moving a vector keeps its buffer, so that this span stays valid when the layout is moved.
  const std::span<const std::uint64_t> numbers = layout.numbers;
  layout.swept_computed = [&setting, curve, numbers](std::size_t first, std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t place = first; place < first + count; ++place) {
      std::uint64_t around = 0;
      for_each_neighbour(setting, curve->point(place),
                         [&](const Point& point) { around += numbers[curve->index(point)]; });
      sum += stencil_term(numbers[place], around);
    }
    return sum;
  };
  layout.queries_computed = [&setting, &corners, curve, numbers](std::size_t first, std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t query = first; query < first + count; ++query)
      for_each_cell(setting, corners[query], setting.query_side,
                    [&](const Point& point) { sum += numbers[curve->index(point)]; });
    return sum;
  };
  return layout;
}

/// The sweep by neighbour table. The number of neighbours is a template parameter, so that the inner loop has a
/// constant length.
template <std::size_t kNeighbours>
std::uint64_t sweep(const Layout& layout, std::size_t count) {
  std::uint64_t sum = 0;
  const Place* table = layout.neighbours.data();
  for (std::size_t place = 0; place < count; ++place, table += kNeighbours) {
    std::uint64_t around = 0;
    for (std::size_t k = 0; k < kNeighbours; ++k) around += layout.numbers[table[k]];
    sum += stencil_term(layout.numbers[place], around);
  }
  return sum;
}

std::uint64_t sweep(const Setting& setting, const Layout& layout, std::size_t count) {
  return setting.dimensions() == 3 ? sweep<6>(layout, count) : sweep<22>(layout, count);
}

std::uint64_t queries(const Setting& setting, const Layout& layout, std::size_t first, std::size_t count) {
  std::uint64_t sum = 0;
  const std::size_t each = setting.query_cells();
  for (std::size_t i = first * each; i < (first + count) * each; ++i) sum += layout.numbers[layout.query_places[i]];
  return sum;
}

/// Row-major, 3 dimensions: neighbours at constant distances, with wrap-around.
std::uint64_t sweep_directly(const Setting& setting, const Layout& rows, std::size_t count) {
  const std::size_t n = setting.sides[2];
  const std::size_t plane = n * setting.sides[1];
  const std::size_t all = plane * setting.sides[0];
  std::uint64_t sum = 0;
  for (std::size_t line = 0; line < count; line += n) {
    const std::size_t in_plane = line % plane;
    const std::uint64_t* const here = rows.numbers.data() + line;
    const std::uint64_t* const above = rows.numbers.data() + (line + all - plane) % all;
    const std::uint64_t* const below = rows.numbers.data() + (line + plane) % all;
    const std::uint64_t* const before = rows.numbers.data() + line - in_plane + (in_plane + plane - n) % plane;
    const std::uint64_t* const after = rows.numbers.data() + line - in_plane + (in_plane + n) % plane;
    const auto term = [&](std::size_t k, std::size_t left, std::size_t right) {
      return stencil_term(here[k], above[k] + below[k] + before[k] + after[k] + here[left] + here[right]);
    };
    sum += term(0, n - 1, 1) + term(n - 1, n - 2, 0);
    for (std::size_t k = 1; k + 1 < n; ++k) sum += term(k, k - 1, k + 1);
  }
  return sum;
}

/// All layouts of one box; the first is row-major.
Result<std::vector<Layout>> make_layouts(const Setting& setting, const std::vector<Point>& corners, Random random) {
  using namespace vtpu::phext;
  const Result<RowMajor> rows = RowMajor::make(setting.sides);
  if (!rows) return rows.error();
  const Result<Morton> morton = Morton::make(setting.sides);
  if (!morton) return morton.error();
  const Result<Hilbert> hilbert = Hilbert::make(setting.sides);
  if (!hilbert) return hilbert.error();
  std::vector<Layout> layouts;
  layouts.push_back(make_layout("rowmajor", setting, corners, *rows, std::make_shared<const RowMajor>(*rows)));
  layouts.push_back(make_layout("morton", setting, corners, *rows, std::make_shared<const Morton>(*morton)));
  layouts.push_back(make_layout("hilbert", setting, corners, *rows, std::make_shared<const Hilbert>(*hilbert)));
  layouts.push_back(make_layout("random", setting, corners, *rows, std::make_shared<const Shuffled>(*rows, random)));
  return layouts;
}

/// Checks, before anything is timed, that every layout gives the same sums.
void check_answers(const Setting& setting, const std::vector<Layout>& layouts) {
  const Layout& rows = layouts.front();
  const std::uint64_t asked = queries(setting, rows, 0, setting.queries);
  const std::uint64_t whole = sweep(setting, rows, setting.swept);
  for (const Layout& layout : layouts) {
    VTPU_CHECK(queries(setting, layout, 0, setting.queries) == asked, "queries have the same answer in every layout");
    VTPU_CHECK(
        layout.queries_computed(0, setting.queries_in_run) == queries(setting, layout, 0, setting.queries_in_run),
        "computed and listed indices give the same sum");
    VTPU_CHECK(layout.swept_computed(0, setting.computed) == sweep(setting, layout, setting.computed),
               "computed and tabulated neighbours give the same sum");
    if (setting.swept == setting.cells())
      VTPU_CHECK(sweep(setting, layout, setting.swept) == whole, "a full sweep has the same answer in every layout");
  }
  if (setting.dimensions() == 3)
    VTPU_CHECK(sweep_directly(setting, rows, setting.swept) == whole, "the direct sweep gives the table's answer");
}

std::vector<Alternative> alternatives_of(const Setting& setting, const std::vector<Layout>& layouts) {
  std::vector<Alternative> alternatives;
  const double swept = static_cast<double>(setting.swept);
  const double asked = static_cast<double>(setting.queries_in_run * setting.query_cells());
  // Each run takes the next of `all`, so that the earlier ones have left the caches when they come round again.
  const auto turning = [](std::size_t each, std::size_t all, auto ask) {
    return [each, all, ask, first = std::make_shared<std::size_t>(0)] {
      keep(ask(*first, each));
      *first = (*first + each) % all;
    };
  };
  for (const Layout& layout : layouts) {
    alternatives.push_back({"sweep " + layout.name, swept, [&] { keep(sweep(setting, layout, setting.swept)); }, {}});
    alternatives.push_back({"sweep_with_index " + layout.name,
                            static_cast<double>(setting.computed),
                            turning(setting.computed, setting.cells(), layout.swept_computed),
                            {}});
    alternatives.push_back(
        {"box " + layout.name,
         asked,
         turning(setting.queries_in_run, setting.queries,
                 [&](std::size_t first, std::size_t count) { return queries(setting, layout, first, count); }),
         {}});
    alternatives.push_back({"box_with_index " + layout.name,
                            asked,
                            turning(setting.queries_in_run, setting.queries, layout.queries_computed),
                            {}});
  }
  if (setting.dimensions() == 3)
    alternatives.push_back(
        {"sweep_directly rowmajor", swept, [&] { keep(sweep_directly(setting, layouts.front(), setting.swept)); }, {}});
  return alternatives;
}

void record_lines(Run& run, const Setting& setting, const std::vector<Layout>& layouts, Table& table) {
  for (const Layout& layout : layouts) {
    const std::string key = fmt::format("mem.lines.{}.{}.", setting.name, layout.name);
    run.computed(
        key + "sweep", layout.lines_in_stencil, "lines/stencil",
        fmt::format("distinct 64-byte lines of a cell and its neighbours, mean over {} cells", kCountedStencils));
    run.computed(
        key + "sweep_run", layout.lines_in_run, "lines/stencil",
        fmt::format("distinct 64-byte lines of {} stencils in storage order, per stencil, mean over {} stretches", kRun,
                    kCountedRuns));
    run.computed(key + "box", layout.lines_in_query, "lines/query",
                 fmt::format("distinct 64-byte lines of a box, mean over {} queries", setting.queries));
    table.add({setting.name, layout.name, layout.lines_in_stencil, layout.lines_in_run, layout.lines_in_query});
  }
}

/// `slower` over `faster` in time per cell.
Estimate speedup(const std::vector<Sampled>& all, const std::string& slower, const std::string& faster) {
  Estimate estimate =
      estimate_ratio(named(all, slower).ns_per_unit().samples, named(all, faster).ns_per_unit().samples);
  estimate.method += fmt::format("; time of '{}' over time of '{}'", slower, faster);
  return estimate;
}

void record_times(Run& run, const Setting& setting, const std::vector<Sampled>& all, Table& table) {
  for (const Sampled& one : all) {
    const std::size_t blank = one.name.find(' ');
    const std::string query = one.name.substr(0, blank);
    const std::string layout = one.name.substr(blank + 1);
    const Estimate ns = one.ns_per_unit();
    run.measured(fmt::format("mem.ns.{}.{}.{}", setting.name, layout, query), ns, "ns/cell");
    table.add({setting.name, layout, query, ns.value, ns.ci.low, ns.ci.high});
  }
  for (const std::string query : {"sweep", "box"}) {
    const std::string place = setting.name + "." + query;
    const std::string computed = query + "_with_index";
    run.measured("vtpu.mem.hilbert_speedup." + place, speedup(all, query + " rowmajor", query + " hilbert"), "x");
    run.measured("vtpu.mem.hilbert_over_morton." + place, speedup(all, query + " morton", query + " hilbert"), "x");
    run.measured("vtpu.mem.hilbert_speedup_with_index." + place,
                 speedup(all, computed + " rowmajor", computed + " hilbert"), "x");
    run.measured("vtpu.mem.hilbert_over_morton_with_index." + place,
                 speedup(all, computed + " morton", computed + " hilbert"), "x");
    run.measured("mem.random_speedup." + place, speedup(all, query + " rowmajor", query + " random"), "x");
  }
  if (setting.dimensions() == 3) {
    run.measured("vtpu.mem.hilbert_speedup_over_direct.3d.sweep",
                 speedup(all, "sweep_directly rowmajor", "sweep hilbert"), "x");
    run.measured("vtpu.mem.hilbert_speedup_with_index.control",
                 speedup(all, "sweep_with_index rowmajor", "sweep_with_index random"), "x");
  }
}

Result<void> run_setting(Run& run, const Setting& setting, std::uint64_t stream, Table& lines, Table& times) {
  Random random = run.random(stream);
  std::vector<Point> corners;
  for (std::size_t query = 0; query < setting.queries; ++query) {
    Point corner{};
    for (std::size_t d = 0; d < setting.dimensions(); ++d)
      corner[d] = static_cast<std::uint32_t>(random.below(setting.sides[d] - setting.query_side + 1));
    corners.push_back(corner);
  }
  const Result<std::vector<Layout>> layouts = make_layouts(setting, corners, random.fork(1));
  if (!layouts) return layouts.error();
  check_answers(setting, *layouts);
  record_lines(run, setting, *layouts, lines);

  SamplingRule rule;
  rule.least = run.quick() ? kQuickProcesses : 20;
  rule.most = run.quick() ? kQuickProcesses : 40;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = run.quick() ? 8 : 60;
  rule.seed = random.fork(2).next();
  const Result<std::vector<Sampled>> all = sample_in_processes(
      run, [&] { return alternatives_of(setting, *layouts); }, rule);
  if (!all) return all.error();
  record_times(run, setting, *all, times);
  return {};
}

Result<void> run_locality(Run& run) {
  warn_of_disturbance("mem-locality");
  Setting cube;
  cube.name = "3d";
  cube.sides.assign(3, run.parameter<std::uint32_t>("side_3d", 128, 256));
  cube.query_side = run.parameter<std::uint32_t>("query_side_3d", 4);
  cube.queries = run.parameter<std::size_t>("queries_3d", 16384, 65536);
  cube.queries_in_run = run.parameter<std::size_t>("queries_in_run_3d", 2048);
  cube.swept = cube.cells();
  cube.computed = run.parameter<std::size_t>("swept_with_index_3d", 4096);
  Setting phext;
  phext.name = "11d";
  phext.sides.assign(11, run.parameter<std::uint32_t>("side_11d", 4));
  phext.query_side = run.parameter<std::uint32_t>("query_side_11d", 2);
  phext.queries = run.parameter<std::size_t>("queries_11d", 512, 2048);
  phext.queries_in_run = run.parameter<std::size_t>("queries_in_run_11d", 64);
  phext.swept = run.parameter<std::size_t>("swept_11d", phext.cells() / 8, phext.cells());
  phext.computed = run.parameter<std::size_t>("swept_with_index_11d", 1024);

  Table& lines = run.table("locality_lines", {{"box", "", Source::label},
                                              {"layout", "", Source::label},
                                              {"sweep", "lines/stencil", Source::computed},
                                              {"sweep_run", "lines/stencil", Source::computed},
                                              {"query", "lines/query", Source::computed}});
  Table& times = run.table("locality_time", {{"box", "", Source::label},
                                             {"layout", "", Source::label},
                                             {"query", "", Source::label},
                                             {"time", "ns/cell", Source::measured},
                                             {"low", "ns/cell", Source::measured},
                                             {"high", "ns/cell", Source::measured}});
  Progress progress("mem-locality", 2);
  std::uint64_t stream = 1;
  for (const Setting& setting : {cube, phext}) {
    if (const auto done = run_setting(run, setting, stream++, lines, times); !done) return done;
    progress.step(setting.name);
  }
  return {};
}

const Experiment kExperiment{
    .name = "mem-locality",
    .question =
        "Does a Hilbert curve keep neighbours in coordinate space close in memory, better than row-major order "
        "does?",
    .claims = {"mem.hilbert"},
    .inputs = {},
    .quick_seconds = 15,
    .full_seconds = 175,
    .times_the_host = true,
    .run = run_locality};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
