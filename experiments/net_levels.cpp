// Asks whether the three levels of simulation agree with each other and with closed forms.
//
// Workloads small enough for flits run at flow, packet and flit level on the same tori with the same routing. The
// closed form is the time in which the busiest channel moves its bytes, plus the latency of the longest path (for
// schedules, summed over their rounds). Flits of 64 bytes at 50 GB/s (10^9 bytes) take 1.28 ns, which is one cycle. The
// five cycles from router to router are the link latency of the other two levels. The flow level has no queues: it is
// the fluid limit. Packets of 1 KiB wait as a whole. Flits wait in buffers of 32 (four virtual channels), where
// head-of-line blocking costs throughput. At flit level a chip has one injection channel, as in the reference set-up,
// and injects at most one flit per cycle, whatever its ports could take. There the bytes of the busiest chip are a
// second bound.
//
// Only routes and orders are random, from the seed; both modes do the same. No claim. Outputs: keys net.levels.*; table
// levels.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/statistics.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/flit/run_flits.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/workload.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

constexpr int kFlitBytes = 64;
constexpr double kCycleNs = kFlitBytes / 50.0;
constexpr LinkModel kLink{50, 5 * kCycleNs};

struct Case {
  std::string key;
  std::string name;
  Shape grid;
  workload::Workload workload;
  double closed_form_ns;
};

/// Time that the busiest channel needs for its bytes.
double busiest_ns(const Network& network, const workload::Completion& done) {
  double busiest = 0;
  for (const Channel channel : network.channels())
    if (network.attached(channel))
      busiest = std::max(busiest, done.channel_bytes[static_cast<std::size_t>(channel.value())] /
                                      network.link(channel).bandwidth_gbytes_per_s);
  return busiest;
}

/// Time that the chip that sends most needs to inject its bytes at the bandwidth of one channel.
double injection_ns(const Network& network, const workload::Workload& workload) {
  vtpu::IndexedVector<Chip, double> sent(network.chip_count(), 0.0);
  for (int id = 0; id < workload.size(); ++id)
    sent[workload.message(id).source] += static_cast<double>(workload.message(id).bytes);
  return *std::max_element(sent.begin(), sent.end()) / kLink.bandwidth_gbytes_per_s;
}

workload::Workload pairs(const std::string& name, std::uint64_t bytes,
                         const vtpu::IndexedVector<Chip, std::vector<Chip>>& to) {
  workload::Workload workload(name);
  // Each chip starts at a different position in its list, so that they do not all send to the same chip.
  for (const Chip source : to.indices()) {
    const std::vector<Chip>& list = to[source];
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Chip destination = list[(i + static_cast<std::size_t>(source.value())) % list.size()];
      if (destination != source) workload.add({source, destination, bytes});
    }
  }
  return workload;
}

