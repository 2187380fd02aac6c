#pragma once
#include <cstddef>
#include <span>

#include "vtpu/net/fault/policy.h"

namespace vtpu::net::fault {

/// How long a recovery from one failure takes when nothing else fails meanwhile: a failure comes at any moment between
/// two health checks alike, so detection is uniform over the period, and the rest is constant.
struct RecoveryTime {
  double period_s = 1;
  RecoverySteps steps;

  double mean_s() const { return period_s / 2 + steps.total_s(); }
  /// P(time ≤ t).
  double cdf(double t_s) const;
  /// The time that is not passed with the given probability, 0 to 1.
  double quantile_s(double probability) const { return probability * period_s + steps.total_s(); }
};

/// The longest period of health checks with which a share `probability` of recoveries takes less than `limit_s`; 0
/// where what follows the detection already takes longer.
double longest_period_s(const RecoverySteps& steps, double probability, double limit_s);

/// A quantile of a sample with an interval of at least 95 % from two order statistics, by the exact binomial law of how
/// many lie below the true quantile; ends are the extremes where the sample is too small for better.
struct SampleQuantile {
  double value = 0;
  double low = 0;
  double high = 0;
};
/// `sorted`: rising, at least one. The value is the ⌈q·n⌉-th smallest.
SampleQuantile sample_quantile(std::span<const double> sorted, double q);

}  // namespace vtpu::net::fault
