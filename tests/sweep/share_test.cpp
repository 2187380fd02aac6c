// Does a process determine its share from the environment variables of its launcher?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "vtpu/sweep/sweep.h"

namespace vtpu::sweep {
namespace {

using ::testing::HasSubstr;

class Shares : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "SLURM_PROCID",
                             "SLURM_NTASKS", "SLURM_STEP_ID", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN",
                             "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT"})
      ::unsetenv(name);
  }
  void TearDown() override { SetUp(); }

  /// "index of count", or the error.
  std::string share(const std::map<std::string, std::string>& environment) {
    SetUp();
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    const auto found = Share::of_environment();
    if (!found) return found.error().message();
    return std::to_string(found->index) + " of " + std::to_string(found->count);
  }
};

TEST_F(Shares, ASingleProcessHasEverything) { EXPECT_EQ(share({}), "0 of 1"); }

TEST_F(Shares, FollowOpenMpiAndMpich) {
  EXPECT_EQ(share({{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "8"}}), "3 of 8");
  EXPECT_EQ(share({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}}), "1 of 2");
  EXPECT_EQ(share({{"OMPI_COMM_WORLD_RANK", "1"},
                   {"OMPI_COMM_WORLD_SIZE", "4"},
                   {"SLURM_STEP_ID", "0"},
                   {"SLURM_PROCID", "0"},
                   {"SLURM_NTASKS", "4"}}),
            "1 of 4")
      << "mpirun in a Slurm job counts its own processes";
}

TEST_F(Shares, FollowSrunButNotItsBatchScript) {
  EXPECT_EQ(share({{"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "5"}, {"SLURM_NTASKS", "6"}}), "5 of 6");
  EXPECT_EQ(share({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "6"}}), "0 of 1");
}

TEST_F(Shares, FollowTheTasksOfAnArrayFromItsMinimumInItsSteps) {
  EXPECT_EQ(share({{"SLURM_ARRAY_TASK_ID", "5"},
                   {"SLURM_ARRAY_TASK_MIN", "1"},
                   {"SLURM_ARRAY_TASK_MAX", "9"},
                   {"SLURM_ARRAY_TASK_STEP", "2"},
                   {"SLURM_ARRAY_TASK_COUNT", "5"}}),
            "2 of 5");
  EXPECT_EQ(share({{"SLURM_ARRAY_TASK_ID", "4"},
                   {"SLURM_ARRAY_TASK_MIN", "4"},
                   {"SLURM_ARRAY_TASK_MAX", "4"},
                   {"SLURM_ARRAY_TASK_COUNT", "1"}}),
            "0 of 1")
      << "a task that is run again alone does what is left";
}

TEST_F(Shares, OfAnArrayTaskAreDividedAmongItsProcesses) {
  EXPECT_EQ(share({{"SLURM_ARRAY_TASK_ID", "2"},
                   {"SLURM_ARRAY_TASK_MIN", "0"},
                   {"SLURM_ARRAY_TASK_MAX", "3"},
                   {"SLURM_ARRAY_TASK_COUNT", "4"},
                   {"SLURM_STEP_ID", "0"},
                   {"SLURM_PROCID", "1"},
                   {"SLURM_NTASKS", "3"}}),
            "7 of 12");
}

TEST_F(Shares, ThatAreInvalidAreErrorsThatNameTheVariable) {
  EXPECT_THAT(share({{"OMPI_COMM_WORLD_RANK", "one"}, {"OMPI_COMM_WORLD_SIZE", "2"}}),
              HasSubstr("OMPI_COMM_WORLD_RANK: found"));
  EXPECT_THAT(share({{"PMI_RANK", "2"}, {"PMI_SIZE", "2"}}), HasSubstr("found process 2; expected a number of 0..1"));
  EXPECT_THAT(share({{"PMI_RANK", "0"}, {"PMI_SIZE", "0"}}), HasSubstr("found 0 processes"));
  EXPECT_THAT(share({{"PMI_RANK", "0"}}), HasSubstr("only one of them"));
  EXPECT_THAT(share({{"SLURM_ARRAY_TASK_ID", "3"},
                     {"SLURM_ARRAY_TASK_MIN", "1"},
                     {"SLURM_ARRAY_TASK_MAX", "7"},
                     {"SLURM_ARRAY_TASK_COUNT", "3"}}),
              HasSubstr("an array with gaps"));
  EXPECT_THAT(share({{"SLURM_ARRAY_TASK_ID", "3"}}), HasSubstr("SLURM_ARRAY_TASK_"));
}

}  // namespace
}  // namespace vtpu::sweep
