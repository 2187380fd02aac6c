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

inline constexpr double kSecondsPerDay = 86400;

/// Simulated lives of the machine of 4096 chips and its spares, as [life] describes them.
struct Lives {
  net::Machine machine;
  net::fault::Policy policy;
  std::string failures;                ///< the failure laws as text
  double days = 0;                     ///< simulated
  net::fault::LifeReport first;        ///< with its events
  std::vector<double> availability;    ///< of each life, ascending
  std::vector<double> exhausted_days;  ///< of the lives that lost a name, ascending
};

/// Simulates the lives; the result is the same for any number of threads (simulation.threads). Error: at the key: a law
/// that is not "kind days", with the nearest kind; a trace that cannot be read; see net::fault::live; an interrupt.
Result<Lives> live(const Scenario& scenario);

std::string lives_text(const Lives& lives);
nlohmann::ordered_json lives_json(const Lives& lives);

}  // namespace vtpu::scenario
