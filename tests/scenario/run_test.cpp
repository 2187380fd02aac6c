// Does a scenario run on every topology, routing and level, and is everything that cannot run rejected or accounted
// for?
#include "settings.h"
#include "vtpu/scenario/run.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/scenario/choices.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/tables.h"

namespace vtpu::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Scenario quick(std::vector<std::string> settings) {
  settings.insert(settings.begin(), {"simulation.batches=4", "simulation.period_cycles=100", "traffic.loads=0.1"});
  return with(settings);
}

Report ran(const Scenario& scenario) {
  auto done = run(scenario, {});
  EXPECT_TRUE(done) << done.error().message();
  return done ? done->report : Report{};
}

std::string refused(const Scenario& scenario) {
  const auto done = run(scenario, {});
  return done ? "ran" : done.error().message();
}

const std::vector<std::vector<std::string>> kTopologies = {
    {"network.sides=4x3"},
    {"network.topology=mesh", "network.sides=3x3"},
    {"network.topology=twisted-torus", "network.sides=2x2x4"},
    {"network.topology=hypercube", "network.dimensions=4"},
    {"network.topology=fat-tree", "network.chips=16", "network.radix=8"},
    {"network.topology=pentagon"},
};

/// Files for the topologies that read one.
std::string file_of(TopologyKind kind) {
  if (kind == TopologyKind::graph) return VTPU_ROOT "/src/vtpu/scenario/examples/two_rings.graphml";
  const net::ocs::OcsLayout layout{4, 2};
  const auto slice = net::ocs::Slice::make(layout, {4, 4, 8});
  net::ocs::OcsState state(layout);
  EXPECT_TRUE(net::ocs::connect_twisted_torus(state, *slice));
  const std::string file = ::testing::TempDir() + "vtpu_scenario_every_topology.ocs";
  EXPECT_TRUE(write_file(file, net::ocs::ocs_state_text(state, *slice)));
  return file;
}

TEST(Run, EveryTopologyOfTheTableRunsWithItsDefaults) {
  const Key& file = *find_key("network.file");
  for (const Choice<TopologyKind>& kind : kChoices<TopologyKind>) {
    std::vector<std::string> settings = {fmt::format("network.topology={}", kind.name), "workload.kind=all-to-all",
                                         "workload.bytes_per_pair=1000"};
    if (kind.value == TopologyKind::twisted_torus) settings.push_back("network.sides=4x4x8");
    if (has_meaning(file, with(settings))) settings.push_back("network.file=" + file_of(kind.value));
    const Report report = ran(with(settings));
    ASSERT_TRUE(report.completion) << kind.name;
    EXPECT_EQ(report.completion->delivered_bytes, report.completion->injected_bytes) << kind.name;
    EXPECT_GT(report.completion->delivered_bytes, 0U) << kind.name;
    EXPECT_TRUE(report.routing.cycle.empty()) << kind.name;
  }
}

TEST(Run, EveryTopologyRunsAtEveryLevelWithItsUsualRouting) {
  for (std::vector<std::string> settings : kTopologies) {
    EXPECT_TRUE(ran(quick(settings)).curve->points.at(0).stable) << settings.back();
    for (const char* level : {"flit", "packet", "flow"}) {
      std::vector<std::string> all = settings;
      all.insert(all.end(), {"workload.kind=all-to-all", "workload.bytes_per_pair=8192",
                             std::string("simulation.level=") + level});
      const Report report = ran(with(all));
      const CompletionFacts& done = *report.completion;
      const auto chips = static_cast<std::uint64_t>(report.network.chips);
      EXPECT_EQ(done.injected_bytes, chips * (chips - 1) * 8192) << settings.back() << " " << level;
      EXPECT_EQ(done.delivered_bytes, done.injected_bytes);
      for (const Bound& bound : done.bounds) EXPECT_LE(bound.time_ns, *done.time_ns * 1.000001) << bound.name;
      EXPECT_TRUE(report.routing.cycle.empty());
    }
  }
}

