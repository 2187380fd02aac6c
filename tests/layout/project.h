#pragma once
#include <filesystem>
#include <vector>

// The project's tree, for the tests that read it.

namespace vtpu {

namespace fs = std::filesystem;

inline const fs::path kRoot = VTPU_ROOT;

/// All C++ files below a folder.
inline std::vector<fs::path> sources_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") files.push_back(entry.path());
  return files;
}

}  // namespace vtpu
