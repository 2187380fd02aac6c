// Asks whether the flow-level simulator and SimGrid find the same times for the same networks, and how long each takes.
//
// SimGrid (casanova2014simgrid) is Debian's package, driven through its S4U interface: a torus zone of full-duplex
// links, its fluid model without hidden factors (CM02, no TCP window, no cross traffic), and one actor that issues all
// messages. Its torus sends all messages that are half-way round a ring in the same direction. Our simulator therefore
// runs twice: with those ties split evenly, which is what routing on such a machine would do, and with all of them in
// the positive direction, which must reproduce SimGrid's times.
//
// Each timed simulation runs in a separate process, alternating between the two simulators. Its wall time covers
// building the network and running it. Links of 50 GB/s (10^9 bytes) and 500 ns.
//
// Parameters: runs of each case 3 (quick 1); all-to-all of 1 MiB per pair on 4x4x4 (quick) and 4x4x8 (full). Claim:
// net.simgrid. Outputs: keys net.simgrid.*; table simgrid.
#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <simgrid/s4u.hpp>
#include <string>
#include <vector>

#include "vtpu/measure/child_process.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/workload.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

constexpr LinkModel kLink{50, 500};
constexpr std::uint64_t kMiB = 1 << 20;
constexpr const char* kControlCase = "alltoall_4x4x4";

/// Messages in phases. All messages of a phase start together, after all messages of the phase before have arrived.
struct Case {
  std::string name;
  Shape sides;
  std::vector<std::vector<workload::Message>> phases;
};

Case ring_all_reduce(int chips, std::uint64_t bytes) {
  Case made{fmt::format("ring all-reduce, {} chips", chips), {chips}, {}};
  const std::uint64_t share = bytes / static_cast<std::uint64_t>(chips);
  for (int step = 0; step < 2 * (chips - 1); ++step) {
    auto& phase = made.phases.emplace_back();
    for (const Chip chip : vtpu::index_range<Chip>(chips))
      phase.push_back({chip, Chip((chip.value() + 1) % chips), share});
  }
  return made;
}

Case all_to_all(const Shape& sides, std::uint64_t bytes) {
  Case made{"all-to-all " + to_string(sides), sides, {{}}};
  for (const Chip source : vtpu::index_range<Chip>(sides.count()))
    for (const Chip destination : vtpu::index_range<Chip>(sides.count()))
      if (source != destination) made.phases[0].push_back({source, destination, bytes});
  return made;
}

/// The same messages in shifts: in phase k every chip sends to the chip whose number is k higher.
Case shifted_all_to_all(const Shape& sides, std::uint64_t bytes) {
  Case made{"all-to-all in shifts " + to_string(sides), sides, {}};
  const int chips = sides.count();
  for (int shift = 1; shift < chips; ++shift) {
    auto& phase = made.phases.emplace_back();
    for (const Chip chip : vtpu::index_range<Chip>(chips))
      phase.push_back({chip, Chip((chip.value() + shift) % chips), bytes});
  }
  return made;
}

/// Simulated time in milliseconds.
double simulate_by_simgrid(const Case& what) {
  namespace s4u = simgrid::s4u;
  std::string program = "net_simgrid", log = "--log=root.thresh:critical";
  std::string model = "--cfg=network/model:CM02", gamma = "--cfg=network/TCP-gamma:0",
              cross = "--cfg=network/crosstraffic:0";
  char* arguments[] = {program.data(), log.data(), model.data(), gamma.data(), cross.data(), nullptr};
  int count = 5;
  s4u::Engine engine(&count, arguments);
  vtpu::IndexedVector<Chip, s4u::Host*> hosts(what.sides.count());
  std::vector<unsigned long> sides;
  for (int d = 0; d < what.sides.dimensions(); ++d) sides.push_back(static_cast<unsigned long>(what.sides.side(d)));
  // A torus zone derives coordinates from an element's number, with the first dimension varying fastest.
  const auto make_host = [&](s4u::NetZone* zone, const std::vector<unsigned long>&, unsigned long number) {
    Coordinates at{};
    for (std::size_t d = 0; d < sides.size(); ++d, number /= sides[d - 1]) at[d] = static_cast<int>(number % sides[d]);
    const Chip chip(what.sides.index_of(at));
    s4u::Host* host = zone->create_host(fmt::format("chip{}", chip), 1e9)->seal();
    hosts[chip] = host;
    return std::make_pair(host->get_netpoint(), static_cast<simgrid::kernel::routing::NetPoint*>(nullptr));
  };
  s4u::create_torus_zone("torus", nullptr, sides, s4u::ClusterCallbacks(make_host), kLink.bandwidth_gbytes_per_s * 1e9,
                         kLink.latency_ns * 1e-9, s4u::Link::SharingPolicy::SPLITDUPLEX)
      ->seal();
  s4u::Actor::create("driver", hosts.front(), [&] {
    for (const auto& phase : what.phases) {
      std::vector<s4u::CommPtr> sent;
      for (const workload::Message& message : phase)
        sent.push_back(s4u::Comm::sendto_async(hosts[message.source], hosts[message.destination], message.bytes));
      s4u::Comm::wait_all(sent);
    }
  });
  engine.run();
  return s4u::Engine::get_clock() * 1e3;
}

