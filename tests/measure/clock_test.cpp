// Does the clock calibrate, and is a disturbed timing discarded, counted and repeated? No test depends on how long
// anything takes.
#include "vtpu/measure/clock.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <functional>
#include <string>

namespace vtpu::measure {
namespace {

/// Calibrations with a given series of clocks, on a core that nothing shares.
std::function<Calibration()> series(std::deque<double> values) {
  return [values = std::move(values)]() mutable {
    const double value = values.front();
    values.pop_front();
    return Calibration{value, 4};
  };
}

/// Work that took so many nanoseconds and had the processor all the time.
Elapsed undisturbed(double ns) { return {ns, ns, 0}; }

TEST(TimeWhileSteady, KeepsTheFirstTimingBetweenEqualCalibrations) {
  int prepared = 0;
  const SteadyTiming timing =
      time_while_steady([&] { ++prepared; }, series({3.0, 3.03}), [] { return undisturbed(100); }, {});
  EXPECT_FALSE(timing.disturbed());
  EXPECT_EQ(timing.ns, 100);
  EXPECT_DOUBLE_EQ(timing.ghz, 3.015);
  EXPECT_EQ(timing.adds_per_cycle, 4);
  EXPECT_EQ(timing.tally, (Tally{.kept = 1}));
  EXPECT_EQ(prepared, 1);
}

TEST(TimeWhileSteady, DiscardsATimingThatWasDisturbedCountsTheReasonAndPreparesAgain) {
  int prepared = 0;
  int runs = 0;
  const SteadyTiming timing = time_while_steady([&] { ++prepared; }, series({3.0, 3.07, 3.0, 3.0, 3.0, 3.05}),
                                                [&runs] {
                                                  ++runs;
                                                  return runs == 2 ? Elapsed{100, 50, 1} : undisturbed(runs);
                                                },
                                                {});
  EXPECT_FALSE(timing.disturbed());
  EXPECT_EQ(timing.ns, 3);
  EXPECT_EQ(prepared, 3);
  EXPECT_EQ(timing.tally.kept, 1U);
  EXPECT_EQ(timing.tally[Disturbance::clock], 1U);
  EXPECT_EQ(timing.tally[Disturbance::preempted], 1U);
  EXPECT_EQ(timing.tally.all_discarded(), 2U);
}

TEST(TimeWhileSteady, KeepsTheLastAttemptAsDisturbedAfterThoseThatTheRuleAllows) {
  double ghz = 1;
  const SteadyTiming timing = time_while_steady(
      {},
      [&ghz] {
        return Calibration{ghz *= 1.1, 4};
      },
      [] { return undisturbed(1); }, {.attempts = 4});
  EXPECT_TRUE(timing.disturbed());
  EXPECT_EQ(timing.ns, 1);
  EXPECT_EQ(timing.tally.kept, 0U);
  EXPECT_EQ(timing.tally[Disturbance::clock], 4U);
}

TEST(TimeWhileSteady, RunsTheWorkBetweenItsTwoCalibrations) {
  std::string order;
  time_while_steady([&] { order += "prepare "; },
                    [&] {
                      order += "calibrate ";
                      return Calibration{1, 4};
                    },
                    [&] {
                      order += "work ";
                      return undisturbed(1);
                    },
                    {});
  EXPECT_EQ(order, "prepare calibrate work calibrate ");
}

#if defined(__x86_64__)
/// No processor runs its clock faster, whatever else the machine does: an interruption can only lengthen a timing. A
/// wrong unit misses this by a power of a thousand.
constexpr double kFastestGhz = 10;

TEST(CoreClock, AndTheTimeStampCounterRunInGigahertz) {
  const Result<double> ghz = core_ghz();
  ASSERT_TRUE(ghz.ok());
  EXPECT_TRUE(std::isfinite(*ghz));
  EXPECT_GT(*ghz, 0);
  EXPECT_LT(*ghz, kFastestGhz) << "additions that do not depend on each other, or a wrong unit";
  const Result<double> ticks = time_stamp_ghz(0.001);
  ASSERT_TRUE(ticks.ok());
  EXPECT_GT(*ticks, 0);
  EXPECT_LT(*ticks, kFastestGhz) << "ticks per another unit than ns";
}

TEST(CoreClock, CountsNoMoreIndependentAdditionsThanACoreCanStart) {
  const Result<double> adds = undisturbed_adds_per_cycle(0.001);
  ASSERT_TRUE(adds.ok());
  EXPECT_TRUE(std::isfinite(*adds));
  EXPECT_GT(*adds, 0);
  EXPECT_LE(*adds, 10) << "more than the widest core dispatches";
}

TEST(CycleClock, TimesWorkInNanosecondsAndCyclesAndNamesItsSource) {
  Result<CycleClock> clock = CycleClock::open();
  ASSERT_TRUE(clock.ok());
  EXPECT_EQ(clock->source() == CycleSource::hardware_counter, hardware_counters_granted());
  EXPECT_STRNE(name_of(CycleSource::hardware_counter), name_of(CycleSource::calibrated_time));
  int runs = 0;
  const Timing timing = clock->time([&runs] {
    ++runs;
    EXPECT_TRUE(run_add_chain(100'000).ok());
  });
  EXPECT_GE(runs, 1);
  EXPECT_EQ(static_cast<std::size_t>(runs), clock->tally().all_discarded() + clock->tally().kept);
  EXPECT_EQ(clock->tally().kept, timing.disturbed ? 0U : 1U);
  EXPECT_GT(timing.ns, 0);
  // The additions depend on each other, so no core takes fewer cycles; half leaves room for the calibration.
  if (!timing.disturbed) {
    EXPECT_GT(timing.cycles, 50'000);
  }
}
#endif

}  // namespace
}  // namespace vtpu::measure
