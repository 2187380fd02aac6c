// Formulas of exhaustion, recovery and tolerance, compared with closed forms, with each other and with random trials.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/fault/exhaustion.h"
#include "vtpu/net/fault/policy.h"
#include "vtpu/net/fault/recovery.h"
#include "vtpu/net/fault/tolerance.h"

namespace vtpu::net::fault {
namespace {

SparePool claimed(bool hot) { return {4096, 256, LifeLaw::exponential(1000), hot}; }

TEST(Exhaustion, ASumOfExponentialStagesHasTheLawOfTheOrderStatistic) {
  std::vector<double> rates;
  for (int failed = 0; failed <= 256; ++failed) rates.push_back((4352 - failed) / 1000.0);
  for (const double day : {1.0, 40.0, 55.0, 60.0, 62.0, 70.0, 120.0})
    EXPECT_NEAR(hypoexponential_cdf(rates, day), exhaustion_cdf(claimed(true), day), 1e-10) << day;
}

TEST(Exhaustion, ASumOfEqualStagesHasAnErlangLaw) {
  const std::vector<double> rates(257, 4.096);
  for (const double day : {50.0, 62.0, 75.0})
    EXPECT_NEAR(hypoexponential_cdf(rates, day), exhaustion_cdf(claimed(false), day), 1e-10) << day;
}

TEST(Exhaustion, TwoStagesMatchTheirClosedForm) {
  const std::vector<double> rates = {1.0, 3.0};
  for (const double t : {0.1, 1.0, 4.0})
    EXPECT_NEAR(hypoexponential_cdf(rates, t), 1 - 1.5 * std::exp(-t) + 0.5 * std::exp(-3 * t), 1e-12);
  EXPECT_EQ(hypoexponential_cdf(rates, 0), 0);
  EXPECT_EQ(hypoexponential_cdf({}, 1), 1);
}

TEST(Exhaustion, TheMeanForHotSparesIsTheSumOfTheStages) {
  double mean = 0;
  for (int failed = 0; failed <= 256; ++failed) mean += 1000.0 / (4352 - failed);
  EXPECT_NEAR(mean_days_with_spares(claimed(true), 200), mean, 1e-4);
  EXPECT_NEAR(mean_days_with_spares(claimed(false), 200), 257 / 4.096, 1e-4);
}

TEST(Exhaustion, WithoutSparesTheFirstFailureExhaustsThePool) {
  const SparePool pool{4096, 0, LifeLaw::exponential(1000), true};
  EXPECT_NEAR(exhaustion_quantile(pool, 0.5), std::log(2.0) / 4.096, 1e-9);
  EXPECT_EQ(mean_replacements(pool, 62), 0);
}

TEST(Exhaustion, RandomTrialsAgreeWithTheFormulaForAnyLaw) {
  for (const SparePool& pool :
       {SparePool{64, 4, LifeLaw::exponential(1000), true}, SparePool{64, 4, LifeLaw::weibull(1000, 0.7), true},
        SparePool{64, 4, LifeLaw::weibull(1000, 2), true}, SparePool{64, 4, LifeLaw::exponential(1000), false}}) {
    const double median = exhaustion_quantile(pool, 0.5);
    Random random(5);
    int before = 0;
    constexpr int kDraws = 4000;
    for (int i = 0; i < kDraws; ++i) before += draw_exhaustion(pool, random) <= median;
    EXPECT_NEAR(before, kDraws / 2, 5 * std::sqrt(kDraws / 4.0));
  }
}

TEST(Exhaustion, BinomialTailsMatchSmallCases) {
  EXPECT_DOUBLE_EQ(at_least(0, 3, 0.2), 1);
  EXPECT_NEAR(at_least(1, 3, 0.2), 1 - 0.512, 1e-15);
  EXPECT_NEAR(at_least(3, 3, 0.2), 0.008, 1e-17);
  EXPECT_EQ(at_least(4, 3, 0.2), 0);
  EXPECT_EQ(at_least(2, 3, 1), 1);
  double sum = 0;
  for (int k = 1; k <= 50; ++k) sum += at_least(k, 50, 0.3);
  EXPECT_NEAR(sum, 15, 1e-10);
}

TEST(Recovery, DetectionIsUniformAndTheOtherStepsAreConstant) {
  const RecoveryTime time{1, {0.001, 0.002, 0.003}};
  EXPECT_NEAR(time.quantile_s(0.99), 0.996, 1e-12);
  EXPECT_NEAR(time.cdf(time.quantile_s(0.3)), 0.3, 1e-12);
  EXPECT_EQ(time.cdf(0), 0);
  EXPECT_EQ(time.cdf(2), 1);
  EXPECT_NEAR(longest_period_s(time.steps, 0.99, 0.1), 0.094 / 0.99, 1e-12);
  EXPECT_EQ(longest_period_s(time.steps, 0.99, 0.005), 0);
}

TEST(Recovery, TheIntervalOfAQuantileHasItsStatedCoverage) {
  Random random(11);
  int covered = 0;
  constexpr int kRuns = 1000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> sample;
    for (int i = 0; i < 400; ++i) sample.push_back(random.unit());
    std::sort(sample.begin(), sample.end());
    const SampleQuantile found = sample_quantile(sample, 0.9);
    EXPECT_LE(found.low, found.value);
    EXPECT_GE(found.high, found.value);
    covered += found.low <= 0.9 && 0.9 <= found.high;
  }
  EXPECT_GE(covered, 930);
  EXPECT_LE(covered, 985);
}

TEST(Recovery, CheckpointsAreAsFarApartByDefaultAsYoungsOptimumForAFewFailuresPerDay) {
  const Checkpoint checkpoint;
  const auto optimum = [&](double failures_per_day) {
    return std::sqrt(2 * checkpoint.write_s * 86400 / failures_per_day);
  };
  EXPECT_NEAR(checkpoint.interval_s, optimum(4.8), 1e-9);
}

TEST(Tolerance, ChipSparesTolerateOneFailureEach) {
  const Tolerated borne = tolerated({4352, 1, 4096});
  EXPECT_NEAR(borne.mean_failures, 256, 1e-9);
  EXPECT_EQ(borne.median_failures, 256);
}

TEST(Tolerance, FixedWiringWithAJobOnAllChipsToleratesNoFailure) {
  EXPECT_EQ(tolerated({1, 4096, 1}).mean_failures, 0);
  EXPECT_EQ(tolerated({1, 4096, 1}).median_failures, 0);
}

TEST(Tolerance, TheChainAgreesWithRandomTrials) {
  const ChipGroups blocks{17, 4, 14};
  const double exact = tolerated(blocks).mean_failures;
  Random random(2);
  double sum = 0, squares = 0;
  constexpr int kRuns = 4000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<int> order;
    for (int chip = 0; chip < blocks.chips(); ++chip) order.push_back(chip);
    random.shuffle(order);
    std::vector<bool> hit(17, false);
    int groups_hit = 0, borne = 0;
    for (const int chip : order) {
      const auto group = static_cast<std::size_t>(chip / 4);
      groups_hit += !hit[group];
      hit[group] = true;
      if (groups_hit > 3) break;
      ++borne;
    }
    sum += borne;
    squares += borne * borne;
  }
  const double mean = sum / kRuns;
  EXPECT_NEAR(mean, exact, 5 * std::sqrt((squares / kRuns - mean * mean) / kRuns));
}

TEST(Tolerance, ATorusIsNotCutBeforeAChipHasLostAllItsNeighbours) {
  MachineConfig config;
  config.sides = {4, 4, 4};
  config.spare_blocks = 0;
  const Machine machine = *Machine::make(config);
  Random random(1);
  for (int i = 0; i < 20; ++i) EXPECT_GE(failures_until_cut_off(machine, random), 5);
}

}  // namespace
}  // namespace vtpu::net::fault
