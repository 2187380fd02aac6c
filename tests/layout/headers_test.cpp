// Every header compiles alone: it includes what it uses, whatever a source or a unity batch included before it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "project.h"
#include "vtpu/base/file.h"

namespace vtpu {
namespace {

const fs::path kSources = kRoot / "src";

std::vector<std::string> folders_with_headers() {
  std::vector<std::string> folders;
  for (const char* parent : {"vtpu", "programs"})
    for (const auto& entry : fs::directory_iterator(kSources / parent))
      if (entry.is_directory()) folders.push_back(fs::relative(entry.path(), kSources).string());
  std::sort(folders.begin(), folders.end());
  return folders;
}

class Headers : public testing::TestWithParam<std::string> {};

TEST_P(Headers, CompileAlone) {
  const fs::path errors = fs::path(testing::TempDir()) / ("headers_" + fs::path(GetParam()).filename().string() + ".txt");
  for (const auto& entry : fs::recursive_directory_iterator(kSources / GetParam())) {
    if (entry.path().extension() != ".h") continue;
    const std::string command = std::string(VTPU_CXX) + " -std=c++20 -fsyntax-only -x c++ -I" + kSources.string() + " " +
                                VTPU_INCLUDES + " " + entry.path().string() + " >" + errors.string() + " 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << entry.path() << "\n" << read_file(errors).value();
  }
}

INSTANTIATE_TEST_SUITE_P(Folders, Headers, testing::ValuesIn(folders_with_headers()), [](const auto& folder) {
  std::string name = folder.param;
  std::replace_if(name.begin(), name.end(), [](char c) { return c == '/' || c == '-'; }, '_');
  return name;
});

}  // namespace
}  // namespace vtpu