/// Simulated time in milliseconds.
Result<double> simulate_by_flows(const Case& what, routing::Ties ties) {
  const topology::Torus torus{what.sides};
  const Network network(torus, kLink);
  const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::plain, ties);
  if (!routing) return routing.error();
  workload::Workload workload(what.name);
  std::vector<int> before;
  for (const auto& phase : what.phases) {
    // An empty message stands for the whole phase, so that messages of the next phase wait for that one alone.
    std::vector<int> barrier;
    if (!before.empty()) barrier = {workload.add({Chip{0}, Chip{0}, 0}, before)};
    before.clear();
    for (const workload::Message& message : phase) before.push_back(workload.add(message, barrier));
  }
  const Result<workload::Completion> done = flow::run_flows(network, *routing, workload);
  if (!done) return done.error();
  return done->time_ns * 1e-6;
}

Result<void> compare(Run& run) {
  warn_of_disturbance("net-simgrid");
  const int repeats = run.parameter("runs", 1, 3);
  run.parameter("link_gbytes_per_s", kLink.bandwidth_gbytes_per_s);
  run.parameter("link_latency_ns", kLink.latency_ns);
  std::vector<std::pair<std::string, Case>> cases = {{"ring16", ring_all_reduce(16, 256 * kMiB)},
                                                     {"alltoall_4x4x4", all_to_all({4, 4, 4}, kMiB)},
                                                     {"shifts_4x4x8", shifted_all_to_all({4, 4, 8}, kMiB)}};
  if (!run.quick()) cases.emplace_back("alltoall_4x4x8", all_to_all({4, 4, 8}, kMiB));
  Table& table = run.table("simgrid", {{"case", "", Source::label},
                                       {"messages", "messages", Source::computed},
                                       {"simgrid", "ms", Source::simulated},
                                       {"same_ties", "ms", Source::simulated},
                                       {"split_ties", "ms", Source::simulated},
                                       {"simgrid_wall", "s", Source::measured},
                                       {"wall", "s", Source::measured},
                                       {"speedup", "x", Source::measured}});
  Progress progress("net-simgrid", cases.size());
  for (const auto& [key, what] : cases) {
    std::vector<double> theirs, ours;
    double simgrid_ms = 0, split_ms = 0;
    for (int i = 0; i < repeats; ++i) {
      const auto one = time_in_child("net-simgrid", [&]() -> Result<double> { return simulate_by_simgrid(what); });
      if (!one) return one.error();
      const auto two = time_in_child("net-simgrid", [&] { return simulate_by_flows(what, routing::Ties::split); });
      if (!two) return two.error();
      simgrid_ms = one->value, split_ms = two->value;
      theirs.push_back(one->seconds);
      ours.push_back(two->seconds);
    }
    const Result<double> same_ms = simulate_by_flows(what, routing::Ties::positive);
    if (!same_ms) return same_ms.error();
    std::size_t messages = 0;
    for (const auto& phase : what.phases) messages += phase.size();
    const std::string method = what.name + "; links of 50 GB/s and 500 ns; ";
    run.simulated("net.simgrid.theirs_ms." + key, simgrid_ms, "ms", method + "SimGrid, CM02");
    run.simulated("net.simgrid.same_ties_ms." + key, *same_ms, "ms",
                  method + "flow level, ties in the positive direction as in SimGrid");
    run.simulated("net.simgrid.split_ties_ms." + key, split_ms, "ms", method + "flow level, ties split evenly");
    run.simulated("net.simgrid.difference." + key, std::abs(*same_ms / simgrid_ms - 1), "1",
                  "relative difference of the two simulators with the same treatment of ties");
    if (key == kControlCase)
      run.simulated("net.simgrid.difference.control", std::abs(split_ms / simgrid_ms - 1), "1",
                    "relative difference of the two simulators on " + what.name + ", our ties split evenly");
    run.measured("net.simgrid.theirs_wall." + key, estimate_median(theirs), "s");
    run.measured("net.simgrid.wall." + key, estimate_median(ours), "s");
    const Estimate ratio = estimate_ratio(theirs, ours);
    run.measured("net.simgrid.speedup." + key, ratio, "x");
    table.add({what.name, double(messages), simgrid_ms, *same_ms, split_ms, median(theirs), median(ours), ratio.value});
    progress.step(key);
  }
  return {};
}

const Experiment kExperiment{.name = "net-simgrid",
                             .question = "Do the flow level and SimGrid agree, and how long does each take?",
                             .claims = {"net.simgrid"},
                             .inputs = {},
                             .uses = {{vtpu::measure::Dependency::Kind::library, "libsimgrid"}},
                             .quick_seconds = 3,
                             .full_seconds = 35,
                             .times_the_host = true,
                             .run = compare};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
