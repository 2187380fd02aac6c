// Do the flags of the baselines stand in one place?
#include "vtpu/study/baselines/compilers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/study/baselines/ordinary.h"
#include "vtpu/study/baselines/references.h"
#include "vtpu/study/engines/engine_study.h"
#include "vtpu/study/programs/program_study.h"

namespace vtpu::study::baselines {
namespace {

constexpr const char* kUses[] = {"ordinary", "references", "peers", "soak"};
constexpr const char* kCompilers[] = {"project", "clang", "system"};

std::string row_of(const Baseline& one) {
  return std::string("| `") + kUses[static_cast<int>(one.use)] + "` | `" + std::string(one.name) + "` | " +
         kCompilers[static_cast<int>(one.compiler)] + " | `" + std::string(one.flags) + "` |\n";
}

TEST(Baselines, AreListedInTheReadmeAsInTheTable) {
  const std::string readme = *read_file(std::filesystem::path(VTPU_ROOT) / "src/vtpu/study/README.md");
  std::string rows;
  for (const Baseline& one : kBaselines) rows += row_of(one);
  EXPECT_NE(readme.find(rows), std::string::npos) << "expected these rows:\n" << rows;
}

TEST(Baselines, EveryModuleOfTheProjectsCompilerIsBuiltAndLoads) {
  for (const Baseline& level : kOrdinaryLevels) {
    if (level.compiler != Compiler::project) continue;
    const auto table = load_ordinary(level);
    EXPECT_TRUE(table.ok()) << table.error().message();
  }
  for (const Baseline& level : kReferenceLevels) {
    if (level.compiler != Compiler::project) continue;
    const auto module = load_references(level);
    EXPECT_TRUE(module.ok()) << module.error().message();
  }
}

TEST(Baselines, ALoadedModuleIsFoundSoThatAnExperimentMustDeclareIt) {
  ASSERT_TRUE(load_ordinary(kOrdinaryLevels.front()).ok());
  const auto loaded = measure::loaded_modules();
  EXPECT_NE(std::find(loaded.begin(), loaded.end(), module_of(kOrdinaryLevels.front())), loaded.end());
  EXPECT_EQ(modules_for(Use::ordinary).size(), kOrdinaryLevels.size());
  for (const measure::Dependency& module : modules_for(Use::references)) EXPECT_EQ(module.name.find("references_"), 0u);
}

/// The flags of a command line that decide the code: all but files, macros, warnings, and how a module is linked.
std::string deciding_flags(const std::string& command) {
  static const std::regex kNeutral("-(I|D|W|MD|MT|c$|std=|fPIC$|fvisibility|ffile-prefix-map=|-param=ggc-).*");
  static const std::set<std::string> kWithArgument{"-o", "-x", "-include", "-isystem", "-MF", "-MT"};
  std::istringstream words(command);
  std::string flags, word;
  while (words >> word) {
    if (kWithArgument.contains(word)) {
      words >> word;
    } else if (word.front() == '-' && !std::regex_match(word, kNeutral)) {
      flags += (flags.empty() ? "" : " ") + word;
    }
  }
  return flags;
}

/// The command lines that compile a row, without the launcher's.
std::vector<std::string> commands_of(const Baseline& one) {
  const std::filesystem::path build(VTPU_BUILD);
  const std::string object = (one.use == Use::peers ? "baseline_peers" : module_of(one)) + std::string(".dir/");
  std::vector<std::string> found;
  if (one.compiler == Compiler::project) {
    for (const auto& entry : nlohmann::json::parse(*read_file(build / "compile_commands.json")))
      if (const std::string command = entry.at("command"); command.find("/" + object) != std::string::npos)
        found.push_back(command);
    return found;
  }
  std::istringstream lines(*read_file(build / "build.ninja"));
  const std::string made = "/" + module_of(one) + "/";
  for (std::string line; std::getline(lines, line);)
    if (line.find("COMMAND = ") != std::string::npos && line.find(made) != std::string::npos &&
        line.find(" -c ") != std::string::npos)
      found.push_back(
          line.substr(line.find("clang++"), line.find(" && ", line.find("clang++")) - line.find("clang++")));
  return found;
}

TEST(Baselines, TheBuildCompilesEachRowWithItsFlagsAndNoOther) {
  std::string unseen;
  for (const Baseline& one : kBaselines) {
    if (one.use == Use::soak) continue;  // compiled by a program, from the row
    if (one.compiler == Compiler::clang &&
        (!std::filesystem::exists(std::filesystem::path(VTPU_BUILD) / "build.ninja") ||
         measure::path_of({measure::Dependency::Kind::module, module_of(one)}).empty())) {
      unseen += " " + module_of(one);
      continue;
    }
    const auto commands = commands_of(one);
    EXPECT_FALSE(commands.empty()) << one.name;
    for (const std::string& command : commands) EXPECT_EQ(deciding_flags(command), one.flags) << command;
  }
  if (!unseen.empty()) GTEST_SKIP() << "no clang, or no Ninja to list its commands:" << unseen;
}

TEST(Baselines, TheStrongestReferenceIsTheFastestAndFastMathCountsOnlyWithTheSameBytes) {
  const auto ns = [](double value) {
    measure::Estimate estimate;
    estimate.value = value;
    return estimate;
  };
  programs::ProgramResult result;
  result.ns = {{"tier3", ns(1)}, {"o3_native", ns(7)}, {"clang_o3_native_exact", ns(5)}, {"o3_native_fast", ns(3)}};
  EXPECT_EQ(programs::strongest_reference(result), "o3_native_fast");
  result.other_bytes = {"o3_native_fast", "clang_o3_native_exact"};
  EXPECT_EQ(programs::strongest_reference(result), "clang_o3_native_exact");
  EXPECT_EQ(programs::strongest_reference({}), "");
}

TEST(Baselines, OrdinaryCodeWithoutFastMathHasTheBytesOfTheReference) {
  const auto levels = load_ordinary_levels();
  ASSERT_TRUE(levels.ok()) << levels.error().message();
  for (const auto& [level, table] : *levels)
    for (const kernels::Workload& workload : kernels::workloads()) {
      if (level.may_reorder()) continue;
      EXPECT_TRUE(engines::has_the_answer(workload, *table)) << level.name << ", " << workload.name;
    }
}

TEST(Baselines, StreamComesFromEveryLevelForThisHostAndGivesItsAnswers) {
  const auto levels = load_stream_levels();
  ASSERT_TRUE(levels.ok()) << levels.error().message();
  std::size_t of_project = 0;
  for (const StreamLevel& one : *levels) {
    EXPECT_TRUE(one.level.for_this_host()) << one.level.name;
    EXPECT_NE(one.kernels.triad, measure::stream_kernels().triad) << "the library's own, compiled at -O2";
    of_project += one.level.compiler == Compiler::project;
  }
  EXPECT_EQ(of_project, 3u) << "contracted, exact and with fast-math";
  EXPECT_TRUE(is_stream(measure::stream_kernels()));
  EXPECT_TRUE(is_stream(measure::bypassing_kernels()));
}

TEST(Baselines, AStreamKernelThatLeavesOutAnElementIsFound) {
  measure::StreamKernels kernels = measure::stream_kernels();
  kernels.copy = [](std::span<double> c, std::span<const double> a) { std::copy(a.begin(), a.end() - 1, c.begin()); };
  EXPECT_FALSE(is_stream(kernels));
}

TEST(Baselines, NoExperimentMeasuresAStreamOfItsOwn) {
  // The project's own -O2 would be a weaker baseline than the rows of the table.
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(VTPU_ROOT) / "experiments")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string text = *read_file(entry.path());
    for (const char* own : {"stream_kernels()", "stream_copy", "stream_triad"})
      EXPECT_EQ(text.find(own), std::string::npos) << entry.path() << " calls " << own;
  }
}

