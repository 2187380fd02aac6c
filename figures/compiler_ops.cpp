// Ops per cycle of the compiled programs: tier 3 beside the lower tiers and the bound of its loops.
#include <algorithm>
#include <cmath>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "compiler-tiers";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "programs");
  const plot::TableView claims = context.data(kClaims);
  const plt::Numbers tier3 = all.numbers("tier3"), low = all.numbers("low"), high = all.numbers("high");
  const plt::Numbers places = downwards(all.size());
  const plt::Strings names = spaced(all.labels("program"));
  plt::axvline(claims.where("id", "core.opt").number("value"),
               {{"color", plot::colour::kVermilion}, {"label", "claimed"}});
  plt::axvline(context.value(kExperiment, "vtpu.core.ops_per_cycle.tier3"),
               {{"color", "black"}, {"linestyle", "--"}, {"label", "mean of tier 3"}});
  plt::barh(places, tier3,
            {{"height", 0.66},
             {"color", plot::colour::kBlue},
             {"xerr", arms(tier3, low, high)},
             {"ecolor", plot::colour::kOrange},
             {"capsize", 1.5},
             {"label", "tier 3"}});
  plt::scatter(all.numbers("bound"), places,
               {{"marker", "|"}, {"color", "black"}, {"s", 50.0}, {"label", "bound of tier 3"}});
  plt::scatter(all.numbers("live"), places,
               {{"marker", "D"},
                {"color", "white"},
                {"edgecolor", "black"},
                {"linewidth", 0.6},
                {"s", 12.0},
                {"label", "live ops of tier 3"}});
  const auto tier = [&](const char* column, const char* label, const char* marker, const char* colour) {
    plt::scatter(all.numbers(column), places,
                 {{"marker", marker},
                  {"color", colour},
                  {"edgecolor", "black"},
                  {"linewidth", 0.4},
                  {"s", 14.0},
                  {"label", label}});
  };
  tier("tier0", "tier 0", "^", plot::colour::kYellow);
  tier("tier2", "tier 2", "s", plot::colour::kGreen);
  tier("tier3_list", "tier 3, list", "o", plot::colour::kSky);
  plt::yticks(places, names, {{"fontsize", plot::kSmallPoints}});
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::ylim(places.back() - 0.7, 0.7);
  double most = std::max(5.0, *std::max_element(high.begin(), high.end()));
  for (const double bound : all.numbers("bound")) most = std::max(most, std::isnan(bound) ? 0.0 : bound);
  plt::xlim(0, 1.05 * most);
  plt::xlabel("ops per measured core cycle");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure compiler_ops() {
  return {.name = "compiler_ops",
          .caption =
              "Ops per measured core cycle of the compiled programs, with data in the first-level cache: the highest "
              "tier (medians with intervals), the live ops among them, whose result is used, lower tiers, the highest "
              "tier with list scheduling in place of modulo "
              "scheduling, and the bound by dispatch, units and recurrences. Programs whose rate the runtime sets have "
              "no bound; the mean excludes the two that use several sentrons.",
          .alt =
              "Horizontal bars, one per program, with ticks for the bounds, diamonds for live ops and marks for the "
              "lower tiers, over lines "
              "for the claim and the geometric mean.",
          .height = 3.9,
          .claims = {"core.opt", "cc.tier3"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
