#include "vtpu/measure/statistics.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"

namespace vtpu::measure {
namespace {

constexpr double kConfidence = 0.95;
constexpr std::size_t kMostStretches = 8, kLeastStretch = 4;  // samples of a stretch
constexpr std::size_t kResamples = 2000;
/// Resamples beyond each end of a 95 % percentile interval.
constexpr std::size_t kTail = kResamples / 40;

double median_of_sorted(std::span<const double> sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::vector<double> sorted_copy(std::span<const double> samples) {
  VTPU_CHECK(!samples.empty(), "a median needs at least one sample");
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Largest k for which the k-th smallest and k-th largest of n samples enclose the median with a probability of 95 %,
/// that is, P(Binomial(n, 1/2) < k) ≤ 2.5 %; 0 if even the extremes do not. Computed with logarithms, since 2^-n
/// underflows for long series.
std::size_t enclosing_rank(std::size_t n) {
  const double count = static_cast<double>(n);
  double below = 0;
  std::size_t k = 0;
  while (k < n / 2) {
    const double chosen = static_cast<double>(k);
    below += std::exp(std::lgamma(count + 1) - std::lgamma(chosen + 1) - std::lgamma(count - chosen + 1) -
                      count * std::log(2.0));
    if (2 * below > 1 - kConfidence) break;
    ++k;
  }
  return k;
}

/// Median of a resample of the same size, drawn with replacement.
double resampled_median(std::span<const double> samples, Random& random, std::vector<double>& scratch) {
  scratch.resize(samples.size());
  for (double& drawn : scratch) drawn = samples[random.below(samples.size())];
  std::sort(scratch.begin(), scratch.end());
  return median_of_sorted(scratch);
}

}  // namespace

double median(std::span<const double> samples) { return median_of_sorted(sorted_copy(samples)); }

Interval median_interval(std::span<const double> samples) {
  const std::vector<double> sorted = sorted_copy(samples);
  const std::size_t rank = enclosing_rank(sorted.size());
  if (rank == 0) return {sorted.front(), sorted.back()};
  return {sorted[rank - 1], sorted[sorted.size() - rank]};
}

Estimate estimate_median(std::vector<double> samples) {
  Estimate estimate;
  estimate.value = median(samples);
  estimate.ci = median_interval(samples);
  estimate.n = samples.size();
  estimate.method = enclosing_rank(samples.size()) == 0
                        ? fmt::format("median of {} samples; interval: their range, too few for 95 %", samples.size())
                        : fmt::format("median of {} samples; 95 % interval from order statistics", samples.size());
  estimate.samples = std::move(samples);
  return estimate;
}

Estimate estimate_over_time(std::vector<double> samples) {
  Estimate estimate = estimate_median(std::move(samples));
  const std::vector<double>& all = estimate.samples;
  const std::size_t stretches = std::min(kMostStretches, all.size() / kLeastStretch);
  if (stretches < 2) return estimate;
  std::vector<double> medians;
  for (std::size_t i = 0; i < stretches; ++i) {
    const std::size_t first = i * all.size() / stretches, last = (i + 1) * all.size() / stretches;
    medians.push_back(median(std::span(all).subspan(first, last - first)));
  }
  const double count = static_cast<double>(stretches);
  const double mean = std::accumulate(medians.begin(), medians.end(), 0.0) / count;
  double squares = 0;
  for (const double one : medians) squares += (one - mean) * (one - mean);
  const boost::math::students_t student(count - 1);
  const double half = boost::math::quantile(student, (1 + kConfidence) / 2) * std::sqrt(squares / (count - 1) / count);
  estimate.ci = {std::min(estimate.ci.low, estimate.value - half), std::max(estimate.ci.high, estimate.value + half)};
  estimate.method = fmt::format(
      "median of {} samples; 95 % interval: hull of order statistics and a Student interval over {} stretches of time",
      all.size(), stretches);
  return estimate;
}

Estimate estimate_ratio(std::span<const double> above, std::span<const double> below, std::uint64_t seed) {
  const auto positive = [](double sample) { return sample > 0; };
  VTPU_CHECK(std::all_of(above.begin(), above.end(), positive) && std::all_of(below.begin(), below.end(), positive),
             "all samples of a ratio are positive");
  Estimate estimate;
  estimate.value = median(above) / median(below);
  Random random(seed);
  std::vector<double> scratch;
  std::vector<double> ratios(kResamples);
  for (double& ratio : ratios) {
    const double top = resampled_median(above, random, scratch);
    ratio = top / resampled_median(below, random, scratch);
  }
  std::sort(ratios.begin(), ratios.end());
  estimate.ci = {std::min(ratios[kTail - 1], estimate.value), std::max(ratios[kResamples - kTail], estimate.value)};
  estimate.n = std::min(above.size(), below.size());
  estimate.method =
      fmt::format("ratio of medians of {} and {} samples; 95 % percentile bootstrap interval, {} resamples, seed {}",
                  above.size(), below.size(), kResamples, seed);
  return estimate;
}

}  // namespace vtpu::measure
