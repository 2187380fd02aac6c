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
  std::vector<double> samples;  ///< in the order in which they were taken; empty for a ratio of two medians
  std::size_t n = 0;            ///< samples behind the value (of the smaller side, for a ratio)
  std::string method;           ///< estimator, interval and stopping rule, in words
};

/// The middle of the sorted samples, or the mean of the two middle ones. At least one sample.
double median(std::span<const double> samples);

/// 95 % interval of the median from two order statistics, by the exact binomial distribution. With fewer than 6 samples
/// no pair reaches 95 %, and the interval is the range. Source: Hoefler and Belli, "Scientific benchmarking of parallel
/// computing systems", SC 2015, section 3.1.3.
Interval median_interval(std::span<const double> samples);

/// Median of the samples, with median_interval.
Estimate estimate_median(std::vector<double> samples);

/// Median of samples taken one after the other, whose interval also covers slow changes of the machine: the hull of
/// median_interval, which takes the samples as independent, and of a Student interval over the medians of stretches of
/// consecutive samples. With fewer than 8 samples, as estimate_median. Its coverage is simulated in
/// tests/measure/statistics_test.cpp.
Estimate estimate_over_time(std::vector<double> samples);

/// Ratio of the medians, above/below, with a percentile bootstrap of 2000 resamples. Each side has at least one sample;
/// all samples are > 0.
Estimate estimate_ratio(std::span<const double> above, std::span<const double> below, std::uint64_t seed = 1);

}  // namespace vtpu::measure
