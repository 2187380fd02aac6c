// Distribution of hops between chips in each topology, and the reading of the claims that the averages fit.
#include <algorithm>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-topology";
constexpr const char* kClaims = "data/claims.csv";

struct Series {
  const char* topology;
  const char* label;
  const char* colour;
  const char* marker;
  long every;  ///< hops between two markers
};
constexpr Series kSeries[] = {{"torus 64x64", "64×64 torus", plot::colour::kOrange, "s", 4},
                              {"mesh 16x16x16", "16×16×16 mesh", plot::colour::kGrey, "v", 2},
                              {"torus 16x16x16", "16×16×16 torus", plot::colour::kBlue, "o", 1},
                              {"hypercube 12", "12-cube", plot::colour::kGreen, "^", 1}};

struct Claim {
  const char* id;
  const char* label;
  const char* colour;
  const char* line;
};
constexpr Claim kClaimed[] = {{"net.hops.2d", "claimed, 2D torus", plot::colour::kOrange, "--"},
                              {"net.hops.3d", "claimed, 3D torus", plot::colour::kBlue, "--"},
                              {"net.hops.worst", "claimed, worst case", plot::colour::kVermilion, ":"}};

void draw_claims(plot::Context& context) {
  for (const Claim& claim : kClaimed)
    plt::axvline(context.data(kClaims).where("id", claim.id).number("value"),
                 {{"color", claim.colour}, {"linestyle", claim.line}, {"label", claim.label}});
}

void draw_distribution(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "distance_distribution");
  for (const Series& series : kSeries) {
    const plot::TableView rows = all.where("topology", series.topology);
    plt::Numbers percent = rows.numbers("share");
    for (double& share : percent) share *= 100;
    plt::plot(rows.numbers("hops"), percent,
              {{"color", series.colour},
               {"marker", series.marker},
               {"markevery", series.every},
               {"markersize", 2.6},
               {"label", series.label}});
  }
  plt::xlabel("hops between two chips");
  plt::ylabel("ordered pairs (%)");
  plt::legend({{"loc", "upper right"}});
}

void draw_readings(plot::Context& context) {
  const plot::TableView readings = context.table(kExperiment, "hop_readings");
  plt::Numbers places;
  plt::Strings names;
  for (const std::string& reading : readings.labels("reading")) {
    places.push_back(static_cast<double>(readings.size() - 1 - names.size()));
    const std::size_t comma = reading.find(", ");
    names.push_back(with_times(
        comma == std::string::npos ? reading : reading.substr(0, comma) + ",\n" + reading.substr(comma + 2)));
  }
  draw_claims(context);
  const plt::Numbers average = readings.numbers("hops_including_self"), farthest = readings.numbers("diameter");
  for (std::size_t row = 0; row < places.size(); ++row)
    plt::plot({average[row], farthest[row]}, {places[row], places[row]}, {{"color", plot::colour::kGrey}});
  plt::scatter(average, places,
               {{"marker", "o"}, {"s", 20.0}, {"color", plot::colour::kSky}, {"label", "average"}, {"zorder", 3L}});
  plt::scatter(farthest, places,
               {{"marker", "D"}, {"s", 12.0}, {"color", "black"}, {"label", "farthest"}, {"zorder", 3L}});
  plt::xscale("log", {{"base", 2.0}});
  plt::xlim(1, 80);
  plt::ylim(-0.6, static_cast<double>(readings.size()) - 0.4);
  plt::xticks({1, 2, 4, 8, 16, 32, 64}, {"1", "2", "4", "8", "16", "32", "64"});
  plt::minorticks_off();
  plt::yticks(places, names);
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("hops");
  plt::figure_legend({{"ncol", 5L}});
}

void draw(plot::Context& context) {
  plt::subplots(1, 2);
  draw_distribution(context);
  plt::axes(1);
  draw_readings(context);
}

}  // namespace

plot::Figure hop_distribution() {
  return {.name = "hop_distribution",
          .caption =
              "Left: share of ordered pairs of chips, including pairs of a chip with itself, by length of the shortest "
              "path. Right: average and greatest distance of the two machines, taken literally, and of smaller or "
              "other networks for which the claimed numbers might be meant. Dashed and dotted: the claims.",
          .alt =
              "Left: four distributions of hops; the 2D torus reaches far beyond the others. Right: average and "
              "greatest distance for each reading on a logarithmic axis, with the claimed values as vertical lines; "
              "the literal readings lie to the right of them.",
          .width = plot::Width::page,
          .height = 2.6,
          .claims = {"net.hops.2d", "net.hops.3d", "net.hops.worst", "net.hops.ratio"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
