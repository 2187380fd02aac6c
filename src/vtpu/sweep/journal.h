#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::sweep {

/// Finished items of a sweep in a folder, one file a share, "share-0-of-2.journal". A file is appended to only: a
/// header that says whose it is, then a line an item; each line begins with a checksum of the rest. A line that a
/// killed process did not finish is dropped; the folder may hold files of any shares, also of other counts of
/// processes.
class Journal {
 public:
  /// Results by item; none: not known.
  using Known = std::vector<std::optional<std::string>>;

  /// Opens, or begins, the file of `share` for items 0..count-1 of the sweep `identity`. Error: the file and what the
  /// system said; a file of another sweep; a damaged line that is not the last; another process that writes to it.
  static Result<Journal> open(const std::filesystem::path& folder, std::string_view identity, int count, Share share);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  /// What all files of the folder hold now. Error: as of open.
  Result<Known> known() const;
  /// Keeps one item; survives the end of the process at once, that of the machine half a second later. `text`: without
  /// a line break. Error: the file and what the system said.
  Result<void> append(int item, std::string_view text);
  /// Survives the end of the machine too.
  Result<void> flush();

 private:
  Journal(std::filesystem::path folder, std::filesystem::path file, std::string header, int count, int descriptor);

  std::filesystem::path folder_;
  std::filesystem::path file_;
  std::string header_;
  int count_;
  int descriptor_;
  std::chrono::steady_clock::time_point flushed_;
};

}  // namespace vtpu::sweep
