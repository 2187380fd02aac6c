// Does a report say so where a quantity was not computed, instead of printing a number?
#include "vtpu/scenario/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "settings.h"
#include "vtpu/base/file.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/run.h"

namespace vtpu::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

Report ran(const std::vector<std::string>& settings) {
  const auto done = run(with(settings), {});
  EXPECT_TRUE(done) << done.error().message();
  return done ? done->report : Report{};
}

TEST(Report, OfEmptyFactsHasNoNumbersForThem) {
  Report report;
  report.network.no_distances = report.network.no_uniform_bound = "too large";
  report.curve.emplace();
  report.curve->no_ideal_throughput = "too large";
  report.curve->points.resize(1);
  report.nodes.resize(1);
  report.links.resize(1);
  report.links[0].from = report.links[0].to = net::Chip(0);
  const std::string text = report_text(report);
  EXPECT_THAT(text, HasSubstr("distances not computed: too large"));
  EXPECT_THAT(text, HasSubstr("ideal uniform injection not computed: too large"));
  EXPECT_THAT(text, HasSubstr("ideal throughput of this routing not computed: too large"));
  EXPECT_THAT(text, HasSubstr("not measured: no packet was delivered in the window"));
  const Json json = report_json(report);
  for (const char* key : {"diameter", "average_hops", "unreachable_pairs", "ideal_uniform_injection"})
    EXPECT_TRUE(json.at("network").at(key).is_null()) << key;
  EXPECT_EQ(json.at("network").at("distances_not_computed"), "too large");
  const Json& point = json.at("curve").at("points").at(0);
  for (const char* key :
       {"latency_cycles", "latency_half_width_cycles", "latency_p99_cycles", "network_latency_cycles", "hops"})
    EXPECT_TRUE(point.at(key).is_null()) << key;
  EXPECT_FALSE(point.at("stable"));
  EXPECT_TRUE(json.at("links").at(0).at("load").is_null());
  EXPECT_TRUE(json.at("links").at(0).at("utilisation").is_null());
  EXPECT_THAT(report_csv(report),
              HasSubstr("\n0,0,false,,,,,,0,0,not measured: no packet was delivered in the window\n"));
  report.curve.reset();
  EXPECT_THAT(report_csv(report), HasSubstr("false,,\n"));
  report.completion.emplace();
  report.completion->bounds = {{"x", 1}};
  EXPECT_THAT(report_text(report), HasSubstr("time       not measured: no message was delivered"));
  EXPECT_THAT(report_text(report), Not(HasSubstr("% of the run's time")));
  EXPECT_TRUE(report_json(report).at("completion").at("time_ns").is_null());
  EXPECT_TRUE(report_json(report).at("completion").at("bounds").at(0).at("share").is_null());
}

TEST(Report, OfAnInspectionHasNoLoads) {
  const auto report = inspect(with({"network.sides=4x4"}));
  ASSERT_TRUE(report);
  const Json json = report_json(*report);
  EXPECT_EQ(json.at("loads_not_computed"), "nothing was simulated");
  for (const Json& link : json.at("links")) EXPECT_TRUE(link.at("utilisation").is_null());
}

TEST(Report, OfALoadWithoutPacketsIsNeitherStableNorSaturated) {
  for (const char* level : {"flit", "packet"})
    for (const char* load : {"1e-300", "1e-12", "1e-9"}) {
      const Report report =
          ran({"network.sides=4x4", std::string("traffic.loads=") + load, std::string("simulation.level=") + level});
      EXPECT_THAT(report_text(report), HasSubstr("not measured: no packet was delivered in the window")) << level;
      EXPECT_FALSE(report.curve->points.at(0).stable) << level;
      EXPECT_FALSE(report.curve->points.at(0).latency) << level;
    }
}

TEST(Report, OfASaturatedLoadHasNoLatency) {
  const Report report = ran({"network.sides=4x4", "traffic.loads=1", "simulation.batches=2"});
  ASSERT_TRUE(report.curve->points.at(0).saturated);
  EXPECT_EQ(report_json(report).at("curve").at("points").at(0).at("state"), "saturated");
  EXPECT_TRUE(report_json(report).at("curve").at("points").at(0).at("latency_cycles").is_null());
}

TEST(Report, OfAWorkloadThatIsLostHasNoTime) {
  const std::string file = ::testing::TempDir() + "vtpu_report_lost.csv";
  ASSERT_TRUE(write_file(file, "id,source,destination,bytes,after,not_before_ns,compute_ns\na,0,5,1000,,0,0\n"));
  for (const char* level : {"flow", "packet", "flit"}) {
    const Report report = ran({"network.sides=4x4", "faults.chips=1.1", "workload.kind=trace", "workload.file=" + file,
                               std::string("simulation.level=") + level});
    EXPECT_FALSE(report.completion->time_ns) << level;
    EXPECT_EQ(report.completion->lost_bytes, 1000U) << level;
    EXPECT_THAT(report_text(report), HasSubstr("links      utilisation not computed: the run took no time")) << level;
  }
}

}  // namespace
}  // namespace vtpu::scenario
