// The whole pipeline on a small project: one experiment, one claim, one figure, one table, three sections.
#include "vtpu/artifact/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() : root_(fs::path(testing::TempDir()) / ("pipeline_" + std::to_string(::getpid()))) {
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    ::unsetenv("FAKE_SECONDS");
    ::unsetenv("FAKE_INTERRUPT");
    ::unsetenv("FAKE_PIDS");
    fs::remove_all(root_);
    const fs::path source = VTPU_ROOT;
    fs::create_directories(root_ / "build/bin/experiments");
    fs::create_symlink(fs::path(VTPU_BUILD) / "bin/tests/fixture/fake_experiment",
                       root_ / "build/bin/experiments/fake");
    fs::create_symlink(source / "tests/artifact/fixture/render_figures", root_ / "build/bin/render_figures");
    fs::create_symlink(source / "scripts", root_ / "scripts");
    fs::create_symlink(source / "src", root_ / "src");
    fs::copy(source / "paper", root_ / "paper", fs::copy_options::recursive);
    fs::remove_all(root_ / "paper/sections");
    fs::copy(source / "tests/paper/fixture/results/figures/hops.svg", root_ / "dot.svg");
    fs::copy(source / "tests/paper/fixture/results/figures/hops.pdf", root_ / "dot.pdf");
    write("experiments/fake.cpp", "int main() {}\n");
    write("data/input.csv", "a\n1\n");
    write("data/concept_mapping.csv", "concept,mapping,explained_in\nchip,direct,Architecture\nwatt,none,\n");
    fs::create_directories(root_ / "data/published");
    fs::copy(source / "data/published/refs.bib", root_ / "data/published/refs.bib");
    write("data/published/facts.csv",
          "id,quantity,value,low,high,unit,system,condition,source,locator,kind\n"
          "XX-001,chips,4096,,,chip,TPU v4,,jouppi2023tpuv4,Table 4,published\n");
    write(
        "data/claims.csv",
        "id,source,locator,statement,kind,means,quantity,relation,value,low,high,unit,experiment,accept,accept_why,"
        "needs,"
        "own_inputs,control,control_key,reading,reading_key,condition,bound_key,shown_in,note\n"
        "fake.claim,here,,the answer is 42,computed,fact,fake.answer,==,42,,,1,fake,\"[42, 42]\",exact,,,nothing asked,"
        "fake.answer.control,,,,,dot,\n"
        "late.claim,here,,something later,computed,fact,late.value,==,1,,,1,late,\"[1, 1]\",exact,,,none of it,"
        "late.value.control,,,,,,\n");
    write("paper/sections/00-abstract.md", "# Abstract {.unnumbered}\n\nThe answer is []{.num key=fake.answer}.\n");
    write("paper/sections/01-body.md",
          "# Body {#body}\n\nOf []{.count of=total} claims one is []{.verdict id=fake.claim}; see []{.ref fig=dot} and "
          "[]{.ref tab=answers}, and []{.pub id=XX-001} chips [@jouppi2023tpuv4].\n\n::: {.figure name=dot}\n:::\n\n"
          "::: {.table name=answers}\n:::\n");
    write("paper/sections/13-artifact-appendix.md", "# Artifact appendix {#artifact}\n\nOne command.\n");
    options_.root = root_;
    options_.mode = measure::Mode::quick;
    const auto print_answer = [](const TableInputs& inputs) -> Result<PrintedTable> {
      const Result<measure::Metric> answer = inputs.metric("fake", "fake.answer");
      if (!answer) return answer.error();
      return PrintedTable{{{"answer", true, 0}}, {{std::to_string(static_cast<int>(answer->value))}}, ""};
    };
    options_.tables = {{.name = "answers", .caption = "Answers.", .results = {"fake"}, .make = print_answer}};
  }
  ~PipelineTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) { ASSERT_TRUE(write_file(root_ / path, text)); }
  std::string text(const std::string& path) const { return *read_file(root_ / path); }
  void flip(const std::string& path, const std::string& from, const std::string& to) {
    std::string bytes = text(path);
    ASSERT_NE(bytes.find(from), std::string::npos) << path;
    write(path, bytes.replace(bytes.find(from), from.size(), to));
  }

  Result<std::string> reproduce() {
    Result<Pipeline> pipeline = Pipeline::open(options_);
    if (!pipeline) return pipeline.error();
    if (Result<void> ran = pipeline->run_experiments(); !ran) return ran.error();
    if (Result<void> built = pipeline->build(Goal::paper); !built) return built.error();
    status_ = pipeline->exit_status();
    return pipeline->report();
  }
  std::string reproduced() {
    const Result<std::string> report = reproduce();
    EXPECT_TRUE(report) << report.error().message();
    return report ? *report : "";
  }
  std::string refused() {
    const Result<std::string> report = reproduce();
    EXPECT_FALSE(report);
    return report ? "" : report.error().message();
  }

  fs::path root_;
  Options options_;
  int status_ = -1;
};

