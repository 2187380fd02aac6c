#include "programs/phextnet/view.h"

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "vtpu/artifact/process.h"
#include "vtpu/base/file.h"

namespace vtpu::command {
namespace {

/// Text in memory that a child process can read as a file, so that none is left behind.
class TextInMemory {
 public:
  explicit TextInMemory(std::string_view text)
      : descriptor_(::memfd_create("report", MFD_CLOEXEC)), written_(write_all(descriptor_, text, "memory")) {}
  ~TextInMemory() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  TextInMemory(const TextInMemory&) = delete;
  TextInMemory& operator=(const TextInMemory&) = delete;

  std::string file() const { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor_); }
  const Result<void>& written() const { return written_; }

 private:
  int descriptor_;
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
  const TextInMemory passed(json);
  if (!passed.written()) return passed.written().error();
  const auto done = artifact::run_program({renderer.string(), "--network", passed.file(), "--view", choice_name(view),
                                           "--svg", svg == "-" ? "/dev/stdout" : svg});
  if (!done) return done.error();
  if (done->status != 0) return Error{svg, "cannot be drawn: see the message of render_figures above", ""};
  return {};
}

}  // namespace vtpu::command
