#include "vtpu/net/fault/recovery.h"

#include <algorithm>
#include <cmath>

#include "vtpu/base/check.h"
#include "vtpu/net/fault/exhaustion.h"

namespace vtpu::net::fault {

double RecoveryTime::cdf(double t_s) const { return std::clamp((t_s - steps.total_s()) / period_s, 0.0, 1.0); }

double longest_period_s(const RecoverySteps& steps, double probability, double limit_s) {
  VTPU_CHECK(probability > 0 && probability <= 1, "a share of recoveries is a probability above 0");
  return std::max(0.0, (limit_s - steps.total_s()) / probability);
}

SampleQuantile sample_quantile(std::span<const double> sorted, double q) {
  VTPU_CHECK(!sorted.empty() && std::is_sorted(sorted.begin(), sorted.end()), "the sample is sorted and not empty");
  VTPU_CHECK(q > 0 && q < 1, "a quantile lies between 0 and 1");
  constexpr double kTail = 0.025;
  const int n = static_cast<int>(sorted.size());
  // The r-th smallest exceeds the true quantile if fewer than r samples are below it: P = 1 - at_least(r, n, q).
  int low = 0;
  for (int step = n; step > 0; step /= 2)
    while (low + step <= n && 1 - at_least(low + step, n, q) <= kTail) low += step;
  int high = n + 1;
  for (int step = n; step > 0; step /= 2)
    while (high - step >= 1 && at_least(high - step, n, q) <= kTail) high -= step;
  const auto ranked = [&](int rank) { return sorted[static_cast<std::size_t>(std::clamp(rank, 1, n) - 1)]; };
  return {ranked(static_cast<int>(std::ceil(q * n))), ranked(low), ranked(high)};
}

}  // namespace vtpu::net::fault
