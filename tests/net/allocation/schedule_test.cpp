#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "vtpu/net/allocation/boxes.h"
#include "vtpu/net/allocation/goodput.h"
#include "vtpu/net/allocation/schedule.h"

namespace vtpu::net::allocation {
namespace {

const Shape kBlockGrid{4, 4, 4};

TEST(Boxes, EveryPlaceHasTheSizeOfTheBoxAndIsListedOnce) {
  struct Expected {
    Shape box;
    std::size_t places;
  };
  // A side as long as the grid's has one place along it; any other side has as many as the grid's length.
  for (const Expected& expected : {Expected{{1, 1, 1}, 64},
                                   {{1, 1, 2}, 3 * 64},
                                   {{2, 2, 2}, 64},
                                   {{1, 1, 4}, 3 * 16},
                                   {{3, 4, 4}, 3 * 4},
                                   {{4, 4, 4}, 1},
                                   {{1, 2, 3}, 6 * 64},
                                   {{1, 1, 5}, 0}}) {
    const std::vector<BlockSet> places = box_places(kBlockGrid, expected.box);
    EXPECT_EQ(places.size(), expected.places) << to_string(expected.box);
    for (const BlockSet place : places) EXPECT_EQ(std::popcount(place), expected.box.count());
  }
}

TEST(Boxes, AnEmptyGridIsPackedCompletely) {
  for (const Shape& box : {Shape{1, 1, 2}, {2, 2, 2}, {2, 2, 4}, {2, 4, 4}, {1, 4, 4}}) {
    const Packing packing = most_boxes(box_places(kBlockGrid, box), all_blocks(kBlockGrid), 100000);
    EXPECT_EQ(packing.boxes, 64 / box.count());
    EXPECT_TRUE(packing.proved);
  }
}

TEST(Boxes, BoxesMayWrapAroundARow) {
  // Blocks 0 and 3 of the first row are neighbours round the ring.
  EXPECT_EQ(most_boxes(box_places(kBlockGrid, {1, 1, 2}), 0b1001, 100).boxes, 1);
  EXPECT_EQ(most_boxes(box_places(kBlockGrid, {1, 1, 2}), 0b0101, 100).boxes, 0);
}

TEST(Boxes, PackingBeatsTakingTheFirstPlace) {
  // A row of four can be paired up only if the first pair does not take its middle.
  const Shape row{1, 1, 8};
  EXPECT_EQ(most_boxes(box_places(row, {1, 1, 2}), 0b00011110, 100).boxes, 2);
  EXPECT_EQ(most_boxes(box_places(row, {1, 1, 3}), 0b10111111, 100).boxes, 2);
}

TEST(Boxes, TheCompactBoxHasTheSmallestSurface) {
  EXPECT_EQ(compact_box(kBlockGrid, 8), (Shape{2, 2, 2}));
  EXPECT_EQ(compact_box(kBlockGrid, 16), (Shape{2, 2, 4}));
  EXPECT_EQ(compact_box(kBlockGrid, 48), (Shape{3, 4, 4}));
  EXPECT_EQ(compact_box(kBlockGrid, 5), (Shape{1, 1, 5}));
}

ScheduleConfig small_config() {
  ScheduleConfig config;
  config.batch_hours = 500;
  config.batches = 8;
  return config;
}

TEST(Schedule, JobsOfOneBlockFillAMachineThatNeverFails) {
  for (const Wiring wiring : {Wiring::switched, Wiring::fixed}) {
    ScheduleConfig config = small_config();
    config.wiring = wiring;
    const ScheduleOutcome outcome = *run_schedule(config, {{{1, 1, 1}, 1}}, Random(1));
    EXPECT_NEAR(*outcome.busy.mean, 1, 1e-12);
    EXPECT_NEAR(*outcome.goodput.mean, 1, 1e-12);
    EXPECT_EQ(outcome.interrupted, 0u);
  }
}

TEST(Schedule, BlocksAreUpWithTheProbabilityThatAllTheirHostsAreUp) {
  ScheduleConfig config = small_config();
  config.host_availability = 0.99;
  config.host_up_hours = 1000;
  const ScheduleOutcome outcome = *run_schedule(config, {{{1, 1, 1}, 1}}, Random(2));
  EXPECT_NEAR(*outcome.up.mean, block_availability(0.99), 3 * *outcome.up.half_width);
  EXPECT_NEAR(*outcome.busy.mean, *outcome.up.mean, 1e-9);
  EXPECT_LT(*outcome.goodput.mean, *outcome.busy.mean);
  EXPECT_EQ(outcome.moved, 0u);  // no block is free
}

TEST(Schedule, WaitingAtOneServerMatchesTheMM1Formula) {
  // Jobs of the whole machine make it an M/M/1 queue: the mean wait is load / (1 - load) mean job times.
  ScheduleConfig config;
  config.job_hours = 1;
  config.jobs_per_hour = 0.5;
  config.batch_hours = 20000;
  const ScheduleOutcome outcome = *run_schedule(config, {{{4, 4, 4}, 1}}, Random(3));
  EXPECT_NEAR(*outcome.wait.mean, 1, 3 * *outcome.wait.half_width);
  EXPECT_LT(*outcome.wait.half_width, 0.05);
  EXPECT_NEAR(*outcome.busy.mean, 0.5, 0.01);
  EXPECT_FALSE(outcome.saturated);
}

TEST(Schedule, WaitingAtManyServersMatchesErlangC) {
  // 64 servers, 60 Erlangs: P(wait) by Erlang C, mean wait = P(wait) / (64 - 60) mean job times.
  ScheduleConfig config;
  config.job_hours = 1;
  config.jobs_per_hour = 60;
  config.batch_hours = 1000;
  const ScheduleOutcome outcome = *run_schedule(config, {{{1, 1, 1}, 1}}, Random(4));
  double blocked = 1;  // Erlang B by its recursion
  for (int servers = 1; servers <= 64; ++servers) blocked = 60 * blocked / (servers + 60 * blocked);
  const double waits = blocked / (1 - 60.0 / 64 * (1 - blocked));
  EXPECT_NEAR(*outcome.wait.mean, waits / 4, 3 * *outcome.wait.half_width);
}

TEST(Schedule, SwitchesServeAMixOfJobsAtLeastAsWellAsFixedCables) {
  const std::vector<JobClass> mix = {{{1, 1, 1}, 3}, {{1, 2, 2}, 2}, {{2, 2, 4}, 1}};
  for (const double availability : {1.0, 0.999, 0.99}) {
    ScheduleConfig config = small_config();
    config.host_availability = availability;
    config.host_up_hours = 3000;
    const double switched = *run_schedule(config, mix, Random(5))->goodput.mean;
    config.wiring = Wiring::fixed;
    EXPECT_GT(switched, *run_schedule(config, mix, Random(5))->goodput.mean) << availability;
  }
}

TEST(Schedule, AFailedBlockIsReplacedAtOnceIfOneIsFree) {
  ScheduleConfig config = small_config();
  config.host_availability = 0.999;
  config.host_up_hours = 1000;
  const ScheduleOutcome outcome = *run_schedule(config, {{{3, 4, 4}, 1}}, Random(6));
  EXPECT_GT(outcome.interrupted, 0u);
  EXPECT_EQ(outcome.moved, outcome.interrupted);
  config.wiring = Wiring::fixed;
  EXPECT_EQ(run_schedule(config, {{{3, 4, 4}, 1}}, Random(6))->moved, 0u);
}

TEST(Schedule, MoreJobsThanTheMachineCanRunAreReportedAsSaturation) {
  ScheduleConfig config = small_config();
  config.jobs_per_hour = 10;
  EXPECT_TRUE(run_schedule(config, {{{1, 1, 1}, 1}}, Random(7))->saturated);
}

TEST(Schedule, OneSeedGivesOneOutcome) {
  ScheduleConfig config = small_config();
  config.host_availability = 0.99;
  config.queue = Queue::first_fit;
  config.jobs_per_hour = 0.3;
  const std::vector<JobClass> mix = {{{1, 1, 1}, 3}, {{2, 2, 4}, 1}};
  const ScheduleOutcome a = *run_schedule(config, mix, Random(8)), b = *run_schedule(config, mix, Random(8));
  EXPECT_EQ(a.goodput.mean, b.goodput.mean);
  EXPECT_EQ(a.started, b.started);
  EXPECT_NE(a.goodput.mean, run_schedule(config, mix, Random(9))->goodput.mean);
}

TEST(Schedule, AnInvalidFieldOfTheConfigurationIsNamed) {
  ScheduleConfig config;
  config.host_availability = 0;
  EXPECT_EQ(run_schedule(config, {{{1, 1, 1}, 1}}, Random(1)).error().where, "schedule, host_availability");
  config = {};
  config.job_hours = -1;
  EXPECT_EQ(run_schedule(config, {{{1, 1, 1}, 1}}, Random(1)).error().where, "schedule, job_hours");
  config = {};
  config.wiring = Wiring::fixed;
  EXPECT_THAT(run_schedule(config, {{{1, 1, 5}, 1}}, Random(1)).error().message(), testing::HasSubstr("1x1x5"));
  EXPECT_FALSE(run_schedule(config, {}, Random(1)));
}

}  // namespace
}  // namespace vtpu::net::allocation