TEST_F(PipelineTest, MakesEverythingOnceAndNothingTwice) {
  const std::string first = reproduced();
  EXPECT_THAT(first, HasSubstr("fake.claim         reproduced"));
  EXPECT_THAT(first, HasSubstr("open: late.claim"));
  EXPECT_EQ(status_, 0);
  for (const char* output : {"results/json/fake.json", "results/json/fake.run.json", "results/claims.csv",
                             "results/tables/answers.tex", "results/figures/dot.svg", "results/paper/paper.pdf",
                             "results/paper/paper.md", "results/index.html", "results/MANIFEST.sha256"})
    EXPECT_TRUE(fs::exists(root_ / output)) << output;
  EXPECT_THAT(text("results/paper/paper.md"), HasSubstr("The answer is 42."));
  const std::string pdf = text("results/paper/paper.pdf");
  EXPECT_THAT(reproduced(),
              testing::AllOf(HasSubstr("experiment fake              reused"), HasSubstr("0 fresh, 1 reused")));
  EXPECT_EQ(text("results/paper/paper.pdf"), pdf);
}

TEST_F(PipelineTest, TwoRunsFromNothingGiveTheSameBytes) {
  reproduced();
  std::map<std::string, std::string> first;
  const std::vector<std::string> outputs = {"results/json/fake.json",  "results/figures/dot.svg",
                                            "results/paper/paper.pdf", "results/index.html",
                                            "results/paper/paper.md",  "results/claims.csv"};
  for (const std::string& output : outputs) first[output] = text(output);
  fs::remove_all(root_ / "results");
  fs::remove_all(root_ / "build/paper");
  reproduced();
  for (const std::string& output : outputs) EXPECT_TRUE(text(output) == first[output]) << output;
}

TEST_F(PipelineTest, AFullRunRedrawsTheFiguresOfAQuickRun) {
  reproduced();
  options_.mode = measure::Mode::full;
  EXPECT_THAT(reproduced(), HasSubstr("1 fresh, 0 reused"));
}

TEST_F(PipelineTest, AFlippedDigitInAResultIsRefused) {
  reproduced();
  flip("results/json/fake.json", "42.0", "43.0");
  EXPECT_THAT(refused(), HasSubstr("results/json/fake.json: was changed after it was made"));
}

TEST_F(PipelineTest, AFlippedDigitInAFigureIsRefused) {
  reproduced();
  flip("results/figures/dot.svg", "<svg", "<svg id=\"x\"");
  EXPECT_THAT(refused(), HasSubstr("results/figures/dot.svg: was changed after it was made"));
}

TEST_F(PipelineTest, AnEditedVerdictIsRefused) {
  reproduced();
  flip("results/claims.csv", "late.claim,open", "late.claim,reproduced");
  EXPECT_THAT(refused(), HasSubstr("results/claims.csv: was changed after it was made"));
}

