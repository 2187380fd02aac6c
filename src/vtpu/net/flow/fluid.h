#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/flow/ways.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flow {

/// Runs messages as fluids over resources, each at its max-min fair rate, to completion: what run_flows does to the
/// channels of a network and run_symmetric_flows to the ports of one chip.
/// `capacity`: by resource, bytes a nanosecond, > 0. `Completion::channel_bytes` is by resource.
/// A message that waits for a lost one goes on when the loss is found.
/// Error: the watch asked to stop.
Result<workload::Completion> run_fluid(const workload::Workload& workload, const Ways& ways,
                                       std::vector<double> capacity, const workload::Watch& watch);

}  // namespace vtpu::net::flow
