// Asks what twisting a torus gains for uniform all-to-all traffic: by the bound, by fluid flows and by packets,
// compared with what was measured on hardware.
//
// Slices from 4x4x4 to 16x16x16, regular and, where the two families have the shape, twisted. Dimension-order routing:
// on a regular torus half-way ties are split evenly; on a twisted torus the paths of each pair are weighted so that
// uniform traffic loads all links as evenly as shortest paths can (net/routing/). Every chip sends the same number of
// bytes to every other chip at once. Throughput is bytes per chip over time in link bandwidths; like the bound, it
// includes the chip's own share. Flow level: max-min fair rates, by symmetry. Packet level: virtual cut-through with
// packets of 4 KiB, the DMA size of the published measurement (network_claims.csv, NW-003). All sources visit the other
// chips in the same random order of offsets, and the run is repeated with other seeds. Four virtual channels of 32
// packets each. Links of 50 GB/s (10^9 bytes), no latency. A free channel serves the packet of the earliest round
// first, which is age-based arbitration (Abts and Weisser, SC 2007) with the round in place of the age.
//
// Convergence: with that order throughput rises steadily with the packets per pair, on both tori. The slices that carry
// claims take 64, in quick and full runs alike; table alltoall_convergence shows 16 to 512 (quick: 16). If packets
// in flight come first instead, as in this project's other packet runs, a chip beside a busy link starves while the
// chips upstream use it. Chips then progress unequally, the fast ones finish early, and links run idle at the end. On
// the regular 4x4x8 torus the loss grows with the packets per pair; the same table shows it.
//
// Parameters: slices (quick: up to 256 chips), seeds, 20 in both modes, of which slices without a claim and the other
// rows of the convergence table use fewer; packets per pair. Claims: tpu.twist.448, tpu.twist.488 (at packet level).
// Control: the twist on the wraps of the long sides, which leaves the long rings as long as they are. Outputs: keys
// net.alltoall.*; tables alltoall, alltoall_convergence.
#include <fmt/core.h>

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/all_to_all.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/net/workload/workload.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kFacts = "data/published/network_claims.csv";
constexpr std::uint64_t kPacketBytes = 4096;

constexpr int kSeeds = 20;
constexpr int kFewSeeds = 6;  // the fewest of which order statistics give a 95 % interval of the median

struct Slice {
  Shape sides;
  int packets_a_pair;
  int seeds;
  bool quick;
  const char* ideal = nullptr;  // published rows
  const char* measured = nullptr;
  bool has_claim() const { return measured != nullptr; }
};

const Slice kSlices[] = {{{4, 4, 4}, 64, kFewSeeds, true},
                         {{4, 4, 8}, 64, kSeeds, true, "NW-037", "NW-001"},
                         {{4, 8, 8}, 64, kSeeds, true, "NW-044", "NW-002"},
                         {{8, 8, 8}, 16, kFewSeeds, false},
                         {{8, 8, 16}, 4, 1, false, "NW-051"},
                         {{8, 16, 16}, 1, 1, false, "NW-058"},
                         {{16, 16, 16}, 1, 1, false}};

/// One more row of the convergence table for every slice with a claim.
struct Size {
  int packets_a_pair;
  int seeds;
  bool quick;
};
const Size kSizes[] = {{16, kFewSeeds, true}, {32, kFewSeeds, false}, {64, 3, false},
                       {128, 1, false},       {256, 1, false},        {512, 1, false}};

/// What one topology reaches, in link bandwidths per chip.
struct Reached {
  double bound = 0;
  double flow = 0;
  std::vector<double> packet;  // by seed
};

enum class Serve { earliest_round, in_flight };

double in_link_bandwidths(const Network& network, int packets_a_pair, double time_ns) {
  const double bytes = static_cast<double>(kPacketBytes) * packets_a_pair;
  return network.chip_count() * bytes / time_ns / LinkModel{}.bandwidth_gbytes_per_s;
}

/// Throughput at packet level by seed, on two threads. No run depends on another.
template <Topology T>
Result<std::vector<double>> by_packets(const T& topology, int packets_a_pair, const std::vector<std::uint64_t>& seeds,
                                       Serve serve = Serve::earliest_round) {
  const Network network(topology);
  const auto routing = routing::DimensionOrder::make(topology, routing::Dateline::plain);
  if (!routing) return routing.error();
  const auto one = [&](std::uint64_t seed) -> Result<double> {
    packet::Config config;
    config.packet_bytes = kPacketBytes;
    config.seed = seed;
    const packet::AllToAll all_to_all{.bytes_per_pair = kPacketBytes * static_cast<std::uint64_t>(packets_a_pair),
                                      .earliest_round_first = serve == Serve::earliest_round};
    const Result<packet::AllToAllResult> packets = packet::run_all_to_all(network, *routing, all_to_all, config);
    if (!packets) return packets.error();
    return in_link_bandwidths(network, packets_a_pair, packets->time_ns);
  };
  std::vector<double> throughput;
  for (std::size_t i = 0; i < seeds.size(); i += 2) {
    std::optional<std::future<Result<double>>> second;
    if (i + 1 < seeds.size()) second = std::async(std::launch::async, one, seeds[i + 1]);
    std::vector<Result<double>> both = {one(seeds[i])};
    if (second) both.push_back(second->get());
    for (const Result<double>& reached : both) {
      if (!reached) return reached.error();
      throughput.push_back(*reached);
    }
  }
  return throughput;
}

