// Do the sampling processes run every alternative, in random order, as often as the rule states, and stop for the
// reason that they report? The clock is scripted, so no test depends on time.
#include "vtpu/measure/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <set>

#include "vtpu/measure/timer.h"

namespace vtpu::measure {
namespace {

using testing::HasSubstr;

/// Reports for each run its alternative's work × a factor as nanoseconds, and twice as many cycles. `steady`: nothing
/// disturbs it.
class ScriptedTimer : public Timer {
 public:
  ScriptedTimer(double factor, bool steady, double adds) : factor_(factor), steady_(steady), adds_(adds) {}
  Timing time(const Alternative& alternative) override {
    ++(steady_ ? tally_.kept : tally_[Disturbance::preempted]);
    if (alternative.prepare) alternative.prepare();
    alternative.run();
    return Timing{alternative.work * factor_, 2 * alternative.work * factor_, 0, adds_, !steady_};
  }
  CycleSource source() const override { return CycleSource::calibrated_time; }
  const Tally& tally() const override { return tally_; }

 private:
  double factor_;
  bool steady_;
  double adds_;
  Tally tally_;
};

/// Both functions are called once in every process.
MakeTimer scripted(
    std::function<double()> factor, bool steady = true, std::function<double()> adds = [] { return 4.0; }) {
  return [=]() -> Result<std::unique_ptr<Timer>> {
    return std::unique_ptr<Timer>(std::make_unique<ScriptedTimer>(factor(), steady, adds()));
  };
}

std::vector<Alternative> two_alternatives() {
  return {{"short", 10, [] {}, {}}, {"long", 1000, [] {}, {}}};
}

/// 1, 2, 1, 2, … in successive processes, which share the memory of the count.
std::function<double()> alternating() {
  void* const page = ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  EXPECT_NE(page, MAP_FAILED);
  const std::shared_ptr<int> count(static_cast<int*>(page), [](int* at) { ::munmap(at, sizeof(int)); });
  return [count] { return 1.0 + (*count)++ % 2; };
}

SamplingRule short_rule() {
  SamplingRule rule;
  rule.least = 6;
  rule.most = 9;
  return rule;
}

TEST(Sampling, GivesOneSamplePerProcessForEveryAlternativeUnderItsName) {
  const auto all = sample_in_processes(two_alternatives, short_rule(), scripted([] { return 1.5; }));
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].name, "short");
  EXPECT_EQ((*all)[1].name, "long");
  EXPECT_EQ((*all)[1].ns, std::vector<double>(6, 1500.0));
  EXPECT_EQ((*all)[1].ns_per_unit().value, 1.5);
  EXPECT_EQ((*all)[1].cycles_per_unit().value, 3);
  EXPECT_EQ((*all)[0].units_per_cycle().value, 1 / 3.0);
  EXPECT_EQ((*all)[0].units_per_ns().value, 1 / 1.5);
}

TEST(Sampling, StopsAtTheLeastNumberOfProcessesWhenTheIntervalIsNarrowAndReportsIt) {
  const auto all = sample_in_processes(two_alternatives, short_rule(), scripted([] { return 1.0; }));
  ASSERT_TRUE(all.ok());
  EXPECT_TRUE(all->front().settled);
  const Estimate estimate = all->front().cycles_per_unit();
  EXPECT_EQ(estimate.n, 6U);
  EXPECT_THAT(estimate.method, HasSubstr("half-width within 3 %"));
  EXPECT_THAT(estimate.method, HasSubstr(name_of(CycleSource::calibrated_time)));
}

TEST(Sampling, ContinuesToTheCapWhenTheIntervalStaysWideAndReportsIt) {
  const auto all = sample_in_processes(two_alternatives, short_rule(), scripted(alternating()));
  ASSERT_TRUE(all.ok());
  EXPECT_FALSE(all->front().settled);
  EXPECT_EQ(all->front().ns.size(), 9U);
  EXPECT_THAT(all->front().ns_per_unit().method, HasSubstr("above 3 % at the cap of 9 processes"));
}

TEST(Sampling, StopsAtTheTimeLimitOnlyAfterTheLeastNumberOfProcesses) {
  SamplingRule rule = short_rule();
  rule.seconds = 0;
  const auto all = sample_in_processes(two_alternatives, rule, scripted(alternating()));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().ns.size(), 6U);
  EXPECT_THAT(all->front().ns_per_unit().method, HasSubstr("time limit"));
}

