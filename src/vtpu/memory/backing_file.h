#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>

#include "vtpu/base/file_lock.h"
#include "vtpu/base/result.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {

/// The durable contents of one region: a log to which each flush appends the changed pages and a commit. A page is
/// valid only once a commit follows it. Whenever the process ends, the file therefore holds the last flush that
/// returned or a later one. When the log exceeds four times its live contents, a compacted copy is written beside it
/// and renamed. The file is locked while it is open, so that two processes do not append to it at once.
///
/// Format, little-endian: header {magic 8, XXH64 of the region's spec 8}; records {kind 4, bytes 4, page or commit
/// number 16, XXH64 of these 24 bytes and the payload with the record's position in the file as seed 8, payload}.
class BackingFile {
 public:
  /// Waits for another process that has the file open. Creates the file, or reads its pages into the region. Bytes
  /// after the last commit belong to an interrupted flush and are cut off. Error: the file and the byte of a wrong
  /// header, of another region's header, or of pages before a commit with a wrong checksum (torn), by number; or the
  /// system's message. The region may then have some of the pages.
  static Result<std::unique_ptr<BackingFile>> open(const std::filesystem::path& path, Region& region);
  BackingFile(const BackingFile&) = delete;
  BackingFile& operator=(const BackingFile&) = delete;

  /// When this returns, every page that differs from the file's contents is on stable storage. Error: the system's
  /// message; the file then still holds the previous flush.
  Result<void> flush(const Region& region);
  const std::filesystem::path& path() const { return path_; }
  /// Bytes that were cut off when the file was opened.
  std::uint64_t dropped_bytes() const { return dropped_; }
  /// Pages that were read into the region when the file was opened.
  std::uint64_t restored_pages() const { return restored_; }

 private:
  BackingFile(std::filesystem::path path, FileLock file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> append(std::string_view bytes);
  Result<void> read(std::string_view bytes, Region& region);
  /// The error that names the torn records from byte `from` on.
  Error damage(std::string_view promised, std::size_t from, const Region& region) const;
  Result<void> rewrite(const Region& region);

  std::filesystem::path path_;
  FileLock file_;
  std::map<PageNumber, std::uint64_t> flushed_;  ///< page → hash of its durable bytes
  std::uint64_t commits_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t restored_ = 0;
};

}  // namespace vtpu::memory
