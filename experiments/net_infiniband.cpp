// Asks how much slower collectives would be if islands of eight chips were joined by InfiniBand instead of optical
// circuit switches (the TPU v4 paper, section 7.3).
//
// net/topology/island_fat_tree.h describes the hybrid and its assumptions. Its all-reduce cuts the buffer into chunks.
// Each chunk is reduce-scattered within the island over its three dimensions (in three parts, so that all ICI links
// work), then all-reduced among the chips at the same position in all islands by recursive halving and doubling over
// InfiniBand, then gathered within the island. The chunks are pipelined so that both kinds of links work at the same
// time. The best number of chunks depends on latency: each number in a list is tried, and the fastest is taken. The
// hybrid's all-to-all is spread evenly over all shortest paths. The baseline is a regular torus with the bucket
// all-reduce and with the all-to-all in dimension order. All runs are at flow level with 1 GiB buffers, links of 50
// GB/s ICI and 25 GB/s InfiniBand (10^9 bytes), and 500 ns each (assumed).
//
// The paper gives neither the wiring of an island nor the schedules, so the claims are conditional on ours. Two wirings
// mark the ends of what a chip's six ICI links allow in an island of eight:
//   mesh   three of them: the edges of a 2x2x2 cube, as in a block's electrical mesh
//   torus  six: a 2x2x2 torus, whose wrap-around links double every edge of the cube
// The schedule loads the three dimensions alike, as both wirings want it; a wiring with unequal dimensions would need
// another schedule. Slices of 64 to 4096 chips (up to 1024 for the torus); each slice's slowdown with each wiring is
// one configuration of the claims. A second reading compares the all-to-all with the twisted torus where the slice's
// shape has one.
//
// Parameters: slices (quick: up to 256 chips). Claims: tpu.ib.allreduce, tpu.ib.alltoall. Control: mesh, InfiniBand as
// fast as ICI. Outputs: keys net.ib.*; table infiniband.
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/island_fat_tree.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

constexpr LinkModel kIci{50, 500};
constexpr int kControl = 256;  // chips of the slice on which the control runs
constexpr std::uint64_t kBuffer = std::uint64_t{1} << 30;
const Shape kSlices[] = {{4, 4, 4}, {4, 4, 8}, {4, 8, 8}, {8, 8, 8}, {8, 8, 16}, {8, 16, 16}, {16, 16, 16}};

struct Wiring {
  const char* name;
  int links;  ///< that join a chip to each of its three neighbours in the island

  int ports() const { return 3 * links; }
};
constexpr Wiring kWirings[] = {{"mesh", 1}, {"torus", 2}};
constexpr const Wiring& kMesh = kWirings[0];

/// The islands, with a wiring and a speed of InfiniBand. Parallel links are one link of their joint bandwidth.
struct IslandsAt {
  topology::IslandFatTree islands;
  Wiring wiring;
  double infiniband_gbytes_per_s;

  static constexpr bool kVertexTransitive = false;
  static std::vector<IslandsAt> examples() { return {}; }
  std::string name() const { return islands.name(); }
  int chip_count() const { return islands.chip_count(); }
  int node_count() const { return islands.node_count(); }
  int port_count() const { return islands.port_count(); }
  int dimension_of(PortNumber port) const { return islands.dimension_of(port); }
  Port peer(Port port) const { return islands.peer(port); }
  LinkModel link(Port port, const LinkModel& usual) const {
    LinkModel link = islands.link(port, usual);
    if (link.bandwidth_gbytes_per_s != usual.bandwidth_gbytes_per_s)
      link.bandwidth_gbytes_per_s = infiniband_gbytes_per_s;
    else
      link.bandwidth_gbytes_per_s *= wiring.links;
    return link;
  }
};
static_assert(Topology<IslandsAt>);

/// The messages of the hybrid's all-reduce.
class Hierarchical {
 public:
  Hierarchical(int chips, int chunks) : chips_(chips), bytes_(kBuffer / static_cast<std::uint64_t>(chunks)) {
    for (int chunk = 0; chunk < chunks; ++chunk) add_chunk();
  }
  const workload::Workload& workload() const { return workload_; }

 private:
  using Arrived = vtpu::IndexedVector<Chip, std::vector<int>>;  // the messages that a chip's next step waits for

