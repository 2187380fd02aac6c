#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu {

/// A lock of a file among processes, for changes that read the file first. It ends with the object or with its process,
/// however that ends. Everyone who replaces the file by another must hold its lock and replace it last.
class FileLock {
 public:
  enum class Kind { shared, exclusive };
  /// What to do when another process holds the lock: wait for it, and say so on standard error, or give an error.
  enum class Busy { wait, refuse };

  /// Locks the regular file at `path`, which is made if it is absent. `use`: what the holder does, for the message
  /// "waiting for another process that …". Error: as `open_for_update`; the file cannot be locked; it is in use, and
  /// `busy` is refuse.
  static Result<FileLock> take(const std::filesystem::path& path, Kind kind = Kind::exclusive, Busy busy = Busy::wait,
                               const std::string& use = "");

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  /// Replaces the locked file at `path` by one with these bytes, and holds the lock of that one from its first moment.
  /// Error: as `write_file`; the old file is then still there and locked.
  Result<void> replace(const std::filesystem::path& path, std::string_view bytes);

  /// Of the locked file, open for reading and writing.
  int descriptor() const { return descriptor_; }

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace vtpu
