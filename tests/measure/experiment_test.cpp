// Does an experiment program describe itself, write a complete result or none, and write the same bytes twice?
#include "vtpu/measure/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::measure {
namespace {

using testing::HasSubstr;

class ExperimentProgram : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("vtpu-experiment-" + std::to_string(::getpid()) + "-" +
                                                      testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(write_file(root_ / "src/vtpu/a.h", "int a;\n").ok());
    ASSERT_TRUE(write_file(root_ / "experiments/two_words.cpp", "int main() {}\n").ok());
    ASSERT_TRUE(write_file(root_ / "data/in.csv", "name,value\nx,5\n").ok());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  /// Runs the program with these options; returns its status and, on request, its output.
  int run(const Experiment& experiment, std::vector<std::string> options, std::string* out = nullptr,
          std::string* err = nullptr) {
    options.insert(options.begin(), "program");
    std::vector<char*> words;
    for (std::string& option : options) words.push_back(option.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = experiment_main(experiment, static_cast<int>(words.size()), words.data());
    const std::string printed = testing::internal::GetCapturedStdout();
    const std::string errors = testing::internal::GetCapturedStderr();
    if (out != nullptr) *out = printed;
    if (err != nullptr) *err = errors;
    return status;
  }
  std::vector<std::string> options(std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"--root", root_.string(), "--out", (root_ / "out").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::filesystem::path root_;
};

Experiment example() {
  return {.name = "two-words",
          .question = "Does it run?",
          .claims = {"a.b"},
          .inputs = {"data/in.csv"},
          .quick_seconds = 1,
          .full_seconds = 2,
          .run = [](Run& run) -> Result<void> {
            const Result<Csv> csv = run.input_csv("data/in.csv");
            if (!csv) return csv.error();
            const int size = run.parameter("size", 3, 30);
            run.computed("example.size", size, "1", "read");
            run.computed("example.third", 1.0 / 3, "1", "divided");
            run.simulated("example.draw", static_cast<double>(run.random(1).below(1000)), "1", "drawn");
            run.measured("example.time", estimate_median({1, 2, 3}), "ns");
            run.table("rows", {{"value", "", Column::Source::computed}}).add({2.0});
            return {};
          }};
}

TEST_F(ExperimentProgram, DescribesItselfAsJsonAndWritesNothing) {
  std::string out;
  EXPECT_EQ(run(example(), options({"--describe"}), &out), 0);
  const auto json = nlohmann::json::parse(out);
  EXPECT_EQ(json.at("name"), "two-words");
  EXPECT_EQ(json.at("claims"), std::vector<std::string>{"a.b"});
  EXPECT_EQ(json.at("times_the_host"), false);
  EXPECT_EQ(json.at("uses"), nlohmann::json::array());
  EXPECT_FALSE(std::filesystem::exists(root_ / "out"));
}

TEST_F(ExperimentProgram, WritesAResultWithConfigurationInputsAndMetrics) {
  ASSERT_EQ(run(example(), options({"--mode", "quick", "--seed", "9"})), 0);
  const Result<ResultFile> result = load(root_ / "out", "two-words");
  ASSERT_TRUE(result.ok()) << result.error().message();
  EXPECT_EQ(result->mode, Mode::quick);
  EXPECT_EQ(result->seed, 9U);
  EXPECT_EQ(result->configuration.at("size"), Parameter(std::int64_t{3}));
  EXPECT_EQ(result->input_hashes.at("data/in.csv"), sha256("name,value\nx,5\n"));
  EXPECT_EQ(result->metrics.at("example.size").value, 3);
  EXPECT_EQ(result->metrics.at("example.third").value, 0.333333333333);
  EXPECT_EQ(result->metrics.at("example.time").kind, Kind::measured);
  EXPECT_EQ(result->tables.at("rows").rows.size(), 1U);
  const auto provenance = nlohmann::json::parse(result->provenance);
  EXPECT_TRUE(provenance.contains("host_class"));
  EXPECT_EQ(provenance.at("uses"), nlohmann::json::array());
}

TEST_F(ExperimentProgram, WritesTheSameDeterministicBytesTwiceAndOthersWithAnotherSeed) {
  const auto bytes = [&](const char* seed) {
    EXPECT_EQ(run(example(), options({"--seed", seed})), 0);
    return read_file(deterministic_path(root_ / "out", "two-words")).value();
  };
  const std::string first = bytes("1");
  EXPECT_EQ(bytes("1"), first);
  EXPECT_NE(bytes("2"), first);
}

TEST_F(ExperimentProgram, TakesItsSizesFromTheMode) {
  Experiment sized = example();
  sized.run = [](measure::Run& run) -> Result<void> {
    run.parameter("own", 3, 30, 300);
    run.parameter("as_full", 3, 30);
    return {};
  };
  const std::map<std::string, std::pair<std::int64_t, std::int64_t>> sizes{
      {"quick", {3, 3}}, {"full", {30, 30}}, {"soak", {300, 30}}};
  for (const auto& [mode, expected] : sizes) {
    ASSERT_EQ(run(sized, options({"--mode", mode})), 0);
    const Result<ResultFile> result = load(root_ / "out", "two-words");
    ASSERT_TRUE(result.ok()) << result.error().message();
    EXPECT_EQ(choice_name(result->mode), mode);
    EXPECT_EQ(result->configuration.at("own"), Parameter(expected.first));
    EXPECT_EQ(result->configuration.at("as_full"), Parameter(expected.second));
  }
}

TEST(ExperimentRun, AParameterAfterTheDescriptionOfTheHostBreaksAnInvariant) {
  ResultFile result;
  measure::Run run(result, ".");
  run.parameter("fixed", 3);
  const std::uint64_t bytes = run.host().cache_bytes(3);
  EXPECT_DEATH(run.parameter("array_bytes", bytes), "parameters before it reads the description of the host");
}

TEST_F(ExperimentProgram, ThatFailsPrintsOneLineAndLeavesNoFile) {
  Experiment failing = example();
  failing.run = [](measure::Run& run) -> Result<void> {
    run.computed("example.size", 1, "1", "read");
    return Error{"somewhere", "found nothing", "something"};
  };
  std::string err;
  EXPECT_EQ(run(failing, options(), nullptr, &err), 1);
  EXPECT_EQ(err, "two-words: somewhere: found nothing; expected something\n");
  EXPECT_FALSE(std::filesystem::exists(root_ / "out"));
}

TEST_F(ExperimentProgram, WithAMissingInputFailsBeforeItRuns) {
  Experiment lacking = example();
  lacking.inputs = {"data/missing.csv"};
  static bool ran;
  ran = false;
  lacking.run = [](measure::Run&) -> Result<void> {
    ran = true;
    return {};
  };
  std::string err;
  EXPECT_EQ(run(lacking, options(), nullptr, &err), 1);
  EXPECT_THAT(err, HasSubstr("missing.csv"));
  EXPECT_FALSE(ran);
}

TEST_F(ExperimentProgram, RefusesAnUnknownMode) {
  EXPECT_NE(run(example(), options({"--mode", "slow"})), 0);
  EXPECT_FALSE(std::filesystem::exists(root_ / "out"));
}

using ExperimentDeathTest = ExperimentProgram;

TEST_F(ExperimentDeathTest, RecordingAKeyTwiceBreaksAnInvariant) {
  ResultFile result;
  measure::Run run(result, root_);
  run.computed("a.b", 1, "1", "counted");
  EXPECT_DEATH(run.computed("a.b", 2, "1", "counted"), "recorded once");
}

TEST_F(ExperimentDeathTest, ReadingAnInputThatWasNotDeclaredBreaksAnInvariant) {
  ResultFile result;
  const measure::Run run(result, root_);
  EXPECT_DEATH(static_cast<void>(run.input_csv("data/in.csv")), "declares");
}

}  // namespace
}  // namespace vtpu::measure
