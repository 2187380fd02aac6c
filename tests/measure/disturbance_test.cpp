// Is every kind of disturbance told from a clean timing, and from the others?
#include "vtpu/measure/disturbance.h"

#include <gtest/gtest.h>

namespace vtpu::measure {
namespace {

constexpr SteadyRule kRule{.adds_per_cycle = 4};
constexpr Calibration kClean{4.4, 3.95};
constexpr Elapsed kBusy{100e3, 100e3, 0};

TEST(DisturbanceOfATiming, IsNoneWithinAllTolerances) {
  EXPECT_FALSE(disturbance(kClean, kBusy, kClean, kRule));
  EXPECT_FALSE(disturbance(kClean, {100e3, 98.1e3, 1}, {4.48, 3.9}, kRule));
}

TEST(DisturbanceOfATiming, IsAPreemptionWhereAnotherThreadHadAShareOfTheTime) {
  EXPECT_EQ(disturbance(kClean, {100e3, 97e3, 1}, kClean, kRule), Disturbance::preempted);
}

TEST(DisturbanceOfATiming, IsASuspensionWhereNoOtherThreadHadTheMissingTime) {
  EXPECT_EQ(disturbance(kClean, {100e3, 97e3, 0}, kClean, kRule), Disturbance::suspended);
}

TEST(DisturbanceOfATiming, IsNoneWhereTheWorkMayWaitForOtherThreads) {
  SteadyRule waits = kRule;
  waits.lost = 2;
  EXPECT_FALSE(disturbance(kClean, {100e3, 1e3, 5}, kClean, waits));
}

TEST(DisturbanceOfATiming, IsTheClockWhereItRoseOrFell) {
  EXPECT_EQ(disturbance(kClean, kBusy, {4.3, 3.95}, kRule), Disturbance::clock);
  EXPECT_EQ(disturbance({4.3, 3.95}, kBusy, kClean, kRule), Disturbance::clock);
}

TEST(DisturbanceOfATiming, IsASharedCoreWhereASiblingTookIssueSlotsAtEitherEnd) {
  EXPECT_EQ(disturbance({4.4, 2.6}, kBusy, kClean, kRule), Disturbance::shared_core);
  EXPECT_EQ(disturbance(kClean, kBusy, {4.4, 2.6}, kRule), Disturbance::shared_core);
}

TEST(TallyOfTimings, AddsUpByReasonAndIsShownWithoutTheReasonsThatDidNotOccur) {
  Tally tally{.kept = 28};
  tally[Disturbance::clock] = 2;
  Tally more;
  more[Disturbance::shared_core] = 10;
  tally += more;
  EXPECT_EQ(tally.all_discarded(), 12U);
  EXPECT_EQ(to_string(tally), "12 of 40 timings discarded: 2 clock, 10 shared-core");
  EXPECT_EQ(to_string(Tally{.kept = 3}), "0 of 3 timings discarded");
}

}  // namespace
}  // namespace vtpu::measure
