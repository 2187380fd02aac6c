#include "programs/phextnet/view.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "vtpu/artifact/process.h"
#include "vtpu/base/file.h"

namespace vtpu::command {
namespace {

/// A temporary file with the JSON of a report, removed on destruction.
class TemporaryReport {
 public:
  explicit TemporaryReport(const std::string& json)
      : file_(std::filesystem::temp_directory_path() / ("phextnet." + std::to_string(::getpid()) + ".json")),
        written_(write_file(file_, json)) {}
  ~TemporaryReport() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }
  TemporaryReport(const TemporaryReport&) = delete;
  TemporaryReport& operator=(const TemporaryReport&) = delete;

  const std::filesystem::path& file() const { return file_; }
  const Result<void>& written() const { return written_; }

 private:
  std::filesystem::path file_;
  Result<void> written_;
};

}  // namespace

Result<void> draw(const std::string& json, scenario::View view, const std::string& svg) {
  std::error_code failed;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  const std::filesystem::path renderer = self.parent_path() / "render_figures";
  if (failed || !std::filesystem::exists(renderer, failed))
    return Error{svg, "cannot be drawn: no program " + renderer.string(),
                 "a build with Python and Matplotlib; --json writes the data of the drawing"};
  const TemporaryReport passed(json);
  if (!passed.written()) return passed.written().error();
  const auto done = artifact::run_program(
      {renderer.string(), "--network", passed.file().string(), "--view", choice_name(view), "--svg", svg});
  if (!done) return done.error();
  if (done->status != 0) return Error{svg, "cannot be drawn: see the message of render_figures above", ""};
  return {};
}

}  // namespace vtpu::command
