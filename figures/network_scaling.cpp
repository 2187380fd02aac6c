// Distance, all-to-all and all-reduce as the machine grows.
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-scaling";

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "scaling");
  plt::Numbers places;
  plt::Strings names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    places.push_back(static_cast<double>(row));
    names.push_back(rows.label(row, "chips"));
  }
  const auto panel = [&](const char* column, const char* label, const char* colour) {
    plt::plot(places, rows.numbers(column), {{"color", colour}, {"marker", "o"}, {"markersize", 3.5}});
    plt::ylabel(label);
  };
  plt::subplots(3, 1, {{"sharex", true}});
  panel("hops", "mean hops", plot::colour::kBlue);
  plt::axes(1);
  panel("alltoall", "all-to-all\n(link bandwidths)", plot::colour::kOrange);
  plt::ylim(0, 2.2);
  plt::axes(2);
  panel("allreduce_ms", "all-reduce\nof 1 GiB (ms)", plot::colour::kGreen);
  plt::plot(places, rows.numbers("allreduce_bound_ms"),
            {{"color", plot::colour::kBlack}, {"linestyle", "--"}, {"label", "bound"}});
  plt::legend({{"loc", "lower right"}});
  plt::ylim(0, 9);
  plt::xticks(places, names);
  plt::xlabel("chips");
}

}  // namespace

plot::Figure network_scaling() {
  return {
      .name = "network_scaling",
      .caption =
          "Three-dimensional tori as the machine is configured from [64]{.lit} to [65536]{.lit} chips: mean distance, "
          "uniform all-to-all throughput per chip, and time of an all-reduce with the bucket algorithm, at flow level.",
      .alt =
          "Mean distance rises and all-to-all throughput falls with size; the time of the all-reduce hardly changes.",
      .height = 3.4,
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
