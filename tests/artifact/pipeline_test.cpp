// The whole pipeline on a small project: one experiment, one claim, one figure, one table, three sections.
#include "vtpu/artifact/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
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
    write("data/concept_mapping.csv", "concept,mapping\nchip,direct\nwatt,none\n");
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
  write("results/json/fake.json.partial-1", "{");
  ::unsetenv("FAKE_SECONDS");
  EXPECT_THAT(reproduced(), HasSubstr("experiment fake              fresh"));
  EXPECT_FALSE(fs::exists(root_ / "results/json/fake.json.partial-1"));
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
