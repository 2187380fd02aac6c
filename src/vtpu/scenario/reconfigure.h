#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/net/reconfigure/plan.h"
#include "vtpu/net/reconfigure/timeline.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// What it takes to come from one network of a slice to another.
struct Reconfiguration {
  std::string before;
  std::string after;
  int switches = 0;  ///< that there are
  net::reconfigure::ReconfigurationPlan plan;
  double switching_ns = 0;
  net::reconfigure::Tables tables = net::reconfigure::Tables::staged;
  std::string job;                          ///< empty: none runs
  double at = 0;                            ///< the pause, as a part of the job's undisturbed time
  double undisturbed_ns = 0;                ///< the job on the network before
  std::optional<net::reconfigure::ReconfiguredJob> run;  ///< of the job
  std::string rows;                         ///< of a chip's table, before and after; empty: not asked for
};

/// Torus, twisted torus or OCS state, of whole blocks; a torus of two sides is laid over the other network's slice.
/// `before` also says what runs, and [reconfigure] how; of `after` only the topology counts. `rows`: so many changed
/// rows of the table of `chip`, or, where that is empty, of the chip with the most.
/// Error: at the key: a network that no switches make, failures, two networks of different chips, a job that cannot
/// run; as of reconfigure_job.
Result<Reconfiguration> reconfigure(const Scenario& before, const Scenario& after, int rows, const std::string& chip);

std::string reconfiguration_text(const Reconfiguration& done);
nlohmann::ordered_json reconfiguration_json(const Reconfiguration& done);

}  // namespace vtpu::scenario
