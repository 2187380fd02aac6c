// Do the commands reconfigure, life and learn write the requested files and resume after an interruption?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "command.h"

namespace vtpu {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class PhextnetMachines : public CommandTest {};

TEST_F(PhextnetMachines, LearnWritesTheSameStateForAnyThreadsAndProcessesAndTheStateRuns) {
  const std::string learn = "phextnet learn --shape 4x4x8 --steps 200 --restarts 4 ";
  const Outcome one = shell(learn + "--out one.ocs -j 1");
  ASSERT_EQ(one.status, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("uniform all-to-all, link bandwidths per chip: "));
  EXPECT_THAT(one.out, HasSubstr("twisted torus 4x4x8: 1.74"));
  EXPECT_EQ(shell(learn + "--out two.ocs -j 2").out, one.out);
  EXPECT_EQ(content("one.ocs"), content("two.ocs"));
  const std::string shared = learn + "--out shared.ocs --journal kept";
  const Outcome first = shell("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 " + shared);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, StartsWith("2 of 4 restarts are done"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "shared.ocs"));
  EXPECT_EQ(shell("OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 " + shared).out, one.out);
  EXPECT_EQ(content("one.ocs"), content("shared.ocs"));
  const Outcome run =
      shell("phextnet run -t ocs -f one.ocs -r symmetric -w all-to-all --set workload.bytes_per_pair=4096");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("deadlock-free"));
}

TEST_F(PhextnetMachines, LearnRejectsShapesWithoutWholeBlocksAndTheFolderOfAnotherSearch) {
  EXPECT_THAT(shell("phextnet learn --shape 4x4x6 --out x.ocs").err, StartsWith("phextnet: --shape: "));
  EXPECT_THAT(shell("phextnet learn --shape 4x4x4 --out x.ocs").err, HasSubstr("found 1 blocks; expected 2 to 64"));
  EXPECT_EQ(shell("phextnet learn --shape 4x4x8").status, 2);
  ASSERT_EQ(shell("phextnet learn --steps 10 --restarts 1 --journal kept --out x.ocs").status, 0);
  EXPECT_THAT(shell("phextnet learn --steps 20 --restarts 1 --journal kept --out x.ocs").err,
              HasSubstr("found the journal of another sweep"));
}

TEST_F(PhextnetMachines, LifeWritesItsEventsAndItsReport) {
  const Outcome run = shell("phextnet life --set life.days=2 --csv events.csv --json life.json");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("4096 chips, 256 spares, 2 days"));
  EXPECT_THAT(content("events.csv"), StartsWith("time_s,event,component,name,to\n"));
  EXPECT_EQ(nlohmann::json::parse(content("life.json")).at("policy"), "chip spare");
  EXPECT_THAT(shell("phextnet life --set life.policy=chip-spores").err, HasSubstr("did you mean 'chip-spare'?"));
}

TEST_F(PhextnetMachines, ReconfigurePrintsThePartsAndTheRows) {
  put("before.toml", "[network]\nsides = \"4x4x8\"\n[workload]\nkind = \"collective\"\nbytes = \"1 MiB\"\n");
  put("after.toml", "[network]\ntopology = \"twisted-torus\"\nsides = \"4x4x8\"\n");
  const Outcome run = shell("phextnet reconfigure before.toml after.toml --entries 2 --json parts.json");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("10.0000 ms  the switches"));
  EXPECT_THAT(run.out, HasSubstr("Before: torus 4x4x8\nSource Coord"));
  EXPECT_EQ(nlohmann::json::parse(content("parts.json")).at("switches_with_work"), 32);
  EXPECT_EQ(shell("phextnet reconfigure before.toml").status, 2);
  EXPECT_EQ(shell("phextnet reconfigure before.toml none.toml").status, 1);
}

}  // namespace
}  // namespace vtpu
