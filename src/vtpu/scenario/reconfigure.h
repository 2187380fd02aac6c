#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/net/reconfigure/plan.h"
#include "vtpu/net/reconfigure/timeline.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// A change from one network of a slice to another.
struct Reconfiguration {
  std::string before;
  std::string after;
  int switches = 0;  ///< of the machine
  net::reconfigure::ReconfigurationPlan plan;
  double switching_ns = 0;
  net::reconfigure::Tables tables = net::reconfigure::Tables::staged;
  std::string job;            ///< empty: none runs
  double at = 0;              ///< start of the pause, as a share of the job's undisturbed time
  double undisturbed_ns = 0;  ///< the job on the network before
  std::optional<net::reconfigure::ReconfiguredJob> run;  ///< of the job
  std::string rows;                                      ///< of a chip's table, before and after; empty: not requested
};

/// Each network is a torus, twisted torus or OCS state of whole blocks; a torus of two sides is embedded in the other
/// network's slice. `before` also gives the job and its section [reconfigure]; only the topology of `after` is used.
/// `rows`: number of changed table rows to show, of `chip` or, when that is empty, of the chip with the most changes.
/// `watch`: of the job, first undisturbed, then up to the pause and after it.
/// Error: at the key: a network that the switches cannot form, failures, networks of different chips, a job that cannot
/// run, a watcher that stops it; see reconfigure_job.
Result<Reconfiguration> reconfigure(const Scenario& before, const Scenario& after, int rows, const std::string& chip,
                                    const net::workload::Watch& watch = {});

std::string reconfiguration_text(const Reconfiguration& done);
nlohmann::ordered_json reconfiguration_json(const Reconfiguration& done);

}  // namespace vtpu::scenario
