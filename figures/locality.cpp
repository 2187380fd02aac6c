// Cost of the layouts of a box of cells in memory: cache lines touched by a query, and time per cell.
#include <fmt/core.h>

#include <limits>
#include <string>
#include <vector>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "mem-locality";

struct Layout {
  const char* name;
  const char* label;
  const char* colour;
  const char* marker;
};
constexpr Layout kLayouts[] = {{"rowmajor", "row-major", plot::colour::kBlack, "s"},
                               {"morton", "Morton", plot::colour::kOrange, "^"},
                               {"hilbert", "Hilbert", plot::colour::kBlue, "o"},
                               {"random", "random", plot::colour::kVermilion, "X"}};

/// The boxes that both tables contain, with their labels.
struct Box {
  const char* name;
  const char* label;
};
constexpr Box kBoxes[] = {{"3d", "3D"}, {"11d", "11D"}};

/// One line across a panel: a query of a box, and its value for each layout.
struct Line {
  std::string label;
  plt::Numbers value, low, high;  ///< by layout; NaN where there is none
};

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<Line> count_lines(const plot::TableView& table) {
  constexpr std::pair<const char*, const char*> kCounts[] = {
      {"sweep", "one stencil"}, {"sweep_run", "sweep, per stencil"}, {"query", "box query"}};
  std::vector<Line> lines;
  for (const Box& box : kBoxes)
    for (const auto& [column, label] : kCounts) {
      Line line{.label = fmt::format("{} {}", box.label, label), .value = {}, .low = {}, .high = {}};
      for (const Layout& layout : kLayouts)
        line.value.push_back(table.where("box", box.name).where("layout", layout.name).number(column));
      line.low = line.high = line.value;
      lines.push_back(line);
    }
  return lines;
}

std::vector<Line> time_lines(const plot::TableView& table) {
  constexpr std::pair<const char*, const char*> kQueries[] = {{"sweep_directly", "sweep, fixed strides"},
                                                              {"sweep", "sweep"},
                                                              {"sweep_with_index", "sweep, with index"},
                                                              {"box", "box query"},
                                                              {"box_with_index", "box query, with index"}};
  std::vector<Line> lines;
  for (const Box& box : kBoxes) {
    const plot::TableView of_box = table.where("box", box.name);
    for (const auto& [query, label] : kQueries) {
      const plot::TableView rows = of_box.filter("query", [&](const std::string& cell) { return cell == query; });
      if (rows.size() == 0) continue;  // only the box with few dimensions has fixed strides
      Line line{.label = fmt::format("{} {}", box.label, label), .value = {}, .low = {}, .high = {}};
      for (const Layout& layout : kLayouts) {
        const plot::TableView row = rows.filter("layout", [&](const std::string& cell) { return cell == layout.name; });
        line.value.push_back(row.size() == 0 ? kNone : row.number("time"));
        line.low.push_back(row.size() == 0 ? kNone : row.number("low"));
        line.high.push_back(row.size() == 0 ? kNone : row.number("high"));
      }
      lines.push_back(line);
    }
  }
  return lines;
}

/// Lines from top to bottom. The layouts of a line are slightly offset, so that equal values are both visible.
void draw_lines(const std::vector<Line>& lines, const char* quantity) {
  const double last = static_cast<double>(lines.size()) - 1;
  plt::Numbers places;
  plt::Strings names;
  for (const Line& line : lines) {
    places.push_back(last - static_cast<double>(places.size()));
    names.push_back(line.label);
  }
  for (std::size_t layout = 0; layout < std::size(kLayouts); ++layout) {
    const Layout& look = kLayouts[layout];
    plt::Numbers x, y, ends, heights;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      x.push_back(lines[i].value[layout]);
      y.push_back(places[i] + 0.24 - 0.16 * static_cast<double>(layout));
      ends.insert(ends.end(), {lines[i].low[layout], lines[i].high[layout], kNone});
      heights.insert(heights.end(), {y.back(), y.back(), kNone});
    }
    plt::plot(ends, heights, {{"color", look.colour}, {"linewidth", 1.0}});
    plt::plot(x, y,
              {{"color", look.colour},
               {"marker", look.marker},
               {"markersize", 3.2},
               {"markeredgewidth", 0.0},
               {"linestyle", "none"},
               {"label", look.label}});
  }
  plt::xscale("log");
  plt::yticks(places, names);
  plt::ylim(-0.6, last + 0.6);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  for (std::size_t i = 1; i < places.size(); i += 2)
    plt::axhspan(places[i] - 0.5, places[i] + 0.5, {{"facecolor", "#F3F3F3"}, {"linewidth", 0.0}, {"zorder", 0.0}});
  plt::xlabel(quantity);
}

void draw(plot::Context& context) {
  plt::subplots(1, 2);
  draw_lines(count_lines(context.table(kExperiment, "locality_lines")), "distinct cache lines touched");
  plt::xticks({0.1, 1, 10, 100, 1000}, {"0.1", "1", "10", "100", "1000"});
  plt::axes(1);
  draw_lines(time_lines(context.table(kExperiment, "locality_time")), "time per cell (ns)");
  plt::xticks({1, 10, 100, 1000, 10000}, {"1", "10", "100", "1000", "10000"});
  plt::figure_legend({{"ncol", 4L}});
}

}  // namespace

plot::Figure locality() {
  return {
      .name = "locality",
      .caption =
          "Four layouts of a box of cells in memory, in [3]{.lit} and in [11]{.lit} dimensions. Left: distinct cache "
          "lines touched by one stencil (a cell and its nearest neighbours), per stencil by a run of stencils in "
          "storage order, and by a query for a small box. Right: time per cell, medians with intervals: with the "
          "addresses of all cells known in advance; with each computed from its coordinates (with index); and, in "
          "[3]{.lit} dimensions, at constant distances (fixed strides), which only row-major order allows.",
      .alt =
          "Two panels of markers on logarithmic axes, one row per query, one marker per layout. The Hilbert and Morton "
          "curves touch about the same number of lines: fewer than row-major order in three dimensions, about as many "
          "in eleven. Random order touches the most.",
      .width = plot::Width::page,
      .height = 2.9,
      .claims = {"mem.hilbert"},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