TEST_F(PipelineTest, ADeletedResultIsMadeAgain) {
  reproduced();
  fs::remove(root_ / "results/json/fake.run.json");
  EXPECT_THAT(reproduced(), HasSubstr("experiment fake              fresh"));
}

TEST_F(PipelineTest, AChangedInputReruns) {
  reproduced();
  write("data/input.csv", "a\n2\n");
  Result<Pipeline> pipeline = Pipeline::open(options_);
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(*pipeline->why("fake"), testing::ElementsAre(HasSubstr("data/input.csv changed")));
  EXPECT_THAT(reproduced(), HasSubstr("experiment fake              fresh"));
}

/// The pipeline of a project whose experiment finds its module and its tool in the project itself.
class PipelineWithDependencies : public PipelineTest {
 protected:
  PipelineWithDependencies() : path_(std::getenv("PATH")) {
    // Modules are looked for beside the program's own file, so that a link to it does not do.
    fs::remove(root_ / "build/bin/experiments/fake");
    fs::copy_file(fs::path(VTPU_BUILD) / "bin/tests/fixture/fake_experiment", root_ / "build/bin/experiments/fake");
    write("build/lib/fake_module.so", std::string("code\0GCC: (Debian 12.2.0-14) 12.2.0\0", 36));
    write("tools/version", "fake-compiler 1.0\nCopyright\n");
    write_tool("#!/bin/sh\ncat \"$(dirname \"$0\")/version\"\n");
    ::setenv("PATH", ((root_ / "tools").string() + ":" + path_).c_str(), 1);
  }
  ~PipelineWithDependencies() override { ::setenv("PATH", path_.c_str(), 1); }

  void write_tool(const std::string& script) {
    write("tools/fake-compiler", script);
    fs::permissions(root_ / "tools/fake-compiler", fs::perms::owner_all);
  }
  std::vector<std::string> why() {
    Result<Pipeline> pipeline = Pipeline::open(options_);
    if (!pipeline) return {pipeline.error().message()};
    const Result<std::vector<std::string>> reasons = pipeline->why("fake");
    return reasons ? *reasons : std::vector<std::string>{reasons.error().message()};
  }
  void run_once() {
    Result<Pipeline> pipeline = Pipeline::open(options_);
    ASSERT_TRUE(pipeline) << pipeline.error().message();
    ASSERT_TRUE(pipeline->run_experiments());
    EXPECT_THAT(why(), testing::IsEmpty());
  }

  std::string path_;
};

TEST_F(PipelineWithDependencies, AModuleWithOtherBytesMakesItsResultStale) {
  run_once();
  flip("build/lib/fake_module.so", "code", "kode");
  EXPECT_THAT(why(), testing::ElementsAre(HasSubstr("module fake_module changed")));
  run_once();
}

TEST_F(PipelineWithDependencies, AModuleByAnotherCompilerIsNamedWithBothVersions) {
  run_once();
  flip("build/lib/fake_module.so", "GCC: (Debian 12.2.0-14) 12.2.0", "GCC: (Debian 13.1.0-00) 13.1.0");
  EXPECT_THAT(why(), testing::ElementsAre(
                         HasSubstr("module fake_module changed"),
                         HasSubstr("module fake_module, version changed: was GCC: (Debian 12.2.0-14) 12.2.0, is GCC: "
                                   "(Debian 13.1.0-00) 13.1.0")));
}

TEST_F(PipelineWithDependencies, AModuleThatIsGoneMakesItsResultStale) {
  run_once();
  fs::remove(root_ / "build/lib/fake_module.so");
  EXPECT_THAT(why(), testing::Contains(HasSubstr("module fake_module, version changed")));
  run_once();
}

