// Does the command reconfigure plan a change between the networks of two scenarios, and reject networks that the
// switches cannot form?
#include "vtpu/scenario/reconfigure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "vtpu/base/file.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/state_file.h"

namespace vtpu::scenario {
namespace {

using ::testing::HasSubstr;

Scenario parsed(const std::string& toml) { return parse_scenario(toml, "net.toml").value(); }

Scenario network(const std::string& topology, const std::string& sides) {
  return parsed("[network]\ntopology = \"" + topology + "\"\nsides = \"" + sides + "\"\n");
}

Scenario with_job(Scenario scenario) {
  for (const char* setting : {"workload.kind=collective", "workload.bytes=1 MiB", "reconfigure.switching_ms=1"})
    EXPECT_TRUE(set(scenario, setting));
  return scenario;
}

std::string error_of(const Scenario& before, const Scenario& after) {
  const auto done = reconfigure(before, after, 0, "");
  return done ? "none" : done.error().message();
}

TEST(Reconfiguring, FromATorusToItsTwistChangesTheSwitchesOfTheShortSides) {
  const auto done = reconfigure(network("torus", "4x4x8"), network("twisted-torus", "4x4x8"), 0, "");
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->plan.chips, 128);
  EXPECT_EQ(done->switches, 48);
  EXPECT_EQ(done->plan.switches.size(), 32U);
  EXPECT_EQ(done->plan.circuits.removed.size(), 64U) << "two blocks, 32 switches";
  EXPECT_EQ(done->plan.circuits.added.size(), 64U);
  EXPECT_GT(done->plan.entries, 0);
  EXPECT_EQ(done->switching_ns, 10e6);
  EXPECT_FALSE(done->run);
}

TEST(Reconfiguring, ToTheSameNetworkChangesNothing) {
  const auto done = reconfigure(network("torus", "4x4x8"), network("torus", "4x4x8"), 3, "1.1.1");
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->plan.entries, 0);
  EXPECT_TRUE(done->plan.circuits.added.empty());
  EXPECT_EQ(done->switching_ns, 0);
}

TEST(Reconfiguring, AtTheEndOfTheJobNoPacketIsLeftToBeTimed) {
  Scenario before = with_job(network("torus", "4x4x8"));
  ASSERT_TRUE(set(before, "reconfigure.at=1"));
  const auto done = reconfigure(before, network("twisted-torus", "4x4x8"), 0, "");
  ASSERT_TRUE(done) << done.error().message();
  const auto job = reconfiguration_json(*done).at("job");
  EXPECT_TRUE(job.at("parts").at("first_ns").is_null());
  EXPECT_TRUE(job.at("total_ns").is_null());
  EXPECT_THAT(reconfiguration_text(*done), HasSubstr("new links: nothing was left to send after the pause"));
}

TEST(Reconfiguring, RefusesALevelOrKeyThatItsJobDoesNotUse) {
  Scenario before = with_job(network("torus", "4x4x8"));
  ASSERT_TRUE(set(before, "simulation.buffer_flits=4"));
  EXPECT_THAT(error_of(before, network("twisted-torus", "4x4x8")),
              HasSubstr("--set simulation.buffer_flits: has no effect at packet level"));
  before = with_job(network("torus", "4x4x8"));
  ASSERT_TRUE(set(before, "simulation.level=flow"));
  EXPECT_THAT(error_of(before, network("twisted-torus", "4x4x8")),
              HasSubstr("--set simulation.level: found flow for a reconfiguration; expected packet"));
}

TEST(Reconfiguring, KeepsEveryByteOfTheJobAndAddsUpItsParts) {
  const auto done = reconfigure(with_job(network("torus", "4x4x8")), network("twisted-torus", "4x4x8"), 0, "");
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_TRUE(done->run);
  const net::reconfigure::ReconfiguredJob& run = *done->run;
  EXPECT_EQ(run.parts.switch_ns, 1e6);
  EXPECT_GT(run.before_bytes, 0U);
  EXPECT_GT(run.after_bytes, 0U);
  // Each of 128 chips sends its buffer twice, except the block that it keeps.
  EXPECT_NEAR(static_cast<double>(run.before_bytes + run.drained_bytes + run.after_bytes), 2.0 * 127 * (1 << 20),
              2.0 * 127 * (1 << 20) * 1e-3);
  EXPECT_GE(run.total_ns, done->undisturbed_ns);
  const auto json = reconfiguration_json(*done);
  EXPECT_EQ(json.at("job").at("parts").at("switch_ns"), 1e6);
  const std::string text = reconfiguration_text(*done);
  EXPECT_THAT(text, HasSubstr("circuits   64 removed, 64 added, in 32 of 48 switches"));
  EXPECT_THAT(text, HasSubstr("1.0000 ms  the switches"));
}

