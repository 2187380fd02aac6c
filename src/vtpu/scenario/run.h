#pragma once
#include <functional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"

namespace vtpu::scenario {

struct Outcome {
  Report report;
  Cost cost;
};

/// A report without a simulation: network, routing, deadlock. `watch`: as for run, but it cannot stop. A routing that
/// cannot be built, can deadlock, or needs more virtual channels is not an error here: the report has the network, the
/// reason, and what would do. Error: see check and build_subject.
Result<Report> inspect(const Scenario& scenario, const net::workload::Watch& watch = {});

/// Builds the network and routing, checks that the routing is deadlock-free, and simulates. `watch` receives the share
/// of the work that is done, from one thread at a time; when it returns false, the report holds the results so far and
/// is marked as interrupted. The report is the same for any number of threads. Error: see inspect, build_routing and
/// check_routing; traffic that this network does not support; an error of the simulator.
Result<Outcome> run(const Scenario& scenario, const net::workload::Watch& watch);

/// Messages on the network of a scenario that describes neither traffic nor a workload.
struct Delivery {
  Subject subject;
  std::string simulator;  ///< level and its parameters, as text
  std::string routing;
  net::workload::Completion completion;
};

/// Simulates the messages that `make` gives for the network, as `run` does those of a workload. Error: as `run`; a
/// scenario with traffic or a workload of its own.
Result<Delivery> deliver(const Scenario& scenario,
                         const std::function<const net::workload::Workload&(const Subject&)>& make,
                         const net::workload::Watch& watch);

}  // namespace vtpu::scenario
