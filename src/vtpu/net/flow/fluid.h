#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/flow/paths.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// Runs messages as fluids over resources to completion, each at its max-min fair rate. run_flows uses it with the
/// channels of a network, run_symmetric_flows with the ports of one chip. `capacity`: by resource, bytes per
/// nanosecond, > 0. `Completion::channel_bytes` is by resource. A message that waits for a lost one continues when the
/// loss is found. Error: the watcher stops the run.
Result<workload::Completion> run_fluid(const workload::Workload& workload, const Paths& paths,
                                       std::vector<double> capacity, const workload::Watch& watch);

}  // namespace vtpu::net::flow
