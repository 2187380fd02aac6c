#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/fault/life.h"
#include "vtpu/net/fault/policy.h"
#include "vtpu/net/machine.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// Lives of the machine of 4096 chips and its spares, as [life] asks for them.
struct Lives {
  net::Machine machine;
  net::fault::Policy policy;
  std::string failures;                ///< what fails, in words
  double days = 0;                     ///< asked for
  net::fault::LifeReport first;        ///< with its events
  std::vector<double> availability;    ///< of each life, rising
  std::vector<double> exhausted_days;  ///< of the lives that lost a name, rising
};

/// The same for every number of threads (simulation.threads). Error: at the key: a law that is no "kind days", with the
/// nearest kind; a trace that cannot be read; as of net::fault::live; an interrupt.
Result<Lives> live(const Scenario& scenario);

std::string lives_text(const Lives& lives);
nlohmann::ordered_json lives_json(const Lives& lives);

}  // namespace vtpu::scenario
