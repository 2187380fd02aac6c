// Does the command life simulate what its keys describe, with the same result for any number of threads?
#include "vtpu/scenario/life.h"
#include "settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/file.h"

namespace vtpu::scenario {
namespace {

using ::testing::HasSubstr;

std::string life_error_of(const std::vector<std::string>& settings) {
  const auto lives = live(with(settings));
  return lives ? "none" : lives.error().message();
}

TEST(LifeCommand, WithoutFailuresTheMachineIsAlwaysUp) {
  const auto lives = live(with({"life.mtbf_days=", "life.days=10"}));
  ASSERT_TRUE(lives) << lives.error().message();
  EXPECT_EQ(lives->first.availability(), 1);
  EXPECT_TRUE(lives->first.outages.empty());
  EXPECT_THAT(lives_text(*lives), HasSubstr("mean lives: none"));
}

TEST(LifeCommand, CountsAboutAsManyFailuresAsTheMeanLifePredicts) {
  const auto lives = live(with({"life.days=20"}));
  ASSERT_TRUE(lives) << lives.error().message();
  const double expected = 4352 * 20 / 1000.0;  // chips that work, spares among them
  EXPECT_NEAR(lives->first.failures[0], expected, 5 * std::sqrt(expected));
  EXPECT_GT(lives->first.names_moved, 0);
  const auto json = lives_json(*lives);
  EXPECT_EQ(json.at("failures").at("chip"), lives->first.failures[0]);
  EXPECT_EQ(json.at("outages").size(), lives->first.outages.size());
  EXPECT_FALSE(lives->first.events.empty());
}

TEST(LifeCommand, SummarisesSeveralLivesEquallyForAnyNumberOfThreads) {
  const std::vector<std::string> settings = {"life.days=5", "life.lives=12", "life.policy=static"};
  std::vector<std::string> one = settings, three = settings;
  one.emplace_back("simulation.threads=1");
  three.emplace_back("simulation.threads=3");
  const auto first = live(with(one));
  const auto second = live(with(three));
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->availability.size(), 12U);
  EXPECT_EQ(lives_json(*first).dump(), lives_json(*second).dump());
  EXPECT_EQ(lives_text(*first), lives_text(*second));
}

TEST(LifeCommand, AnOutageThatOutlastsTheSimulationHasNoDurations) {
  const auto lives = live(with({"life.days=2", "life.policy=block-spare"}));
  ASSERT_TRUE(lives) << lives.error().message();
  const auto json = lives_json(*lives);
  int unfinished = 0;
  for (const auto& outage : json.at("outages")) {
    EXPECT_EQ(outage.at("whole_s").is_null(), !outage.at("finished").get<bool>());
    EXPECT_EQ(outage.at("detect_s").is_null(), !outage.at("finished").get<bool>());
    unfinished += !outage.at("finished").get<bool>();
  }
  EXPECT_EQ(unfinished, 1);
}

TEST(LifeCommand, ReadsATraceOfFailures) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "life_command.csv";
  ASSERT_TRUE(write_file(file, "time_s,component,id,repair_s\n100.5,chip,8.8.8/1.1,\n"));
  const auto lives = live(with({"life.mtbf_days=", "life.days=1", "life.trace=" + file.string()}));
  ASSERT_TRUE(lives) << lives.error().message();
  EXPECT_EQ(lives->first.failures[0], 1);
  EXPECT_EQ(lives->first.names_moved, 1);
  ASSERT_EQ(lives->first.outages.size(), 1U);
  EXPECT_NEAR(lives->first.outages[0].detect_s, 0.5, 1e-9);
  std::filesystem::remove(file);
}

TEST(LifeCommand, WrongLawsAreErrorsAtTheirKeyWithTheNearestKind) {
  EXPECT_THAT(life_error_of({"life.mtbf_days=chop 1000"}),
              HasSubstr("--set life.mtbf_days: found kind 'chop'; did you mean 'chip'?; expected one of chip, host"));
  EXPECT_THAT(life_error_of({"life.mtbf_days=chip"}), HasSubstr("\"chip 1000\""));
  EXPECT_THAT(life_error_of({"life.mtbf_days=chip many"}), HasSubstr("--set life.mtbf_days"));
  EXPECT_THAT(life_error_of({"life.mtbf_days=chip -1"}), HasSubstr("--set life.mtbf_days"));
  EXPECT_THAT(life_error_of({"life.shape=2"}), HasSubstr("no meaning"));
  EXPECT_THAT(life_error_of({"life.trace=no/such.csv"}), HasSubstr("no/such.csv"));
}

}  // namespace
}  // namespace vtpu::scenario
