// Time of an all-reduce by buffer size and algorithm, against the lower bound.
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-collectives";

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "all_reduce_sizes");
  const char* const colours[] = {plot::colour::kBlue,   plot::colour::kOrange,    plot::colour::kGreen,
                                 plot::colour::kPurple, plot::colour::kVermilion, plot::colour::kSky};
  const char* const markers[] = {"o", "s", "^", "D", "v", "P"};
  std::size_t i = 0;
  for (const std::string& algorithm : all.distinct("algorithm")) {
    const plot::TableView rows = all.where("algorithm", algorithm);
    plt::loglog(rows.numbers("mebibytes"), rows.numbers("time"),
                {{"color", colours[i % 6]}, {"marker", markers[i % 6]}, {"markersize", 3.0}, {"label", algorithm}});
    ++i;
  }
  const plot::TableView rows = all.where("algorithm", all.distinct("algorithm").front());
  plt::loglog(rows.numbers("mebibytes"), rows.numbers("bound"),
              {{"color", plot::colour::kBlack}, {"linestyle", "--"}, {"label", "bound"}});
  plt::xticks({0.001, 0.1, 10, 1000}, {"0.001", "0.1", "10", "1000"});
  plt::yticks({1, 100, 10000, 1000000}, {"1", "100", "10 000", "1 000 000"});
  plt::minorticks_off();
  plt::xlabel("buffer per chip (MiB)");
  plt::ylabel("time (µs)");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure all_reduce() {
  return {
      .name = "all_reduce",
      .caption =
          "All-reduce on a torus of [512]{.lit} chips at flow level, by algorithm and buffer size. Links have a "
          "latency of half a microsecond. Dashed: lower bound for any algorithm.",
      .alt =
          "Curves on logarithmic axes: flat where latency dominates, then rising together with the bound. The bucket "
          "algorithm meets the bound at the largest sizes.",
      .height = 2.9,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
