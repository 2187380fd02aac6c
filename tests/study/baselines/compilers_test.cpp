// Do the flags of the baselines stand in one place?
#include "vtpu/study/baselines/compilers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "vtpu/base/file.h"
#include "vtpu/study/baselines/ordinary.h"
#include "vtpu/study/baselines/references.h"

namespace vtpu::study::baselines {
namespace {

constexpr const char* kUses[] = {"ordinary", "references", "peers", "soak"};
constexpr const char* kCompilers[] = {"project", "clang", "system"};

std::string row_of(const Baseline& one) {
  std::string flags(one.flags);
  if (!one.other_flags.empty()) flags += " " + std::string(one.other_flags);
  return std::string("| `") + kUses[static_cast<int>(one.use)] + "` | `" + std::string(one.name) + "` | " +
         kCompilers[static_cast<int>(one.compiler)] + " | `" + flags + "` |\n";
}

TEST(Baselines, AreListedInTheReadmeAsInTheTable) {
  const std::string readme = *read_file(std::filesystem::path(VTPU_ROOT) / "src/vtpu/study/README.md");
  std::string rows;
  for (const Baseline& one : kBaselines) rows += row_of(one);
  EXPECT_NE(readme.find(rows), std::string::npos) << "expected these rows:\n" << rows;
}

TEST(Baselines, EveryModuleOfTheProjectsCompilerIsBuiltAndLoads) {
  for (const Baseline& level : kOrdinaryLevels) {
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

TEST(Baselines, TheBuildNamesNoFlagOutsideOfTheTable) {
  // A flag in a second place would not follow the table.
  const std::string lists = *read_file(std::filesystem::path(VTPU_ROOT) / "CMakeLists.txt");
  for (const char* flag : {"-O0", "-O3", "-march=native", "-ffast-math", "-fveclib", "-fwrapv", "-ffp-contract=fast"}) {
    // Comments may explain a flag.
    std::size_t at = lists.find(flag);
    while (at != std::string::npos && lists[lists.find_last_of('\n', at) + 1] == '#') at = lists.find(flag, at + 1);
    EXPECT_EQ(at, std::string::npos) << "CMakeLists.txt names " << flag;
  }
}

}  // namespace
}  // namespace vtpu::study::baselines
