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
  const plot::TableView rows = context.table(kExperiment, "learned_states"),
                        faces = context.table(kExperiment, "learned_faces");
  plt::Numbers places, twisted_at, twisted, learned, opposite_at, opposite, bound, limit;
  plt::Numbers centres;
  plt::Strings names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double x = static_cast<double>(row), torus = rows.number(row, "torus");
    places.push_back(x - 0.2);
    opposite_at.push_back(x + 0.2);
    centres.push_back(x);
    opposite.push_back(faces.number(row, "opposite_gain_torus"));
    names.push_back(with_times(rows.label(row, "slice")));
    learned.push_back(rows.number(row, "learned") / torus);
    bound.push_back(rows.number(row, "dual_bound") / torus);
    limit.push_back(rows.number(row, "limit") / torus);
    if (rows.label(row, "twisted").empty()) continue;
    twisted_at.push_back(x);
    twisted.push_back(rows.number(row, "twisted") / torus);
  }
  plt::bar(places, learned, {{"width", 0.38}, {"color", plot::colour::kBlue}, {"label", "learned, any circuits"}});
  plt::bar(opposite_at, opposite,
           {{"width", 0.38}, {"color", plot::colour::kSky}, {"label", "learned, opposite faces only"}});
  plt::scatter(
      places, bound,
      {{"marker", "_"}, {"s", 90.0}, {"color", plot::colour::kVermilion}, {"zorder", 4L}, {"label", "its dual bound"}});
  plt::scatter(centres, limit,
               {{"marker", "_"},
                {"s", 300.0},
                {"color", plot::colour::kBlack},
                {"zorder", 4L},
                {"label", "bound for any state"}});
  plt::scatter(
      twisted_at, twisted,
      {{"marker", "D"}, {"s", 18.0}, {"color", plot::colour::kOrange}, {"zorder", 4L}, {"label", "twisted torus"}});
  plt::axhline(1, {{"color", plot::colour::kGrey}, {"linewidth", 0.8}});
  plt::ylim(0, 3.6);
  plt::xticks(centres, names, {{"rotation", 20.0}});
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
  plt::xlabel("slice");
  plt::ylabel("throughput /\nregular torus");
  plt::legend({{"loc", "upper center"}, {"ncol", 2L}});
}

}  // namespace

plot::Figure learned_gain() {
  return {
      .name = "learned_gain",
      .caption =
          "Uniform all-to-all on switch states found by search, relative to the regular torus (the line at one): with "
          "circuits between any two ports of a switch, and with circuits from + to - ports only, as in regular and "
          "twisted tori. A split of traffic reaches the bars. Red dashes: upper bound for any split on the state of "
          "the first bar. Black dashes: Moore bound for any state of the switches.",
      .alt =
          "Two bars by slice, nearly equal, all above the regular and the twisted torus, with dashes slightly above.",
      .height = 2.4,
      .claims = {},
      .results = {kExperiment},
      .data = {},
      .draw = draw};
}

}  // namespace vtpu::figures