TEST(Run, EveryRoutingOfATorusRuns) {
  for (const char* routing : {"dimension-order", "minimal-adaptive", "valiant", "table"}) {
    const Report report = ran(quick({"network.sides=4x4", std::string("routing.algorithm=") + routing}));
    EXPECT_TRUE(report.curve->points.at(0).stable) << routing;
    EXPECT_GE(report.routing.vc_classes, 1);
  }
}

TEST(Run, ACollectiveReachesTheBoundThatItsReportNames) {
  const Report report = ran(with({"workload.kind=collective", "workload.bytes=64MiB"}));
  ASSERT_EQ(report.completion->bounds.front().name, "any algorithm");
  EXPECT_NEAR(report.completion->bounds.front().time_ns / *report.completion->time_ns, 1, 1e-6);
  EXPECT_EQ(report.completion->workload, "all-reduce by bucket, 67108864 bytes per chip");
}

TEST(Run, TheTwistedTorusBeatsTheRegularOneByItsIdealGain) {
  const std::vector<std::string> all = {"network.sides=4x4x8", "workload.kind=all-to-all"};
  const double regular = *ran(with(all)).completion->time_ns;
  std::vector<std::string> twisted = all;
  twisted.push_back("network.topology=twisted-torus");
  EXPECT_NEAR(regular / *ran(with(twisted)).completion->time_ns, 1.746, 0.001);
}

TEST(Run, AnOcsStateIsTheTopologyThatItsCircuitsForm) {
  const net::ocs::OcsLayout layout{4, 2};
  const auto slice = net::ocs::Slice::make(layout, {4, 4, 8});
  net::ocs::OcsState state(layout);
  ASSERT_TRUE(net::ocs::connect_twisted_torus(state, *slice));
  const std::string file = ::testing::TempDir() + "vtpu_scenario_twisted.ocs";
  ASSERT_TRUE(write_file(file, net::ocs::ocs_state_text(state, *slice)));
  const Report report = ran(with(
      {"network.topology=ocs", "network.file=" + file, "workload.kind=all-to-all", "workload.bytes_per_pair=4096"}));
  const Report twisted = ran(with({"network.topology=twisted-torus", "network.sides=4x4x8", "workload.kind=all-to-all",
                                   "workload.bytes_per_pair=4096"}));
  EXPECT_EQ(report.network.average_hops, twisted.network.average_hops);
  EXPECT_EQ(report.completion->delivered_bytes, twisted.completion->delivered_bytes);
  EXPECT_EQ(report.nodes.front().name, "1.1.1");
}

TEST(Run, ACurveIsTheSameForEveryNumberOfThreads) {
  const auto points = [](const char* threads) {
    return report_json(ran(quick({"network.sides=4x4", "traffic.loads=0.1,0.2,0.3,0.4", threads}))).dump();
  };
  EXPECT_EQ(points("simulation.threads=1"), points("simulation.threads=2"));
  EXPECT_EQ(points("simulation.threads=1"), points("simulation.threads=7"));
}

TEST(Run, AWatchThatStopsGetsTheResultsSoFar) {
  const auto stopped = run(quick({"network.sides=4x4", "traffic.loads=0.1,0.2", "simulation.threads=1"}),
                           [](double done) { return done < 0.6; });
  ASSERT_TRUE(stopped) << stopped.error().message();
  EXPECT_TRUE(stopped->report.interrupted);
  EXPECT_EQ(stopped->report.curve->points.size(), 1U);
  EXPECT_THAT(report_text(stopped->report), HasSubstr("PARTIAL"));
}

