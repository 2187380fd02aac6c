// Time of each compiled program relative to the fastest alternative for the same work, at every data size.
#include <algorithm>
#include <string>
#include <utility>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "compiler-tiers";

struct Size {
  const char* name;
  const char* label;
  const char* marker;
  double below;  ///< the middle of the row
};
constexpr Size kSizes[] = {{"L1", "L1 cache", "o", -0.26}, {"L2", "L2 cache", "s", 0}, {"memory", "memory", "^", 0.26}};

struct Kind {
  const char* label;
  const char* colour;
  std::vector<std::string> ways;
};
const Kind kKinds[] = {
    {"gcc", plot::colour::kOrange, {"o3_native", "o3_native_exact", "o3_native_fast"}},
    {"clang", plot::colour::kVermilion, {"clang_o3_native", "clang_o3_native_exact", "clang_o3_native_fast"}},
    {"a library", plot::colour::kGreen, {"openblas", "eigen"}}};

void draw(plot::Context& context) {
  const plot::TableView all =
      context.table(kExperiment, "speed").filter("way", [](const std::string& way) { return way != "tier3"; });
  const std::vector<std::string> programs = all.distinct("program");
  const plt::Numbers places = downwards(programs.size());
  plt::axvline(1, {{"color", "black"}, {"linewidth", 0.8}});
  double least = 0.9 / 4, most = 1.1 * 4;
  for (const Kind& kind : kKinds)
    for (const Size& size : kSizes) {
      plt::Numbers x, y, low, high;
      for (std::size_t row = 0; row < programs.size(); ++row) {
        const plot::TableView here = all.where("program", programs[row]).filter("size", [&](const std::string& one) {
          return one == size.name;
        });
        if (here.size() == 0) continue;
        const plt::Numbers over = here.numbers("over");
        const auto best = static_cast<std::size_t>(std::ranges::min_element(over) - over.begin());
        if (std::ranges::find(kind.ways, here.label(best, "way")) == kind.ways.end()) continue;
        x.push_back(1 / over[best]);
        y.push_back(places[row] - size.below);
        low.push_back(1 / here.numbers("high")[best]);
        high.push_back(1 / here.numbers("low")[best]);
        least = std::min(least, 0.9 * low.back());
        most = std::max(most, 1.1 * high.back());
      }
      if (x.empty()) continue;
      for (std::size_t i = 0; i < x.size(); ++i)
        plt::plot({low[i], high[i]}, {y[i], y[i]}, {{"color", kind.colour}, {"linewidth", 0.8}});
      plt::scatter(x, y,
                   {{"marker", size.marker},
                    {"color", kind.colour},
                    {"edgecolor", "black"},
                    {"linewidth", 0.3},
                    {"s", 13.0},
                    {"zorder", 3.0},
                    {"label", std::string(kind.label) + ", " + size.label}});
    }
  plt::yticks(places, spaced(programs), {{"fontsize", plot::kSmallPoints}});
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::ylim(places.back() - 0.7, 0.7);
  plt::Numbers ticks;
  plt::Strings labels;
  for (const auto& [tick, label] : {std::pair{1.0 / 16, "1/16"},
                                    {0.25, "1/4"},
                                    {0.5, "1/2"},
                                    {1.0, "1"},
                                    {2.0, "2"},
                                    {4.0, "4"},
                                    {16.0, "16"},
                                    {64.0, "64"}})
    if (tick >= least && tick <= most) ticks.push_back(tick), labels.push_back(label);
  plt::xscale("log");
  plt::xticks(ticks, labels);
  plt::minorticks_off();
  plt::xlim(least, most);
  plt::xlabel("time of tier 3 / time of the fastest alternative");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure compiler_best() {
  return {.name = "compiler_best",
          .caption =
              "Time of each compiled program over that of the fastest alternative for the same work, by where its data "
              "are: C++ by gcc or clang at their highest level for this host, fast math included, or a library. "
              "Colours name the alternative that is the fastest, shapes the size. Left of the line the compiled "
              "program is faster. Medians with intervals of the ratio within each process; the axis is logarithmic.",
          .alt = "Rows, one per program, with a mark for each data size left or right of a line at one.",
          .height = 5.0,
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
