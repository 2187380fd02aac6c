// Does a text name the same node wherever a scenario names one, and can what a report prints be given back?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "../net/difficult_names.h"
#include "settings.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/run.h"
#include "vtpu/scenario/tables.h"

namespace vtpu::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string in_xml(const std::string& text) {
  std::string out;
  for (const char c : text) out += "&#" + std::to_string(static_cast<unsigned char>(c)) + ";";
  return out;
}

/// A ring of these nodes as GraphML, with a chord from the first.
std::string ring_file(const std::vector<std::string>& names) {
  std::string text = "<graphml><graph edgedefault=\"undirected\">";
  const auto id = [&](std::size_t i) {
    // A character reference is one character, not one byte, so that other names are written as they are.
    const std::string& name = names[i % names.size()];
    const bool ascii =
        std::all_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii ? in_xml(name) : name;
  };
  for (std::size_t i = 0; i < names.size(); ++i) text += "<node id=\"" + id(i) + "\"/>";
  for (std::size_t i = 0; i < names.size(); ++i)
    text += "<edge source=\"" + id(i) + "\" target=\"" + id(i + 1) + "\"/>";
  return text + "<edge source=\"" + id(0) + "\" target=\"" + id(names.size() / 2) + "\"/></graph></graphml>";
}

class NamedNodes : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / ("vtpu_named_nodes_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string put(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file(folder_ / name, text));
    return (folder_ / name).string();
  }
  Scenario on_ring(const std::vector<std::string>& names, std::vector<std::string> settings = {}) {
    const bool flows = std::any_of(settings.begin(), settings.end(),
                                   [](const std::string& setting) { return setting.starts_with("workload.kind="); });
    settings.insert(settings.begin(),
                    {"network.topology=graph", "network.file=" + put("ring.graphml", ring_file(names))});
    if (!flows) settings.push_back("routing.vcs=16");  // which flows do not have
    return with(settings);
  }

  std::filesystem::path folder_;
};

/// The names of failed nodes.
std::vector<std::string> failed(const Report& report) {
  std::vector<std::string> names;
  for (const NodeRow& node : report.nodes)
    if (node.failed) names.push_back(node.name);
  return names;
}

TEST_F(NamedNodes, EveryNameOfAReportNamesItsNodeAsAFaultAndInRoutes) {
  const std::vector<std::string> names = net::difficult_names();
  const auto whole = inspect(on_ring(names));
  ASSERT_TRUE(whole) << whole.error().message();
  const nlohmann::json json = nlohmann::json::parse(report_json(*whole).dump());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string printed = json.at("nodes").at(i).at("name");
    EXPECT_EQ(printed, names[i]);
    Scenario scenario = on_ring(names);
    scenario.faults.chips = {printed};
    const auto broken = inspect(scenario);
    ASSERT_TRUE(broken) << printed << ": " << broken.error().message();
    EXPECT_THAT(failed(*broken), ElementsAre(names[i]));
    // As the text of the report names it, on the command line.
    const auto again = inspect(on_ring(names, {"faults.chips=" + broken->network.failed_chips.front()}));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_THAT(failed(*again), ElementsAre(names[i]));
    if (i % 8 > 0) continue;
    EXPECT_TRUE(route_table_text(on_ring(names), printed, names[(i + 1) % names.size()])) << printed;
  }
}

TEST_F(NamedNodes, EveryLinkOfAReportNamesItsLinkAsAFault) {
  const std::vector<std::string> names = net::difficult_names();
  const auto whole = inspect(on_ring(names));
  ASSERT_TRUE(whole) << whole.error().message();
  for (std::size_t i = 0; i < whole->links.size(); i += 5) {
    const std::string printed = whole->links[i].name;
    const auto broken = inspect(on_ring(names, {"faults.links=" + printed}));
    ASSERT_TRUE(broken) << printed << ": " << broken.error().message();
    EXPECT_TRUE(broken->links[i].failed) << printed;
    EXPECT_EQ(broken->network.failed_links.size(), 1U) << printed;
    const auto again = inspect(on_ring(names, {"faults.links=" + broken->network.failed_links.front()}));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->network.failed_links, broken->network.failed_links);
  }
}

TEST_F(NamedNodes, EveryNameInTheTableOfLinksNamesItsNodeInATraceAndAMatrix) {
  const std::vector<std::string> names = net::difficult_names();
  const std::string matrix = put("m.csv", "source,destination,weight\n" + csv_line({"a", "b", "1"}));
  const auto empty = inspect(on_ring(names));
  ASSERT_TRUE(empty) << empty.error().message();
  Report report = *empty;
  report.completion.emplace();
  const auto table = parse_csv(report_csv(report), "links.csv");
  ASSERT_TRUE(table) << table.error().message();
  ASSERT_EQ(table->rows.size(), report.links.size());
  std::string trace = "id,source,destination,bytes,after,not_before_ns,compute_ns\n";
  std::string weights = "source,destination,weight\n";
  for (std::size_t i = 0; i < table->rows.size(); ++i) {
    const auto& cells = table->rows[i].cells;  // link, from, to, …
    EXPECT_EQ(cells[1], report.nodes[report.links[i].from].name);
    trace += csv_line({std::to_string(i), cells[1], cells[2], std::to_string(i + 1), "", "0", "0"});
    weights += csv_line({cells[1], cells[2], "1"});
  }
  // Every message crosses one link, whose load is then the number of its row.
  const auto run_of_trace = run(on_ring(names, {"workload.kind=trace", "workload.file=" + put("t.csv", trace)}), {});
  ASSERT_TRUE(run_of_trace) << run_of_trace.error().message();
  for (std::size_t i = 0; i < table->rows.size(); ++i)
    EXPECT_EQ(run_of_trace->report.links[i].load, static_cast<double>(i + 1)) << report.links[i].name;
  const auto run_of_matrix =
      run(on_ring(names, {"traffic.pattern=matrix", "traffic.file=" + put("m.csv", weights), "traffic.loads=0.01",
                          "simulation.batches=2", "simulation.period_cycles=50"}),
          {});
  EXPECT_TRUE(run_of_matrix) << run_of_matrix.error().message();
}

