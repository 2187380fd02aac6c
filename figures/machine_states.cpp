// Medians on a busy machine over those on a quiet one, by our sampling and by one long timing.
#include <set>
#include <string>
#include <vector>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "machine-states";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView states = context.table(kExperiment, "machine_states");
  const plot::TableView metrics = context.table(kExperiment, "machine_states_metrics");
  const double allowed = context.data(kClaims).where("id", "measure.agree").number("value");
  const std::vector<std::string> names = states.labels("state");
  const plt::Numbers places = downwards(states.size());
  for (const double edge : {1 - allowed, 1 + allowed})
    plt::axvline(edge, {{"color", plot::colour::kVermilion}, {"linestyle", "--"}, {"linewidth", 0.8}});
  for (std::size_t k = 0; k < names.size(); ++k) {
    const plot::TableView own = metrics.filter("state", [&](const std::string& state) { return state == names[k]; });
    const plot::TableView timed_at_length =
        own.filter("at_length", [](const std::string& value) { return value != "-"; });
    const bool last = k + 1 == names.size();
    const auto at = [&](std::size_t count, double shift) { return plt::Numbers(count, places[k] + shift); };
    plt::scatter(timed_at_length.numbers("at_length"), at(timed_at_length.size(), -0.18),
                 {{"marker", "o"},
                  {"color", "white"},
                  {"edgecolor", plot::colour::kOrange},
                  {"s", 18.0},
                  {"label", last ? "one timing of 20 ms" : "_"}});
    for (const std::string known : {"no", "yes"}) {
      const plot::TableView some = own.filter("settled", [&](const std::string& value) { return value == known; });
      plt::scatter(some.numbers("ratio"), at(some.size(), 0.18),
                   {{"marker", "|"},
                    {"color", known == "yes" ? plot::colour::kBlue : plot::colour::kGrey},
                    {"s", 40.0},
                    {"linewidth", 0.8},
                    {"label", !last            ? "_"
                              : known == "yes" ? "median"
                                               : "median, wide interval"}});
    }
  }
  plt::yticks(places, spaced(names));
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("ops per cycle over those of the quiet machine");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure machine_states() {
  return {
      .name = "machine_states",
      .caption =
          "Forty core-bound metrics measured while other processes keep the machine busy, over the same metrics on "
          "the quiet machine: medians of undisturbed timings, grey where an interval is wider than the difference that "
          "our claim allows (dashed); and, for the ten ordinary loops, one timing of twenty milliseconds of elapsed "
          "time with a clock calibrated beforehand.",
      .alt =
          "Points in five rows, one for each state of the machine. Ticks stand close together at one in every row; "
          "circles are scattered, and lie far below one where a busy process shares the processor.",
      .height = 2.4,
      .claims = {"measure.agree", "measure.overlap"},
      .results = {kExperiment},
      .data = {kClaims},
      .draw = draw};
}

}  // namespace vtpu::figures
