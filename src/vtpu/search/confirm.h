#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/all_to_all.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/lifted_routing.h"
#include "vtpu/search/route_rules.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::search {

/// A state with ways for its packets: what a simulator needs to confirm what a search promised.
struct RoutedState {
  net::Network network;
  LiftedRouting routing;
  double throughput = 0;  ///< of the split, link bandwidths a chip, uniform all-to-all
  double dual_bound = 0;  ///< no split under the rule has more
};

/// Splits uniform traffic over the ways that the rule leaves. `least_share`: as LiftedRouting has it; the throughput is
/// that of the split before it. Error: chips that cannot reach each other in so many classes.
Result<RoutedState> routed(const SymmetricState& state, const RouteRule& rule, const FlowOptions& options = {},
                           float least_share = 0);

/// What an all-to-all reaches by packets: bytes a chip sends, its share to itself included as in bounds, over the time
/// until the last has arrived, in link bandwidths of 50 GB/s.
template <net::routing::Routing R>
Result<double> packet_throughput(const net::Network& network, const R& routing, int packets_a_pair,
                                 const net::packet::Config& config) {
  const auto bytes = static_cast<std::uint64_t>(config.packet_bytes) * static_cast<std::uint64_t>(packets_a_pair);
  const Result<net::packet::AllToAllResult> run =
      net::packet::run_all_to_all(network, routing, net::packet::AllToAll{bytes}, config);
  if (!run) return run.error();
  return network.chip_count() * static_cast<double>(bytes) / run->time_ns / net::LinkModel{}.bandwidth_gbytes_per_s;
}

}  // namespace vtpu::search
