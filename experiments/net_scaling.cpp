// Asks how the network behaves as the machine grows from one block to 65,536 chips: distance, all-to-all throughput,
// and the time of an all-reduce.
//
// Three-dimensional tori: a block, then 512 chips, then the machines that net/machine.h configures (4096 doubled up to
// 65,536, with blocks of 4x4x4 throughout). All-to-all of 1 MiB per pair and an all-reduce of 1 GiB by the bucket
// algorithm run at flow level by symmetry, with one chip standing for all. Links of 50 GB/s (10^9 bytes) and 500 ns (an
// assumption; no latency is published). Half-way ties are split evenly.
//
// Parameters: machines (quick: up to 16384 chips). No claim. Outputs: keys net.scaling.*; table scaling.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/collective/bounds.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/torus.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

constexpr LinkModel kLink{50, 500};

Result<void> grow(Run& run) {
  const int largest = run.parameter("largest_machine", 16384, 65536);
  run.parameter("link_latency_ns", kLink.latency_ns);
  std::vector<Shape> sides = {{4, 4, 4}, {8, 8, 8}};
  for (int chips = 4096; chips <= largest; chips *= 2) sides.push_back(Machine::of_size(chips)->active_shape());
  Table& table = run.table("scaling", {{"chips", "", Source::label},
                                       {"torus", "", Source::label},
                                       {"hops", "hops", Source::computed},
                                       {"diameter", "hops", Source::computed},
                                       {"alltoall", "link bandwidths", Source::simulated},
                                       {"alltoall_bound", "link bandwidths", Source::computed},
                                       {"allreduce_ms", "ms", Source::simulated},
                                       {"allreduce_bound_ms", "ms", Source::computed}});
  Progress progress("net-scaling", sides.size());
  for (const Shape& grid : sides) {
    const topology::Torus torus{grid};
    const Network network(torus, kLink);
    const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
    if (!routing) return routing.error();
    const int chips = grid.count();
    constexpr std::uint64_t kPair = 1 << 20, kBuffer = std::uint64_t{1} << 30;
    workload::Workload pairs("all-to-all");
    for (const Chip destination : network.chips())
      if (destination != Chip{0}) pairs.add({Chip{0}, destination, kPair});
    const Result<workload::Completion> exchanged = flow::run_symmetric_flows(network, *routing, pairs);
    if (!exchanged) return exchanged.error();
    const auto program =
        collective::make_chip_program(collective::Collective::all_reduce, collective::Algorithm::bucket, grid);
    if (!program) return program.error();
    const Result<workload::Completion> reduced =
        flow::run_symmetric_flows(network, *routing, program->of_first_chip(kBuffer));
    if (!reduced) return reduced.error();
    const topology::DistanceDistribution hops = closed_form(torus);
    const double rate = static_cast<double>(chips) * kPair / exchanged->time_ns / kLink.bandwidth_gbytes_per_s;
    collective::AlphaBeta machine;
    machine.chips = chips;
    machine.links = 6;
    const double bound = collective::lower_bound(collective::Collective::all_reduce, machine, kBuffer).bandwidth_ns;
    const std::string name = to_string(grid);
    run.simulated("net.scaling.alltoall." + name, rate, "link bandwidths",
                  "all-to-all of 1 MiB per pair at flow level, own share and latency included");
    run.simulated("net.scaling.allreduce_ms." + name, reduced->time_ns * 1e-6, "ms",
                  "bucket all-reduce of 1 GiB at flow level");
    run.simulated("net.scaling.allreduce_share." + name, bound / reduced->time_ns, "1",
                  "bandwidth bound over the time of the bucket all-reduce");
    run.computed("net.scaling.hops." + name, hops.average_including_self(), "hops", "closed form; including self");
    table.add({fmt::format("{}", chips), name, hops.average_including_self(), double(hops.diameter()), rate,
               closed_form_alltoall_bound(torus), reduced->time_ns * 1e-6, bound * 1e-6});
    progress.step(name);
  }
  return {};
}

const Experiment kExperiment{.name = "net-scaling",
                             .question = "How do distance, all-to-all and all-reduce change as the machine grows?",
                             .claims = {},
                             .inputs = {},
                             .quick_seconds = 1,
                             .full_seconds = 1,
                             .run = grow};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