TEST(Sampling, WarmsAShortAlternativeInEveryRoundBeforeItsTimingsCount) {
  SamplingRule rule = short_rule();
  rule.rounds = 5;
  rule.repeats = 2;
  int runs = 0;
  int prepared = 0;
  // The scripted timer reports the number of runs so far. Run 1 is untimed; in each round one run warms the caches and
  // two count: 3 and 4, 6 and 7, …, 15 and 16, whose median is 9.5.
  class Counting : public Timer {
   public:
    explicit Counting(const int& runs) : runs_(runs) {}
    Timing time(const Alternative& alternative) override {
      alternative.prepare();
      alternative.run();
      return Timing{static_cast<double>(runs_), 1, 0};
    }
    CycleSource source() const override { return CycleSource::hardware_counter; }
    const Tally& tally() const override { return tally_; }

   private:
    const int& runs_;
    Tally tally_;
  };
  const auto all = sample_in_processes(
      [&] {
        return std::vector<Alternative>{{"counted", 1, [&] { runs = prepared; }, [&] { ++prepared; }}};
      },
      rule,
      [&]() -> Result<std::unique_ptr<Timer>> { return std::unique_ptr<Timer>(std::make_unique<Counting>(runs)); });
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().ns, std::vector<double>(6, 9.5));
  EXPECT_EQ(runs, 0) << "the caller's own memory is untouched";
  EXPECT_EQ(all->front().source, CycleSource::hardware_counter);
}

/// The distinct places within their pages that a small object has in nine processes.
std::size_t places_of_a_small_object(bool one_place) {
  SamplingRule rule = short_rule();
  rule.least = rule.most = 9;
  rule.one_place = one_place;
  const auto all = sample_in_processes(
      [] {
        const auto small = std::make_shared<std::array<char, 256>>();
        const auto place = 1 + reinterpret_cast<std::uintptr_t>(small.get()) % 4096;
        return std::vector<Alternative>{{"small object", static_cast<double>(place), [small] {}, {}}};
      },
      rule, scripted([] { return 1.0; }));
  EXPECT_TRUE(all.ok());
  return std::set<double>(all->front().ns.begin(), all->front().ns.end()).size();
}

// What speed depends on must vary within one execution, or its interval does not cover the next execution.
TEST(Sampling, DataThatAProcessMakesLieElsewhereInTheNext) {
  EXPECT_GE(places_of_a_small_object(false), 6U);
  EXPECT_EQ(places_of_a_small_object(true), 1U);
}

TEST(Sampling, WhatIsMadeInEachProcessIsMadeThereOnceAndNeverInTheCaller) {
  int made = 0;
  InEachProcess<int> own([&made] { return ++made; });
  const auto all = sample_in_processes(
      [&] {
        return std::vector<Alternative>{{"own", 1, [&] { EXPECT_EQ(*own, 1); }, [&] { own.prepare(); }}};
      },
      short_rule(), scripted([&] { return 1.0 + made; }));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(made, 0);
  EXPECT_EQ(all->front().ns, std::vector<double>(6, 1.0)) << "the timer is made before the alternatives";
}

TEST(Sampling, NamesTheStatusOfAProcessThatEndsEarly) {
  const auto all = sample_in_processes(
      [] {
        return std::vector<Alternative>{{"leaves", 1, [] { ::_exit(7); }, {}}};
      },
      short_rule(), scripted([] { return 1.0; }));
  ASSERT_FALSE(all.ok());
  EXPECT_THAT(all.error().message(), HasSubstr("status 7"));
}

TEST(Sampling, SaysNotMeasurableNowAndNamesTheDisturbanceWhenEveryTimingWasDisturbed) {
  SamplingRule rule = short_rule();
  rule.seconds = 0;
  const auto all = sample_in_processes(two_alternatives, rule, scripted([] { return 1.0; }, false));
  ASSERT_TRUE(all.ok());
  // 18 processes, three rounds of two alternatives, each timed four times.
  EXPECT_EQ(all->front().ns.size(), 18U);
  EXPECT_EQ(all->front().tally.unmeasurable, 1U);
  EXPECT_THAT(all->front().ns_per_unit().method,
              HasSubstr("not measurable now: 432 of 432 timings discarded: 432 preempted"));
}

TEST(Sampling, TriesSixTimesTheCapOfProcessesWhileThereIsTime) {
  const auto all = sample_in_processes(two_alternatives, short_rule(), scripted([] { return 1.0; }, false));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().ns.size(), 54U);
}

TEST(Sampling, DiscardsTheProcessesWhoseCoreWasSlowerThroughoutThanInAnother) {
  const auto adds = alternating();  // 1, 2, 1, 2, …
  SamplingRule rule = short_rule();
  rule.rounds = 1;
  const auto all = sample_in_processes(two_alternatives, rule, scripted([] { return 1.0; }, true, adds));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().ns.size(), 6U);
  // Twelve processes time two alternatives four times each.
  EXPECT_EQ(all->front().tally.kept, 48U);
  EXPECT_EQ(all->front().tally[Disturbance::shared_core], 48U);
}

TEST(Sampling, ReturnsTheErrorOfAClockThatCannotBeOpened) {
  const auto all = sample_in_processes(two_alternatives, short_rule(), []() -> Result<std::unique_ptr<Timer>> {
    return Error{"clock", "found none", ""};
  });
  ASSERT_FALSE(all.ok());
  EXPECT_THAT(all.error().message(), HasSubstr("found none"));
}

TEST(Settled, ComparesTheHalfWidthWithAShareOfTheValue) {
  EXPECT_TRUE(settled({100, {97, 103}, {}, 20, ""}, 0.03));
  EXPECT_FALSE(settled({100, {96.9, 103}, {}, 20, ""}, 0.03));
}

}  // namespace
}  // namespace vtpu::measure
