#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vtpu::measure {

/// Closed interval, low ≤ high.
struct Interval {
  double low = 0;
  double high = 0;
};

/// A value with its 95 % confidence interval and the samples it came from.
struct Estimate {
  double value = 0;
  Interval ci;
  std::vector<double> samples;  ///< in the order taken; empty for a ratio of two medians
  std::size_t n = 0;            ///< samples behind the value (of the smaller side, for a ratio)
  std::string method;           ///< estimator, interval and stopping rule, in words
};

/// Middle of the sorted samples; mean of the two middle ones for an even count. At least one sample.
double median(std::span<const double> samples);

/// 95 % interval of the median from two order statistics, by the exact binomial law; with fewer than 6 samples no pair
/// reaches 95 % and the interval is the range. Source: Hoefler and Belli, "Scientific benchmarking of parallel computing
/// systems", SC 2015, section 3.1.3.
Interval median_interval(std::span<const double> samples);

/// Median of the samples with the interval above.
Estimate estimate_median(std::vector<double> samples);

/// Ratio of medians above/below with a seeded percentile bootstrap, 2000 resamples. Both at least one sample, > 0.
Estimate estimate_ratio(std::span<const double> above, std::span<const double> below, std::uint64_t seed = 1);

}  // namespace vtpu::measure