  /// One exchange with the partner whose number differs in `bit`. Both wait for the messages in `before`.
  Arrived exchange(const Arrived& before, int bit, std::uint64_t bytes) {
    Arrived after(chips_);
    for (const Chip chip : after.indices()) {
      const Chip partner(chip.value() ^ bit);
      const int id = workload_.add({chip, partner, bytes}, before[chip]);
      after[partner].push_back(id);
      after[chip].push_back(id);
    }
    return after;
  }

  /// Exchanges the chunk in three parts over the island's dimensions, each part starting with a different dimension.
  /// With `scatter` the sizes halve, otherwise they double.
  Arrived island(const Arrived& before, bool scatter) {
    Arrived all(chips_);
    for (int part = 0; part < 3; ++part) {
      Arrived now = before;
      for (int step = 0; step < 3; ++step) {
        const int dimension = (part + (scatter ? step : 2 - step)) % 3;
        now = exchange(now, 4 >> dimension, bytes_ / 3 >> (scatter ? step + 1 : 3 - step));
      }
      append(all, now);
    }
    return all;
  }

  /// Makes the next steps wait for the messages in `more` as well; an empty `more` adds none.
  static void append(Arrived& now, const Arrived& more) {
    for (const Chip chip : more.indices()) now[chip].insert(now[chip].end(), more[chip].begin(), more[chip].end());
  }

  void add_chunk() {
    // Messages of one kind wait for those of the previous chunk, which occupies their links anyway.
    Arrived now = island(scattered_, true);
    scattered_ = now;
    const int islands = chips_ / topology::IslandFatTree::kIslandChips;
    append(now, joined_);
    for (int bit = islands / 2, part = 2; bit > 0; bit /= 2, part *= 2)
      now = exchange(now, bit * topology::IslandFatTree::kIslandChips, bytes_ / 8 / static_cast<std::uint64_t>(part));
    for (int bit = 1, part = islands; bit < islands; bit *= 2, part /= 2)
      now = exchange(now, bit * topology::IslandFatTree::kIslandChips, bytes_ / 8 / static_cast<std::uint64_t>(part));
    joined_ = now;
    append(now, gathered_);
    gathered_ = island(now, false);
  }

  int chips_;
  std::uint64_t bytes_;
  workload::Workload workload_{"hierarchical all-reduce"};
  Arrived scattered_ = Arrived(chips_);
  Arrived joined_;
  Arrived gathered_;
};

struct Times {
  double all_reduce_ns = 0;
  double all_to_all_rate = 0;  // bytes/chip/ns, own share included
  int chunks = 0;
};

Result<Times> on_islands(int chips, const Wiring& wiring, double infiniband_gbytes_per_s) {
  const IslandsAt topology{*topology::IslandFatTree::make(chips), wiring, infiniband_gbytes_per_s};
  const Network network(topology, kIci);
  const Result<routing::TableRouting> routing = routing::TableRouting::make(network, routing::Split::even);
  if (!routing) return routing.error();
  Times best;
  for (const int chunks : {4, 8, 16, 32}) {
    const Result<workload::Completion> done =
        flow::run_flows(network, *routing, Hierarchical(chips, chunks).workload());
    if (!done) return done.error();
    if (best.chunks != 0 && done->time_ns >= best.all_reduce_ns) break;
    best.all_reduce_ns = done->time_ns;
    best.chunks = chunks;
  }
  best.all_to_all_rate =
      routing::ideal_throughput(network,
                                routing::expected_load(network, *routing, workload::Traffic::uniform(chips, true))) *
      network.link_kinds().front().bandwidth_gbytes_per_s;
  return best;
}

Result<Times> on_torus(const Shape& grid) {
  const topology::Torus torus{grid};
  const Network network(torus, kIci);
  const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  const auto program =
      collective::make_chip_program(collective::Collective::all_reduce, collective::Algorithm::bucket, grid);
  if (!program) return program.error();
  const Result<workload::Completion> done =
      flow::run_symmetric_flows(network, *routing, program->of_first_chip(kBuffer));
  if (!done) return done.error();
  return Times{done->time_ns,
               routing::ideal_throughput(network, routing::uniform_load_by_symmetry(network, *routing)) *
                   kIci.bandwidth_gbytes_per_s,
               0};
}

