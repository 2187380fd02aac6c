// Asks how fast the simulators are: how many hops of flits and of packets one processor simulates per second, and how
// long flow-level runs take.
//
// Flit level: uniform traffic in steady state in the reference router set-up (4 virtual channels of 8 flits, packets of
// one flit), at an offered load of 0.3 flits/chip/cycle (0.2 on 4096 chips), as the reference simulator was timed
// (data/peers/simulator_speed.csv). Packet level: all-to-all of 4 KiB packets. Flow level: all-to-all with a separate
// flow per pair, and by symmetry. Each repetition runs in a separate process. Wall time is measured, not processor
// time, because users wait for wall time. Peak memory is that of the process with its network.
//
// Parameters: repetitions 7 (quick 3); sizes (quick: up to 512 chips). No claim. Outputs: keys net.speed.*; table
// speed, flow_times.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "vtpu/measure/child_process.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/net/flit/run_steady_state.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/all_to_all.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/traffic.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

/// These functions return the number of hops simulated; the flow runs return 0.
Result<double> flits(const Shape& grid, double load, int packet_flits) {
  const topology::Torus torus{grid};
  const Network network(torus);
  const auto routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  flit::Config config;
  config.packet_flits = packet_flits;
  flit::SteadyPlan plan;
  plan.offered = load;
  // The number of flit-hops is about the same for every size.
  plan.period = std::max(20, 60'000 / network.chip_count());
  const auto state =
      flit::run_steady_state(network, *routing, workload::Traffic::uniform(network.chip_count(), true), config, plan);
  if (!state) return state.error();
  return static_cast<double>(state->flit_hops);
}

Result<double> packets(const Shape& grid, int a_pair) {
  const topology::Torus torus{grid};
  const Network network(torus);
  const auto routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  const auto run =
      packet::run_all_to_all(network, *routing, packet::AllToAll{4096 * static_cast<std::uint64_t>(a_pair)}, {});
  if (!run) return run.error();
  return static_cast<double>(run->packet_hops);
}

Result<double> flows(const Shape& grid, bool by_symmetry) {
  const topology::Torus torus{grid};
  const Network network(torus);
  const auto routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  workload::Workload workload("all-to-all");
  for (const Chip source : vtpu::index_range<Chip>(by_symmetry ? 1 : network.chip_count()))
    for (const Chip destination : network.chips())
      if (source != destination) workload.add({source, destination, 1 << 20});
  const auto done = by_symmetry ? flow::run_symmetric_flows(network, *routing, workload)
                                : flow::run_flows(network, *routing, workload);
  if (!done) return done.error();
  return 0.0;
}

struct Samples {
  std::vector<double> speed;  // million hops per second
  std::vector<double> milliseconds;
  double mebibytes = 0;
};

Result<Samples> repeat(int times, const std::function<Result<double>()>& work) {
  Samples samples;
  for (int i = 0; i < times; ++i) {
    const Result<TimedChild> timed = time_in_child("net-speed", work);
    if (!timed) return timed.error();
    samples.speed.push_back(timed->value / timed->seconds * 1e-6);
    samples.milliseconds.push_back(timed->seconds * 1e3);
    samples.mebibytes = std::max(samples.mebibytes, timed->peak_mebibytes);
  }
  return samples;
}

Result<void> measure_all(Run& run) {
  warn_of_disturbance("net-speed");
  const int times = run.parameter("repetitions", 3, 7);
  Table& speed = run.table("speed", {{"level", "", Source::label},
                                     {"network", "", Source::label},
                                     {"chips", "chips", Source::computed},
                                     {"what", "", Source::label},
                                     {"speed", "million hops/s", Source::measured},
                                     {"low", "million hops/s", Source::measured},
                                     {"high", "million hops/s", Source::measured},
                                     {"memory", "MiB", Source::measured}});
  struct Case {
    const char* level;
    Shape grid;
    double load;  // flit level
    int count;    // flits per packet, or packets per pair
    bool quick;
  };
  const Case cases[] = {{"flit", {8, 8}, 0.3, 1, true},       {"flit", {8, 8, 8}, 0.3, 1, true},
                        {"flit", {16, 16, 16}, 0.2, 1, true}, {"flit, 8 flits", {8, 8}, 0.3, 8, true},
                        {"packet", {4, 4, 8}, 0, 128, true},  {"packet", {8, 8, 8}, 0, 8, true},
                        {"packet", {16, 16, 16}, 0, 1, false}};
  Progress progress("net-speed", std::size(cases) + 4);
  for (const Case& one : cases) {
    const std::string network = to_string(one.grid);
    progress.step(std::string(one.level) + " " + network);
    if (run.quick() && !one.quick) continue;
    const bool flit = one.level != std::string("packet");
    const int most = one.grid.count() > 1000 && !flit ? std::min(times, 3) : times;
    const Result<Samples> samples =
        repeat(most, [&] { return flit ? flits(one.grid, one.load, one.count) : packets(one.grid, one.count); });
    if (!samples) return samples.error();
    const Estimate estimate = estimate_median(samples->speed);
    const std::string key = fmt::format("{}.{}", one.level, network);
    if (flit && one.count == 1) run.measured("net.speed.flit." + network, estimate, "million hops/s");
    if (flit && one.count != 1) run.measured("net.speed.flit_8." + network, estimate, "million hops/s");
    if (!flit) {
      run.measured("net.speed.packet." + network, estimate, "million hops/s");
      Estimate seconds = estimate_median(samples->milliseconds);
      run.measured("net.speed.packet_ms." + network, seconds, "ms");
    }
    speed.add(
        {one.level, network, double(one.grid.count()),
         flit ? fmt::format("uniform, load {}", one.load) : fmt::format("all-to-all, {} packets per pair", one.count),
         estimate.value, estimate.ci.low, estimate.ci.high, samples->mebibytes});
  }
  Table& flow = run.table("flow_times", {{"network", "", Source::label},
                                         {"what", "", Source::label},
                                         {"flows", "flows", Source::computed},
                                         {"time", "ms", Source::measured},
                                         {"low", "ms", Source::measured},
                                         {"high", "ms", Source::measured},
                                         {"memory", "MiB", Source::measured}});
  struct Flows {
    Shape grid;
    bool by_symmetry;
  };
  for (const Flows& one : {Flows{{4, 4, 4}, false}, {{4, 4, 8}, false}, {{8, 8, 8}, false}, {{16, 16, 16}, true}}) {
    const std::string network = to_string(one.grid);
    progress.step("flow " + network);
    const Result<Samples> samples = repeat(times, [&] { return flows(one.grid, one.by_symmetry); });
    if (!samples) return samples.error();
    const Estimate time = estimate_median(samples->milliseconds);
    run.measured("net.speed.flow_ms." + network, time, "ms");
    const double chips = one.grid.count();
    flow.add({network, one.by_symmetry ? "by symmetry" : "every pair a flow", chips * (chips - 1), time.value,
              time.ci.low, time.ci.high, samples->mebibytes});
  }
  return {};
}

const Experiment kExperiment{.name = "net-speed",
                             .question = "How fast are the network simulators?",
                             .claims = {},
                             .inputs = {},
                             .quick_seconds = 15,
                             .full_seconds = 130,
                             .times_the_host = true,
                             .run = measure_all};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
