// Gain of learned switch states for uniform all-to-all, by slice size, and the bounds on that gain.
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "learned-states";

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "learned_states");
  plt::Numbers places, twisted_at, twisted, learned, bound, limit;
  plt::Strings names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double x = static_cast<double>(row), torus = rows.number(row, "torus");
    places.push_back(x);
    names.push_back(with_times(rows.label(row, "slice")));
    learned.push_back(rows.number(row, "learned") / torus);
    bound.push_back(rows.number(row, "dual_bound") / torus);
    limit.push_back(rows.number(row, "limit") / torus);
    if (rows.label(row, "twisted").empty()) continue;
    twisted_at.push_back(x);
    twisted.push_back(rows.number(row, "twisted") / torus);
  }
  plt::bar(places, learned, {{"width", 0.5}, {"color", plot::colour::kBlue}, {"label", "learned"}});
  plt::scatter(
      places, bound,
      {{"marker", "_"}, {"s", 90.0}, {"color", plot::colour::kVermilion}, {"zorder", 4L}, {"label", "its dual bound"}});
  plt::scatter(places, limit,
               {{"marker", "_"},
                {"s", 140.0},
                {"color", plot::colour::kBlack},
                {"zorder", 4L},
                {"label", "bound for any state"}});
  plt::scatter(
      twisted_at, twisted,
      {{"marker", "D"}, {"s", 18.0}, {"color", plot::colour::kOrange}, {"zorder", 4L}, {"label", "twisted torus"}});
  plt::axhline(1, {{"color", plot::colour::kGrey}, {"linewidth", 0.8}});
  plt::ylim(0, 3.2);
  plt::xticks(places, names, {{"rotation", 20.0}});
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
  plt::xlabel("slice");
  plt::ylabel("throughput /\nregular torus");
  plt::legend({{"loc", "upper center"}, {"ncol", 2L}});
}

}  // namespace

plot::Figure learned_gain() {
  return {.name = "learned_gain",
          .caption =
              "Uniform all-to-all on switch states found by search, relative to the regular torus (the line at one). A "
              "split of traffic reaches the bars. Red dashes: upper bound for any split on that state. Black dashes: "
              "Moore bound for any state of the switches.",
          .alt = "Bars by slice, all above the regular and the twisted torus, with dashes slightly above them.",
          .height = 2.4,
          .claims = {},
          .results = {kExperiment},
          .data = {},
          .draw = draw};
}

}  // namespace vtpu::figures
