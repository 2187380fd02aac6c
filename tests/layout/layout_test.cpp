// Holds the architecture: which folder may include which, that every folder has its page, that the documents name only
// commands and files that exist.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = VTPU_ROOT;

/// Folder of src/vtpu → folders it may include: those reachable below it in the picture of the README.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"base", {}},
    {"phext", {"base"}},
    {"net", {"base"}},
    {"sweep", {"base"}},
    {"search", {"net", "sweep", "base"}},
    {"scenario", {"search", "net", "sweep", "base"}},
    {"isa", {"phext", "base"}},
    {"memory", {"phext", "base"}},
    {"exec", {"isa", "memory", "phext", "base"}},
    {"runtime", {"exec", "isa", "memory", "phext", "base"}},
    {"kernels", {"compiler", "ports", "exec", "isa", "memory", "phext", "base"}},
    {"ports", {"isa", "phext", "base"}},
    {"compiler", {"ports", "isa", "phext", "base"}},
    {"analysis", {"exec", "ports", "isa", "memory", "phext", "base"}},
    {"measure", {"base"}},
    {"study", {"kernels", "analysis", "ports", "compiler", "runtime", "exec", "isa", "memory", "measure", "phext", "base"}},
    {"plot", {"measure", "base"}},
    {"artifact", {"isa", "phext", "measure", "base"}},
};

std::vector<fs::path> sources_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") files.push_back(entry.path());
  return files;
}

/// The folders of src/vtpu that a file includes from.
std::set<std::string> included_folders(const fs::path& file) {
  static const std::regex include(R"(#include "vtpu/([a-z_]+)/)");
  const std::string text = *read_file(file);
  std::set<std::string> folders;
  for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) folders.insert((*at)[1]);
  return folders;
}

TEST(Layout, IncludesPointDownThePictureAndNeverUpOrSideways) {
  for (const auto& entry : fs::directory_iterator(kRoot / "src/vtpu")) {
    const std::string folder = entry.path().filename().string();
    ASSERT_TRUE(kMayInclude.contains(folder)) << "src/vtpu/" << folder << " is not in the picture";
    for (const fs::path& file : sources_below(entry.path()))
      for (const std::string& included : included_folders(file))
        EXPECT_TRUE(included == folder || kMayInclude.at(folder).contains(included))
            << fs::relative(file, kRoot) << " includes " << included;
  }
}

TEST(Layout, FiguresSeeResultsAndNothingThatMakesThem) {
  for (const fs::path& file : sources_below(kRoot / "figures"))
    for (const std::string& included : included_folders(file))
      EXPECT_TRUE(included == "plot" || included == "measure" || included == "base")
          << fs::relative(file, kRoot) << " includes " << included;
}

TEST(Layout, ProgramsAreIncludedByNothing) {
  static const std::regex program(R"re(#include "(experiments|figures|bench|tests|programs)/)re");
  for (const char* folder : {"src/vtpu", "experiments", "figures", "bench", "tests"})
    for (const fs::path& file : sources_below(kRoot / folder))
      EXPECT_FALSE(std::regex_search(*read_file(file), program)) << fs::relative(file, kRoot);
}

TEST(Layout, EveryProgramIsAFolderThatIncludesItselfAndTheSharedOne) {
  static const std::regex include(R"re(#include "(\.\.|[a-z_]+\.h"|experiments|figures|bench|tests|programs/([a-z_]+)/))re");
  const fs::path programs = kRoot / "src/programs";
  for (const auto& entry : fs::directory_iterator(programs)) {
    const std::string folder = entry.path().filename().string();
    if (!entry.is_directory()) {
      EXPECT_EQ(folder, "README.md");
      continue;
    }
    EXPECT_EQ(fs::exists(entry.path() / "main.cpp"), folder != "command") << folder;
    for (const fs::path& file : sources_below(entry.path())) {
      const std::string text = *read_file(file);
      for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) {
        const std::string included = (*at)[2];
        EXPECT_TRUE(included == folder || included == "command") << fs::relative(file, kRoot) << ": " << at->str();
      }
    }
  }
}

TEST(Layout, SourcesOfResultsCarryNoLineNumbersOrDates) {
  // They would make a binary, and so a result's key, change with a comment.
  static const std::regex unstable(R"(__LINE__|__DATE__|__TIME__|std::source_location|[^_a-z]assert\()");
  for (const char* folder : {"src", "experiments"})
    for (const fs::path& file : sources_below(kRoot / folder))
      EXPECT_FALSE(std::regex_search(*read_file(file), unstable)) << fs::relative(file, kRoot);
}

TEST(Layout, EveryFolderHasItsPage) {
  std::vector<fs::path> folders = {"src", "src/programs", "experiments", "figures", "paper", "data", "scripts", "tests", "bench"};
  for (const auto& entry : fs::directory_iterator(kRoot / "src/vtpu")) folders.push_back(fs::relative(entry.path(), kRoot));
  for (const fs::path& folder : folders) EXPECT_TRUE(fs::exists(kRoot / folder / "README.md")) << folder;
}

TEST(Documents, NameOnlyMakeTargetsThatExist) {
  const std::string makefile = *read_file(kRoot / "Makefile");
  static const std::regex command(R"(make ([a-z]+))");
  for (const char* document : {"README.md", "ARTIFACT.md"}) {
    // Only what is set as code: prose may make a promise.
    const std::string whole = *read_file(kRoot / document);
    for (const std::string_view line : split(whole, '\n')) {
      const std::string text(line);
      static const std::regex code("`[^`]*`|^    .*|^make .*|^[A-Z]+=.* make .*");
      for (std::sregex_iterator at(text.begin(), text.end(), code), end; at != end; ++at) {
        const std::string span = at->str();
        for (std::sregex_iterator word(span.begin(), span.end(), command), none; word != none; ++word)
          EXPECT_NE(makefile.find("\n" + (*word)[1].str() + ":"), std::string::npos) << document << ": " << span;
      }
    }
  }
}

TEST(Documents, NameOnlyFilesThatExist) {
  static const std::regex path(R"(`((?:src|experiments|figures|paper|data|scripts|tests|bench)/[A-Za-z0-9_./-]*)`)");
  for (const auto& entry : fs::recursive_directory_iterator(kRoot)) {
    const std::string relative = fs::relative(entry.path(), kRoot).string();
    if (entry.path().extension() != ".md" || relative.starts_with("build") || relative.starts_with("results") ||
        relative.starts_with(".git") || relative.starts_with("tests/paper/fixture"))
      continue;
    const std::string text = *read_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), path), end; at != end; ++at) {
      const std::string named = (*at)[1];
      EXPECT_TRUE(fs::exists(kRoot / named)) << relative << " names " << named;
    }
  }
}

}  // namespace
}  // namespace vtpu
