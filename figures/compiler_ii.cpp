// Initiation intervals that the compiler reaches, against the lower bound of each loop.
#include <algorithm>
#include <map>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "compiler-tiers";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "loops");
  const plt::Numbers ii = all.numbers("ii"), res = all.numbers("res_mii"), rec = all.numbers("rec_mii");
  // Loops at the same point become one mark whose area grows with their number.
  struct Kind {
    const char* label;
    const char* marker;
    const char* colour;
    std::map<std::pair<double, double>, int> loops;
  };
  Kind kinds[] = {{"bound by slots", "o", plot::colour::kBlue, {}},
                  {"bound by a recurrence", "s", plot::colour::kVermilion, {}},
                  {"not pipelined", "x", plot::colour::kGrey, {}}};
  double most = 8;
  for (std::size_t row = 0; row < all.size(); ++row) {
    const double least = std::max({1.0, res[row], rec[row]});
    const std::size_t kind = all.label(row, "pipelined") != "yes" ? 2 : rec[row] > res[row] ? 1 : 0;
    ++kinds[kind].loops[{least, std::max(1.0, ii[row])}];
    most = std::max({most, least, ii[row]});
  }
  plt::plot({1, most}, {1, most}, {{"color", "black"}, {"linewidth", 0.8}, {"label", "interval equals its bound"}});
  for (const Kind& kind : kinds) {
    plt::Numbers x, y, area;
    for (const auto& [place, count] : kind.loops) {
      x.push_back(place.first);
      y.push_back(place.second);
      area.push_back(14.0 * count);
    }
    if (!x.empty())
      plt::scatter(
          x, y, {{"marker", kind.marker}, {"color", kind.colour}, {"s", area}, {"alpha", 0.7}, {"label", kind.label}});
  }
  plt::xscale("log");
  plt::yscale("log");
  plt::Numbers ticks;
  plt::Strings labels;
  for (int tick = 1; tick <= most; tick *= 2) ticks.push_back(tick), labels.push_back(std::to_string(tick));
  plt::xticks(ticks, labels);
  plt::yticks(ticks, labels);
  plt::minorticks_off();
  plt::xlabel("max(ResMII, RecMII) (words)");
  plt::ylabel("initiation interval (words)");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure compiler_ii() {
  return {.name = "compiler_ii",
          .caption =
              "Initiation intervals of the innermost loops of all compiled programs against their lower bound, in "
              "words per iteration. Every loop that can be pipelined is. Areas grow with the number of loops at a "
              "point; a loop that is not pipelined is shown with the words of its iteration. Computed; the same on "
              "every host.",
          .alt = "Marks on and above a diagonal, by what bounds the loop.",
          .height = 2.7,
          .claims = {"cc.tier3"},
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
