// Bisection of a 3D torus over that of a 2D torus with the same number of chips, by slice size, in links and in
// bandwidth.
#include <fmt/core.h>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-topology";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "bisection");
  const plot::TableView claim = context.data(kClaims).where("id", "tpu.bisection");
  plt::axhspan(
      claim.number("low"), claim.number("high"),
      {{"facecolor", plot::colour::kVermilion}, {"alpha", 0.2}, {"linewidth", 0.0}, {"label", "published range"}});
  plt::Numbers left, right, middle;
  plt::Strings names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double x = static_cast<double>(row);
    left.push_back(x - 0.2);
    right.push_back(x + 0.2);
    middle.push_back(x);
    names.push_back(fmt::format("{}\n{} /\n{}", rows.number(row, "chips"), with_times(rows.label(row, "cube")),
                                with_times(rows.label(row, "flat"))));
  }
  plt::bar(left, rows.numbers("link_ratio"), {{"width", 0.38}, {"color", plot::colour::kBlue}, {"label", "links"}});
  plt::bar(right, rows.numbers("bandwidth_ratio"),
           {{"width", 0.38}, {"color", plot::colour::kSky}, {"label", "bandwidth"}});
  plt::xticks(middle, names);
  plt::tick_params({{"axis", "x"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "x"}});
  plt::xlabel("chips, 3D shape / 2D shape");
  plt::ylabel("3D / 2D bisection");
  plt::figure_legend({{"ncol", 3L}});
}

}  // namespace

plot::Figure bisection() {
  return {.name = "bisection",
          .caption =
              "Bisection of a [3D]{.lit} torus over that of a [2D]{.lit} torus with the same number of chips, in links "
              "and in bandwidth at each generation's own link speed [@jouppi2023tpuv4]. The shapes are assumed: as "
              "close to a square or cube as possible.",
          .alt =
              "Pairs of bars at five slice sizes: the link ratio lies within the published range, the bandwidth ratio "
              "below it at all sizes but one.",
          .height = 2.4,
          .claims = {"tpu.bisection"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