TEST_F(NamedNodes, ANumberThatCouldBeTwoNodesIsRefusedEverywhere) {
  const std::vector<std::string> names = {"10", "20", "30", "40"};
  const std::string trace = put("t.csv", "id,source,destination,bytes,after,not_before_ns,compute_ns\nm,10,1,5,,0,0\n");
  const std::string matrix = put("m.csv", "source,destination,weight\n10,1,5\n");
  const std::vector<std::vector<std::string>> wrong = {
      {"faults.chips=1"},
      {"faults.links=10 -> 1"},
      {"faults.links=1 10"},
      {"traffic.pattern=hot-spot", "traffic.hot_chips=1"},
      {"traffic.pattern=matrix", "traffic.file=" + matrix},
      {"workload.kind=trace", "workload.file=" + trace},
      {"workload.kind=collective", "workload.collective=sparse-exchange", "workload.algorithm=direct",
       "workload.items=" + trace}};
  for (const auto& settings : wrong) {
    const auto done = run(on_ring(names, settings), {});
    ASSERT_FALSE(done) << settings.back();
    EXPECT_THAT(done.error().message(), HasSubstr("found '1': by number it is node 20")) << settings.back();
  }
  EXPECT_THAT(route_table_text(on_ring(names), "1", "").error().message(), HasSubstr("by number it is node 20"));
  EXPECT_THAT(route_table_text(on_ring(names), "10", "1").error().message(), HasSubstr("by number it is node 20"));
}

TEST_F(NamedNodes, NamesThatAreNumbersInAnotherOrderAreNamesEverywhere) {
  const std::vector<std::string> names = {"3", "1", "0", "2"};
  const auto table = route_table_text(on_ring(names), "0", "2");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_THAT(*table, HasSubstr("\n0              | 2              | 2              |    1 |"));
  const auto broken = inspect(on_ring(names, {"faults.chips=0"}));
  ASSERT_TRUE(broken) << broken.error().message();
  EXPECT_TRUE(broken->nodes[net::Chip(2)].failed);
  const std::string trace = put("t.csv", "id,source,destination,bytes,after,not_before_ns,compute_ns\nm,0,2,5,,0,0\n");
  const auto done = run(on_ring(names, {"workload.kind=trace", "workload.file=" + trace}), {});
  ASSERT_TRUE(done) << done.error().message();
  for (const LinkRow& link : done->report.links) EXPECT_EQ(link.load, link.name == "0 -> 2" ? 5 : 0) << link.name;
}

TEST_F(NamedNodes, SwitchesNeitherSendNorReceive) {
  const std::string file = put("star.graphml", R"(<graphml><graph edgedefault="undirected"><node id="a"/><node id="b"/>
      <node id="s"><data key="kind">switch</data></node><edge source="a" target="s"/><edge source="b" target="s"/></graph></graphml>)");
  const std::vector<std::string> star = {"network.topology=graph", "network.file=" + file};
  for (const char* name : {"s", "2"}) {
    EXPECT_THAT(route_table_text(with(star), name, "").error().message(), HasSubstr("a switch; expected a chip"));
    auto settings = star;
    settings.insert(settings.end(), {"traffic.pattern=hot-spot", std::string("traffic.hot_chips=") + name});
    EXPECT_THAT(run(with(settings), {}).error().message(), HasSubstr("a switch; expected a chip"));
  }
  const auto table = route_table_text(with(star), "a", "b");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_THAT(*table, HasSubstr("\na              | b              | s              |    2 |"));
}

TEST_F(NamedNodes, DataThatAGraphDoesNotUseAreInTheReport) {
  const std::string file =
      put("weights.graphml", R"(<graphml><graph edgedefault="undirected"><node id="a" colour="red"/>
      <node id="b"/><edge source="a" target="b"><data key="latency_ns">5</data></edge>
      <edge source="a" target="b" weight="2"/></graph></graphml>)");
  std::vector<std::string> settings = {"network.topology=graph", "network.file=" + file};
  EXPECT_THAT(inspect(with(settings)).error().message(),
              HasSubstr(":3: found edge data 'weight', which may be a weight"));
  settings.emplace_back("network.ignore=weight");
  const auto report = inspect(with(settings));
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_THAT(report_text(*report), HasSubstr("not used: edge data weight (1), node data colour (1)\n"));
  EXPECT_EQ(report_json(*report).at("network").at("unused").dump(),
            R"([["edge data weight",1],["node data colour",1]])");
}

}  // namespace
}  // namespace vtpu::scenario
