#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

struct Outcome {
  Report report;
  Cost cost;
};

/// What can be said without simulating: network, routing, deadlock. The report says of a routing that can deadlock
/// where; it is no error here. Error: as of check, build_subject and build_routing.
Result<Report> inspect(const Scenario& scenario);

/// Builds, proves the routing free of deadlock, simulates. `watch`: told the part that is done, by one thread at a
/// time; when it answers false the report holds what there is and says that it was interrupted. The report is the same
/// for every number of threads. Error: as of inspect; a routing that can deadlock, with a cycle, unless
/// routing.allow_deadlock; traffic that this network cannot have; what the simulator says.
Result<Outcome> run(const Scenario& scenario, const net::workload::Watch& watch);

}  // namespace vtpu::scenario
