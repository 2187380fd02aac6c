// Latency by offered load in the reference router configuration, beside the results of the reference simulator.
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-flit";

struct Curve {
  const char* name;
  const char* label;
  const char* colour;
  const char* marker;
};

constexpr Curve kCurves[] = {{"8x8, 1 flit", "8×8, 1 flit", plot::colour::kBlue, "o"},
                             {"8x8, 8 flits", "8×8, 8 flits", plot::colour::kOrange, "s"},
                             {"8x8, 1 flit, balanced", "8×8, 1 flit, balanced", plot::colour::kGreen, "^"},
                             {"8x8x8, 1 flit", "8×8×8, 1 flit", plot::colour::kVermilion, "D"}};

void draw(plot::Context& context) {
  const plot::TableView all = context.table(kExperiment, "latency_throughput").where("vcs", 4);
  for (const Curve& curve : kCurves) {
    // A quick run omits the larger network.
    const plot::TableView rows = all.filter("curve", [&](const std::string& name) { return name == curve.name; });
    if (rows.size() == 0) continue;
    plt::Numbers load, latency, quoted_load, quoted;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (rows.label(row, "stable") == "yes") {
        load.push_back(rows.number(row, "offered"));
        latency.push_back(rows.number(row, "latency"));
      }
      if (rows.label(row, "quoted_latency").empty()) continue;
      quoted_load.push_back(rows.number(row, "offered"));
      quoted.push_back(rows.number(row, "quoted_latency"));
    }
    plt::plot(load, latency, {{"color", curve.colour}, {"linewidth", 1.0}, {"label", curve.label}});
    plt::scatter(quoted_load, quoted,
                 {{"marker", curve.marker}, {"s", 14.0}, {"edgecolors", curve.colour}, {"facecolors", "none"}});
  }
  plt::xlim(0, 0.62);
  plt::ylim(0, 180);
  plt::xlabel("offered load (flits/chip/cycle)");
  plt::ylabel("packet latency (cycles)");
  plt::legend({{"loc", "upper left"}});
}

}  // namespace

plot::Figure latency_throughput() {
  return {
      .name = "latency_throughput",
      .caption =
          "Packet latency by offered load under uniform traffic, at flit level, with the router configuration of the "
          "reference simulator and four virtual channels. Lines: this simulator, up to the last stable load. Marks: "
          "the reference simulator [@jiang2013booksim], as quoted.",
      .alt =
          "Four rising curves with marks of the reference on them; all turn steep at about half a flit per chip and "
          "cycle.",
      .height = 2.6,
      .claims = {"net.booksim", "net.booksim.stability"},
      .results = {kExperiment},
      .draw = draw};
}

}  // namespace vtpu::figures
