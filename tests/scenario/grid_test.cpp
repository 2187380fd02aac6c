// Does a sweep over keys give the results of the single runs, in a fixed order, and are invalid points found before
// anything runs?
#include "vtpu/scenario/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/run.h"

namespace vtpu::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kQuick = R"([network]
sides = "4x4"
[simulation]
batches = 3
period_cycles = 100
)";

Scenario quick() { return parse_scenario(kQuick, "quick.toml").value(); }

Axis axis(const std::string& text) { return parse_axis(text).value(); }

std::string axis_error(const std::string& text) {
  const auto parsed = parse_axis(text);
  return parsed ? "none" : parsed.error().message();
}

std::string grid_error(const Scenario& base, const std::vector<Axis>& axes) {
  const auto grid = Grid::make(base, axes);
  return grid ? "none" : grid.error().message();
}

std::vector<std::string> lines_of(const Grid& grid) {
  std::vector<std::string> lines;
  for (int point = 0; point < grid.size(); ++point) lines.push_back(run_point(grid, point, {}).value());
  return lines;
}

TEST(Grid, HasEveryCombinationTheLastAxisFastest) {
  const auto grid = Grid::make(quick(), {axis("network.sides=4x4,4x8"), axis("routing.vcs=2,4,6")});
  ASSERT_TRUE(grid) << grid.error().message();
  ASSERT_EQ(grid->size(), 6);
  EXPECT_THAT(grid->values(0), ElementsAre("4x4", "2"));
  EXPECT_THAT(grid->values(1), ElementsAre("4x4", "4"));
  EXPECT_THAT(grid->values(5), ElementsAre("4x8", "6"));
  EXPECT_EQ(grid->name(4), "network.sides=4x8, routing.vcs=4");
  EXPECT_EQ(grid->at(4).network.sides, "4x8");
  EXPECT_EQ(grid->at(4).routing.vcs, 4);
  EXPECT_EQ(grid->at(4).simulation.batches, 3) << "the rest is as in the file";
}

TEST(Grid, WithoutAxesHoldsOnlyTheScenario) {
  const auto grid = Grid::make(quick(), {});
  ASSERT_TRUE(grid);
  EXPECT_EQ(grid->size(), 1);
}

TEST(Grid, ValuesOfAKeyThatHoldsAListAreSeparatedBySemicolons) {
  EXPECT_THAT(axis("faults.chips=;1.1;1.1,2.2").values, ElementsAre("", "1.1", "1.1,2.2"));
  EXPECT_THAT(axis("traffic.loads=0.1,0.2; 0.3").values, ElementsAre("0.1,0.2", "0.3"));
  EXPECT_THAT(axis(" network.sides = 4x4 , 8x8 ").values, ElementsAre("4x4", "8x8"));
}

TEST(Grid, WrongKeysAndValuesAreErrorsWithTheNearestWord) {
  EXPECT_THAT(axis_error("network.side=4x4"), HasSubstr("--over network.side: found key 'network.side'; did you mean "
                                                        "'network.sides'?"));
  EXPECT_THAT(axis_error("network.topology=torus,mash"),
              HasSubstr("--over network.topology: found 'mash'; did you mean "
                        "'mesh'?"));
  EXPECT_THAT(axis_error("routing.vcs=2,99"),
              HasSubstr("--over routing.vcs: found 99; expected whole number of 1..32"));
  EXPECT_THAT(axis_error("routing.vcs=2,two"), HasSubstr("--over routing.vcs"));
  EXPECT_THAT(axis_error("routing.vcs=2,4,2"), HasSubstr("found '2' twice"));
  EXPECT_THAT(axis_error("routing.vcs"), HasSubstr("expected section.key=value"));
  EXPECT_THAT(axis_error("output.csv=a,b"), HasSubstr("affects no result"));
  EXPECT_THAT(axis_error("simulation.threads=1,2"), HasSubstr("affects no result"));
}

TEST(Grid, AnInvalidPointIsNamedBeforeAnyPointRuns) {
  EXPECT_THAT(
      grid_error(quick(), {axis("network.topology=torus,twisted-torus"), axis("network.sides=4x4x8,4x4x4")}),
      HasSubstr("network.topology=twisted-torus, network.sides=4x4x4: --over network.sides: twisted torus: found"));
  EXPECT_THAT(grid_error(quick(), {axis("faults.chips=1.1;9.9")}), HasSubstr("faults.chips=9.9: --over faults.chips"));
  EXPECT_THAT(grid_error(quick(), {axis("traffic.pattern=uniform,unifrom")}), HasSubstr("traffic.pattern=unifrom: "));
  EXPECT_THAT(grid_error(quick(), {axis("workload.bytes=1,2")}), HasSubstr("has no meaning"));
  EXPECT_THAT(grid_error(quick(), {axis("routing.vcs=2"), axis("routing.vcs=4")}), HasSubstr("a second time"));
}

