// Compiled words against words scheduled by hand.
#include <algorithm>

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
  const plot::TableView all = context.table(kExperiment, "hand");
  const plot::TableView claims = context.data(kClaims);
  const plt::Numbers over = all.numbers("over"), low = all.numbers("low"), high = all.numbers("high");
  const plt::Numbers places = downwards(all.size());
  const plt::Strings names = spaced(all.labels("program"));
  plt::axvline(claims.where("id", "cc.hand").number("value"),
               {{"color", plot::colour::kVermilion}, {"label", "claimed"}});
  plt::axvline(context.value(kExperiment, "phextcc.over_hand"),
               {{"color", "black"}, {"linestyle", "--"}, {"label", "geometric mean"}});
  plt::barh(places, over,
            {{"height", 0.6},
             {"color", plot::colour::kBlue},
             {"xerr", arms(over, low, high)},
             {"ecolor", plot::colour::kOrange},
             {"capsize", 2.0},
             {"label", "compiled"}});
  plt::yticks(places, names);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlim(0, 1.05 * std::max(1.1, *std::max_element(high.begin(), high.end())));
  plt::xlabel("time by hand / time compiled");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure compiler_hand() {
  return {.name = "compiler_hand",
          .caption =
              "Speed of compiled words as a share of the speed of words scheduled by hand for the same work, with data "
              "in the first-level cache (medians with intervals of the ratio within each process).",
          .alt = "Horizontal bars, one per program, near a line for the claim and one for the geometric mean.",
          .height = 1.9,
          .claims = {"cc.hand"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
