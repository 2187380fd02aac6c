// Does a sweep of phextnet write the same files for any threads and processes, and resume after an interruption?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "command.h"

namespace vtpu {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kSweep =
    "phextnet sweep -s 4x4 --set simulation.batches=3 --set simulation.period_cycles=100 "
    "--over network.topology=torus,mesh --over 'traffic.loads=0.1;0.2,0.3' --over simulation.seed=1,2,3 ";

class PhextnetSweep : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    ASSERT_EQ(shell(kSweep + std::string("--out alone -j 1")).status, 0) << content("stderr");
  }
  void expect_same(const std::string& folder) {
    EXPECT_EQ(content(folder + "/sweep.csv"), content("alone/sweep.csv"));
    EXPECT_EQ(content(folder + "/sweep.json"), content("alone/sweep.json"));
  }
};

TEST_F(PhextnetSweep, WritesOneRowPerLoadOfEveryPoint) {
  EXPECT_EQ(content("stdout"), "12 points: alone/sweep.csv, alone/sweep.json\n");
  EXPECT_EQ(content("stderr"), "");
  const std::string csv = content("alone/sweep.csv");
  EXPECT_THAT(csv, StartsWith("network.topology,traffic.loads,simulation.seed,chips,links,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * (1 + 2) * 3);
  EXPECT_EQ(nlohmann::json::parse(content("alone/sweep.json")).at("points").size(), 12U);
}

TEST_F(PhextnetSweep, IsTheSameOnTwoThreads) {
  ASSERT_EQ(shell(kSweep + std::string("--out threads -j 2")).status, 0);
  expect_same("threads");
}

TEST_F(PhextnetSweep, IsTheSameFromTheTasksOfAnArray) {
  const std::string task =
      "SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_ID=";
  const Outcome first = shell(task + "3 " + kSweep + "--out array");
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("4 of 12 points are done"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "array/sweep.csv"));
  EXPECT_EQ(shell(task + "1 " + kSweep + "--out array").status, 0);
  EXPECT_EQ(shell(task + "2 " + kSweep + "--out array").status, 0);
  expect_same("array");
}

TEST_F(PhextnetSweep, IsTheSameUnderMpirun) {
  if (shell("command -v mpirun").status != 0) GTEST_SKIP() << "no mpirun; Debian's package is openmpi-bin";
  const Outcome run =
      shell("mpirun --allow-run-as-root --oversubscribe -n 2 " + std::string(kSweep) + "--out mpi -j 1");
  EXPECT_EQ(run.status, 0) << run.err;
  expect_same("mpi");
  for (const char* share : {"0", "1"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / ("mpi/journal/share-" + std::string(share) + "-of-2.journal")));
}

TEST_F(PhextnetSweep, AnInterruptIsReportedAndTheNextRunResumes) {
  const std::string slow =
      "phextnet sweep -s 8x8 -l 0.1 --set simulation.batches=8 --over simulation.seed=1,2,3,4,5,6,7,8 ";
  ASSERT_EQ(shell(slow + "--out whole").status, 0);
  const Outcome run = shell(slow +
                            "--out parts -j 1 & pid=$!; for i in $(seq 200); do [ $(cat parts/journal/* 2>/dev/null | "
                            "wc -l) -gt 2 ] && break; sleep 0.02; done; kill -INT $pid; wait $pid");
  EXPECT_EQ(run.status, 130) << run.err;
  EXPECT_THAT(run.err, HasSubstr("interrupted; expected another run, which resumes from parts/journal"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "parts/sweep.csv"));
  shell(slow + "--out parts -j 1 & pid=$!; sleep 0.2; kill -KILL $pid; wait $pid");
  ASSERT_EQ(shell(slow + "--out parts").status, 0);
  EXPECT_EQ(content("parts/sweep.csv"), content("whole/sweep.csv"));
}

TEST_F(PhextnetSweep, RejectsTheFolderOfAnotherSweep) {
  const Outcome run = shell("phextnet sweep -s 4x4 --over simulation.seed=1,2 --out alone");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err,
              StartsWith("phextnet: alone/journal/share-0-of-1.journal: found the journal of another sweep, "));
  EXPECT_THAT(run.err, HasSubstr("or another folder"));
  EXPECT_THAT(content("alone/sweep.csv"), StartsWith("network.topology,"));
}

TEST_F(PhextnetSweep, WrongKeysAndPointsAreOneLineWithTheNearestWord) {
  const Outcome key = shell("phextnet sweep --over network.side=4x4 --out wrong");
  EXPECT_EQ(key.status, 1);
  EXPECT_EQ(
      key.err,
      "phextnet: --over network.side: found key 'network.side'; did you mean 'network.sides'?; expected a key that "
      "'phextnet keys' lists\n");
  EXPECT_THAT(shell("phextnet sweep --over network.sides=4x4,0x4 --out wrong").err,
              StartsWith("phextnet: network.sides=0x4: --over network.sides: shape '0x4', side 1: found 0"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "wrong"));
  EXPECT_EQ(shell("phextnet sweep --over network.sides=4x4").status, 2);
  EXPECT_EQ(shell("phextnet sweep --out wrong").status, 2);
  EXPECT_EQ(
      shell("OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=2 phextnet sweep --over network.sides=4x4 --out wrong").status,
      1);
}

}  // namespace
}  // namespace vtpu
