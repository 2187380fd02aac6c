// Uniform all-to-all on learned OCS states by the number of virtual-channel classes that their paths may use.
#include <string>

#include "all.h"
#include "labels.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "learned-packets";

void draw(plot::Context& context) {
  const plot::TableView rows = context.table(kExperiment, "learned_classes");
  const plot::TableView packets = context.table(kExperiment, "learned_packets");
  const char* const colours[] = {plot::colour::kBlue,      plot::colour::kOrange, plot::colour::kGreen,
                                 plot::colour::kVermilion, plot::colour::kSky,    plot::colour::kPurple};
  const char* const markers[] = {"o", "s", "^", "D", "v", "P"};
  std::size_t series = 0;
  bool first = true;
  for (const std::string& slice : rows.distinct("slice")) {
    const plot::TableView of_slice = rows.where("slice", slice);
    const auto order = [&](const char* name) {
      return of_slice.filter("order", [&](const std::string& is) { return is == name; });
    };
    const plot::TableView first_order = order("optical first"), searched = order("searched");
    plt::plot(
        first_order.numbers("vc_classes"), first_order.numbers("share_of_free"),
        {{"color", colours[series]}, {"marker", markers[series]}, {"markersize", 3.5}, {"label", with_times(slice)}});
    plt::scatter(searched.numbers("vc_classes"), searched.numbers("share_of_free"),
                 {{"marker", markers[series]}, {"s", 16.0}, {"facecolors", "none"}, {"edgecolors", colours[series]}});
    const plot::TableView packet = packets.where("slice", slice);
    const plt::Numbers at = {packet.number("vc_classes")};
    const plt::Numbers reached = {packet.number("packet") / packet.number("fluid_free")};
    if (first)
      plt::scatter(
          at, reached,
          {{"marker", "_"}, {"s", 60.0}, {"color", plot::colour::kBlack}, {"zorder", 3L}, {"label", "packets"}});
    else
      plt::scatter(at, reached, {{"marker", "_"}, {"s", 60.0}, {"color", plot::colour::kBlack}, {"zorder", 3L}});
    first = false;
    ++series;
  }
  plt::xlim(0.8, 4.2);
  plt::ylim(0, 1.05);
  plt::xticks({1, 2, 3, 4}, {"1", "2", "3", "4"});
  plt::xlabel("virtual-channel classes");
  plt::ylabel("share of throughput\nover all paths");
  plt::legend({{"loc", "lower right"}, {"ncol", 2L}});
}

}  // namespace

plot::Figure learned_classes() {
  return {.name = "learned_classes",
          .caption =
              "Uniform all-to-all on learned [OCS]{.lit} states under deadlock-free routing, by number of "
              "virtual-channel classes, as a share of the throughput over all paths. Lines: optical channels first; "
              "hollow: searched order of channels; dashes: packets.",
          .alt = "Lines for slices of several sizes rise to one within a few classes of virtual channels.",
          .height = 2.3,
          .results = {kExperiment},
          .draw = draw};
}

}  // namespace vtpu::figures