TEST_F(PipelineWithDependencies, AToolOfAnotherVersionMakesItsResultStale) {
  run_once();
  write("tools/version", "fake-compiler 1.1\nCopyright\n");
  EXPECT_THAT(why(),
              testing::ElementsAre(HasSubstr(
                  "tool fake-compiler other-compiler, version changed: was fake-compiler 1.0, is fake-compiler 1.1")));
  run_once();
}

TEST_F(PipelineWithDependencies, AToolWithOtherBytesMakesItsResultStale) {
  run_once();
  write_tool("#!/bin/sh\nexec cat \"$(dirname \"$0\")/version\"\n");
  EXPECT_THAT(why(), testing::ElementsAre(HasSubstr("tool fake-compiler other-compiler changed")));
}

TEST_F(PipelineWithDependencies, TheVolatilePartRecordsTheVersions) {
  run_once();
  EXPECT_THAT(text("results/json/fake.run.json"),
              testing::AllOf(HasSubstr("\"version\": \"GCC: (Debian 12.2.0-14) 12.2.0\""),
                             HasSubstr("\"version\": \"fake-compiler 1.0\"")));
  EXPECT_THAT(text("results/json/fake.json"), testing::Not(HasSubstr("fake-compiler")));
}

TEST_F(PipelineTest, AStaleResultFailsThePaperWhenNothingIsRun) {
  reproduced();
  write("data/input.csv", "a\n2\n");
  Result<Pipeline> pipeline = Pipeline::open(options_);
  ASSERT_TRUE(pipeline);
  EXPECT_FALSE(pipeline->build(Goal::paper));
}

TEST_F(PipelineTest, OpenClaimsFailAStrictRun) {
  options_.strict = true;
  reproduced();
  EXPECT_EQ(status_, 1);
}

TEST_F(PipelineTest, AnUnknownKeyInTheTextFailsTheBuild) {
  write("paper/sections/00-abstract.md", "# Abstract {.unnumbered}\n\n[]{.num key=fake.anser}\n");
  EXPECT_THAT(refused(), HasSubstr("build-paper ended with status 83"));
}

TEST_F(PipelineTest, ACorruptResultIsNamedWithItsLine) {
  reproduced();
  write("results/json/fake.json", "{\n \"schema\": 1,\n");
  EXPECT_THAT(refused(), HasSubstr("results/json/fake.json"));
}

TEST_F(PipelineTest, AnUnknownExperimentIsReportedWithTheNearestName) {
  Result<Pipeline> pipeline = Pipeline::open(options_);
  ASSERT_TRUE(pipeline);
  EXPECT_THAT(pipeline->run_experiments("fkae").error().message(), HasSubstr("did you mean 'fake'?"));
}

TEST_F(PipelineTest, ALedgerThatLacksAnExperimentsClaimIsRefused) {
  flip("data/claims.csv", ",fake,", ",other,");
  EXPECT_THAT(refused(), HasSubstr("data/claims.csv and experiment fake"));
}

TEST_F(PipelineTest, AMissingInputFailsThatExperimentWithOneLine) {
  fs::remove(root_ / "data/input.csv");
  EXPECT_THAT(refused(), HasSubstr("data/input.csv: cannot open"));
}

TEST_F(PipelineTest, AKilledRunContinuesWhereItStopped) {
  ::setenv("FAKE_SECONDS", "20", 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    const Result<std::string> report = reproduce();
    ::_exit(report ? 0 : 1);
  }
  ::setpgid(child, child);
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  ::kill(-child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(root_ / "results/json/fake.json"));
  // Files that a process killed while writing would leave are removed.
  write("results/json/.vtpu-abcdef", "{");
  ::unsetenv("FAKE_SECONDS");
  EXPECT_THAT(reproduced(), HasSubstr("experiment fake              fresh"));
  EXPECT_FALSE(fs::exists(root_ / "results/json/.vtpu-abcdef"));
}