TEST(Run, AFailedChipLosesItsTrafficAndAFailedLinkLosesNone) {
  const std::vector<std::string> faulty = {"network.sides=4x4", "workload.kind=all-to-all",
                                           "workload.bytes_per_pair=1000", "faults.chips=2.2", "faults.links=4.1 +y"};
  for (const char* level : {"flow", "packet", "flit"}) {
    std::vector<std::string> all = faulty;
    all.push_back(std::string("simulation.level=") + level);
    const Report report = ran(with(all));
    EXPECT_EQ(report.completion->lost_bytes, 30'000U) << level;
    EXPECT_EQ(report.completion->delivered_bytes, 210'000U) << level;
    EXPECT_THAT(report.completion->lost_messages, ElementsAre(std::pair(std::string("a path"), 30U)));
    EXPECT_THAT(report.network.failed_chips, ElementsAre("2.2"));
    EXPECT_THAT(report.network.failed_links, ElementsAre("4.1 +y"));
    for (const LinkRow& link : report.links) EXPECT_TRUE(!link.failed || link.load == 0) << link.name;
  }
}

TEST(Run, DimensionOrderLosesTheTrafficOfAFailedLink) {
  const Report report = ran(with({"network.sides=4x4", "workload.kind=all-to-all", "workload.bytes_per_pair=1000",
                                  "faults.links=1.1 +x", "routing.algorithm=dimension-order"}));
  EXPECT_GT(report.completion->lost_bytes, 0U);
  EXPECT_EQ(report.completion->lost_bytes + report.completion->delivered_bytes, 240'000U);
}

TEST(Run, SteadyTrafficExcludesPairsWithoutAPathAndReportsTheirShare) {
  const Report report = ran(quick({"network.sides=4x4", "faults.chips=1.1", "traffic.pattern=uniform-without-self"}));
  EXPECT_NEAR(report.curve->lost_share, 30.0 / 240, 1e-9);
  EXPECT_NEAR(report.curve->points.at(0).offered, 0.1, 1e-12);
}

TEST(Run, ADisconnectedNetworkIsSimulatedInItsParts) {
  const Report report = ran(with({"network.topology=mesh", "network.sides=2x2", "faults.links=1.1 +x,1.2 +x",
                                  "workload.kind=all-to-all", "workload.bytes_per_pair=100"}));
  EXPECT_EQ(report.network.unreachable_pairs, 8U);
  EXPECT_EQ(report.completion->lost_bytes, 800U);
}

TEST(Run, ATraceWithoutMessagesAndOneWithoutBytesEndNormally) {
  const std::string header = "id,source,destination,bytes,after,not_before_ns,compute_ns\n";
  const std::string file = ::testing::TempDir() + "vtpu_scenario_trace.csv";
  for (const char* level : {"flow", "packet", "flit"}) {
    const Scenario scenario = with(
        {"network.sides=4", "workload.kind=trace", "workload.file=" + file, std::string("simulation.level=") + level});
    ASSERT_TRUE(write_file(file, header));
    const CompletionFacts nothing = *ran(scenario).completion;
    EXPECT_EQ(nothing.messages, 0U) << level;
    EXPECT_FALSE(nothing.time_ns) << level;
    ASSERT_TRUE(write_file(file, header + "a,0,1,0,,0,0\nb,1,1,5,a,0,10\n"));
    const CompletionFacts done = *ran(scenario).completion;
    EXPECT_EQ(done.delivered_bytes, 5U) << level;
    EXPECT_GE(*done.time_ns, 10) << level;
  }
}

TEST(Run, ASparseExchangeMovesTheItemsOfItsFileAtEveryLevel) {
  const std::string header = "id,source,destination,bytes,after,not_before_ns,compute_ns\n";
  const std::string file = ::testing::TempDir() + "vtpu_scenario_items.csv";
  for (const char* level : {"flow", "packet", "flit"})
    for (const auto& [algorithm, bytes] : {std::pair{"direct", 1200U}, {"dimension-wise", 2200U}}) {
      const Scenario scenario =
          with({"network.sides=4x4", "workload.kind=collective", "workload.collective=sparse-exchange",
                "workload.items=" + file, std::string("workload.algorithm=") + algorithm,
                std::string("simulation.level=") + level});
      // The first item crosses two dimensions, the second one, the third none. Dimension-wise, the first two share a
      // message in the first dimension.
      ASSERT_TRUE(write_file(file, header + "a,0,5,1000,,0,0\nb,0,4,200,,0,0\nc,0,0,7,,0,0\n"));
      const Report report = ran(scenario);
      EXPECT_EQ(report.completion->messages, 2U) << level << ", " << algorithm;
      EXPECT_EQ(report.completion->injected_bytes, bytes) << level << ", " << algorithm;
      EXPECT_EQ(report.completion->delivered_bytes, bytes) << level << ", " << algorithm;
      ASSERT_TRUE(write_file(file, header + "a,0,5,1000,,0,0\nb,5,4,200,a,0,0\n"));
      EXPECT_THAT(refused(scenario), HasSubstr("message b waits"));
    }
}

TEST(RunErrors, ARoutingThatCanDeadlockIsRejectedWithItsCycle) {
  EXPECT_THAT(refused(quick({"network.sides=4x4", "routing.dateline=none"})),
              HasSubstr("can deadlock: 1.1 +x class 0, then 2.1 +x class 0"));
}

TEST(RunErrors, NameTheKey) {
  EXPECT_THAT(refused(with({"network.topology=twisted-torus", "network.sides=4x5x6"})),
              HasSubstr("--set network.sides: "));
  EXPECT_THAT(refused(with({"network.sides=4x"})), HasSubstr("--set network.sides: "));
  EXPECT_THAT(refused(with({"network.sides=1000x1000"})), HasSubstr("found 1000000 chips"));
  EXPECT_THAT(refused(with({"traffic.pattern=unifrm"})), HasSubstr("did you mean 'uniform'"));
  EXPECT_THAT(refused(with({"network.sides=4x3", "traffic.pattern=transpose"})), HasSubstr("--set traffic.pattern: "));
  EXPECT_THAT(refused(with({"workload.kind=collective", "workload.collective=all-reduse"})),
              HasSubstr("did you mean 'all-reduce'"));
  EXPECT_THAT(refused(with({"network.topology=hypercube", "routing.algorithm=dimension-order"})),
              HasSubstr("--set routing.algorithm: found dimension-order for hypercube 6"));
  EXPECT_THAT(refused(with({"routing.algorithm=table", "routing.dateline=plain"})), HasSubstr("routing.dateline: "));
  EXPECT_THAT(refused(with({"routing.vcs=1"})), HasSubstr("at least the 2 classes of this routing"));
  EXPECT_THAT(refused(with({"faults.chips=9.9.9"})), HasSubstr("--set faults.chips: found chip '9.9.9'"));
  EXPECT_THAT(refused(with({"faults.links=1.1.1 +w"})), HasSubstr("expected one of +x, -x, +y, -y, +z, -z"));
  EXPECT_THAT(refused(with({"faults.links=1.1.1"})), HasSubstr("a chip and a direction"));
  EXPECT_THAT(refused(with({"routing.algorithm=valiant", "faults.chips=1.1.1"})),
              HasSubstr("found valiant with faults"));
  EXPECT_THAT(refused(with({"simulation.level=flow"})), HasSubstr("found flow for [traffic]"));
  EXPECT_THAT(refused(with({"network.topology=graph", "network.file=none.graphml"})), HasSubstr("none.graphml"));
  EXPECT_THAT(refused(with({"workload.kind=trace", "workload.file=none.csv"})), HasSubstr("none.csv"));
  EXPECT_THAT(refused(with({"network.sides=1x1"})), HasSubstr("found no link in torus 1x1"));
  EXPECT_THAT(refused(with({"network.sides=2", "faults.chips=1"})), HasSubstr("every link has failed"));
  EXPECT_THAT(refused(with({"traffic.pattern=hot-spot"})), HasSubstr("traffic.hot_chips (default): "));
  EXPECT_THAT(refused(with({"traffic.loads=0.5,1.5"})), HasSubstr("found 1.5 at flit level; expected at most 1"));
}

TEST(RouteTable, ListsEveryDestinationAndCountsUnreachablePairs) {
  const auto table = route_table_text(with({"network.sides=2x2x2", "faults.chips=2.2.2"}), "1.1.1", "");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_THAT(*table, HasSubstr("1.1.1/1.1"));
  EXPECT_THAT(*table, HasSubstr("without a path: 1 of 7 pairs"));
  EXPECT_FALSE(route_table_text(with({"network.sides=16x16x16"}), "", ""));
}

}  // namespace
}  // namespace vtpu::scenario