template <Topology T>
Result<Reached> reach(const T& topology, int packets_a_pair, const std::vector<std::uint64_t>& seeds) {
  const Network network(topology);
  const auto routing = routing::DimensionOrder::make(topology, routing::Dateline::plain);
  if (!routing) return routing.error();
  const std::uint64_t bytes = kPacketBytes * static_cast<std::uint64_t>(packets_a_pair);
  Reached reached;
  reached.bound = routing::ideal_throughput(network, routing::uniform_load_by_symmetry(network, *routing));
  workload::Workload of_first_chip("all-to-all");
  for (const Chip destination : network.chips())
    if (destination != Chip{0}) of_first_chip.add({Chip{0}, destination, bytes});
  const Result<workload::Completion> flow = flow::run_symmetric_flows(network, *routing, of_first_chip);
  if (!flow) return flow.error();
  reached.flow = in_link_bandwidths(network, packets_a_pair, flow->time_ns);
  const Result<std::vector<double>> packets = by_packets(topology, packets_a_pair, seeds);
  if (!packets) return packets.error();
  reached.packet = *packets;
  return reached;
}

/// Ratios seed by seed, as many as the shorter has.
std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below) {
  std::vector<double> all;
  for (std::size_t i = 0; i < std::min(above.size(), below.size()); ++i) all.push_back(above[i] / below[i]);
  return all;
}

std::vector<std::uint64_t> first(const std::vector<std::uint64_t>& seeds, int count) {
  return {seeds.begin(), seeds.begin() + count};
}

/// The gain of the control: the twist on the wraps of the long sides. Its sides come in falling order.
Result<Estimate> gain_of_wrong_twist(const Slice& slice, const std::vector<std::uint64_t>& seeds,
                                     const std::vector<double>& regular) {
  const Shape falling{slice.sides.side(2), slice.sides.side(1), slice.sides.side(0)};
  const Result<topology::TwistedTorus> torus = topology::TwistedTorus::with_long_wraps_twisted(falling);
  if (!torus) return torus.error();
  const Result<std::vector<double>> packets = by_packets(*torus, slice.packets_a_pair, seeds);
  if (!packets) return packets.error();
  return estimate_median(ratios(*packets, regular));
}

/// One row of the convergence table: throughput and gain of a slice by packets per pair.
Result<void> add_size(Table& table, const Slice& slice, const Size& size, const std::vector<std::uint64_t>& seeds) {
  const topology::Torus regular{slice.sides};
  const Result<topology::TwistedTorus> torus = topology::TwistedTorus::make(slice.sides);
  if (!torus) return torus.error();
  const auto in_flight = by_packets(regular, size.packets_a_pair, seeds, Serve::in_flight);
  if (!in_flight) return in_flight.error();
  const auto of_regular = by_packets(regular, size.packets_a_pair, seeds);
  if (!of_regular) return of_regular.error();
  const auto of_twisted = by_packets(*torus, size.packets_a_pair, seeds);
  if (!of_twisted) return of_twisted.error();
  const std::vector<double> gains = ratios(*of_twisted, *of_regular);
  table.add({to_string(slice.sides), double(size.packets_a_pair), double(seeds.size()), median(*in_flight),
             median(*of_regular), median(*of_twisted), median(gains), *std::min_element(gains.begin(), gains.end()),
             *std::max_element(gains.begin(), gains.end())});
  return {};
}

/// A published number as a table cell, or an empty cell without a row.
Result<Cell> published(const Run& run, const char* id) {
  if (id == nullptr) return Cell(std::string());
  const Result<double> value = run.published(kFacts, id);
  if (!value) return value.error();
  return Cell(*value);
}

