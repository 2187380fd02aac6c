#pragma once
#include <cstddef>
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/any_routing.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::packet {

/// Every chip sends to every chip, one packet per pair in each round. Packets are created when the chip's queues have
/// space, never all at once. In a round all chips use the same random order of offsets between chip numbers. The order
/// is random, so that all ports of a chip are in use. It is the same for all chips, so that at any time packets travel
/// in similar directions, which balances the channels of a dimension, and each chip receives from one sender at a time.
struct AllToAll {
  std::uint64_t bytes_per_pair = 0;
  bool with_self = false;  ///< the bytes of a chip to itself count as delivered at once and use no channel
  /// A free channel serves the packet of the earliest round first, in place of packets in flight before those of its
  /// own chip. Chips then progress evenly; see README.md. Not for adaptive routings.
  bool earliest_round_first = false;
};

/// Result of a run of generated packets to completion. injected = delivered + lost.
struct AllToAllResult : workload::Completion {
  std::uint64_t packets = 0;
  std::uint64_t packet_hops = 0;
  std::size_t peak_packets = 0;  ///< most packets queued at sources or in flight at once
};

/// Runs an all-to-all to completion. Error: a configuration out of range, rounds served in order under an adaptive
/// routing, a deadlock, a watcher that stops the run.
Result<AllToAllResult> run_all_to_all(const Network& network, const AnyRouting& routing, const AllToAll& all_to_all,
                                      const Config& config, const workload::Watch& watch = {});

template <routing::Routing R>
Result<AllToAllResult> run_all_to_all(const Network& network, const R& routing, const AllToAll& all_to_all,
                                      const Config& config, const workload::Watch& watch = {}) {
  return run_all_to_all(network, RoutingAdapter<R>(routing), all_to_all, config, watch);
}

}  // namespace vtpu::net::packet
