// Cost of listing a star by the size of the complex, and geometric operations beside the strongest library for each.
#include <algorithm>
#include <map>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "geometry";
constexpr const char* kClaims = "data/claims.csv";

const std::map<std::string, std::string> kLabels = {{"build", "build a complex"},
                                                    {"star", "list a star"},
                                                    {"poincare", "Poincaré distances"},
                                                    {"tucker", "Tucker form"},
                                                    {"convolution", "hypergraph convolution"},
                                                    {"laplacian", "Laplacian of a box"}};

void draw_cost(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "simplices");
  const plt::Numbers sizes = all.numbers("simplices"), random = all.numbers("random");
  plt::plot(sizes, all.numbers("gudhi"), {{"marker", "s"}, {"color", plot::colour::kOrange}, {"label", "GUDHI"}});
  plt::errorbar(sizes, random, all.numbers("low"), all.numbers("high"),
                {{"fmt", "o-"}, {"color", plot::colour::kBlue}, {"label", "ours, random vertices"}});
  plt::plot(sizes, all.numbers("order"),
            {{"marker", "^"}, {"color", plot::colour::kGreen}, {"label", "ours, neighbours in turn"}});
  plt::xscale("log");
  plt::yscale("log");
  plt::xticks({1e4, 1e5, 1e6, 1e7}, {"10 k", "100 k", "1 M", "10 M"});
  plt::ylim(1, 1e8);  // room for the legend
  plt::yticks({1, 10, 100, 1000, 10'000, 100'000}, {"1", "10", "100", "1 k", "10 k", "100 k"});
  plt::minorticks_off();
  plt::xlabel("simplices of the complex");
  plt::ylabel("ns per simplex returned");
  plt::legend({{"loc", "upper left"}});
}

void draw_speedups(plot::Context& context) {
  const plot::TableView all =
      context.table(kExperiment, "operations").filter("speedup", [](const std::string& cell) { return !cell.empty(); });
  const plt::Numbers speedup = all.numbers("speedup"), low = all.numbers("low"), high = all.numbers("high"),
                     places = downwards(all.size());
  plt::Strings names;
  for (const std::string& operation : all.labels("operation")) names.push_back(kLabels.at(operation));
  double most = 10, least = 1;
  plt::Numbers widths;
  for (std::size_t row = 0; row < all.size(); ++row) {
    most = std::max(most, high[row]), least = std::min(least, low[row]);
    widths.push_back(speedup[row] - 1);
  }
  plt::axvline(1, {{"color", "black"}, {"linewidth", 0.8}});
  plt::axvline(context.data(kClaims).where("id", "geo.10x").number("value"),
               {{"color", plot::colour::kVermilion}, {"linestyle", "--"}, {"label", "claimed for the mean"}});
  plt::barh(places, widths,
            {{"left", 1.0},
             {"height", 0.66},
             {"color", plot::colour::kBlue},
             {"xerr", arms(speedup, low, high)},
             {"ecolor", plot::colour::kOrange},
             {"capsize", 2.0}});
  plt::xscale("log");
  plt::xticks({0.1, 1, 10, 100, 1000}, {"0.1", "1", "10", "100", "1000"});
  plt::minorticks_off();
  plt::xlim(least * 0.8, most * 1.6);
  plt::yticks(places, names, {{"fontsize", plot::kSmallPoints}});
  plt::tick_params({{"axis", "y"}, {"length", 0.0}});
  plt::grid(false, {{"axis", "y"}});
  plt::xlabel("time of the strongest library over ours");
  plt::legend({{"loc", "lower right"}});
}

void draw(plot::Context& context) {
  plt::subplots(1, 2);
  draw_cost(context);
  plt::axes(1);
  draw_speedups(context);
}

}  // namespace

plot::Figure geometry() {
  return {.name = "geometry",
          .caption =
              "Geometric operations. Left: time to list the simplices that contain a vertex, per simplex returned, by "
              "the size of the complex. Right: time of the strongest library over ours, for each operation that a "
              "library has. Medians with intervals; all axes but that of the operations are logarithmic.",
          .alt =
              "Two panels: lines of cost over the size of a complex for two orders of queries and for GUDHI; bars of "
              "speed-ups by operation, with a line for the claim.",
          .width = plot::Width::page,
          .height = 2.4,
          .claims = {"geo.hyper", "geo.simplex", "geo.hypdist", "geo.hypdist.same", "geo.tensor", "geo.laplace",
                     "geo.10x", "geo.build", "geo.star", "geo.poincare", "geo.tucker", "geo.tucker.peak",
                     "geo.convolution", "geo.box"},
          .results = {kExperiment},
          .data = {kClaims},
          .draw = draw};
}

}  // namespace vtpu::figures