Result<void> compare(Run& run) {
  const int most_seeds = run.parameter("seeds", kSeeds);
  run.parameter("packet_bytes", static_cast<double>(kPacketBytes));
  run.parameter("virtual_channels", packet::Config{}.vcs);
  run.parameter("buffer_packets", packet::Config{}.vc_buffer_packets);
  std::vector<std::uint64_t> seeds;
  for (int i = 0; i < most_seeds; ++i) seeds.push_back(run.random(static_cast<std::uint64_t>(i)).next());
  Table& table = run.table("alltoall", {{"slice", "", Source::label},
                                        {"chips", "chips", Source::computed},
                                        {"bound_regular", "link bandwidths", Source::computed},
                                        {"flow_regular", "link bandwidths", Source::simulated},
                                        {"packet_regular", "link bandwidths", Source::simulated},
                                        {"bound_twisted", "link bandwidths", Source::computed},
                                        {"flow_twisted", "link bandwidths", Source::simulated},
                                        {"packet_twisted", "link bandwidths", Source::simulated},
                                        {"gain_bound", "x", Source::computed},
                                        {"gain_packet", "x", Source::simulated},
                                        {"gain_packet_low", "x", Source::simulated},
                                        {"gain_packet_high", "x", Source::simulated},
                                        {"quoted_gain_ideal", "x", Source::quoted},
                                        {"quoted_gain_measured", "x", Source::quoted}});
  Table& convergence =
      run.table("alltoall_convergence", {{"slice", "", Source::label},
                                         {"packets_a_pair", "packets", Source::computed},
                                         {"seeds", "runs", Source::computed},
                                         {"regular_in_flight_first", "link bandwidths", Source::simulated},
                                         {"regular", "link bandwidths", Source::simulated},
                                         {"twisted", "link bandwidths", Source::simulated},
                                         {"gain", "x", Source::simulated},
                                         {"gain_least", "x", Source::simulated},
                                         {"gain_most", "x", Source::simulated}});
  std::vector<const Slice*> slices;
  std::vector<std::pair<const Slice*, const Size*>> rows;
  for (const Slice& slice : kSlices) {
    if (slice.quick || !run.quick()) slices.push_back(&slice);
    if (!slice.has_claim()) continue;
    for (const Size& size : kSizes)
      if (size.quick || !run.quick()) rows.emplace_back(&slice, &size);
  }
  Progress progress("net-alltoall", slices.size() + rows.size());
  for (const auto& [slice, size] : rows) {
    if (const Result<void> added = add_size(convergence, *slice, *size, first(seeds, size->seeds)); !added)
      return added.error();
    progress.step(fmt::format("{}, {} packets per pair", to_string(slice->sides), size->packets_a_pair));
  }
  for (const Slice* slice : slices) {
    const std::string name = to_string(slice->sides);
    const int packets = slice->packets_a_pair;
    const std::string method =
        fmt::format("{}, {} bytes per pair", name, kPacketBytes * static_cast<std::uint64_t>(packets));
    const std::vector<std::uint64_t> own = first(seeds, std::min(slice->seeds, most_seeds));
    const Result<Reached> regular = reach(topology::Torus{slice->sides}, packets, own);
    if (!regular) return regular.error();
    const auto record = [&](const char* kind, const Reached& reached) {
      run.computed(fmt::format("net.alltoall.bound.{}_{}", kind, name), reached.bound, "link bandwidths",
                   method + "; most loaded link under the routing");
      run.simulated(fmt::format("net.alltoall.flow.{}_{}", kind, name), reached.flow, "link bandwidths",
                    method + "; flow level");
      Estimate packet = estimate_median(reached.packet);
      run.simulated(fmt::format("net.alltoall.packet.{}_{}", kind, name), packet, "link bandwidths");
      run.simulated(fmt::format("net.alltoall.packet_share.{}_{}", kind, name), packet.value / reached.bound, "1",
                    method + "; packet level over the bound");
    };
    record("regular", *regular);
    std::vector<Cell> row = {name, double(slice->sides.count()), regular->bound, regular->flow,
                             median(regular->packet)};
    const Result<topology::TwistedTorus> torus = topology::TwistedTorus::make(slice->sides);
    if (torus) {
      const Result<Reached> twisted = reach(*torus, packets, own);
      if (!twisted) return twisted.error();
      record("twisted", *twisted);
      const Estimate gain = estimate_median(ratios(twisted->packet, regular->packet));
      run.simulated("net.alltoall.twist_gain_" + name, gain, "x");
      if (slice->has_claim()) {
        const Result<Estimate> control = gain_of_wrong_twist(*slice, first(seeds, kFewSeeds), regular->packet);
        if (!control) return control.error();
        run.simulated("net.alltoall.twist_gain_" + name + ".control", *control, "x");
      }
      run.computed("net.alltoall.twist_gain_bound_" + name, twisted->bound / regular->bound, "x", method);
      const Result<Cell> ideal = published(run, slice->ideal), measured = published(run, slice->measured);
      if (!ideal) return ideal.error();
      if (!measured) return measured.error();
      for (const Cell& cell :
           std::vector<Cell>{twisted->bound, twisted->flow, median(twisted->packet), twisted->bound / regular->bound,
                             gain.value, gain.ci.low, gain.ci.high, *ideal, *measured})
        row.push_back(cell);
    }
    row.resize(table.columns.size(), Cell(std::string()));
    table.add(row);
    progress.step(name);
  }
  return {};
}

const Experiment kExperiment{.name = "net-alltoall",
                             .question = "What does twisting a torus gain for all-to-all traffic, at three levels?",
                             .claims = {"tpu.twist.448", "tpu.twist.488"},
                             .inputs = {kFacts},
                             .quick_seconds = 70,
                             .full_seconds = 200,
                             .run = compare};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
