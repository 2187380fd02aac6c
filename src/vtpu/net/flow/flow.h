#pragma once
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/flow/fluid.h"
#include "vtpu/net/flow/ways.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/check_messages.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// By channel, bytes a nanosecond; gaps 0. Error: a link whose bandwidth is no positive number.
Result<std::vector<double>> channel_capacities(const Network& network);

/// Runs a workload to completion at flow level. A message moves as a fluid over the channels that the routing's
/// expected shares name, at its max-min fair rate, and is delivered the expected latency of its way after its last byte
/// was sent. A message without a way is lost (Loss::no_path); those that wait for it go on when the loss is found.
/// `watch`: told the part of the messages that are done.
/// Error: a message from or to what is no chip, a time that is none, a link without bandwidth; the watch asked to stop.
template <routing::Routing R>
Result<workload::Completion> run_flows(const Network& network, const R& routing, const workload::Workload& workload,
                                       const workload::Watch& watch = {}) {
  if (const Result<void> messages = workload::check_messages(network, workload); !messages) return messages.error();
  Result<std::vector<double>> capacities = channel_capacities(network);
  if (!capacities) return capacities.error();
  return run_fluid(workload, channel_ways(network, routing, workload), *std::move(capacities), watch);
}

}  // namespace vtpu::net::flow
