#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::net::packet {

/// The all-reduce of a buffer along rings, which collective::ring_all_reduce states as a schedule and proves; here the
/// messages are made while it runs, so that thousands of chips need little memory. Each ring carries an equal part of
/// the buffer, half in each direction. A part has one chunk for each chip, and a chip passes on each chunk in `pieces`
/// pieces, each as soon as it has arrived. Two or more pieces hide the latency of links.
struct RingAllReduce {
  std::uint64_t buffer_bytes = 0;  ///< of each chip; at least one byte for each packet of a part
  int pieces = 1;
};

struct RingAllReduceResult {
  double time_ns = 0;
  std::uint64_t packet_hops = 0;
  std::vector<double> channel_bytes;  ///< by channel
};

/// Runs to completion. `rings`: proved by collective::check_rings, so that every message crosses one link. Packets
/// draw one of parallel links at random. Error: rings that do not prove; a configuration or buffer out of range; a
/// watcher that stops the run.
Result<RingAllReduceResult> run_ring_all_reduce(const Network& network, const std::vector<collective::Ring>& rings,
                                                const RingAllReduce& all_reduce, const Config& config,
                                                const workload::Watch& watch = {});

}  // namespace vtpu::net::packet
