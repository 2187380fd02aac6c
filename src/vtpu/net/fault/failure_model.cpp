#include "vtpu/net/fault/failure_model.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

namespace vtpu::net::fault {
namespace {

// Limits that bound the number of failures in a simulated life.
constexpr double kShortestScaleDays = 1.0 / 86400;
constexpr double kLeastShape = 0.1, kLargestShape = 100;

bool positive(double value) { return std::isfinite(value) && value > 0; }

}  // namespace

LifeLaw LifeLaw::weibull(double mean_days, double shape) { return {mean_days / std::tgamma(1 + 1 / shape), shape}; }

double LifeLaw::mean_days() const { return scale_days * std::tgamma(1 + 1 / shape); }

double LifeLaw::cdf(double days) const { return days <= 0 ? 0 : -std::expm1(-std::pow(days / scale_days, shape)); }

double LifeLaw::draw(Random& random) const {
  const double exponential = -std::log1p(-random.unit());
  return scale_days * (shape == 1 ? exponential : std::pow(exponential, 1 / shape));
}

Result<void> validate(const Machine& machine, const FailureModel& model) {
  std::array<bool, kComponentKinds.size()> seen{};
  for (const ComponentLaw& law : model.laws) {
    const std::string where = fmt::format("failure model, law of {}", name_of(law.kind));
    if (!positive(law.life.scale_days) || law.life.scale_days < kShortestScaleDays)
      return Error{where, fmt::format("found a scale of {} days", law.life.scale_days), "a second or more"};
    if (!positive(law.life.shape) || law.life.shape < kLeastShape || law.life.shape > kLargestShape)
      return Error{where, fmt::format("found shape {}", law.life.shape),
                   fmt::format("{} to {}", kLeastShape, kLargestShape)};
    if (law.repair_days && !positive(*law.repair_days))
      return Error{where, fmt::format("found a repair time of {} days", *law.repair_days), "more than 0"};
    bool& taken = seen[static_cast<std::size_t>(law.kind)];
    if (taken) return Error{where, "found a second one", "one law per kind"};
    taken = true;
  }
  for (std::size_t i = 0; i < model.trace.size(); ++i) {
    const TraceFailure& failure = model.trace[i];
    const std::string where = fmt::format("failure model, failure {} of the trace", i + 1);
    const int count = component_count(machine, failure.component.kind);
    if (failure.component.id < 0 || failure.component.id >= count)
      return Error{where, fmt::format("found {} {}", name_of(failure.component.kind), failure.component.id),
                   fmt::format("0 to {}", count - 1)};
    if (!std::isfinite(failure.time_s) || failure.time_s < 0)
      return Error{where, fmt::format("found time {} s", failure.time_s), "at least 0"};
    if (failure.repair_s && !(*failure.repair_s > failure.time_s))
      return Error{where, fmt::format("found a repair at {} s", *failure.repair_s),
                   fmt::format("a time after the failure at {} s", failure.time_s)};
  }
  return {};
}

}  // namespace vtpu::net::fault