/// The all-to-all rate of the twisted torus, or 0 if the shape has none.
Result<double> twisted_rate(const Shape& grid) {
  const Result<topology::TwistedTorus> torus = topology::TwistedTorus::make(grid);
  if (!torus) return 0.0;
  const Network network(*torus, kIci);
  const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(*torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  return routing::ideal_throughput(network, routing::uniform_load_by_symmetry(network, *routing)) *
         kIci.bandwidth_gbytes_per_s;
}

Result<void> compare(Run& run) {
  run.parameter("ici_gbytes_per_s", kIci.bandwidth_gbytes_per_s);
  run.parameter("infiniband_gbytes_per_s", topology::kInfiniBandHdr.bandwidth_gbytes_per_s);
  run.parameter("link_latency_ns", kIci.latency_ns);
  const int largest = run.parameter("largest_slice", 256, 4096);
  const int largest_of_all = run.parameter("largest_slice_of_all_wirings", 256, 1024);
  for (const Wiring& wiring : kWirings)
    run.parameter(fmt::format("ici_links_in_island.{}", wiring.name), wiring.ports());
  Table& table = run.table("infiniband", {{"wiring", "", Source::label},
                                          {"chips", "", Source::label},
                                          {"torus", "", Source::label},
                                          {"allreduce_ici", "ms", Source::simulated},
                                          {"allreduce_ib", "ms", Source::simulated},
                                          {"chunks", "chunks", Source::simulated},
                                          {"allreduce_slowdown", "x", Source::simulated},
                                          {"alltoall_ici", "GB/s", Source::computed},
                                          {"alltoall_ib", "GB/s", Source::computed},
                                          {"alltoall_slowdown", "x", Source::computed},
                                          {"alltoall_slowdown_twisted", "x", Source::computed}});
  std::vector<std::pair<const Wiring*, Shape>> cases;
  for (const Wiring& wiring : kWirings)
    for (const Shape& grid : kSlices)
      if (grid.count() <= (&wiring == &kMesh ? largest : largest_of_all)) cases.emplace_back(&wiring, grid);
  Progress progress("net-infiniband", cases.size());
  for (const auto& [wiring, grid] : cases) {
    const int chips = grid.count();
    const Result<Times> torus = on_torus(grid),
                        islands = on_islands(chips, *wiring, topology::kInfiniBandHdr.bandwidth_gbytes_per_s);
    if (!torus) return torus.error();
    if (!islands) return islands.error();
    const Result<double> twisted = twisted_rate(grid);
    if (!twisted) return twisted.error();
    const double all_reduce = islands->all_reduce_ns / torus->all_reduce_ns;
    const double all_to_all = torus->all_to_all_rate / islands->all_to_all_rate;
    const std::string place = fmt::format("{}.{}", wiring->name, chips);
    const std::string method = fmt::format("{} chips, {} ICI links of a chip in its island, regular torus {}", chips,
                                           wiring->ports(), to_string(grid));
    run.simulated("net.ib.allreduce_slowdown." + place, all_reduce, "x",
                  method + "; 1 GiB, flow level, best number of chunks");
    run.simulated("net.ib.alltoall_slowdown." + place, all_to_all, "x",
                  method + "; from the most loaded channel under each routing");
    Cell of_twisted = std::string();
    if (*twisted > 0) {
      of_twisted = *twisted / islands->all_to_all_rate;
      run.simulated("net.ib.alltoall_slowdown_twisted." + place, *twisted / islands->all_to_all_rate, "x",
                    method + ", twisted; from the most loaded channel under each routing");
    }
    if (wiring == &kMesh && chips == kControl) {
      const Result<Times> fast = on_islands(chips, *wiring, kIci.bandwidth_gbytes_per_s);
      if (!fast) return fast.error();
      const std::string undone = method + "; InfiniBand as fast as ICI";
      run.simulated("net.ib.allreduce_slowdown.control", fast->all_reduce_ns / torus->all_reduce_ns, "x", undone);
      run.simulated("net.ib.alltoall_slowdown.control", torus->all_to_all_rate / fast->all_to_all_rate, "x", undone);
    }
    table.add({std::string(wiring->name), fmt::format("{}", chips), to_string(grid), torus->all_reduce_ns * 1e-6,
               islands->all_reduce_ns * 1e-6, double(islands->chunks), all_reduce, torus->all_to_all_rate,
               islands->all_to_all_rate, all_to_all, of_twisted});
    progress.step(place);
  }
  return {};
}

const Experiment kExperiment{.name = "net-infiniband",
                             .question = "How much slower are collectives on islands of chips joined by InfiniBand?",
                             .claims = {"tpu.ib.allreduce", "tpu.ib.alltoall"},
                             .inputs = {},
                             .quick_seconds = 4,
                             .full_seconds = 180,
                             .run = compare};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
