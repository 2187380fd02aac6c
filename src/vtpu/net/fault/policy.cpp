#include "vtpu/net/fault/policy.h"

#include <fmt/core.h>

#include <cmath>
#include <tuple>

namespace vtpu::net::fault {

Policy chip_spare() { return {.name = "chip spare", .spares = Spares::chips, .costs = {}}; }

Policy block_spare() { return {.name = "block spare", .spares = Spares::blocks, .costs = {}}; }

Policy static_wiring() { return {.name = "static", .spares = Spares::none, .reroutes = false, .costs = {}}; }

Policy checkpoint_restart() {
  return {.name = "checkpoint/restart", .spares = Spares::blocks, .checkpoint = Checkpoint{}, .costs = {}};
}

Result<void> validate(const Policy& policy) {
  const auto check = [&](const char* what, double value, bool zero) -> Result<void> {
    if (std::isfinite(value) && (zero ? value >= 0 : value > 0)) return {};
    return Error{fmt::format("policy {}, {}", policy.name, what), fmt::format("found {}", value),
                 zero ? "at least 0" : "more than 0"};
  };
  const RecoveryCosts& costs = policy.costs;
  for (const auto& [what, value, zero] :
       {std::tuple{"check_period_s", costs.check_period_s, false}, std::tuple{"entry_ns", costs.entry_ns, true},
        std::tuple{"switching_ms", costs.switching_ms, true}, std::tuple{"hop_ns", costs.hop_ns, true},
        std::tuple{"entry_bytes", costs.entry_bytes, true},
        std::tuple{"link_gbytes_per_s", costs.link_gbytes_per_s, false},
        std::tuple{"state_gbytes", costs.state_gbytes, true}})
    if (const Result<void> right = check(what, value, zero); !right) return right;
  if (!policy.checkpoint) return {};
  for (const auto& [what, value, zero] : {std::tuple{"interval_s", policy.checkpoint->interval_s, false},
                                          std::tuple{"write_s", policy.checkpoint->write_s, true},
                                          std::tuple{"restore_s", policy.checkpoint->restore_s, true}})
    if (const Result<void> right = check(what, value, zero); !right) return right;
  return {};
}

RecoverySteps steps_of(const Machine& machine, const Policy& policy, bool moved, bool switched) {
  const RecoveryCosts& costs = policy.costs;
  const double entries = machine.active_count();
  int across = 0;
  for (int d = 0; d < 3; ++d) across += machine.active_shape().side(d) / 2;
  const double flood_s = across * costs.hop_ns * 1e-9;
  RecoverySteps steps;
  steps.decide_s = entries * costs.entry_ns * 1e-9;
  steps.update_s = flood_s + entries * costs.entry_bytes / (costs.link_gbytes_per_s * 1e9) +
                   entries * costs.entry_ns * 1e-9 + (switched ? costs.switching_ms * 1e-3 : 0);
  steps.resume_s = 2 * flood_s;
  if (policy.checkpoint)
    steps.resume_s += policy.checkpoint->restore_s;
  else if (moved)
    steps.resume_s += costs.state_gbytes / (machine.config().links_per_chip * costs.link_gbytes_per_s);
  return steps;
}

}  // namespace vtpu::net::fault
