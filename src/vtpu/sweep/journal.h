#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/file_lock.h"
#include "vtpu/base/result.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::sweep {

/// Finished items of a sweep in a folder, one file per share ("share-0-of-2.journal"). Files are append-only: a header
/// that identifies the sweep, then one line per item; each line starts with a checksum of its rest. An incomplete last
/// line, left by a killed process, is dropped. The folder may hold files of any shares, including other process counts.
class Journal {
 public:
  /// Results by item; empty where not yet known.
  using Known = std::vector<std::optional<std::string>>;

  /// Opens or creates the file of `share` for items 0..count-1 of the sweep `identity`. Error: the file and the
  /// system's message; a file of another sweep; a damaged line that is not the last; a file that another process writes
  /// to.
  static Result<Journal> open(const std::filesystem::path& folder, std::string_view identity, int count, Share share);

  /// The current contents of all files of the folder. Error: see open.
  Result<Known> known() const;
  /// Stores one item. It survives the end of the process at once, and a crash of the machine after half a second.
  /// `text`: without a line break. Error: the file and the system's message.
  Result<void> append(int item, std::string_view text);
  /// Makes all stored items survive a crash of the machine.
  Result<void> flush();

 private:
  Journal(std::filesystem::path folder, std::filesystem::path file, std::string header, int count, FileLock lock);

  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::string header_;
  int count_;
  FileLock lock_;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace vtpu::sweep
