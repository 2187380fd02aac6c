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

/// A report without a simulation: network, routing, deadlock. A routing that can deadlock is not an error here; the
/// report names the cycle. Error: see check, build_subject and build_routing.
Result<Report> inspect(const Scenario& scenario);

/// Builds the network and routing, checks that the routing is deadlock-free, and simulates. `watch` receives the share
/// of the work that is done, from one thread at a time; when it returns false, the report holds the results so far and
/// is marked as interrupted. The report is the same for any number of threads. Error: see inspect; a routing that can
/// deadlock, with a cycle, unless routing.allow_deadlock is set; traffic that this network does not support; an error
/// of the simulator.
Result<Outcome> run(const Scenario& scenario, const net::workload::Watch& watch);

}  // namespace vtpu::scenario
