#include <algorithm>
#include <cstdint>
#include <utility>

#include "vtpu/net/flit/run_flits.h"
#include "vtpu/net/flit/run_steady.h"
#include "vtpu/scenario/simulate.h"

namespace vtpu::scenario {
namespace {

net::FlitConfig config_of(const Scenario& scenario) {
  net::FlitConfig config;
  config.vcs = static_cast<int>(scenario.routing.vcs);
  config.vc_buffer_flits = static_cast<int>(scenario.simulation.buffer_flits);
  config.packet_flits = static_cast<int>(scenario.traffic.packet_flits);
  config.seed = static_cast<std::uint64_t>(scenario.simulation.seed);
  return config;
}

}  // namespace

Result<net::SteadyState> flit_point(const Setup& setup, const net::Traffic& traffic, double load,
                                    const net::Watch& watch) {
  const Scenario& scenario = setup.scenario;
  const net::FlitConfig config = config_of(scenario);
  net::SteadyPlan plan;
  plan.offered = load;
  plan.period = static_cast<int>(scenario.simulation.period_cycles);
  plan.batches = static_cast<int>(scenario.simulation.batches);
  plan.latency_limit = scenario.simulation.latency_limit_cycles;
  return std::visit(
      [&](const auto& routing) {
        return net::run_steady(setup.subject.network, routing, traffic, config, plan, watch);
      },
      setup.routing);
}

Result<Finished> finish_by_flits(const Setup& setup, const net::Workload& workload, const net::Watch& watch) {
  const auto& simulation = setup.scenario.simulation;
  const std::uint64_t flits =
      (simulation.packet_bytes.count + simulation.flit_bytes.count - 1) / simulation.flit_bytes.count;
  net::FlitConfig config = config_of(setup.scenario);
  config.packet_flits = static_cast<int>(std::min<std::uint64_t>(flits, 65535));
  auto done = std::visit(
      [&](const auto& routing) {
        return net::run_flits(setup.subject.network, routing, workload, config,
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
