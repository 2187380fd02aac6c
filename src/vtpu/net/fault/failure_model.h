#pragma once
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/fault/component.h"

namespace vtpu::net::fault {

/// How long a new part lives: Weibull with P(life > t) = exp(-(t / scale)^shape). Shape 1 is the exponential law of a
/// constant rate, below 1 parts that fail young, above 1 parts that wear out.
struct LifeLaw {
  double scale_days = 1000;
  double shape = 1;

  /// Constant rate with this mean time between failures.
  static LifeLaw exponential(double mean_days) { return {mean_days, 1}; }
  /// The law of this shape and mean: scale = mean / Γ(1 + 1/shape).
  static LifeLaw weibull(double mean_days, double shape);

  double mean_days() const;
  /// P(life ≤ t).
  double cdf(double days) const;
  /// A life in days, at least 0.
  double draw(Random& random) const;
};

/// A kind of component whose members all live by one law, independently of each other and new at time 0. With
/// `repair_days` a failed one comes back, as new, after a time exponential with that mean; without, never.
struct ComponentLaw {
  ComponentKind kind = ComponentKind::chip;
  LifeLaw life;
  std::optional<double> repair_days = std::nullopt;
};

/// A failure known beforehand, and when the component works again; empty: never.
struct TraceFailure {
  double time_s = 0;
  Component component;
  std::optional<double> repair_s = std::nullopt;
};

/// Everything that fails: laws, a trace, or both.
struct FailureModel {
  std::vector<ComponentLaw> laws;
  std::vector<TraceFailure> trace;
  /// Whether the clock of a spare chip runs before it is first used. It does in a machine whose spares are switched on
  /// ("hot"); the arithmetic of spares divided by failures a day supposes that it does not ("cold").
  bool idle_spares_age = true;
};

/// Error: a law with a scale below a second, a shape outside 0.1 to 100, a repair time that is not positive, two laws
/// for one kind, a failure at a negative time or of a part that the machine does not have, a repair before the failure.
Result<void> validate(const Machine& machine, const FailureModel& model);

}  // namespace vtpu::net::fault
