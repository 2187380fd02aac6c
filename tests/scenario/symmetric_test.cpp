// Do states whose blocks look the same run from a file with the routing made for them?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/scenario/run.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/search/anneal.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::scenario {
namespace {

using ::testing::HasSubstr;

class SymmetricRouting : public testing::Test {
 protected:
  /// 128 chips; each switch has its own translation, found by a short search.
  void SetUp() override {
    const search::SymmetricState torus = search::torus_state({4, 4, 8}).value();
    const search::SymmetricState state = search::anneal(torus, {.steps = 300}, 1).state;
    const net::ocs::StateOfSlice circuits = search::circuits_of(state);
    ASSERT_TRUE(write_file(file_, net::ocs::ocs_state_text(circuits.state, circuits.slice)));
  }
  void TearDown() override { std::filesystem::remove(file_); }

  Scenario with(std::vector<std::string> settings) const {
    settings.insert(settings.begin(), {"network.topology=ocs", "network.file=" + file_.string(),
                                       "workload.kind=all-to-all", "workload.bytes_per_pair=8192"});
    Scenario scenario;
    for (const std::string& setting : settings) EXPECT_TRUE(set(scenario, setting)) << setting;
    return scenario;
  }

  // Of this process: the tests of this fixture run side by side.
  std::filesystem::path file_ =
      std::filesystem::path(testing::TempDir()) / ("symmetric_routing_" + std::to_string(::getpid()) + ".ocs");
};

TEST_F(SymmetricRouting, IsDeadlockFreeInItsClassesAndDeliversEverything) {
  for (const char* level : {"flow", "packet"}) {
    const auto done = run(with({"routing.algorithm=symmetric", std::string("simulation.level=") + level}), {});
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(done->report.routing.vc_classes, 3);
    EXPECT_TRUE(done->report.routing.cycle.empty());
    EXPECT_EQ(done->report.completion->delivered_bytes, 128U * 127 * 8192);
  }
}

TEST_F(SymmetricRouting, IsFasterThanShortestPathsSplitEvenly) {
  const auto own = run(with({"routing.algorithm=symmetric", "simulation.level=packet"}), {});
  const auto even = run(with({"routing.algorithm=table", "routing.vcs=8", "simulation.level=packet"}), {});
  ASSERT_TRUE(own) << own.error().message();
  ASSERT_TRUE(even) << even.error().message();
  EXPECT_LT(own->report.completion->time_ns, even->report.completion->time_ns);
}

TEST_F(SymmetricRouting, IsOnlyForWholeOcsStates) {
  Scenario torus;
  ASSERT_TRUE(set(torus, "routing.algorithm=symmetric"));
  const auto on_torus = run(torus, {});
  ASSERT_FALSE(on_torus);
  EXPECT_THAT(on_torus.error().message(), HasSubstr("--set routing.algorithm: found symmetric for torus 4x4x4"));
  const auto failed = run(with({"routing.algorithm=symmetric", "faults.chips=1.1.1"}), {});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message(), HasSubstr("a whole OCS state"));
  const auto few = run(with({"routing.algorithm=symmetric", "routing.vcs=2"}), {});
  ASSERT_FALSE(few);
  EXPECT_THAT(few.error().message(), HasSubstr("routing.vcs"));
}

TEST_F(SymmetricRouting, RejectsAStateWhoseBlocksDiffer) {
  std::string text = read_file(file_).value();
  const std::size_t line = text.find("x(0,0): ");
  text.erase(line, text.find('\n', line) - line + 1);
  ASSERT_TRUE(write_file(file_, text));
  const auto done = run(with({"routing.algorithm=symmetric"}), {});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr("routing.algorithm: found symmetric for OCS state"));
}

}  // namespace
}  // namespace vtpu::scenario