TEST(Grid, APointGivesTheResultOfItsSingleRun) {
  const auto grid = Grid::make(quick(), {axis("traffic.loads=0.1,0.3;0.2"), axis("simulation.seed=1,7")});
  ASSERT_TRUE(grid) << grid.error().message();
  Scenario by_hand = quick();
  ASSERT_TRUE(set(by_hand, "traffic.loads=0.1,0.3"));
  ASSERT_TRUE(set(by_hand, "simulation.seed=7"));
  const auto point = nlohmann::json::parse(run_point(*grid, 1, {}).value());
  const auto outcome = run(by_hand, {});
  ASSERT_TRUE(outcome);
  const nlohmann::json report = report_json(outcome->report);
  for (const char* part : {"settings", "network", "routing", "curve", "level"})
    EXPECT_EQ(point.at(part), report.at(part));
  EXPECT_FALSE(point.contains("links"));
}

TEST(Grid, ItsCsvHasOneRowPerLoadAndNoEmptyColumns) {
  const auto grid = Grid::make(quick(), {axis("routing.vcs=2,4"), axis("traffic.loads=0.1,0.2")});
  ASSERT_TRUE(grid);
  const auto csv = parse_csv(grid_csv(*grid, lines_of(*grid)), "sweep.csv");
  ASSERT_TRUE(csv) << csv.error().message();
  EXPECT_EQ(csv->rows.size(), 4U);
  const std::size_t vcs = csv->column("routing.vcs").value(), offered = csv->column("offered").value();
  EXPECT_EQ(csv->rows[1].cells[vcs], "2");
  EXPECT_EQ(csv->rows[1].cells[offered], "0.2");
  EXPECT_TRUE(csv->column("accepted"));
  EXPECT_FALSE(csv->column("time_ns"));
}

TEST(Grid, ItsCsvOfWorkloadsHasOneRowPerPoint) {
  const auto grid = Grid::make(quick(), {axis("workload.kind=none,all-to-all"), axis("network.sides=4x4,4x8")});
  ASSERT_TRUE(grid) << grid.error().message();
  const std::vector<std::string> lines = lines_of(*grid);
  const auto csv = parse_csv(grid_csv(*grid, lines), "sweep.csv");
  ASSERT_TRUE(csv);
  EXPECT_EQ(csv->rows.size(), 2U * 5 + 2);
  EXPECT_EQ(csv->rows.back().cells[csv->column("network.sides").value()], "4x8");
  EXPECT_NE(csv->rows.back().cells[csv->column("time_ns").value()], "");
  EXPECT_EQ(csv->rows.back().cells[csv->column("offered").value()], "");
  const auto json = grid_json(*grid, lines);
  EXPECT_EQ(json.at("points").size(), 4U);
  EXPECT_EQ(json.at("points").at(3).at("at").at("network.sides"), "4x8");
  EXPECT_GT(json.at("points").at(3).at("completion").at("time_ns"), 0);
}

TEST(Grid, ARunThatFailsNamesItsPoint) {
  Scenario base = quick();
  base.routing.dateline = DatelineRule::none;
  const auto grid = Grid::make(base, {axis("routing.vcs=2,4")});
  ASSERT_TRUE(grid);
  const auto line = run_point(*grid, 1, {});
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().message(), HasSubstr("routing.vcs=4: "));
  EXPECT_THAT(line.error().message(), HasSubstr("can deadlock"));
}

TEST(Grid, APointStopsWhenAsked) {
  const auto grid = Grid::make(quick(), {});
  ASSERT_TRUE(grid);
  EXPECT_FALSE(run_point(*grid, 0, [](double) { return false; }));
}

TEST(Grid, ItsIdentityCoversTheSettingsAndTheBytesOfFiles) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "grid_identity.txt";
  Scenario base = quick();
  const auto identity = [&](const std::string& over) { return Grid::make(base, {axis(over)})->identity().value(); };
  EXPECT_EQ(identity("routing.vcs=2,4"), identity("routing.vcs=2,4"));
  EXPECT_NE(identity("routing.vcs=2,4"), identity("routing.vcs=4,2"));
  const std::string before = identity("routing.vcs=2,4");
  base.simulation.seed = 2;
  EXPECT_NE(identity("routing.vcs=2,4"), before);
  ASSERT_TRUE(write_file(file, "0 1\n1 2\n"));
  base = parse_scenario("[network]\ntopology = \"graph\"\nfile = \"" + file.string() + "\"\n", "graph.toml").value();
  const std::string one = identity("routing.vcs=3,4");
  ASSERT_TRUE(write_file(file, "0 1\n0 2\n"));
  EXPECT_NE(identity("routing.vcs=3,4"), one);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace vtpu::scenario