Result<std::vector<Case>> make_cases(vtpu::Random random) {
  std::vector<Case> cases;
  const auto add = [&](const char* key, const std::string& name, const Shape& grid, workload::Workload workload,
                       double ns) {
    cases.push_back({key, name, grid, std::move(workload), ns});
  };
  workload::Workload one("one message");
  one.add({Chip{0}, Chip{21}, 1 << 20});
  add("message", "one message of 1 MiB over 3 links", {4, 4, 4}, one, (1 << 20) / 50.0 + 3 * kLink.latency_ns);
  workload::Workload two("two messages");
  two.add({Chip{0}, Chip{2}, 1 << 18});
  two.add({Chip{1}, Chip{3}, 1 << 18});
  add("shared_link", "two messages of 256 KiB that share a link", {8}, two,
      2 * (1 << 18) / 50.0 + 2 * kLink.latency_ns);
  const std::uint64_t buffer = 64 << 14;
  const auto ring = collective::make_schedule(collective::Collective::all_reduce, collective::Algorithm::ring, {16});
  if (!ring) return ring.error();
  add("ring", "ring all-reduce of 1 MiB, 16 chips", {16}, collective::to_workload(*ring, buffer),
      30 * (double(buffer) / 16 / 50 + kLink.latency_ns));
  const Shape cube{4, 4, 4};
  const auto bucket =
      collective::make_schedule(collective::Collective::all_reduce, collective::Algorithm::bucket, cube);
  if (!bucket) return bucket.error();
  const std::uint64_t large = 6 * 64 * 4096;
  add("bucket", "bucket all-reduce of 1.5 MiB", cube, collective::to_workload(*bucket, large),
      2 * 63.0 / 64 * double(large) / 6 / 50 + rounds(*bucket) * kLink.latency_ns);
  vtpu::IndexedVector<Chip, std::vector<Chip>> neighbours(64), all(64), shuffled(64);
  for (const Chip chip : all.indices()) {
    for (const PortNumber port : vtpu::index_range<PortNumber>(6))
      neighbours[chip].push_back(topology::Torus{cube}.peer({chip, port}).chip);
    for (const Chip other : all.indices()) all[chip].push_back(other);
  }
  add("neighbours", "64 KiB to each neighbour", cube, pairs("neighbours", 1 << 16, neighbours),
      (1 << 16) / 50.0 + kLink.latency_ns);
  add("alltoall", "all-to-all, 16 KiB a pair", cube, pairs("all-to-all", 1 << 14, all),
      64 * (1 << 14) / (2 * 50.0) + 6 * kLink.latency_ns);
  vtpu::IndexedVector<Chip, Chip> order(64);
  for (const Chip chip : order.indices()) order[chip] = chip;
  random.shuffle(order.raw());
  for (const Chip chip : order.indices()) shuffled[chip].push_back(order[chip]);
  add("permutation", "a random permutation, 256 KiB a chip", cube, pairs("permutation", 1 << 18, shuffled), 0);
  return cases;
}

Result<void> compare(Run& run) {
  run.parameter("flit_bytes", kFlitBytes);
  Result<std::vector<Case>> cases = make_cases(run.random(1));
  if (!cases) return cases.error();
  Table& table = run.table("levels", {{"workload", "", Source::label},
                                      {"torus", "", Source::label},
                                      {"messages", "messages", Source::computed},
                                      {"closed_form", "us", Source::computed},
                                      {"flow", "us", Source::simulated},
                                      {"packet", "us", Source::simulated},
                                      {"flit_bound", "us", Source::computed},
                                      {"flit", "us", Source::simulated}});
  for (const Case& one : *cases) {
    const topology::Torus torus{one.grid};
    const Network network(torus, kLink);
    const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::balanced);
    if (!routing) return routing.error();
    const Result<workload::Completion> flow = flow::run_flows(network, *routing, one.workload);
    if (!flow) return flow.error();
    packet::Config packets;
    packets.packet_bytes = 1024;
    packets.seed = run.random(2).next();
    const Result<workload::Completion> packet = packet::run_packets(network, *routing, one.workload, packets);
    if (!packet) return packet.error();
    flit::Config flits;
    flits.packet_flits = 1024 / kFlitBytes;
    flits.vc_buffer_flits = 32;
    flits.seed = run.random(3).next();
    const Result<workload::Completion> flit = flit::run_flits(network, *routing, one.workload, flits, kFlitBytes);
    if (!flit) return flit.error();
    // Where routes are drawn at random, the only closed form is the busiest channel of the fluid.
    const double closed = one.closed_form_ns > 0 ? one.closed_form_ns : busiest_ns(network, *flow) + kLink.latency_ns;
    const double flit_bound = std::max(closed, injection_ns(network, one.workload));
    const auto record = [&](const char* level, double ns, double bound) {
      run.simulated(fmt::format("net.levels.{}_over_closed_form.{}", level, one.key), ns / bound, "x",
                    one.name + ", torus " + to_string(one.grid));
    };
    record("flow", flow->time_ns, closed);
    record("packet", packet->time_ns, closed);
    record("flit", flit->time_ns, flit_bound);
    table.add({one.name, to_string(one.grid), double(one.workload.size()), closed * 1e-3, flow->time_ns * 1e-3,
               packet->time_ns * 1e-3, flit_bound * 1e-3, flit->time_ns * 1e-3});
  }
  return {};
}

const Experiment kExperiment{.name = "net-levels",
                             .question = "Do the three levels of simulation agree with each other and with theory?",
                             .claims = {},
                             .inputs = {},
                             .quick_seconds = 2,
                             .full_seconds = 2,
                             .run = compare};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
