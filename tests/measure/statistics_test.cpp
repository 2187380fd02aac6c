// Do medians, intervals and ratios follow their definitions, and do the intervals have the stated coverage?
#include "vtpu/measure/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vtpu/base/random.h"

namespace vtpu::measure {
namespace {

std::vector<double> one_to(int last) {
  std::vector<double> samples(static_cast<std::size_t>(last));
  std::iota(samples.begin(), samples.end(), 1.0);
  return samples;
}

/// Exponential with median ln 2: skewed, as times are.
std::vector<double> skewed(Random& random, std::size_t count) {
  std::vector<double> samples;
  for (std::size_t i = 0; i < count; ++i) samples.push_back(-std::log(1 - random.unit()));
  return samples;
}

TEST(Median, IsTheMiddleSampleOrTheMeanOfTheTwoMiddleOnes) {
  EXPECT_EQ(median(std::vector<double>{3}), 3);
  EXPECT_EQ(median(std::vector<double>{9, 1, 5}), 5);
  EXPECT_EQ(median(std::vector<double>{9, 1, 5, 2}), 3.5);
}

TEST(MedianInterval, WithFewerThanSixSamplesIsTheirRangeAndReportsIt) {
  const Interval interval = median_interval(one_to(5));
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 5);
  EXPECT_NE(estimate_median(one_to(5)).method.find("too few"), std::string::npos);
  EXPECT_EQ(estimate_median(one_to(6)).method.find("too few"), std::string::npos);
}

// Ranks of the two-sided 95 % interval, from tables of the sign test.
TEST(MedianInterval, UsesTheRanksFromTablesOfTheBinomialDistribution) {
  const int ranks[][3] = {{6, 1, 6},   {8, 1, 8},    {9, 2, 8},    {10, 2, 9},
                          {20, 6, 15}, {30, 10, 21}, {50, 18, 33}, {100, 40, 61}};
  for (const auto& [n, low, high] : ranks) {
    const Interval interval = median_interval(one_to(n));
    EXPECT_EQ(interval.low, low) << n;
    EXPECT_EQ(interval.high, high) << n;
  }
}

TEST(MedianInterval, OfAVeryLongSeriesIsNarrowAndAroundTheMedian) {
  const Interval interval = median_interval(one_to(20001));
  EXPECT_NEAR(interval.low, 10001 - 0.98 * std::sqrt(20001.0), 2);
  EXPECT_NEAR(interval.high, 10001 + 0.98 * std::sqrt(20001.0), 2);
}

TEST(MedianInterval, CoversTheTrueMedianInAtLeastNinetyFivePercentOfSimulatedSeries) {
  Random random(11);
  constexpr int kSeries = 4000;
  int covered = 0;
  for (int i = 0; i < kSeries; ++i) {
    const Interval interval = median_interval(skewed(random, 20));
    if (interval.low <= std::log(2.0) && std::log(2.0) <= interval.high) ++covered;
  }
  // The ranks 6 and 15 of 20 cover with 95.86 %; three standard errors of the simulation are 0.95 %.
  EXPECT_NEAR(covered / static_cast<double>(kSeries), 0.9586, 0.0095);
}

TEST(EstimateMedian, KeepsSamplesInTheOrderTakenAndCountsThem) {
  const Estimate estimate = estimate_median({7, 3, 5, 4, 6, 9, 8});
  EXPECT_EQ(estimate.value, 6);
  EXPECT_EQ(estimate.n, 7U);
  EXPECT_EQ(estimate.samples, (std::vector<double>{7, 3, 5, 4, 6, 9, 8}));
  EXPECT_NE(estimate.method.find("median of 7 samples"), std::string::npos);
  EXPECT_NE(estimate.method.find("95 %"), std::string::npos);
}

/// Samples around 10 in stretches of time: each has a level of its own. Both standard deviations are given.
std::vector<double> in_stretches(Random& random, std::size_t count, std::size_t length, double between, double within) {
  const auto normal = [&random] {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random.unit();
    return sum;
  };
  std::vector<double> samples;
  std::size_t left = 1 + random.below(length);  // the first stretch began before the first sample
  double level = between * normal();
  for (std::size_t i = 0; i < count; ++i, --left) {
    if (left == 0) level = between * normal(), left = length;
    samples.push_back(10 + level + within * normal());
  }
  return samples;
}

/// The share of simulated series whose interval covers the true median.
double coverage(Interval interval_of(std::vector<double>), std::size_t count, double between) {
  Random random(13);
  constexpr int kSeries = 4000;
  int covered = 0;
  for (int i = 0; i < kSeries; ++i) {
    const Interval interval = interval_of(in_stretches(random, count, 4, between, 1));
    if (interval.low <= 10 && 10 <= interval.high) ++covered;
  }
  return covered / static_cast<double>(kSeries);
}

TEST(EstimateOverTime, CoversTheMedianOfIndependentSamplesInAtLeastNinetyFivePercent) {
  const auto interval = [](std::vector<double> samples) { return estimate_over_time(std::move(samples)).ci; };
  for (const std::size_t count : {6U, 20U, 40U, 60U}) EXPECT_GE(coverage(interval, count, 0), 0.95) << count;
}

TEST(EstimateOverTime, CoversTheMedianOfAMachineWhoseSpeedChangesFromStretchToStretch) {
  const auto interval = [](std::vector<double> samples) { return estimate_over_time(std::move(samples)).ci; };
  const auto independent = [](std::vector<double> samples) { return median_interval(samples); };
  for (const std::size_t count : {20U, 40U, 60U}) {
    EXPECT_GE(coverage(interval, count, 1), 0.93) << count;
    EXPECT_LT(coverage(independent, count, 1), 0.90) << count << ": the control, which takes samples as independent";
  }
}

TEST(EstimateOverTime, EqualsTheMedianWithItsIntervalWhenSamplesAreTooFewForStretches) {
  const Estimate few = estimate_over_time({7, 3, 5, 4, 6, 9, 8});
  EXPECT_EQ(few.ci.low, median_interval(few.samples).low);
  EXPECT_EQ(few.method, estimate_median(few.samples).method);
}

TEST(EstimateRatio, OfConstantSamplesIsExact) {
  const Estimate estimate = estimate_ratio(std::vector<double>(20, 6.0), std::vector<double>(25, 2.0));
  EXPECT_EQ(estimate.value, 3);
  EXPECT_EQ(estimate.ci.low, 3);
  EXPECT_EQ(estimate.ci.high, 3);
  EXPECT_EQ(estimate.n, 20U);
}

TEST(EstimateRatio, GivesTheSameIntervalForTheSameSeedAndAnotherForAnother) {
  Random random(5);
  const std::vector<double> above = skewed(random, 20);
  const std::vector<double> below = skewed(random, 20);
  const Estimate first = estimate_ratio(above, below, 1);
  const Estimate again = estimate_ratio(above, below, 1);
  const Estimate other = estimate_ratio(above, below, 2);
  EXPECT_EQ(first.ci.low, again.ci.low);
  EXPECT_EQ(first.ci.high, again.ci.high);
  EXPECT_TRUE(first.ci.low != other.ci.low || first.ci.high != other.ci.high);
  EXPECT_LE(first.ci.low, first.value);
  EXPECT_LE(first.value, first.ci.high);
  EXPECT_NE(first.method.find("seed 1"), std::string::npos);
}

TEST(EstimateRatio, CoversTheTrueRatioInAboutNinetyFivePercentOfSimulatedPairs) {
  Random random(12);
  constexpr int kPairs = 300;
  int covered = 0;
  for (int i = 0; i < kPairs; ++i) {
    std::vector<double> above = skewed(random, 25);
    for (double& sample : above) sample *= 3;
    const Interval interval = estimate_ratio(above, skewed(random, 25), static_cast<std::uint64_t>(i)).ci;
    if (interval.low <= 3 && 3 <= interval.high) ++covered;
  }
  EXPECT_GE(covered / static_cast<double>(kPairs), 0.91);
  EXPECT_LE(covered / static_cast<double>(kPairs), 0.99);
}

}  // namespace
}  // namespace vtpu::measure
