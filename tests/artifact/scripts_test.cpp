// Do the scripts take turns with the files that they change, and write them as the programs do?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ScriptTest : public testing::Test {
 protected:
  ScriptTest() : root_(fs::path(testing::TempDir()) / ("scripts_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_ / "scripts");
    fs::copy_file(VTPU_ROOT "/scripts/record-times", root_ / "scripts/record-times");
    write("data/reference/times.csv", kTimes);
    write("build/.ninja_log", "# ninja log v5\n0\t60000\t0\ta.o\t0\n");
  }
  ~ScriptTest() override { fs::remove_all(root_); }

  static constexpr const char* kTimes = "what,minutes,cores,source\nbuild,1.0,4,x\ntests,2.0,4,y\nmine,3.0,4,z\n";

  void write(const std::string& name, const std::string& bytes) { ASSERT_TRUE(write_file(root_ / name, bytes)); }
  std::string text(const std::string& name) const { return *read_file(root_ / name); }
  int shell(const std::string& line) {
    const int status = std::system(("cd '" + root_.string() + "' && { " + line + "\n} >out 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  fs::path root_;
};

TEST_F(ScriptTest, TimesRecordedSeveralTimesAtOnceLoseNoRow) {
  for (int round = 0; round < 3; ++round) {
    shell("for k in 1 2 3 4 5 6; do scripts/record-times & done; wait");
    const std::string times = text("data/reference/times.csv");
    for (const char* row : {"\nbuild,", "\ntests,", "\nmine,"}) EXPECT_THAT(times, HasSubstr(row));
    EXPECT_EQ(std::count(times.begin(), times.end(), '\n'), 4);
  }
}

TEST_F(ScriptTest, TheTableOfTimesKeepsItsLinkAndItsPermissionsAndMayBeReadOnly) {
  fs::rename(root_ / "data/reference/times.csv", root_ / "elsewhere.csv");
  fs::create_symlink("../../elsewhere.csv", root_ / "data/reference/times.csv");
  ASSERT_EQ(::chmod((root_ / "elsewhere.csv").c_str(), 0600), 0);
  EXPECT_EQ(shell("scripts/record-times"), 0) << text("out");
  EXPECT_TRUE(fs::is_symlink(root_ / "data/reference/times.csv"));
  const std::string recorded = text("elsewhere.csv");
  EXPECT_NE(recorded, kTimes);
  struct stat now {};
  ASSERT_EQ(::stat((root_ / "elsewhere.csv").c_str(), &now), 0);
  EXPECT_EQ(now.st_mode & 07777, 0600u);
  ASSERT_EQ(::chmod((root_ / "elsewhere.csv").c_str(), 0444), 0);
  EXPECT_EQ(shell("scripts/record-times"), 1);
  EXPECT_THAT(text("out"), HasSubstr("is read-only"));
  EXPECT_EQ(text("elsewhere.csv"), recorded);
}

/// The paper's script stops at its first section, which does not exist, unless the lock stops it before.
class PaperScript : public ScriptTest {
 protected:
  PaperScript() {
    write("build/values.lua", "return {\n  epoch = 1\n}\n");
    fs::create_directories(root_ / "results");
    fs::create_directories(root_ / "sections");
  }
  static constexpr const char* kBuild =
      "'" VTPU_ROOT "/scripts/build-paper' --root '" VTPU_ROOT "' --build build --results results --sections sections";
};

TEST_F(PaperScript, WaitsForAnotherBuildInEitherFolder) {
  for (const char* folder : {"build", "results"}) {
    shell(std::string("flock ") + folder + " sleep 1 & while flock -n " + folder + " true; do :; done; " + kBuild +
          "; wait");
    EXPECT_THAT(text("out"), testing::MatchesRegex("build-paper: waiting for another build in [^\n]*/" +
                                                   std::string(folder) + "\nbuild-paper: no section [^\n]*\n"));
  }
}

TEST_F(PaperScript, DoesNotWaitForItselfInOneFolder) {
  write("both/values.lua", "return {\n  epoch = 1\n}\n");
  EXPECT_EQ(shell("timeout 20 '" VTPU_ROOT "/scripts/build-paper' --root '" VTPU_ROOT
                  "' --build both --results both --sections sections"),
            1);
  EXPECT_THAT(text("out"), testing::StartsWith("build-paper: no section "));
}

}  // namespace
}  // namespace vtpu::artifact
