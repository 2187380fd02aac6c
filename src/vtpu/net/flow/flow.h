#pragma once
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/flow/fluid.h"
#include "vtpu/net/flow/paths.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/check_messages.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// Capacities by channel in bytes per nanosecond; 0 for unattached channels. Error: a link whose bandwidth is not
/// positive.
Result<std::vector<double>> channel_capacities(const Network& network);

/// Runs a workload to completion at flow level. A message moves as a fluid over the channels of the routing's expected
/// shares, at its max-min fair rate. It is delivered when the expected latency of its paths has passed after its last
/// byte was sent. A message without a path is lost (Loss::no_path); messages that wait for it continue when the loss is
/// found. `watch`: receives the fraction of messages that are done. Error: a source or destination that is not a chip,
/// an invalid time, a link without bandwidth; the watcher stops the run.
template <routing::Routing R>
Result<workload::Completion> run_flows(const Network& network, const R& routing, const workload::Workload& workload,
                                       const workload::Watch& watch = {}) {
  if (const Result<void> messages = workload::check_messages(network, workload); !messages) return messages.error();
  Result<std::vector<double>> capacities = channel_capacities(network);
  if (!capacities) return capacities.error();
  return run_fluid(workload, channel_paths(network, routing, workload), *std::move(capacities), watch);
}

}  // namespace vtpu::net::flow
