// Simulated hops per second of our simulators and of others.
#include <string>

#include "all.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::figures {
namespace {

namespace plt = plot::plt;

constexpr const char* kExperiment = "net-speed";
constexpr const char* kPeers = "data/peers/simulator_speed.csv";

void curve(const plot::TableView& rows, const char* column, const plt::Keywords& looks) {
  plt::loglog(rows.numbers("chips"), rows.numbers(column), looks);
}

void draw(plot::Context& context) {
  const plot::TableView ours = context.table(kExperiment, "speed");
  const plot::TableView peers = context.data(kPeers).where("flits_a_packet", "1");
  curve(ours.where("level", "packet"), "speed",
        {{"color", plot::colour::kOrange}, {"marker", "s"}, {"markersize", 3.5}, {"label", "packet level"}});
  curve(ours.where("level", "flit"), "speed",
        {{"color", plot::colour::kBlue}, {"marker", "o"}, {"markersize", 3.5}, {"label", "flit level"}});
  curve(peers.where("simulator", "ASTRA-sim"), "million_hops_per_s",
        {{"color", plot::colour::kOrange},
         {"linestyle", "--"},
         {"marker", "s"},
         {"markersize", 3.5},
         {"markerfacecolor", "none"},
         {"label", "ASTRA-sim, chunks"}});
  curve(peers.where("simulator", "BookSim2"), "million_hops_per_s",
        {{"color", plot::colour::kBlue},
         {"linestyle", "--"},
         {"marker", "o"},
         {"markersize", 3.5},
         {"markerfacecolor", "none"},
         {"label", "BookSim2, flits"}});
  plt::xticks({64, 512, 4096}, {"64", "512", "4096"});
  plt::yticks({0.1, 1, 10}, {"0.1", "1", "10"});
  plt::minorticks_off();
  plt::xlabel("chips");
  plt::ylabel("simulated hops\n(million/s)");
  plt::figure_legend({{"ncol", 2L}});
}

}  // namespace

plot::Figure simulator_speed() {
  return {.name = "simulator_speed",
          .caption =
              "Speed of the two simulators that move packets, on one thread of this host: hops of flits and of packets "
              "simulated per second. Dashed: other simulators on a similar machine, as quoted [@jiang2013booksim; "
              "@won2023astrasim2]; the work per hop differs in detail.",
          .alt = "Four lines over the number of chips; ours lie about ten times above those of the other simulators.",
          .height = 2.6,
          .results = {kExperiment},
          .data = {kPeers},
          .draw = draw};
}

}  // namespace vtpu::figures
