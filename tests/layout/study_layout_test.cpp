// Checks that the folders of src/vtpu/study include each other only as its page says, without cycles.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "vtpu/base/file.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;

/// Folder of src/vtpu/study → folders of it that it includes.
const std::map<std::string, std::set<std::string>> kIncludes = {
    {"access", {}},
    {"baselines", {}},
    {"engines", {"baselines", "host"}},
    {"host", {}},
    {"programs", {"baselines", "engines", "host"}},
    {"soak", {"baselines", "programs"}},
};

TEST(StudyLayout, IncludesBetweenFoldersAreThoseOfTheTable) {
  static const std::regex include(R"(#include "vtpu/study/([a-z_]+)/)");
  std::map<std::string, std::set<std::string>> found;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(VTPU_ROOT) / "src/vtpu/study")) {
    if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
    const std::string folder = entry.path().parent_path().filename().string();
    std::set<std::string>& included = found[folder];
    const std::string text = *read_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at)
      if ((*at)[1] != folder) included.insert((*at)[1]);
    if (entry.path().extension() == ".h")
      EXPECT_NE(text.find("namespace vtpu::study::" + folder + " {"), std::string::npos)
          << entry.path() << " does not open the namespace of its folder";
  }
  EXPECT_EQ(found, kIncludes);
}

TEST(StudyLayout, TheTableHasNoCycle) {
  // Repeatedly removes folders that include only removed ones; a cycle would be left over.
  std::set<std::string> removed;
  for (std::size_t pass = 0; pass < kIncludes.size(); ++pass)
    for (const auto& [folder, included] : kIncludes)
      if (std::includes(removed.begin(), removed.end(), included.begin(), included.end())) removed.insert(folder);
  EXPECT_EQ(removed.size(), kIncludes.size());
}

}  // namespace
}  // namespace vtpu
