#pragma once
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/fault/component.h"

namespace vtpu::net::fault {

/// The life of a new component: Weibull with P(life > t) = exp(-(t / scale)^shape). Shape 1 is the exponential law
/// (constant rate); below 1, components tend to fail early; above 1, they wear out.
struct LifeLaw {
  double scale_days = 1000;
  double shape = 1;

  /// Constant rate with this mean time between failures.
  static LifeLaw exponential(double mean_days) { return {mean_days, 1}; }
  /// The law with this shape and mean: scale = mean / Γ(1 + 1/shape).
  static LifeLaw weibull(double mean_days, double shape);

  double mean_days() const;
  /// P(life ≤ t).
  double cdf(double days) const;
  /// Draws a life in days, at least 0.
  double draw(Random& random) const;
};

/// A kind of component whose members all have the same law, independently of each other and new at time 0. With
/// `repair_days` a failed component returns as new after an exponential time with that mean; without it, never.
struct ComponentLaw {
  ComponentKind kind = ComponentKind::chip;
  LifeLaw life;
  std::optional<double> repair_days = std::nullopt;
};

/// A failure given in advance, and the time of its repair; empty: never repaired.
struct TraceFailure {
  double time_s = 0;
  Component component;
  std::optional<double> repair_s = std::nullopt;
};

/// All sources of failures: laws, a trace, or both.
struct FailureModel {
  std::vector<ComponentLaw> laws;
  std::vector<TraceFailure> trace;
  /// Whether a spare chip ages before its first use. It does in a machine whose spares are powered ("hot"). Estimates
  /// that divide the number of spares by failures per day assume that it does not ("cold").
  bool idle_spares_age = true;
};

/// Error: a law with a scale below a second, a shape outside 0.1 to 100, a repair time that is not positive, two laws
/// for one kind, a failure at a negative time or of a component that the machine does not have, a repair before its
/// failure.
Result<void> validate(const Machine& machine, const FailureModel& model);

}  // namespace vtpu::net::fault
