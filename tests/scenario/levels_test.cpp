// Does every key change the result of a run at every level and for every kind of input where its row of keys.def says
// so, and is it refused everywhere else?
#include "settings.h"
#include "vtpu/scenario/run.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/scenario/choices.h"
#include "vtpu/scenario/grid.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {
namespace {

using ::testing::HasSubstr;

using Settings = std::vector<std::string>;

/// Two values of a key that give different results.
struct Values {
  std::string one, other;
  Settings needs = {};          ///< to have a meaning
  Settings honoured_with = {};  ///< to have an effect
};

std::string file(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "vtpu_levels_" + name;
  EXPECT_TRUE(write_file(path, text));
  return path;
}

std::string trace_file(const std::string& name, const std::string& rows) {
  return file(name, "id,source,destination,bytes,after,not_before_ns,compute_ns\n" + rows);
}

/// A twisted torus of 128 chips as a state of the switches.
std::string ocs_file() {
  const net::ocs::OcsLayout layout{4, 2};
  const auto slice = net::ocs::Slice::make(layout, {4, 4, 8});
  net::ocs::OcsState state(layout);
  EXPECT_TRUE(net::ocs::connect_twisted_torus(state, *slice));
  return file("state.ocs", net::ocs::ocs_state_text(state, *slice));
}

/// The values of every key that bears on runs, except the two that the table itself runs over.
const std::map<std::string, Values>& values() {
  static const auto pairs_among = [](const std::vector<int>& chips, int bytes) {
    std::string rows;
    for (const int from : chips)
      for (const int to : chips)
        if (from != to) rows += fmt::format("m{}to{},{},{},{},,0,0\n", from, to, from, to, bytes);
    return rows;
  };
  static const Settings graph = {"network.topology=graph",
                                 "network.file=" + file("ring.txt", "0 1\n1 2\n2 3\n3 4\n4 5\n5 6\n6 7\n7 0\n")};
  static const auto slow_ring = [] {
    std::string text =
        "<graphml><key id=\"latency_ns\" for=\"edge\" attr.name=\"latency_ns\" attr.type=\"double\"/>"
        "<graph edgedefault=\"undirected\">";
    for (int chip = 0; chip < 8; ++chip) text += fmt::format("<node id=\"{}\"/>", chip);
    for (int chip = 0; chip < 8; ++chip)
      text += fmt::format("<edge source=\"{}\" target=\"{}\"><data key=\"latency_ns\">50</data></edge>", chip,
                          (chip + 1) % 8);
    return text + "</graph></graphml>";
  };
  static const std::vector<int> far = {0, 9, 18, 22, 36, 45, 54, 63, 67, 80, 90, 101, 107, 116, 127};
  static const Settings symmetric = {
      "network.topology=ocs",        "network.file=" + ocs_file(),
      "routing.algorithm=symmetric", "routing.classes=4",
      "traffic.loads=0.1",           "workload.bytes=12800",
      "workload.bytes_per_pair=100", "workload.file=" + trace_file("far.csv", pairs_among(far, 12000))};
  static const auto add = [](Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
  };
  static const std::map<std::string, Values> all = {
      {"network.topology", {"torus", "mesh"}},
      {"network.sides", {"4x4", "4x6"}},
      {"network.dimensions", {"3", "4", {"network.topology=hypercube"}}},
      {"network.chips", {"16", "24", {"network.topology=fat-tree", "network.radix=8"}}},
      {"network.radix", {"8", "6", {"network.topology=fat-tree", "network.chips=18"}}},
      {"network.file",
       {graph[1].substr(graph[1].find('=') + 1), file("path.txt", "0 1\n1 2\n2 3\n3 4\n4 5\n5 6\n6 7\n"), {graph[0]}}},
      {"network.ignore", {"", "latency_ns", {graph[0], "network.file=" + file("slow_ring.graphml", slow_ring())}}},
      {"network.bandwidth_gbytes_per_s", {"50", "25", {}, {"network.latency_ns=50"}}},
      {"network.latency_ns", {"0", "50"}},
      {"routing.algorithm", {"dimension-order", "valiant"}},
      {"routing.dateline", {"plain", "balanced"}},
      {"routing.ties", {"split", "positive"}},
      {"routing.split", {"even", "first", {"routing.algorithm=table"}}},
      {"routing.classes", {"3", "4", symmetric}},
      {"routing.order_steps", {"0", "8", symmetric}},
      {"routing.vcs", {"4", "2"}},
      {"routing.allow_deadlock", {"false", "true", {}, {"routing.dateline=none"}}},
      {"traffic.pattern", {"uniform", "tornado"}},
      {"traffic.loads", {"0.2", "0.25"}},
      {"traffic.packet_flits", {"1", "2"}},
      {"traffic.file",
       {file("one.csv", "source,destination,weight\n0,1,1\n2,7,1\n"),
        file("two.csv", "source,destination,weight\n0,5,1\n2,7,1\n"),
        {"traffic.pattern=matrix"}}},
      {"traffic.hot_chips", {"1.1", "2.3", {"traffic.pattern=hot-spot"}}},
      {"traffic.hot_share", {"0.1", "0.2", {"traffic.pattern=hot-spot", "traffic.hot_chips=1.1"}}},
      {"workload.collective", {"all-to-all", "all-reduce"}},
      {"workload.algorithm", {"direct", "dimension-wise"}},
      {"workload.bytes", {"320000", "160000"}},
      {"workload.items",
       {trace_file("one_item.csv", "a,0,5,5000,,0,0\n"),
        trace_file("two_items.csv", "a,0,5,5000,,0,0\nb,2,5,100,,0,0\n"),
        {"workload.collective=sparse-exchange"}}},
      {"workload.bytes_per_pair", {"20000", "10000"}},
      {"workload.file",
       {trace_file("busy.csv", pairs_among({0, 1, 2, 3, 4, 5, 6, 7}, 40000)),
        trace_file("short.csv", "a,0,5,20000,,0,0\n")}},
      {"simulation.seed", {"1", "2", {}, add(symmetric, {"routing.order_steps=3"})}},
      {"simulation.period_cycles", {"200", "250"}},
      {"simulation.batches", {"4", "6"}},
      {"simulation.latency_limit_cycles", {"500", "5"}},
      {"simulation.buffer_flits", {"8", "1"}},
      {"simulation.packet_bytes", {"4096", "512", {}, {"network.latency_ns=50"}}},
      {"simulation.flit_bytes", {"64", "32", {}, {"network.latency_ns=50"}}},
      {"simulation.buffer_packets", {"1", "32"}},
      {"simulation.router_ns", {"0", "20"}},
      {"faults.links", {"", "1.1 +x"}},
      {"faults.chips", {"", "2.1"}},
  };
  return all;
}

const std::vector<std::string> kLevels = {"flit", "packet", "flow"};

/// A short run of one kind at one level, on 16 chips with small buffers.
Settings small_run(const std::string& kind, const std::string& level) {
  Settings settings = {"network.sides=4x4", "workload.kind=" + kind, "simulation.level=" + level};
  if (kind == "none")
    settings.insert(settings.end(), {level == "flit" ? "traffic.loads=0.3" : "traffic.loads=1.5",
                                     "simulation.batches=4", "simulation.period_cycles=200"});
  if (kind == "collective")
    settings.insert(settings.end(),
                    {"workload.collective=all-to-all", "workload.algorithm=direct", "workload.bytes=320000"});
  if (kind == "all-to-all") settings.push_back("workload.bytes_per_pair=20000");
  if (kind == "trace") settings.push_back("workload.file=" + values().at("workload.file").one);
  if (level == "flit") settings.push_back("simulation.buffer_flits=2");
  if (level == "packet") settings.push_back("simulation.buffer_packets=2");
  return settings;
}

/// Applies settings one after the other. Those that set a key without a meaning in the end are dropped, since the same
/// settings serve all kinds.
Scenario made(const Settings& settings) {
  Scenario scenario = vtpu::scenario::with(settings);
  for (const Key& key : keys())
    if (!has_meaning(key, scenario)) scenario.given.erase(key.full());
  return scenario;
}

/// What a run simulated, without the settings, names and static facts of its report.
std::string simulated(const Scenario& scenario) {
  const auto done = run(scenario, {});
  if (!done) return done.error().message();
  const nlohmann::ordered_json report = report_json(done->report);
  nlohmann::ordered_json result;
  for (const char* part : {"curve", "completion", "links"})
    if (report.contains(part)) result[part] = report.at(part);
  if (result.contains("completion")) result["completion"].erase("workload");
  if (result.contains("curve")) result["curve"].erase("traffic");
  return result.dump();
}

class EveryKey : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryKey, ChangesTheResultAtTheLevelsOfItsRowAndIsRefusedAtTheOthers) {
  const std::string kind = GetParam();
  for (const Key& key : keys()) {
    const std::string name = key.full();
    if (!bears_on_run(key) || name == "workload.kind" || name == "simulation.level") continue;
    ASSERT_TRUE(values().contains(name)) << "give two values of " << name << " that give different results";
    const Values& two = values().at(name);
    for (const std::string& level : kLevels) {
      if (kind == "none" && level == "flow") continue;
      const auto with_value = [&](const std::string& value, bool honoured) {
        Settings settings = small_run(kind, level);
        settings.insert(settings.end(), two.needs.begin(), two.needs.end());
        if (honoured) settings.insert(settings.end(), two.honoured_with.begin(), two.honoured_with.end());
        settings.push_back(name + "=" + value);
        return made(settings);
      };
      const Scenario one = with_value(two.one, true), bare = with_value(two.one, false);
      if (!one.is_given(name)) continue;  // it belongs to another kind of input
      const std::string place = fmt::format("{} at {} level, workload.kind = {}", name, level, kind);
      if (has_effect(key, one, level_of(one))) {
        const std::string first = simulated(one), second = simulated(with_value(two.other, true));
        EXPECT_TRUE(first != second) << place;
        EXPECT_THAT(second, HasSubstr("\"links\"")) << place;
        if (name != "routing.allow_deadlock") {
          EXPECT_THAT(first, HasSubstr("\"links\"")) << place;
        }
      }
      if (has_effect(key, bare, level_of(bare))) continue;
      const std::string refusal = simulated(bare);
      EXPECT_THAT(refusal, HasSubstr(fmt::format("{}: has no effect at {} level for ", name, level))) << place;
      EXPECT_THAT(refusal, HasSubstr("; expected simulation.level = ")) << place;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfTheScenario, EveryKey, ::testing::ValuesIn(choice_names<WorkloadKind>()),
                         [](const auto& kind) { return kind.param == "all-to-all" ? "all_to_all" : kind.param; });

TEST(Levels, ARefusalNamesTheSettingTheLevelAndTheLevelsThatHonourIt) {
  EXPECT_EQ(simulated(with({"workload.kind=all-to-all", "simulation.buffer_flits=4"})),
            "--set simulation.buffer_flits: has no effect at flow level for a [workload]: there are no flits; expected "
            "simulation.level = flit");
  EXPECT_EQ(simulated(with({"simulation.level=packet", "traffic.packet_flits=4"})),
            "--set traffic.packet_flits: has no effect at packet level for [traffic]: a packet is not divided into "
            "flits; expected simulation.level = flit");
  EXPECT_THAT(simulated(*parse_scenario("[simulation]\nrouter_ns = 5\n", "net.toml")),
              HasSubstr("net.toml:2:13: simulation.router_ns: has no effect at flit level"));
}

TEST(Levels, ASweepOverLevelsFollowsTheSameRule) {
  const auto grid = [](const Settings& settings) {
    const auto made = Grid::make(vtpu::scenario::with(settings), {*parse_axis("simulation.level=flit,packet,flow")});
    return made ? "made" : made.error().message();
  };
  EXPECT_EQ(grid({"network.sides=4x4", "workload.kind=all-to-all"}), "made") << "defaults do not count as given";
  EXPECT_THAT(grid({"network.sides=4x4", "workload.kind=all-to-all", "simulation.packet_bytes=512"}),
              HasSubstr("simulation.level=flow: --set simulation.packet_bytes: has no effect at flow level"));
  EXPECT_THAT(grid({"network.sides=4x4"}), HasSubstr("simulation.level=flow: --over simulation.level: found flow for"));
}

TEST(Levels, TheLatencyOfALinkCountsOncePerHopAtEveryLevel) {
  // One empty message over one, two and three links of a millisecond.
  for (const char* level : {"flit", "packet", "flow"})
    for (int hops = 1; hops <= 3; ++hops) {
      const Scenario scenario =
          with({"network.topology=mesh", "network.sides=4", "network.latency_ns=1000000", "workload.kind=trace",
                "workload.file=" + trace_file("empty.csv", fmt::format("a,0,{},0,,0,0\n", hops)),
                std::string("simulation.level=") + level});
      const auto done = run(scenario, {});
      ASSERT_TRUE(done) << done.error().message();
      EXPECT_NEAR(*done->report.completion->time_ns, 1e6 * hops, 100) << level;
    }
}

TEST(Levels, LinksWithDifferentLatenciesEachTakeTheirOwn) {
  const Settings settings = {"network.topology=graph",
                             "network.file=" + file("mixed.txt", "0 1 50 1000\n1 2 50 20000\n2 3 50 0\n"),
                             "workload.kind=trace", "workload.file=" + trace_file("mixed.csv", "a,0,3,64,,0,0\n")};
  for (const char* level : {"flit", "packet", "flow"}) {
    Settings all = settings;
    all.push_back(std::string("simulation.level=") + level);
    const auto done = run(with(all), {});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_NEAR(*done->report.completion->time_ns, 21000, 100) << level;
  }
}

TEST(Levels, LinksOfDifferentBandwidthsAreRefusedAtFlitLevelForTrafficToo) {
  EXPECT_THAT(simulated(with({"network.topology=island-fat-tree", "network.chips=16", "simulation.level=flit"})),
              HasSubstr("links of one bandwidth at flit level"));
}

TEST(Levels, AnImpossibleLatencyIsRefusedWithItsNumberOfCycles) {
  EXPECT_THAT(simulated(with({"network.sides=4", "network.latency_ns=1000000000", "workload.kind=all-to-all",
                              "simulation.level=flit"})),
              HasSubstr("781250000 cycles of 1.28 ns; expected at most 1000000 cycles at flit level"));
  EXPECT_THAT(simulated(with({"network.sides=4x4", "network.latency_ns=10000"})),
              HasSubstr("simulation.period_cycles (default): found 1000 with links whose latency is 7812 cycles"));
}

TEST(Levels, AFlagThatTheCommandDoesNotReadIsRefused) {
  const auto refusal = [](const Settings& settings, const char* command) {
    const auto read = check_flags(vtpu::scenario::with(settings), command);
    return read ? "" : read.error().message();
  };
  EXPECT_THAT(refusal({"network.sides=8x8"}, "life"),
              HasSubstr("--set network.sides: 'phextnet life' does not read it"));
  EXPECT_THAT(refusal({"life.days=3"}, "run"), HasSubstr("--set life.days: 'phextnet run' does not read it"));
  EXPECT_THAT(refusal({"routing.algorithm=table"}, "reconfigure"), HasSubstr("does not read it"));
  EXPECT_EQ(refusal({"life.days=3", "simulation.seed=2"}, "life"), "");
  EXPECT_TRUE(check_flags(*parse_scenario("[life]\ndays = 3\n", "all.toml"), "run")) << "a file serves all commands";
}

}  // namespace
}  // namespace vtpu::scenario
