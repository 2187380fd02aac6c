#include <algorithm>
#include <cstdint>
#include <utility>

#include "vtpu/net/packet/all_to_all.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/packet/run_steady_state.h"
#include "vtpu/scenario/simulate.h"

namespace vtpu::scenario {

double cycles_of_links(const Setup& setup, Level level) {
  double latency = 0, fastest = 0;
  for (const net::LinkModel& kind : setup.subject.network.link_kinds()) {
    latency = std::max(latency, kind.latency_ns);
    fastest = std::max(fastest, kind.bandwidth_gbytes_per_s);
  }
  const auto& simulation = setup.scenario.simulation;
  const std::uint64_t bytes = level == Level::flit ? simulation.flit_bytes.count : simulation.packet_bytes.count;
  return latency * fastest / static_cast<double>(bytes);
}

net::packet::Config packet_config(const Scenario& scenario) {
  net::packet::Config config;
  config.packet_bytes = static_cast<int>(scenario.simulation.packet_bytes.count);
  config.vcs = static_cast<int>(scenario.routing.vcs);
  config.vc_buffer_packets = static_cast<int>(scenario.simulation.buffer_packets);
  config.router_ns = scenario.simulation.router_ns;
  config.seed = static_cast<std::uint64_t>(scenario.simulation.seed);
  return config;
}

Result<net::workload::SteadyState> packet_point(const Setup& setup, const net::workload::Traffic& traffic, double load,
                                                const net::workload::Watch& watch) {
  const auto& simulation = setup.scenario.simulation;
  net::packet::SteadyPlan plan;
  plan.offered = load;
  plan.warm_up = static_cast<int>(3 * simulation.period_cycles);
  plan.measured =
      static_cast<int>(std::min<std::int64_t>(simulation.period_cycles * simulation.batches, 1'000'000'000));
  return std::visit(
      [&](const auto& routing) {
        return net::packet::run_steady_state(setup.subject.network, routing, traffic, packet_config(setup.scenario),
                                             plan, watch);
      },
      setup.routing);
}

Result<Finished> finish_by_packets(const Setup& setup, const net::workload::Workload& workload,
                                   const net::workload::Watch& watch) {
  auto done = std::visit(
      [&](const auto& routing) {
        return net::packet::run_packets(setup.subject.network, routing, workload, packet_config(setup.scenario), watch);
      },
      setup.routing);
  if (!done) return done.error();
  Finished all = finished(workload, std::move(*done), 1);
  all.hops = 0;
  for (const double bytes : all.completion.channel_bytes)
    all.hops += bytes / static_cast<double>(setup.scenario.simulation.packet_bytes.count);
  all.hop_name = "packet-hops";
  return all;
}

Result<Finished> all_to_all_by_packets(const Setup& setup, std::uint64_t bytes_per_pair,
                                       const net::workload::Watch& watch) {
  net::packet::AllToAll all_to_all;
  all_to_all.bytes_per_pair = bytes_per_pair;
  auto done = std::visit(
      [&](const auto& routing) {
        return net::packet::run_all_to_all(setup.subject.network, routing, all_to_all, packet_config(setup.scenario),
                                           watch);
      },
      setup.routing);
  if (!done) return done.error();
  const auto chips = static_cast<std::uint64_t>(setup.subject.network.chip_count());
  Finished all;
  all.messages = chips * (chips - 1);
  all.lost_messages = done->lost_bytes / bytes_per_pair;
  all.hops = static_cast<double>(done->packet_hops);
  all.hop_name = "packet-hops";
  all.completion = std::move(*done);  // its part that all simulators share
  return all;
}

}  // namespace vtpu::scenario
