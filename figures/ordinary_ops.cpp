// Operations per cycle of ordinary compiled loops, against the source's values for ordinary code and for the vTPU.
#include <algorithm>
#include <numeric>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "host";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView loops = context.table(kExperiment, "ordinary_code");
  const plt::Numbers ops = loops.numbers("ops"), with_control = loops.numbers("ops_with_control");
  std::vector<std::size_t> order(loops.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ops[a] < ops[b]; });
  const plt::Numbers low = loops.numbers("low"), high = loops.numbers("high");
  plt::Numbers places, sorted, sorted_low, sorted_high, sorted_control;
  plt::Strings names;
  for (const std::size_t row : order) {
    places.push_back(static_cast<double>(places.size()));
    sorted.push_back(ops[row]);
    sorted_low.push_back(low[row]);
    sorted_high.push_back(high[row]);
    sorted_control.push_back(with_control[row]);
    names.push_back(loops.label(row, "loop"));
  }
  const plot::TableView claims = context.data(kClaims);
  const plot::TableView ordinary = claims.where("id", "core.baseline");
  plt::axvspan(
      ordinary.number("low"), ordinary.number("high"),
      {{"facecolor", plot::colour::kOrange}, {"alpha", 0.35}, {"linewidth", 0.0}, {"label", "claimed, ordinary code"}});
  plt::axvline(claims.where("id", "core.opt").number("value"),
               {{"color", plot::colour::kVermilion}, {"label", "claimed, vTPU"}});
  plt::axvline(context.value(kExperiment, "host.ordinary_code.ops_per_cycle"),
               {{"color", "black"}, {"linestyle", "--"}, {"label", "geometric mean of ops"}});
  plt::barh(places, sorted,
            {{"height", 0.66},
             {"color", plot::colour::kBlue},
             {"xerr", arms(sorted, sorted_low, sorted_high)},
             {"ecolor", plot::colour::kOrange},
             {"capsize", 2.0},
             {"label", "ops"}});
  plt::scatter(sorted_control, places,
               {{"marker", "|"}, {"color", "black"}, {"s", 30.0}, {"label", "ops and loop control"}});
  plt::yticks(places, spaced(names));
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("operations per measured core cycle");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure ordinary_ops() {
  return {.name = "ordinary_ops",
          .caption =
              "Operations per measured core cycle of ordinary loops (medians with intervals) as compiled by the "
              "system's compiler. An operation is a load, store, arithmetic or logical operation, comparison or "
              "selection on data; ticks include loop control. Band and line: the source's values for ordinary code and "
              "for the vTPU.",
          .alt =
              "Horizontal bars, one per loop, in rising order, over the band claimed for ordinary code and the lines "
              "of the claim for the vTPU and of the geometric mean.",
          .height = 2.9,
          .claims = {"core.baseline"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
