// Gain of learned placements and switch states over the hand-designed torus, by workload and number of chips, beside
// random coordinates.
#include <algorithm>
#include <array>
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "learned-topology";
constexpr const char* kClaims = "data/claims.csv";
constexpr std::array kMarkers = {"o", "s", "^"};
constexpr std::array kColours = {plot::colour::kBlue, plot::colour::kVermilion, plot::colour::kGreen};

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "learned_gain");
  const plt::Strings workloads = rows.distinct("workload");
  const plt::Strings sizes = rows.distinct("chips");
  plt::Numbers places;
  for (std::size_t i = 0; i < workloads.size(); ++i) places.push_back(static_cast<double>(i));
  plt::axhline(1, {{"color", plot::colour::kBlack}, {"linewidth", 0.6}});
  plt::axhline(
      context.data(kClaims).where("id", "learn.gain").number("value"),
      {{"color", plot::colour::kGrey}, {"linestyle", "--"}, {"linewidth", 0.8}, {"label", "claimed for GPT-3"}});
  plt::Numbers random_at, random;
  for (std::size_t size = 0; size < sizes.size(); ++size) {
    plt::Numbers at, gain;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows.label(row, "chips") != sizes[size]) continue;
      const auto workload = std::find(workloads.begin(), workloads.end(), rows.label(row, "workload"));
      at.push_back(static_cast<double>(workload - workloads.begin()) + 0.2 * (static_cast<double>(size) - 1));
      gain.push_back(rows.number(row, "learned"));
      random_at.push_back(at.back());
      random.push_back(rows.number(row, "random"));
    }
    plt::scatter(at, gain,
                 {{"marker", kMarkers[size % kMarkers.size()]},
                  {"s", 16.0},
                  {"zorder", 3L},
                  {"color", kColours[size % kColours.size()]},
                  {"label", "learned, " + sizes[size] + " chips"}});
  }
  plt::scatter(random_at, random,
               {{"marker", "x"},
                {"s", 12.0},
                {"linewidth", 0.8},
                {"color", plot::colour::kGrey},
                {"label", "random coordinates"}});
  plt::xticks(places, workloads, {{"rotation", 35.0}, {"ha", "right"}});
  plt::xlim(-0.6, static_cast<double>(workloads.size()) - 0.4);
  plt::grid(false, {{"axis", "x"}});
  double most = 1.5;
  for (const double gain : rows.numbers("learned")) most = std::max(most, gain);
  plt::ylim(0, 1.08 * most);
  plt::ylabel("gain over the hand-designed torus");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure learned_workloads() {
  return {
      .name = "learned_workloads",
      .caption =
          "Gain of learned placements and switch states over the best of the usual manual placements on the twisted "
          "torus (on the better regular torus where no twisted one exists), by workload and number of chips. Cost is "
          "the load of the busiest channel under weighted shortest paths. Crosses: untrained coordinates.",
      .alt =
          "Markers for each workload and size. Those of GPT-3 lie at or slightly above one, below the claimed dashed "
          "line; crosses for random coordinates lie lower.",
      .height = 2.9,
      .claims = {"learn.gain"},
      .results = {kExperiment},
      .data = {kClaims},
      .draw = draw};
}

}  // namespace vtpu::figures
