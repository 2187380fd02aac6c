// Speed-up of the sparse lookup over the dense product by the share of rows used, beside the sources' figures.
#include <algorithm>
#include <utility>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "sparse-speedup";
constexpr const char* kClaims = "data/claims.csv";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "speedup");
  const plot::TableView claims = context.data(kClaims);
  const plot::TableView band = claims.where("id", "sparse.range");
  plt::axhspan(band.number("low"), band.number("high"),
               {{"color", plot::colour::kVermilion}, {"alpha", 0.25}, {"linewidth", 0.0}, {"label", "claimed range"}});
  plt::axhline(claims.where("id", "sparse.speedup").number("value"),
               {{"color", plot::colour::kVermilion}, {"linestyle", "--"}, {"label", "claimed"}});
  plt::axhline(1, {{"color", plot::colour::kGrey}, {"linewidth", 0.8}});
  const plot::TableView large = all.where("table", "million"), cached = all.where("table", "cached");
  plt::errorbar(large.numbers("density"), large.numbers("speedup"), large.numbers("low"), large.numbers("high"),
                {{"fmt", "o-"}, {"color", plot::colour::kBlue}, {"label", "from memory, over sgemv"}});
  plt::plot(large.numbers("density"), large.numbers("speedup_naive"),
            {{"marker", "^"}, {"linestyle", ":"}, {"color", plot::colour::kBlue}, {"label", "over the plain loop"}});
  plt::plot(large.numbers("density"), large.numbers("speedup_gemm"),
            {{"marker", "v"}, {"linestyle", ":"}, {"color", plot::colour::kSky}, {"label", "over sgemm"}});
  plt::errorbar(cached.numbers("density"), cached.numbers("speedup"), cached.numbers("low"), cached.numbers("high"),
                {{"fmt", "s--"}, {"color", plot::colour::kOrange}, {"label", "cached, over sgemv"}});
  plt::xscale("log");
  plt::yscale("log");
  // Whole powers that the results span, written in full: exponents would be too small to read.
  const plt::Numbers densities = all.numbers("density");
  plt::Numbers places;
  plt::Strings names;
  for (const auto& [place, name] : {std::pair{0.001, "0.001"}, {0.01, "0.01"}, {0.1, "0.1"}, {1.0, "1"}})
    if (place >= *std::min_element(densities.begin(), densities.end()) * 0.5) {
      places.push_back(place);
      names.emplace_back(name);
    }
  plt::xticks(places, names);
  plt::yticks({1, 10, 100, 1000}, {"1", "10", "100", "1000"});
  plt::xlabel("share of the table's rows used");
  plt::ylabel("dense time / sparse time");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure sparse_speedup() {
  return {
      .name = "sparse_speedup",
      .caption =
          "Summing rows with the S-pipe against multiplying the whole table by a multi-hot vector, by the share of "
          "rows that are used; both axes are logarithmic. Dense: OpenBLAS with one vector (sgemv), with many vectors "
          "at once (sgemm, time per vector), and the plain loop. From memory: a table larger than every cache; cached: "
          "a table that fits the last cache. Claimed: the figures of the source.",
      .alt =
          "Speed-ups that grow in inverse proportion to the share of rows used, for a table in memory and one in cache "
          "and for several dense baselines, crossing a narrow band and a line for the claims.",
      .height = 2.9,
      .claims = {"sparse.speedup", "sparse.range"},
      .results = {kExperiment},
      .data = {kClaims},
      .draw = draw};
}

}  // namespace vtpu::figures
