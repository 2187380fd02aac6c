// Does the clock calibrate, and is a sample between two unequal calibrations discarded and repeated? No test depends on
// how long anything takes.
#include "vtpu/measure/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace vtpu::measure {
namespace {

/// A calibration that returns a given series.
std::function<double()> series(std::deque<double> values) {
  return [values = std::move(values)]() mutable {
    const double value = values.front();
    values.pop_front();
    return value;
  };
}

TEST(SampleWhileSteady, KeepsTheFirstSampleBetweenEqualCalibrations) {
  int prepared = 0;
  const SteadySample sample = sample_while_steady([&] { ++prepared; }, series({3.0, 3.03}), [] { return 100.0; });
  ASSERT_TRUE(sample.ns.has_value());
  EXPECT_EQ(*sample.ns, 100);
  EXPECT_DOUBLE_EQ(sample.ghz, 3.015);
  EXPECT_EQ(sample.discarded, 0U);
  EXPECT_EQ(prepared, 1);
}

TEST(SampleWhileSteady, DiscardsASampleWhoseCalibrationsDifferByMoreThanTwoPercentAndPreparesAgain) {
  int prepared = 0;
  double next = 0;
  const SteadySample sample =
      sample_while_steady([&] { ++prepared; }, series({3.0, 3.07, 3.1, 3.0, 3.0, 3.05}), [&next] { return ++next; });
  ASSERT_TRUE(sample.ns.has_value());
  EXPECT_EQ(*sample.ns, 3);
  EXPECT_EQ(sample.discarded, 2U);
  EXPECT_EQ(prepared, 3);
}

TEST(SampleWhileSteady, StopsAfterTheAttemptsThatTheRuleAllows) {
  double ghz = 1;
  const SteadySample sample = sample_while_steady(
      {}, [&ghz] { return ghz *= 1.1; }, [] { return 1.0; }, {.tolerance = 0.02, .attempts = 4});
  EXPECT_FALSE(sample.ns.has_value());
  EXPECT_EQ(sample.discarded, 4U);
}

TEST(SampleWhileSteady, RunsTheSampleBetweenItsTwoCalibrations) {
  std::string order;
  sample_while_steady([&] { order += "prepare "; },
                      [&] {
                        order += "calibrate ";
                        return 1.0;
                      },
                      [&] {
                        order += "work ";
                        return 1.0;
                      });
  EXPECT_EQ(order, "prepare calibrate work calibrate ");
}

#if defined(__x86_64__)
TEST(CoreClock, CalibratesToAFinitePositiveFrequency) {
  const Result<double> ghz = core_ghz();
  ASSERT_TRUE(ghz.ok());
  EXPECT_TRUE(std::isfinite(*ghz));
  EXPECT_GT(*ghz, 0);
}

TEST(TimeStampCounter, RunsAtAFinitePositiveFrequency) {
  const Result<double> ghz = time_stamp_ghz(0.001);
  ASSERT_TRUE(ghz.ok());
  EXPECT_TRUE(std::isfinite(*ghz));
  EXPECT_GT(*ghz, 0);
}

TEST(CycleClock, TimesWorkInNanosecondsAndCyclesAndNamesItsSource) {
  Result<CycleClock> clock = CycleClock::open();
  ASSERT_TRUE(clock.ok());
  EXPECT_EQ(clock->source() == CycleSource::hardware_counter, hardware_counters_granted());
  EXPECT_STRNE(name_of(CycleSource::hardware_counter), name_of(CycleSource::calibrated_time));
  int runs = 0;
  const std::optional<Timing> timing = clock->time([&runs] {
    ++runs;
    EXPECT_TRUE(run_add_chain(100'000).ok());
  });
  EXPECT_GE(runs, 1);
  EXPECT_EQ(static_cast<std::size_t>(runs), clock->discarded() + (timing ? 1U : 0U));
  if (timing) {
    EXPECT_GT(timing->ns, 0);
    EXPECT_GT(timing->cycles, 0);
  }
}
#endif

}  // namespace
}  // namespace vtpu::measure