TEST(Reconfiguring, SwitchesThatChangeOneAfterTheOtherAddUpTheirTimes) {
  Scenario before = network("torus", "4x4x8");
  ASSERT_TRUE(set(before, "reconfigure.switches_at_a_time=8"));
  const auto done = reconfigure(before, network("twisted-torus", "4x4x8"), 0, "");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->switching_ns, 4 * 10e6);
}

TEST(Reconfiguring, EmbedsAPlaneInTheSliceOfTheOtherNetwork) {
  const auto done = reconfigure(network("torus", "4x4x8"), network("torus", "4x32"), 0, "");
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->plan.chips, 128);
  EXPECT_GT(done->plan.entries, 0);
}

TEST(Reconfiguring, TakesAStateOfAFile) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "reconfiguring.ocs";
  const net::ocs::OcsLayout layout{4, 6};
  const net::ocs::Slice slice = net::ocs::Slice::make(layout, {4, 4, 8}).value();
  net::ocs::OcsState state(layout);
  ASSERT_TRUE(net::ocs::connect_twisted_torus(state, slice));
  ASSERT_TRUE(write_file(file, net::ocs::ocs_state_text(state, slice)));
  const Scenario of_file = parsed("[network]\ntopology = \"ocs\"\nfile = \"" + file.string() + "\"\n");
  const auto same = reconfigure(network("twisted-torus", "4x4x8"), of_file, 0, "");
  ASSERT_TRUE(same) << same.error().message();
  EXPECT_EQ(same->plan.entries, 0);
  const auto other = reconfigure(of_file, network("torus", "4x4x8"), 0, "");
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_EQ(other->plan.switches.size(), 32U);
  EXPECT_THAT(error_of(of_file, network("torus", "4x8x8")), HasSubstr("the sides of the other network, 4x4x8"));
  std::filesystem::remove(file);
}

TEST(Reconfiguring, ShowsRowsOfAChipBeforeAndAfter) {
  const auto done = reconfigure(network("torus", "4x4x8"), network("twisted-torus", "4x4x8"), 2, "1.1.1");
  ASSERT_TRUE(done);
  EXPECT_THAT(done->rows, HasSubstr("Source Coord"));
  EXPECT_THAT(done->rows, HasSubstr("1.1.1/1.1"));
  EXPECT_THAT(done->rows, HasSubstr("After: twisted torus 4x4x8"));
  EXPECT_FALSE(reconfigure(network("torus", "4x4x8"), network("twisted-torus", "4x4x8"), 2, "9.9.9"));
}

TEST(Reconfiguring, ANetworkThatSwitchesCannotFormIsAnErrorAtItsKey) {
  const Scenario torus = network("torus", "4x4x8");
  EXPECT_THAT(error_of(torus, network("mesh", "4x4x8")),
              HasSubstr("net.toml:2:12: network.topology: found mesh, which the switches cannot form; expected torus"));
  EXPECT_THAT(error_of(torus, network("torus", "4x8x8")), HasSubstr("net.toml:3:9: network.sides: found 4x8x8"));
  EXPECT_THAT(error_of(network("torus", "4x4x6"), torus), HasSubstr("net.toml:3:9: network.sides"));
  EXPECT_THAT(error_of(network("torus", "8x16"), network("torus", "4x32")), HasSubstr("two planes"));
  EXPECT_THAT(error_of(parsed("[network]\nsides = \"4x4x8\"\n[faults]\nchips = [\"1.1.1\"]\n"), torus),
              HasSubstr("net.toml:4:9: faults.chips: found failures"));
}

}  // namespace
}  // namespace vtpu::scenario