/// The program build/bin/artifact on the small project.
class ArtifactCommand : public PipelineTest {
 protected:
  struct Ended {
    int status;
    std::string err;
  };
  Ended shell(const std::string& line) {
    const std::string command = "cd '" + root_.string() +
                                "' && export ARTIFACT='" VTPU_BUILD "/bin/artifact --quick' && " + "{ " + line +
                                "\n} >/dev/null 2>'" + (root_ / "stderr").string() + "'";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text("stderr")};
  }
  /// Waits until the experiment has written its FAKE_PIDS.
  const std::string kUntilItRuns = "for i in $(seq 1000); do [ -s pids ] && break; sleep 0.02; done; ";

  Result<void> build(Goal goal) {
    Result<Pipeline> pipeline = Pipeline::open(options_);
    if (!pipeline) return pipeline.error();
    return pipeline->build(goal);
  }
  /// Gives the project experiments fake1 to fake`count`.
  void add_experiments(int count) {
    for (int k = 1; k <= count; ++k) {
      const std::string name = "fake" + std::to_string(k);
      fs::create_symlink(fs::path(VTPU_BUILD) / "bin/tests/fixture/fake_experiment",
                         root_ / "build/bin/experiments" / name);
      write("experiments/" + name + ".cpp", "int main() {}\n");
    }
  }
  std::vector<std::string> recorded() const {
    return Manifest::load(root_, root_ / "results/manifest.json").value().names();
  }
  /// Whether a process ends, or is only waited for.
  static bool ends(const std::string& pid) {
    for (int attempt = 0; attempt < 200; ++attempt) {
      const Result<std::string> stat = read_file("/proc/" + pid + "/stat");
      if (!stat || stat->substr(stat->rfind(')') + 2, 1) == "Z") return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
};

TEST_F(ArtifactCommand, FourExperimentsAtOnceLeaveFourRecords) {
  add_experiments(4);
  ::setenv("FAKE_SECONDS", "0.1", 1);
  const Ended ended = shell(
      "for k in 1 2 3 4; do $ARTIFACT experiment fake$k & all=\"$all $!\"; done; s=0\n"
      "for p in $all; do wait $p || s=1; done; exit $s");
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(recorded(),
              testing::ElementsAre("experiment fake1", "experiment fake2", "experiment fake3", "experiment fake4"));
  EXPECT_EQ(shell("sha256sum -c results/MANIFEST.sha256").status, 0);
}

TEST_F(ArtifactCommand, TheSameExperimentTwiceAtOnceRunsOnceAndTheSecondSaysThatItWaits) {
  ::setenv("FAKE_SECONDS", "2", 1);
  ::setenv("FAKE_PIDS", (root_ / "pids").c_str(), 1);
  const Ended ended =
      shell("$ARTIFACT experiment fake & " + kUntilItRuns + "$ARTIFACT experiment fake; a=$?; wait $! && exit $a");
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.err, "waiting for another process that works in ./results (experiment fake)\n");
  EXPECT_THAT(recorded(), testing::ElementsAre("experiment fake"));
}

TEST_F(ArtifactCommand, TablesBuiltByTwoProcessesAtOnceAreRecordedAsTheyAre) {
  ASSERT_EQ(shell("$ARTIFACT experiment fake").status, 0);
  for (int process = 0; process < 2; ++process)
    if (::fork() == 0) ::_exit(std::freopen("/dev/null", "w", stderr) && build(Goal::tables) ? 0 : 1);
  for (int process = 0; process < 2; ++process) {
    int status = -1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
  EXPECT_THAT(recorded(), testing::ElementsAre("claims", "experiment fake", "tables"));
  EXPECT_EQ(shell("sha256sum -c results/MANIFEST.sha256").status, 0);
}

TEST_F(ArtifactCommand, ASignalEndsTheExperimentAndItsWorkers) {
  ::setenv("FAKE_SECONDS", "30", 1);
  ::setenv("FAKE_PIDS", (root_ / "pids").c_str(), 1);
  for (const char* signal : {"TERM", "INT"}) {
    fs::remove(root_ / "pids");
    const Ended ended = shell("$ARTIFACT reproduce & " + kUntilItRuns + "kill -" + signal + " $!; wait $!");
    EXPECT_EQ(ended.status, 130) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("interrupted"));
    const std::string pids = text("pids"), worker = pids.substr(pids.find(' ') + 1);
    EXPECT_TRUE(ends(pids.substr(0, pids.find(' ')))) << signal;
    EXPECT_TRUE(ends(worker.substr(0, worker.size() - 1))) << signal;
    EXPECT_FALSE(fs::exists(root_ / "results/manifest.json"));
  }
}

