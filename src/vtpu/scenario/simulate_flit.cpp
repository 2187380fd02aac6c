#include <algorithm>
#include <cstdint>
#include <utility>

#include "vtpu/net/flit/run_flits.h"
#include "vtpu/net/flit/run_steady_state.h"
#include "vtpu/scenario/simulate.h"

namespace vtpu::scenario {
namespace {

/// Error: links of different bandwidths, since every channel carries one flit per cycle.
Result<net::flit::Config> config_of(const Setup& setup) {
  const Scenario& scenario = setup.scenario;
  net::flit::Config config;
  const auto cycle_ns =
      net::flit::flit_cycle_ns(setup.subject.network, static_cast<int>(scenario.simulation.flit_bytes.count));
  if (!cycle_ns) return cycle_ns.error();
  config.cycle_ns = *cycle_ns;
  config.vcs = static_cast<int>(scenario.routing.vcs);
  config.vc_buffer_flits = static_cast<int>(scenario.simulation.buffer_flits);
  config.packet_flits = static_cast<int>(scenario.traffic.packet_flits);
  config.seed = static_cast<std::uint64_t>(scenario.simulation.seed);
  return config;
}

}  // namespace

Result<net::workload::SteadyState> flit_point(const Setup& setup, const net::workload::Traffic& traffic, double load,
                                              const net::workload::Watch& watch) {
  const Scenario& scenario = setup.scenario;
  const auto config = config_of(setup);
  if (!config) return config.error();
  net::flit::SteadyPlan plan;
  plan.offered = load;
  plan.period = static_cast<int>(scenario.simulation.period_cycles);
  plan.batches = static_cast<int>(scenario.simulation.batches);
  plan.latency_limit = scenario.simulation.latency_limit_cycles;
  return std::visit(
      [&](const auto& routing) {
        return net::flit::run_steady_state(setup.subject.network, routing, traffic, *config, plan, watch);
      },
      setup.routing);
}

Result<Finished> finish_by_flits(const Setup& setup, const net::workload::Workload& workload,
                                 const net::workload::Watch& watch) {
  const auto& simulation = setup.scenario.simulation;
  const std::uint64_t flits =
      (simulation.packet_bytes.count + simulation.flit_bytes.count - 1) / simulation.flit_bytes.count;
  auto config = config_of(setup);
  if (!config) return config.error();
  config->packet_flits = static_cast<int>(std::min<std::uint64_t>(flits, 65535));
  auto done = std::visit(
      [&](const auto& routing) {
        return net::flit::run_flits(setup.subject.network, routing, workload, *config,
                                    static_cast<int>(simulation.flit_bytes.count), watch);
      },
      setup.routing);
  if (!done) return done.error();
  Finished all = finished(workload, std::move(*done), 1);
  all.hops = 0;
  for (const double bytes : all.completion.channel_bytes)
    all.hops += bytes / static_cast<double>(simulation.flit_bytes.count);
  all.hop_name = "flit-hops";
  return all;
}

}  // namespace vtpu::scenario
