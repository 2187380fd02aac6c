// The life of a machine: the effect of each kind of failure and of several at once; times and counts add up.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "vtpu/net/fault/exhaustion.h"
#include "vtpu/net/fault/life.h"
#include "vtpu/net/fault/recovery.h"

namespace vtpu::net::fault {
namespace {

using Kind = ComponentKind;
using What = LifeEvent::What;

constexpr double kHour = 1.0 / 24;

LifeReport after(const std::vector<TraceFailure>& failures, const Policy& policy = chip_spare()) {
  const Machine machine = *Machine::make({});
  const auto report = live(machine, {.laws = {}, .trace = failures}, policy, kHour, Random(1), true);
  EXPECT_TRUE(report.ok()) << report.error().message();
  return *report;
}

int count(const LifeReport& report, What what) {
  return static_cast<int>(std::count_if(report.events.begin(), report.events.end(),
                                        [&](const LifeEvent& event) { return event.what == what; }));
}

double steps_s(const Policy& policy = chip_spare()) {
  return steps_of(*Machine::make({}), policy, true, policy.spares == Spares::blocks).total_s();
}

TEST(FaultLife, WithoutFailuresTheJobNeverStops) {
  const LifeReport report = after({});
  EXPECT_EQ(report.availability(), 1);
  EXPECT_TRUE(report.outages.empty());
}

TEST(FaultLife, AFailedChipCostsTheTimeToTheNextCheckAndTheRecoverySteps) {
  const LifeReport report = after({{10.25, {Kind::chip, 7}}});
  ASSERT_EQ(report.outages.size(), 1u);
  const Outage& outage = report.outages[0];
  EXPECT_NEAR(outage.detect_s, 0.75, 1e-12);
  EXPECT_NEAR(outage.total_s(), 0.75 + steps_s(), 1e-12);
  EXPECT_EQ(report.names_moved, 1);
  EXPECT_EQ(count(report, What::moved), 1);
  EXPECT_NEAR(report.up_s + report.down_s, 3600, 1e-9);
}

TEST(FaultLife, AFailureAtTheTimeOfACheckIsFoundByTheNext) {
  EXPECT_NEAR(after({{10, {Kind::chip, 7}}}).outages[0].detect_s, 1, 1e-12);
}

TEST(FaultLife, SeveralFailuresBetweenTwoChecksCostOneOutage) {
  const LifeReport report = after({{10.2, {Kind::chip, 7}}, {10.7, {Kind::host, 100}}});
  ASSERT_EQ(report.outages.size(), 1u);
  EXPECT_EQ(report.outages[0].failures, 2);
  EXPECT_EQ(report.names_moved, 5);
}

TEST(FaultLife, AChipOfABlockThatFailedIsNotCountedTwice) {
  const LifeReport report = after({{10.5, {Kind::block, 0}}, {20.5, {Kind::chip, 0}}});
  EXPECT_EQ(report.names_moved, 64);
  EXPECT_EQ(report.outages.size(), 1u);
  EXPECT_EQ(report.harmless, 1);
}

TEST(FaultLife, AComponentThatIsDownCannotFailAgain) {
  const LifeReport report = after({{10.5, {Kind::chip, 0}}, {20.5, {Kind::chip, 0}}});
  EXPECT_EQ(report.ignored, 1);
  EXPECT_EQ(report.failures[0], 1);
}

TEST(FaultLife, AFailureNotYetDetectedKeepsARecoveredJobDown) {
  const LifeReport report = after({{10.5, {Kind::chip, 0}}, {11.001, {Kind::chip, 100}}});
  ASSERT_EQ(report.outages.size(), 1u);
  EXPECT_EQ(report.interrupted, 1);
  EXPECT_NEAR(report.outages[0].repeated_s, steps_s(), 1e-9);
  EXPECT_NEAR(report.outages[0].total_s(), 1.5 + steps_s(), 1e-9);
}

TEST(FaultLife, AFailureDuringARestartRestartsIt) {
  const LifeReport report = after({{10.5, {Kind::chip, 0}}, {30.5, {Kind::chip, 8}}}, checkpoint_restart());
  ASSERT_EQ(report.outages.size(), 1u);
  EXPECT_EQ(report.interrupted, 1);
  EXPECT_NEAR(report.outages[0].repeated_s, 20, 1e-9);
  EXPECT_NEAR(report.lost_work_s, 10.5, 1e-9);
  EXPECT_NEAR(report.useful_s + report.lost_work_s + report.checkpoint_s, report.up_s, 1e-9);
}

TEST(FaultLife, AFailedSpareInUsePassesOnItsName) {
  const LifeReport report = after({{10.5, {Kind::chip, 0}}, {20.5, {Kind::chip, 4096}}});
  EXPECT_EQ(report.names_moved, 2);
  EXPECT_EQ(report.names_lost, 0);
}

TEST(FaultLife, AnIdleSpareIsStruckOffAndNeverUsed) {
  const LifeReport report = after({{10.5, {Kind::chip, 4096}}, {20.5, {Kind::chip, 0}}});
  EXPECT_EQ(count(report, What::struck_off), 1);
  const auto move = std::find_if(report.events.begin(), report.events.end(),
                                 [](const LifeEvent& event) { return event.what == What::moved; });
  ASSERT_NE(move, report.events.end());
  EXPECT_EQ(move->to, Unit(4097));
}

TEST(FaultLife, AChipInADarkSpareBlockStopsNothing) {
  const LifeReport report = after({{10.5, {Kind::chip, 4100}}}, block_spare());
  EXPECT_TRUE(report.outages.empty());
  EXPECT_EQ(report.harmless, 1);
}

TEST(FaultLife, ASplicedBlockTakesAllCircuitsOfTheFailedOne) {
  const LifeReport report = after({{10.5, {Kind::chip, 0}}}, block_spare());
  EXPECT_EQ(report.names_moved, 64);
  EXPECT_EQ(report.circuits_changed, 96);
  EXPECT_NEAR(report.outages[0].update_s, steps_of(*Machine::make({}), block_spare(), true, true).update_s, 1e-12);
}

TEST(FaultLife, WhenSparesAreExhaustedTheJobStopsAndTheNameIsReported) {
  const LifeReport report = after({{10.5, {Kind::volume, 2}}, {20.5, {Kind::chip, 0}}});
  EXPECT_EQ(report.names_moved, 256);
  EXPECT_EQ(report.names_lost, 1);
  EXPECT_EQ(report.exhausted_s, 21);
  EXPECT_FALSE(report.outages.back().finished);
  EXPECT_NEAR(report.outages.back().waited_s, 3600 - 21, 1e-9);
}

TEST(FaultLife, ARepairBringsALostNameBack) {
  const LifeReport report = after({{10.5, {Kind::volume, 2}, 600}, {20.5, {Kind::chip, 0}}});
  EXPECT_EQ(report.names_lost, 0);
  EXPECT_TRUE(report.outages.back().finished);
  EXPECT_NEAR(report.outages.back().end_s, 601 + steps_s(), 0.001);
}

TEST(FaultLife, AChipRepairedBeforeTheCheckKeepsItsName) {
  const LifeReport report = after({{10.2, {Kind::chip, 0}, 10.4}});
  EXPECT_EQ(report.names_moved, 0);
  EXPECT_NEAR(report.outages[0].detect_s, 0.8, 1e-12);
}

TEST(FaultLife, AChipWithoutLinksIsTreatedAsFailedUntilOneIsRepaired) {
  const Machine machine = *Machine::make({});
  const Chip inner = machine.chip_at(BlockPlace{Block(0), machine.block_shape().index_of({1, 1, 1})});
  std::vector<TraceFailure> failures;
  for (int link = 0; link < component_count(machine, Kind::link); ++link)
    for (const LinkEnd& end : link_ends(machine, link))
      if (end.chip == inner) failures.push_back({10.5, {Kind::link, link}, 100});
  ASSERT_EQ(failures.size(), 6u);
  const LifeReport report = after(failures);
  EXPECT_EQ(report.cut_off_most, 1);
  EXPECT_EQ(report.names_moved, 1);
  EXPECT_EQ(count(report, What::returned), 1);
}

TEST(FaultLife, AFailedSwitchMovesNoNameAndStopsFixedRoutesUntilRepaired) {
  const TraceFailure failure{10.5, {Kind::ocs, 3}, 600};
  EXPECT_EQ(after({failure}).names_moved, 0);
  EXPECT_LT(after({failure}).down_s, 1);
  const LifeReport fixed = after({failure}, static_wiring());
  EXPECT_NEAR(fixed.outages[0].waited_s, 590, 1e-9);
  EXPECT_EQ(fixed.names_lost, 0);
}

TEST(FaultLife, AStaticJobWaitsForItsOwnChip) {
  const LifeReport report = after({{10.5, {Kind::chip, 0}, 500}, {20.5, {Kind::chip, 1}, 900}}, static_wiring());
  ASSERT_EQ(report.outages.size(), 1u);
  EXPECT_NEAR(report.outages[0].end_s, 901 + steps_s(static_wiring()), 0.001);
}

TEST(FaultLife, TheSameSeedGivesTheSameLife) {
  const Machine machine = *Machine::make({});
  const FailureModel model{.laws = {{Kind::chip, LifeLaw::exponential(1000), 0.5}}, .trace = {}};
  const LifeReport a = *live(machine, model, chip_spare(), 20, Random(9), true);
  const LifeReport b = *live(machine, model, chip_spare(), 20, Random(9), true);
  EXPECT_EQ(timeline_csv(machine, chip_spare(), a), timeline_csv(machine, chip_spare(), b));
  EXPECT_EQ(a.up_s, b.up_s);
}

TEST(FaultLife, AllPoliciesSeeTheSameFirstFailures) {
  const Machine machine = *Machine::make({});
  const FailureModel model{.laws = {{Kind::chip, LifeLaw::exponential(1000)}}, .trace = {}};
  EXPECT_EQ(live(machine, model, chip_spare(), 30, Random(4))->failures,
            live(machine, model, static_wiring(), 30, Random(4))->failures);
}

TEST(FaultLife, TimesAddUpWhenEverythingFailsAtOnce) {
  const Machine machine = *Machine::make({});
  FailureModel model;
  for (const Kind kind : kComponentKinds)
    model.laws.push_back({kind, LifeLaw::weibull(kind == Kind::link || kind == Kind::fibre ? 3000 : 500, 0.8), 0.5});
  for (const Policy& policy : {chip_spare(), block_spare(), static_wiring(), checkpoint_restart()})
    for (const bool hot : {true, false}) {
      model.idle_spares_age = hot;
      const LifeReport report = *live(machine, model, policy, 4, Random(3));
      double down = 0;
      for (const Outage& outage : report.outages) down += outage.total_s();
      EXPECT_NEAR(report.up_s + down, 4 * 86400, 1e-3) << policy.name;
      EXPECT_NEAR(report.useful_s + report.lost_work_s + report.checkpoint_s, report.up_s, 1e-3) << policy.name;
    }
}

TEST(FaultLife, RecoveryTimesOfALifeFollowTheExactLaw) {
  const Machine machine = *Machine::make({});
  const FailureModel model{.laws = {{Kind::chip, LifeLaw::exponential(1000)}}, .trace = {}};
  const LifeReport report = *live(machine, model, chip_spare(), 50, Random(12));
  const RecoveryTime exact{1, steps_of(machine, chip_spare(), true, false)};
  std::vector<double> times;
  for (const Outage& outage : report.outages)
    if (outage.finished) times.push_back(outage.total_s());
  std::sort(times.begin(), times.end());
  ASSERT_GT(times.size(), 150u);
  double apart = 0;  // Kolmogorov's distance
  for (std::size_t i = 0; i < times.size(); ++i)
    apart = std::max(apart, std::abs(exact.cdf(times[i]) - (static_cast<double>(i) + 0.5) / double(times.size())));
  EXPECT_LT(apart, 1.95 / std::sqrt(double(times.size())));
}

TEST(FaultLife, LivesAreExhaustedWithTheProbabilityOfTheLaw) {
  MachineConfig config;
  config.sides = {4, 8, 8};
  config.spare_blocks = 1;
  const Machine machine = *Machine::make(config);
  for (const bool hot : {true, false}) {
    const FailureModel model{.laws = {{Kind::chip, LifeLaw::exponential(100)}}, .trace = {}, .idle_spares_age = hot};
    const SparePool pool{256, 64, LifeLaw::exponential(100), hot};
    const double days = exhaustion_quantile(pool, 0.5);
    int exhausted = 0;
    constexpr int kLives = 100;
    for (int i = 0; i < kLives; ++i)
      exhausted += live(machine, model, chip_spare(), days, Random(21).fork(static_cast<std::uint64_t>(i)))
                       ->exhausted_s.has_value();
    EXPECT_NEAR(exhausted, kLives / 2, 20) << hot;
  }
}

TEST(FaultLife, InvalidNumbersAreRejected) {
  const Machine machine = *Machine::make({});
  EXPECT_FALSE(live(machine, {}, chip_spare(), 0, Random(1)).ok());
  Policy policy = chip_spare();
  policy.costs.check_period_s = 0;
  EXPECT_EQ(live(machine, {}, policy, 1, Random(1)).error().message(),
            "policy chip spare, check_period_s: found 0; expected more than 0");
}

TEST(FaultLife, TheTimelineNamesEveryStep) {
  const Machine machine = *Machine::make({});
  const LifeReport report = after({{10.5, {Kind::chip, 0}}});
  EXPECT_EQ(timeline_csv(machine, chip_spare(), report),
            "time_s,event,component,name,to\n"
            "10.500000,failed,chip 1.1.1/1.1,,\n"
            "11.000000,moved,chip 1.1.1/1.1,chip 1.1.1/1.1,chip 17.1.1/1.1\n"
            "11.000000,recovering,job,,\n"
            "11.001675,running,job,,\n");
}

}  // namespace
}  // namespace vtpu::net::fault