TEST_F(ArtifactCommand, SeesItsProgramsEndWhereSignalsOfChildrenAreIgnored) {
  EXPECT_EQ(shell("timeout 60 python3 -c 'import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
                  "words = os.environ[\"ARTIFACT\"].split() + [\"experiment\", \"fake\"]; os.execv(words[0], words)'")
                .status,
            0);
  EXPECT_THAT(recorded(), testing::ElementsAre("experiment fake"));
}

TEST_F(ArtifactCommand, NoticesThatStandardOutputIsFull) {
  for (const char* command : {"list", "why fake", "experiment fake", "--help", "verify --help"}) {
    const Ended ended = shell(std::string("$ARTIFACT ") + command + " >/dev/full");
    EXPECT_EQ(ended.status, 1) << command;
    EXPECT_EQ(ended.err, "artifact: standard output: cannot write: No space left on device\n") << command;
  }
  for (const char* option : {"--describe", "--help"}) {
    const Ended ended = shell(std::string("build/bin/experiments/fake ") + option + " >/dev/full");
    EXPECT_EQ(ended.status, 1) << option;
    EXPECT_EQ(ended.err, "fake: standard output: cannot write: No space left on device\n") << option;
  }
}

TEST_F(ArtifactCommand, OutputsBehindLinksAndReadOnlyOutputsAreRespected) {
  write("elsewhere/claims.csv", "old");
  fs::create_directories(root_ / "results");
  fs::create_symlink("../elsewhere/claims.csv", root_ / "results/claims.csv");
  fs::create_directories(root_ / "results/json");
  fs::create_symlink("../../elsewhere/fake.json", root_ / "results/json/fake.json");
  ASSERT_EQ(shell("$ARTIFACT experiment fake").status, 0);
  ASSERT_TRUE(build(Goal::tables));
  EXPECT_TRUE(fs::is_symlink(root_ / "results/claims.csv"));
  EXPECT_THAT(text("elsewhere/claims.csv"), HasSubstr("fake.claim"));
  EXPECT_TRUE(fs::is_symlink(root_ / "results/json/fake.json"));
  EXPECT_THAT(text("elsewhere/fake.json"), HasSubstr("fake.answer"));
  // A read-only file that would change.
  fs::remove(root_ / "results/manifest.json");
  write("results/tables/answers.csv", "mine");
  fs::permissions(root_ / "results/tables/answers.csv", fs::perms(0444));
  ASSERT_EQ(shell("$ARTIFACT experiment fake").status, 0);
  const Result<void> refused = build(Goal::tables);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("results/tables/answers.csv: is read-only"));
  EXPECT_EQ(text("results/tables/answers.csv"), "mine");
}

TEST_F(PipelineTest, AnInterruptedExperimentIsReportedAsSuch) {
  ::setenv("FAKE_INTERRUPT", "1", 1);
  Result<Pipeline> pipeline = Pipeline::open(options_);
  ASSERT_TRUE(pipeline);
  EXPECT_FALSE(pipeline->run_experiments());
  EXPECT_TRUE(pipeline->interrupted());
}

}  // namespace
}  // namespace vtpu::artifact
