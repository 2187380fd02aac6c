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

/// A state with a routing: what a simulator needs to confirm the throughput that a search predicts.
struct RoutedState {
  net::Network network;
  LiftedRouting routing;
  double throughput = 0;  ///< of the split under a uniform all-to-all, in link bandwidths per chip
  double dual_bound = 0;  ///< upper bound on any split under the rule
};

/// Splits uniform traffic over the paths that the rule allows. `least_share`: see LiftedRouting; the throughput is that
/// of the split before small shares are dropped. Error: chips that cannot reach each other with the rule's classes.
Result<RoutedState> routed(const SymmetricState& state, const RouteRule& rule, const FlowOptions& options = {},
                           float least_share = 0);

/// Throughput of an all-to-all at packet level: bytes that a chip sends, its share to itself included as in the bounds,
/// over the time until the last packet arrives, in link bandwidths of 50 GB/s.
template <net::routing::Routing R>
Result<double> packet_throughput(const net::Network& network, const R& routing, int packets_per_pair,
                                 const net::packet::Config& config) {
  const auto bytes = static_cast<std::uint64_t>(config.packet_bytes) * static_cast<std::uint64_t>(packets_per_pair);
  const Result<net::packet::AllToAllResult> run =
      net::packet::run_all_to_all(network, routing, net::packet::AllToAll{bytes}, config);
  if (!run) return run.error();
  return network.chip_count() * static_cast<double>(bytes) / run->time_ns / net::LinkModel{}.bandwidth_gbytes_per_s;
}

}  // namespace vtpu::search
