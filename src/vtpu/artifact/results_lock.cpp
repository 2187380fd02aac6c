#include "vtpu/artifact/results_lock.h"

#include <system_error>

namespace vtpu::artifact {

Result<FileLock> lock_results(const std::filesystem::path& results, const std::string& name, FileLock::Kind kind) {
  const std::filesystem::path folder = results / ".locks";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error{folder.string(), "cannot make the folder: " + failed.message(), ""};
  return FileLock::take(folder / name, kind, FileLock::Busy::wait, "works in " + results.string() + " (" + name + ")");
}

}  // namespace vtpu::artifact