TEST(Baselines, WithTheHostsInstructionsEachRowStatesWhetherTheCompilerMayContract) {
  for (const Baseline& one : kBaselines) {
    if (one.flags.find("-march=native") == std::string_view::npos) continue;
    EXPECT_NE(one.flags.find("-ffp-contract="), std::string_view::npos) << one.name;
  }
}

TEST(Baselines, BothCompilersHaveRowsWithContractionWithoutItAndWithFastMath) {
  for (const Use use : {Use::ordinary, Use::references})
    for (const std::string name : {"o3_native", "o3_native_exact", "o3_native_fast"})
      for (const auto& [compiler, prefix] : {std::pair{Compiler::project, ""}, {Compiler::clang, "clang_"}})
        EXPECT_TRUE(std::ranges::any_of(kBaselines,
                                        [&, compiler = compiler, prefix = prefix](const Baseline& one) {
                                          return one.use == use && one.compiler == compiler &&
                                                 one.name == prefix + name;
                                        }))
            << prefix << name;
}

TEST(Baselines, TheBuildNamesNoFlagOutsideOfTheTable) {
  // A flag in a second place would not follow the table.
  const std::filesystem::path root(VTPU_ROOT);
  const std::string lists =
      *read_file(root / "CMakeLists.txt") + *read_file(root / "src/vtpu/study/baselines/CMakeLists.txt");
  for (const char* flag : {"-O0", "-O3", "-march=native", "-ffast-math", "-fveclib", "-fwrapv", "-ffp-contract=fast"}) {
    // Comments may explain a flag.
    std::size_t at = lists.find(flag);
    while (at != std::string::npos && lists[lists.find_last_of('\n', at) + 1] == '#') at = lists.find(flag, at + 1);
    EXPECT_EQ(at, std::string::npos) << "CMakeLists.txt names " << flag;
  }
}

}  // namespace
}  // namespace vtpu::study::baselines
