#include "vtpu/measure/disturbance.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vtpu::measure {

std::optional<Disturbance> disturbance(const Calibration& before, const Elapsed& during, const Calibration& after,
                                       const SteadyRule& rule) {
  if (during.ns - during.cpu_ns > rule.lost * during.ns)
    return during.preemptions > 0 ? Disturbance::preempted : Disturbance::suspended;
  if (std::abs(before.ghz - after.ghz) > rule.clock * std::min(before.ghz, after.ghz)) return Disturbance::clock;
  if (std::min(before.adds_per_cycle, after.adds_per_cycle) < (1 - rule.adds) * rule.adds_per_cycle)
    return Disturbance::shared_core;
  return std::nullopt;
}

std::size_t Tally::all_discarded() const { return std::accumulate(discarded.begin(), discarded.end(), std::size_t{0}); }

Tally& Tally::operator+=(const Tally& other) {
  kept += other.kept;
  unmeasurable += other.unmeasurable;
  for (std::size_t reason = 0; reason < discarded.size(); ++reason) discarded[reason] += other.discarded[reason];
  return *this;
}

std::string to_string(const Tally& tally) {
  const std::size_t lost = tally.all_discarded();
  std::string reasons;
  for (const auto& [reason, name] : kChoices<Disturbance>)
    if (tally[reason] > 0) reasons += fmt::format("{} {} {}", reasons.empty() ? ":" : ",", tally[reason], name);
  return fmt::format("{} of {} timings discarded{}", lost, tally.kept + lost, reasons);
}

}  // namespace vtpu::measure
