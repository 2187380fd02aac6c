// Does `make` find in its first second what would fail after minutes?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "shell.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A folder of that name with the scripts, and tools of its own that come first on PATH. All packages seem installed.
class Preflight : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "preflight-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    fake("dpkg-query", "echo installed");
    fake("nproc", "echo 2");
    fake("df", "echo Filesystem; echo disk 0 0 99999999 0% /");
    make_project("project");
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void make_project(const std::string& name) {
    project_ = folder_ / name;
    fs::create_directories(project_ / "data/reference");
    fs::copy(fs::path(VTPU_ROOT) / "scripts", project_ / "scripts", fs::copy_options::recursive);
    fs::copy(fs::path(VTPU_ROOT) / "data/reference/times.csv", project_ / "data/reference/times.csv");
  }
  void fake(const std::string& tool, const std::string& commands) {
    const fs::path path = folder_ / "tools" / tool;
    ASSERT_TRUE(write_file(path, "#!/bin/sh\n" + commands + "\n"));
    fs::permissions(path, fs::perms::owner_all);
  }
  Ended preflight(const std::string& goal, const std::string& variables = "") {
    ::setenv("PREFLIGHT", (project_ / "scripts/preflight").c_str(), 1);
    return run("PATH=" + (folder_ / "tools").string() + ":$PATH " + variables + " \"$PREFLIGHT\" " + goal);
  }
  void expect_refused(const Ended& ended, const std::string& what) {
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_THAT(ended.output, AllOf(HasSubstr("preflight: " + what), HasSubstr("expected")));
  }

  fs::path folder_, project_;
};

TEST_F(Preflight, ForecastsTheTimeByParts) {
  const Ended ended = preflight("reproduce test", "QUICK=1");
  EXPECT_EQ(ended.status, 0) << ended.output;
  EXPECT_THAT(ended.output, AllOf(HasSubstr("minutes (build "), HasSubstr("tests "), HasSubstr("experiments ")));
}

TEST_F(Preflight, RefusesEveryCharacterOfAPathThatAToolTakesForSyntax) {
  for (const char* name :
       {"a,b", "a:b", "a;b", "a{b", "a}b", "a$b", "a\"b", "a'b", "a`b", "a\\b", "a b",  "a#b",      "a%b",  "a&b",
        "a(b", "a~b", "a=b", "a@b", "a*b", "a?b", "a[b",  "a|b", "a<b", "a\nb", "a\tb", "\xc3\xa4", "a\xff"}) {
    make_project(name);
    expect_refused(preflight("reproduce"), "path of the project");
  }
}

TEST_F(Preflight, TakesAPathOfLettersDigitsAndPlainSigns) {
  make_project("C++_artifact-1.0");
  EXPECT_EQ(preflight("reproduce", "QUICK=1").status, 0);
}

TEST_F(Preflight, NamesAFullDisk) {
  fake("df", "echo Filesystem; echo disk 0 0 1000 0% /");
  expect_refused(preflight("test"), "disk below .: found 0 MiB free");
}

TEST_F(Preflight, NamesAFileWhereAFolderIsNeeded) {
  ASSERT_TRUE(write_file(project_ / "results", ""));
  expect_refused(preflight("test"), "folder results: found a file");
}

TEST_F(Preflight, NamesAFolderForTemporaryFilesThatIsMissing) {
  expect_refused(preflight("test", "TMPDIR=/nowhere"), "TMPDIR: found /nowhere, which does not exist");
}

TEST_F(Preflight, NamesAProcessorThatTheEnginesDoNotKnow) {
  fake("uname", "echo aarch64");
  expect_refused(preflight("test"), "processor: found aarch64, expected x86_64 with AVX2");
}

TEST_F(Preflight, NamesTooLittleMemoryAndAJobCountThatNeedsLess) {
  expect_refused(preflight("test", "JOBS=10000"), "memory: found ");
  EXPECT_THAT(preflight("test", "JOBS=10000").output, HasSubstr("; JOBS="));
}

TEST_F(Preflight, NamesALimitOfTheShell) {
  ::setenv("PREFLIGHT", (project_ / "scripts/preflight").c_str(), 1);
  expect_refused(run("ulimit -S -f 1000; \"$PREFLIGHT\" test"), "ulimit -f: found ");
  expect_refused(run("ulimit -S -n 100; \"$PREFLIGHT\" test"), "ulimit -n: found 100 open files");
}

TEST_F(Preflight, ListsEveryObstacleAtOnce) {
  fake("df", "echo Filesystem; echo disk 0 0 1000 0% /");
  fake("uname", "echo aarch64");
  const Ended ended = preflight("test", "TMPDIR=/nowhere");
  EXPECT_THAT(ended.output, AllOf(HasSubstr("TMPDIR"), HasSubstr("processor"), HasSubstr("disk")));
}

TEST_F(Preflight, IsTheFirstStepOfEveryTargetThatBuilds) {
  for (const char* target :
       {"reproduce", "test", "bench", "tables", "figures", "paper", "verify", "soak", "sanitize"}) {
    const Ended ended = run("make --no-print-directory -n -C '" VTPU_ROOT "' " + std::string(target));
    EXPECT_THAT(ended.output, testing::StartsWith("scripts/preflight")) << target;
    EXPECT_THAT(ended.output, HasSubstr(std::string(" ") + target + "\n"));
  }
}

TEST(Environment, NamesWhatWouldChangeATool) {
  const Ended ended =
      run("env -i PATH=/usr/bin:/bin HOME=/root CXX=g++ CDPATH=/ TEXINPUTS=. CXXFLAGS=-g GIT_DIR=. "
          "PYTHONPATH=/x LC_ALL=C '" VTPU_ROOT "/scripts/environment'");
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.output, "CDPATH\nCXXFLAGS\nGIT_DIR\nLC_ALL\nPYTHONPATH\nTEXINPUTS\n");
}

}  // namespace
}  // namespace vtpu::artifact
