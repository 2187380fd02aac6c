#pragma once
#include <cstddef>
#include <span>

#include "vtpu/net/fault/policy.h"

namespace vtpu::net::fault {

/// Duration of a recovery from one failure if nothing else fails meanwhile. The failure time is uniform between two
/// health checks, so detection is uniform over the period; the rest is constant.
struct RecoveryTime {
  double period_s = 1;
  RecoverySteps steps;

  double mean_s() const { return period_s / 2 + steps.total_s(); }
  /// P(time ≤ t).
  double cdf(double t_s) const;
  /// The time that a recovery does not exceed with the given probability, 0 to 1.
  double quantile_s(double probability) const { return probability * period_s + steps.total_s(); }
};

/// The longest period of health checks for which a share `probability` of recoveries takes less than `limit_s`; 0 if
/// the steps after detection already take longer.
double longest_period_s(const RecoverySteps& steps, double probability, double limit_s);

/// A quantile of a sample with a 95 % interval (or wider) from two order statistics, by the exact binomial law of the
/// number of samples below the true quantile. If the sample is too small, the ends are its extremes.
struct SampleQuantile {
  double value = 0;
  double low = 0;
  double high = 0;
};
/// `sorted`: in rising order, at least one value. The estimate is the ⌈q·n⌉-th smallest.
SampleQuantile sample_quantile(std::span<const double> sorted, double q);

}  // namespace vtpu::net::fault
