#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "vtpu/base/file_lock.h"
#include "vtpu/base/keyed_hash.h"
#include "vtpu/base/result.h"
#include "vtpu/memory/quota.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {

/// The durable contents of one region: a log to which each flush appends the pages that differ from their bytes in the
/// file, and a commit that says where the log ends. Whenever the process ends, the file therefore holds the last flush
/// that returned or a later one. When the log exceeds four times its live contents, a compacted copy is written beside
/// it and renamed.
///
/// Format 2, little-endian. Hashes are KeyedHash with the file's id, which no program can read, as the key.
///
///     block of 4096 bytes   contents; zeros follow
///     0                     "VTPUPPT2", id 16, region: first 16, last 16, mask 4, log2 of a cell 4, layout 4; hash 8
///     1, 2                  the commit, twice: "VTPUCMIT", number 8, end of the log 8, chain 8; hash 8
///     from 3 on             records: commit 8, page 16, bytes 4, zero 4, hash of the payload 8, chain 8; payload
///
/// Commits have a fixed place and records are found by the lengths before them, so nothing that a program writes into
/// a page is read as either. The chain of a record is the hash of the previous record's chain and of the record's first
/// 40 bytes; it binds the record to its place. The chain of the commit is that of the last record.
class BackingFile {
 public:
  /// Creates the file, or reads its pages into the region. Bytes after the log of the last commit belong to an
  /// interrupted flush and are cut off. Buffers and pages count against the quota. Error: the file and the byte of a
  /// wrong header, of another region's header, of another format, of damaged pages (torn), by number; a file that is in
  /// use; more pages than the quota has room for; or the system's message. The region may then have some of the pages.
  static Result<std::unique_ptr<BackingFile>> open(const std::filesystem::path& path, Region& region, Quota& quota);
  BackingFile(const BackingFile&) = delete;
  BackingFile& operator=(const BackingFile&) = delete;

  /// When this returns, every page that differs from the file's contents is on stable storage. Error: the system's
  /// message. The file then holds the previous flush, or this one if only its commit could not be made durable.
  Result<void> flush(const Region& region);
  const std::filesystem::path& path() const { return path_; }
  /// Bytes that were cut off when the file was opened.
  std::uint64_t dropped_bytes() const { return dropped_; }
  /// Pages that were read into the region when the file was opened.
  std::uint64_t restored_pages() const { return restored_; }

 private:
  struct Commit {
    std::uint64_t number = 0;
    std::uint64_t end = 0;    ///< of the log, in the file
    std::uint64_t chain = 0;  ///< of its last record
    friend bool operator==(const Commit&, const Commit&) = default;
  };
  struct Record;

  BackingFile(std::filesystem::path path, FileLock file, Quota& quota);
  Result<void> create(const Region& region, const HashKey& id);
  Result<void> read(Region& region, std::uint64_t size);
  Result<void> read_log(Region& region);
  std::optional<Commit> commit_in(std::size_t block);
  std::string commit_bytes(const Commit& commit) const;

  Result<void> write(std::uint64_t at, std::string_view bytes);
  Result<void> sync();
  /// The bytes of the file from `at` on; fewer where it ends. They stay until the next call.
  Result<std::string_view> bytes_at(std::uint64_t at, std::size_t size);
  /// Appends a record to the log, through a buffer that `write_out` empties.
  Result<void> append(std::uint64_t commit, PageNumber number, std::string_view payload);
  Result<void> write_out();
  Result<void> commit();
  Result<void> rewrite(const Region& region);

  std::filesystem::path path_;
  FileLock file_;
  Quota* quota_;
  HashKey id_;
  HostPages log_, window_;       ///< buffers for writing and reading
  std::size_t log_bytes_ = 0;    ///< in the buffer, not yet in the file
  std::uint64_t window_at_ = 0;  ///< where in the file the window's bytes are from
  std::size_t window_bytes_ = 0;
  Commit last_;          ///< what the next commit starts from: all records, also those in the buffer
  Commit durable_;       ///< the last commit known to be on stable storage
  bool copied_ = false;  ///< block 2 holds `durable_`, and will be on stable storage after the next sync
  std::uint64_t dropped_ = 0;
  std::uint64_t restored_ = 0;
};

}  // namespace vtpu::memory
