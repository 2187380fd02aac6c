#include "vtpu/base/file_lock.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "vtpu/base/file.h"

namespace vtpu {
namespace {

Error cannot_lock(const std::filesystem::path& path) {
  return {path.string(), std::string("cannot lock: ") + std::strerror(errno), ""};
}

/// Returns whether the lock was taken; only without `LOCK_NB` in `operation` it always is.
Result<bool> lock(int descriptor, int operation, const std::filesystem::path& path) {
  while (::flock(descriptor, operation) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return cannot_lock(path);
  }
  return true;
}

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& path, Kind kind, Busy busy, const std::string& use) {
  const int operation = kind == Kind::shared ? LOCK_SH : LOCK_EX;
  while (true) {
    const Result<int> descriptor = open_for_update(path);
    if (!descriptor) return descriptor.error();
    FileLock taken(*descriptor);
    Result<bool> done = lock(*descriptor, operation | LOCK_NB, path);
    if (done && !*done) {
      if (busy == Busy::refuse) return Error{path.string(), "found that another process uses it", "one at a time"};
      const std::string what = use.empty() ? "changes " + path.string() : use;
      std::fputs(("waiting for another process that " + what + "\n").c_str(), stderr);
      done = lock(*descriptor, operation, path);
    }
    if (!done) return done.error();
    // The holder may have replaced the file meanwhile; what counts is the file that has the name now.
    struct stat mine {
    }, named{};
    if (::fstat(*descriptor, &mine) != 0) return cannot_lock(path);
    if (::stat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev) return taken;
  }
}

Result<void> FileLock::replace(const std::filesystem::path& path, std::string_view bytes) {
  const Result<int> fresh = replace_by_locked(path, bytes);
  if (!fresh) return fresh.error();
  ::close(std::exchange(descriptor_, *fresh));
  return {};
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace vtpu
