// Does bin/render_figures draw a report of phextnet, and say what is wrong with a report that it cannot draw?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "vtpu/base/file.h"

namespace vtpu::plot {
namespace {

using ::testing::HasSubstr;

/// A load curve of two points, then two chips (one failed), a switch and a failed link.
constexpr const char* kReport = R"({
  "network": {"name": "three nodes"}, "load_unit": "flits a cycle", "load_at": 0.1,
  "curve": {"ideal_throughput": 1.0, "points": [
    {"offered": 0.1, "accepted": 0.1, "stable": true, "latency_cycles": 20, "latency_half_width_cycles": 1},
    {"offered": 0.2, "accepted": 0.15, "stable": false}]},
  "nodes": [{"name": "1.1", "place": [0, 0, 0]}, {"name": "2.1", "place": [1, 0, 0], "failed": true},
            {"name": "s", "place": [0, 1, 0], "switch": true}],
  "links": [{"name": "1.1 +x", "from": "1.1", "to": "2.1", "port": 0, "failed": true, "load": 0, "utilisation": 0},
            {"name": "1.1 -> s", "from": "1.1", "to": "s", "port": 1, "load": 0.1, "utilisation": 0.1},
            {"name": "s -> 1.1", "from": "s", "to": "1.1", "port": 0, "load": 0.05, "utilisation": 0.05}]})";

class NetworkView : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "vtpu_network_view_" + std::to_string(getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  int draw(const std::string& report, const std::string& view) {
    EXPECT_TRUE(write_file(folder_ / "report.json", report));
    const std::string in = folder_.string();
    const int status = std::system(("'" VTPU_BUILD "/bin/render_figures' --network '" + in + "/report.json' --view " +
                                    view + " --svg '" + in + "/out.svg' 2>'" + in + "/errors'")
                                       .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string content(const char* name) const { return read_file(folder_ / name).value(); }

  std::filesystem::path folder_;
};

TEST_F(NetworkView, draws_every_view_of_a_report_and_the_same_bytes_when_asked_again) {
  for (const char* view : {"curve", "links", "machine"}) {
    ASSERT_EQ(draw(kReport, view), 0) << view << ": " << content("errors");
    EXPECT_THAT(content("out.svg"), HasSubstr("<svg"));
  }
  const std::string first = content("out.svg");
  ASSERT_EQ(draw(kReport, "machine"), 0);
  EXPECT_EQ(content("out.svg"), first);
}

TEST_F(NetworkView, draws_a_report_in_which_nothing_was_computed) {
  std::string report = kReport;
  const auto replace = [&](const std::string& old, const std::string& by) {
    for (std::size_t at = report.find(old); at != std::string::npos; at = report.find(old, at + by.size()))
      report.replace(at, old.size(), by);
  };
  replace("\"ideal_throughput\": 1.0", "\"ideal_throughput\": null");
  replace("\"utilisation\": 0.1", "\"utilisation\": null");
  replace("\"utilisation\": 0.05", "\"utilisation\": null");
  replace("\"stable\": true, \"latency_cycles\": 20, \"latency_half_width_cycles\": 1",
          "\"stable\": false, \"state\": \"not measured\", \"latency_cycles\": null");
  for (const char* view : {"curve", "machine"}) EXPECT_EQ(draw(report, view), 0) << view << ": " << content("errors");
}

TEST_F(NetworkView, says_what_is_wrong_with_a_report) {
  EXPECT_EQ(draw("{", "machine"), 1);
  EXPECT_THAT(content("errors"), HasSubstr("malformed JSON"));
  EXPECT_EQ(draw("{\"network\": 1}", "machine"), 1);
  EXPECT_THAT(content("errors"), HasSubstr("found another JSON"));
  EXPECT_EQ(draw("{\"network\": {\"name\": \"x\"}}", "curve"), 1);
  EXPECT_THAT(content("errors"), HasSubstr("has no curve"));
  EXPECT_EQ(draw(kReport, "globe"), 2);
  std::string astray = kReport;
  astray.replace(astray.find("\"to\": \"s\""), 9, "\"to\": \"t\"");
  EXPECT_EQ(draw(astray, "machine"), 1);
  EXPECT_THAT(content("errors"), HasSubstr("no node 't'"));
}

}  // namespace
}  // namespace vtpu::plot
