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
// packets each. Links of 50 GB/s (10^9 bytes), no latency.
//
// Not converged: the regular 4x4x8 torus depends on bytes per pair and on buffers. With three seeds, 64 packets per
// pair reach 0.989 to 0.990 and 128 reach 0.949 to 0.962; one seed with 512 reaches 0.907. With buffers of 256 packets,
// 128 reach 0.993 to 0.994. Chips progress unequally: halfway through 128 rounds they are in rounds 40 to 119 (twisted:
// 63 to 65). The fast ones finish early and links run idle. An own order of offsets per chip does not help. The gain at
// 128 packets can therefore exceed the bound's gain. Why chips progress unequally is not known.
//
// Parameters: slices (quick: all but the largest three), seeds 5 (quick 3; one above 512 chips), packets per pair:
// fewer on larger slices, and a quarter of that in quick mode. Claims: tpu.twist.448, tpu.twist.488 (at packet level).
// Control: the torus without its twist. Outputs: keys net.alltoall.*; table alltoall.
#include <fmt/core.h>

#include <string>
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

struct Slice {
  Shape sides;
  int packets_a_pair;
  bool quick;
  const char* ideal = nullptr;  // published rows
  const char* measured = nullptr;
};

const Slice kSlices[] = {
    {{4, 4, 4}, 256, true},  {{4, 4, 8}, 128, true, "NW-037", "NW-001"}, {{4, 8, 8}, 64, true, "NW-044", "NW-002"},
    {{8, 8, 8}, 32, true},   {{8, 8, 16}, 4, false, "NW-051"},           {{8, 16, 16}, 1, false, "NW-058"},
    {{16, 16, 16}, 1, false}};

/// What one topology reaches, in link bandwidths per chip.
struct Reached {
  double bound = 0;
  double flow = 0;
  std::vector<double> packet;  // by seed
};

template <Topology T>
Result<Reached> reach(const T& topology, int packets_a_pair, const std::vector<std::uint64_t>& seeds) {
  const Network network(topology);
  const auto routing = routing::DimensionOrder::make(topology, routing::Dateline::plain);
  if (!routing) return routing.error();
  const double chips = network.chip_count();
  const std::uint64_t bytes = kPacketBytes * static_cast<std::uint64_t>(packets_a_pair);
  const auto throughput = [&](double time_ns) {
    return chips * static_cast<double>(bytes) / time_ns / LinkModel{}.bandwidth_gbytes_per_s;
  };
  Reached reached;
  reached.bound = routing::ideal_throughput(network, routing::uniform_load_by_symmetry(network, *routing));
  workload::Workload of_first_chip("all-to-all");
  for (const Chip destination : network.chips())
    if (destination != Chip{0}) of_first_chip.add({Chip{0}, destination, bytes});
  const Result<workload::Completion> flow = flow::run_symmetric_flows(network, *routing, of_first_chip);
  if (!flow) return flow.error();
  reached.flow = throughput(flow->time_ns);
  for (const std::uint64_t seed : seeds) {
    packet::Config config;
    config.packet_bytes = kPacketBytes;
    config.seed = seed;
    const Result<packet::AllToAllResult> packets =
        packet::run_all_to_all(network, *routing, packet::AllToAll{bytes}, config);
    if (!packets) return packets.error();
    reached.packet.push_back(throughput(packets->time_ns));
  }
  return reached;
}

/// A published number as a table cell, or an empty cell without a row.
Result<Cell> published(const Run& run, const char* id) {
  if (id == nullptr) return Cell(std::string());
  const Result<double> value = run.published(kFacts, id);
  if (!value) return value.error();
  return Cell(*value);
}

Result<void> compare(Run& run) {
  const int repeats = run.parameter("seeds", 3, 5);
  run.parameter("packet_bytes", static_cast<double>(kPacketBytes));
  run.parameter("virtual_channels", packet::Config{}.vcs);
  run.parameter("buffer_packets", packet::Config{}.vc_buffer_packets);
  std::vector<std::uint64_t> seeds;
  for (int i = 0; i < repeats; ++i) seeds.push_back(run.random(static_cast<std::uint64_t>(i)).next());
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
  std::vector<const Slice*> slices;
  for (const Slice& slice : kSlices)
    if (slice.quick || !run.quick()) slices.push_back(&slice);
  Progress progress("net-alltoall", slices.size());
  for (const Slice* slice : slices) {
    const std::string name = to_string(slice->sides);
    const int packets = run.quick() ? slice->packets_a_pair / 4 : slice->packets_a_pair;
    const std::string method =
        fmt::format("{}, {} bytes per pair", name, kPacketBytes * static_cast<std::uint64_t>(packets));
    // The largest slices run once: the effect of the seed shrinks as the number of packets grows.
    const std::vector<std::uint64_t> own(seeds.begin(), seeds.begin() + (slice->quick ? repeats : 1));
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
      std::vector<double> gains, undone;
      for (std::size_t i = 0; i < own.size(); ++i) {
        gains.push_back(twisted->packet[i] / regular->packet[i]);
        undone.push_back(regular->packet[i] / regular->packet[(i + 1) % own.size()]);
      }
      const Estimate gain = estimate_median(gains);
      run.simulated("net.alltoall.twist_gain_" + name, gain, "x");
      run.simulated("net.alltoall.twist_gain_" + name + ".control", estimate_median(undone), "x");
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
                             .quick_seconds = 8,
                             .full_seconds = 70,
                             .run = compare};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
