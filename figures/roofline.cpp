// What every compiled program reaches, and what other compilers and libraries reach for the same work, under the
// measured peaks of one core.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "compiler-tiers";

/// Ways of which the fastest for each program is shown.
struct Series {
  const char* label;
  const char* marker;
  const char* colour;
  std::initializer_list<const char*> ways;
};
const Series kSeries[] = {
    {"gcc", "o", plot::colour::kOrange, {"o3_native", "o3_native_exact", "o3_native_fast"}},
    {"clang", "^", plot::colour::kVermilion, {"clang_o3_native", "clang_o3_native_exact", "clang_o3_native_fast"}},
    {"OpenBLAS, Eigen", "D", plot::colour::kGreen, {"openblas", "eigen"}},
    {"phextcc", "s", plot::colour::kBlue, {"tier3"}}};

/// The fastest of a series for each program that it has, as places in the panel.
void draw_series(const plot::TableView& here, const Series& series) {
  plt::Numbers x, y;
  const plot::TableView own = here.filter(
      "way", [&](const std::string& way) { return std::ranges::find(series.ways, way) != series.ways.end(); });
  for (const std::string& program : own.distinct("program")) {
    const plot::TableView rows = own.where("program", program);
    x.push_back(rows.numbers("intensity").front());
    y.push_back(std::ranges::max(rows.numbers("flop")));
  }
  const bool ours = std::string(series.label) == "phextcc";
  plt::scatter(x, y,
               {{"marker", series.marker},
                {"color", ours ? series.colour : "none"},
                {"edgecolor", series.colour},
                {"linewidth", 0.8},
                {"s", ours ? 12.0 : 22.0},
                {"zorder", 3.0},
                {"label", series.label}});
}

void draw(plot::Context& context) {
  const plot::TableView points = context.table(kExperiment, "roofline"), roofs = context.table(kExperiment, "roofs");
  const std::vector<std::string> sizes = points.distinct("size");
  const plt::Numbers intensity = points.numbers("intensity"), reached = points.numbers("flop");
  const double least = 0.7 * std::ranges::min(intensity), most = 1.4 * std::ranges::max(intensity);
  const double top = 1.6 * std::max(std::ranges::max(roofs.numbers("flop_f32")), std::ranges::max(reached));
  const double bottom = 0.7 * std::ranges::min(reached);
  const auto ticks = [](double low, double high, double step) {
    std::pair<plt::Numbers, plt::Strings> made;
    for (double tick = std::pow(step, -8); tick <= high; tick *= step) {
      if (tick < low) continue;
      made.first.push_back(tick);
      made.second.push_back(tick < 1 ? "1/" + std::to_string(std::lround(1 / tick))
                                     : std::to_string(std::lround(tick)));
    }
    return made;
  };
  plt::subplots(1, static_cast<long>(sizes.size()), {{"sharey", true}});
  for (std::size_t panel = 0; panel < sizes.size(); ++panel) {
    plt::axes(static_cast<long>(panel));
    const plot::TableView roof = roofs.where("size", sizes[panel]);
    const double bytes = roof.number("bytes");
    for (const auto& [column, label, style] :
         {std::tuple{"flop_f32", "peak of f32", "-"}, std::tuple{"flop_f64", "peak of f64", "--"}}) {
      const double peak = roof.number(column);
      plt::plot({least, peak / bytes, most}, {bytes * least, peak, peak},
                {{"color", "black"}, {"linestyle", style}, {"linewidth", 0.9}, {"label", label}});
    }
    for (const Series& series : kSeries) draw_series(points.where("size", sizes[panel]), series);
    plt::xscale("log");
    plt::yscale("log");
    const auto [x, x_labels] = ticks(least, most, 4);
    const auto [y, y_labels] = ticks(bottom, top, 4);
    plt::xticks(x, x_labels);
    plt::yticks(y, y_labels);
    plt::minorticks_off();
    plt::xlim(least, most);
    plt::ylim(bottom, top);
    plt::title("data in " + (sizes[panel] == "memory" ? sizes[panel] : sizes[panel] + " cache"));
    plt::xlabel("intensity (FLOP/B)");
    if (panel == 0) plt::ylabel("useful operations (FLOP/cycle)");
  }
  plt::axes(0);
  plt::figure_legend({{"ncol", 6L}});
}

}  // namespace

plot::Figure roofline() {
  return {
      .name = "roofline",
      .caption =
          "Useful operations per cycle of one core over the bytes that a program must move, at up to three data sizes: "
          "compiled programs, the fastest C++ of each other compiler, and libraries where they have the routine. "
          "Each column of marks is one program, or several of the same intensity. The roofs are measured in the same "
          "run: the rate of vector multiply-adds, and that of reads from the level that holds the data. A program that "
          "also "
          "writes to a near cache can lie above the sloping part, and one of narrow integers above the level part. "
          "Medians; the axes are logarithmic.",
      .alt =
          "One panel per data size with a sloping line that turns level twice, once for each type of float, and marks "
          "below it.",
      .width = plot::Width::page,
      .height = 3.0,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
