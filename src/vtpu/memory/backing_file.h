#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {

/// The durable contents of one region: a log to which each flush appends the pages that changed and a commit. A page
/// counts from the commit behind it on; so whenever the process ends, the file holds the last flush that returned, or a
/// later one. When the log has grown to more than four times what it says, it is written anew beside itself and
/// renamed.
///
/// Format, little-endian: header {magic 8, XXH64 of the region's spec 8}; records {kind 4, bytes 4, page or commit
/// number 16, XXH64 of the 24 bytes before and the payload, with the record's place in the file as seed, 8, payload}.
class BackingFile {
 public:
  /// Makes the file, or reads its pages into the region. What follows the last commit was never promised and is cut
  /// off. Error: the file and the byte: no such header, another region's file, pages before a commit whose checksum is
  /// wrong (torn), by number, or what the system said; the region may then have some of the pages.
  static Result<std::unique_ptr<BackingFile>> open(const std::filesystem::path& path, Region& region);
  ~BackingFile();
  BackingFile(const BackingFile&) = delete;
  BackingFile& operator=(const BackingFile&) = delete;

  /// Every page that differs from what the file says is on stable storage when this returns. Error: what the system
  /// said; the file then still holds the flush before.
  Result<void> flush(const Region& region);
  const std::filesystem::path& path() const { return path_; }
  /// Bytes that were cut off when the file was opened.
  std::uint64_t dropped_bytes() const { return dropped_; }
  /// Pages that were read into the region when the file was opened.
  std::uint64_t restored_pages() const { return restored_; }

 private:
  BackingFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Result<void> append(std::string_view bytes);
  Result<void> read(std::string_view bytes, Region& region);
  /// Names what is torn from byte `from` on, where it begins.
  Error damage(std::string_view promised, std::size_t from, const Region& region) const;
  Result<void> rewrite(const Region& region);

  std::filesystem::path path_;
  int descriptor_;
  std::map<PageNumber, std::uint64_t> flushed_;  ///< page → hash of its durable bytes
  std::uint64_t commits_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t restored_ = 0;
};

}  // namespace vtpu::memory
