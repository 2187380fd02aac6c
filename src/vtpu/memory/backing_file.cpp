#include "vtpu/memory/backing_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "vtpu/base/file.h"

namespace vtpu::memory {
namespace {

constexpr std::string_view kMagic{"VTPUPPT1", 8};
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kRecordBytes = 32;
constexpr std::size_t kHashAt = 24;
constexpr std::uint32_t kPage = 1, kCommit = 2;

template <class T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
T get(std::string_view from, std::size_t at) {
  T value;
  std::memcpy(&value, from.data() + at, sizeof value);
  return value;
}

std::string header_of(const Region& region) {
  std::string spec;
  put(spec, region.spec().first.bits());
  put(spec, region.spec().last.bits());
  put(spec, region.spec().mask);
  put(spec, region.spec().cell_log2);
  put(spec, static_cast<std::uint32_t>(region.spec().layout));
  std::string header(kMagic);
  put(header, static_cast<std::uint64_t>(XXH64(spec.data(), spec.size(), 0)));
  return header;
}

/// The record's position is the seed, so that a copy of a record among a page's bytes is not a valid record there.
std::uint64_t checksum(std::string_view head, std::string_view payload, std::uint64_t place) {
  std::string checked(head);
  checked += payload;
  return XXH64(checked.data(), checked.size(), place);
}

/// Appends a record to `log`, which begins at byte `start` of the file.
void put_record(std::string& log, std::uint64_t start, std::uint32_t kind, PageNumber number,
                std::string_view payload) {
  std::string head;
  put(head, kind);
  put(head, static_cast<std::uint32_t>(payload.size()));
  put(head, number);
  const std::uint64_t sum = checksum(head, payload, start + log.size());
  log += head;
  put(log, sum);
  log += payload;
}

/// A record as its head describes it, before it is trusted.
struct Record {
  std::uint32_t kind = 0;
  std::size_t bytes = 0;  ///< of the payload
  PageNumber number = 0;
  std::string_view payload;
  bool whole = false;  ///< its kind is known and it lies within the file
  bool sound = false;  ///< and its checksum is correct
};

Record record_at(std::string_view file, std::size_t at) {
  Record record;
  if (file.size() - at < kRecordBytes) return record;
  record.kind = get<std::uint32_t>(file, at);
  record.bytes = get<std::uint32_t>(file, at + 4);
  record.number = get<PageNumber>(file, at + 8);
  record.whole =
      ((record.kind == kPage && record.bytes <= kPageBytes) || (record.kind == kCommit && record.bytes == 0)) &&
      file.size() - at - kRecordBytes >= record.bytes;
  if (!record.whole) return record;
  record.payload = file.substr(at + kRecordBytes, record.bytes);
  record.sound = get<std::uint64_t>(file, at + kHashAt) == checksum(file.substr(at, kHashAt), record.payload, at);
  return record;
}

/// The end of the last sound commit at or after `from`, at any byte; `from` when there is none.
std::size_t last_commit(std::string_view file, std::size_t from) {
  std::size_t end = from;
  for (std::size_t at = from; at + kRecordBytes <= file.size(); ++at)
    if (get<std::uint32_t>(file, at) == kCommit && record_at(file, at).sound) end = at + kRecordBytes;
  return end;
}

std::string name_of(const Region& region, PageNumber number) {
  if (region.spec().layout == Layout::sparse) return "page " + phext::PackedCoordinate::from_bits(number).raw_text();
  const std::string name = fmt::format("page {}", static_cast<std::uint64_t>(number));
  const auto first = region.first_of_page(number);
  return first ? name + " at " + first->raw_text() : name;
}

std::string_view view(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

Error system_error(const std::filesystem::path& path, const char* what) {
  return {path.string(), fmt::format("cannot {}: {}", what, std::strerror(errno)), {}};
}

/// Makes the name of a new or renamed file durable.
void sync_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
}

}  // namespace

Result<void> BackingFile::append(std::string_view bytes) {
  if (::lseek(file_.descriptor(), static_cast<off_t>(size_), SEEK_SET) < 0) return system_error(path_, "write");
  if (auto written = write_all(file_.descriptor(), bytes, path_); !written) return written;
  if (::fdatasync(file_.descriptor()) != 0) return system_error(path_, "make durable");
  size_ += bytes.size();
  return {};
}

Result<std::unique_ptr<BackingFile>> BackingFile::open(const std::filesystem::path& path, Region& region) {
  auto locked = FileLock::take(path);
  if (!locked) return locked.error();
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  std::unique_ptr<BackingFile> file(new BackingFile(path, std::move(*locked)));
  const std::string header = header_of(region);
  if (bytes->size() < header.size() && header.starts_with(*bytes)) {  // new, or the header is incomplete
    if (const auto written = file->append(header); !written) return written.error();
    sync_folder(path);
    return file;
  }
  if (bytes->size() < kHeaderBytes || !bytes->starts_with(kMagic))
    return Error{path.string() + ": byte 0", "not the header of a backing file", "'VTPUPPT1'"};
  if (!bytes->starts_with(header))
    return Error{path.string() + ": byte 8", "the backing file of another region", "this region's"};
  if (const auto read = file->read(*bytes, region); !read) return read.error();
  return file;
}

Result<void> BackingFile::read(std::string_view bytes, Region& region) {
  std::map<PageNumber, std::string_view> latest, since_commit;
  std::size_t committed = kHeaderBytes, at = kHeaderBytes;
  for (; at < bytes.size();) {
    const Record record = record_at(bytes, at);
    if (!record.sound) break;
    at += kRecordBytes + record.bytes;
    if (record.kind == kPage) {
      since_commit[record.number] = record.payload;
      continue;
    }
    for (const auto& [number, payload] : since_commit) latest[number] = payload;
    since_commit.clear();
    commits_ = static_cast<std::uint64_t>(record.number);
    committed = at;
  }
  // Bytes after the last commit belong to an interrupted flush. An unsound record before a commit is damage.
  if (const std::size_t promised = last_commit(bytes, at); promised > at)
    return damage(bytes.substr(0, promised), at, region);

  for (const auto& [number, payload] : latest) {
    const std::span<std::byte> to = region.page(number);
    if (to.size() != payload.size())
      return Error{path_.string(), fmt::format("{} of {} bytes", name_of(region, number), payload.size()),
                   "a page of this region"};
    std::memcpy(to.data(), payload.data(), payload.size());
    flushed_[number] = hash_of(payload);
  }
  restored_ = latest.size();
  size_ = committed;
  dropped_ = bytes.size() - committed;
  if (dropped_ > 0 && ::ftruncate(file_.descriptor(), static_cast<off_t>(committed)) != 0)
    return system_error(path_, "cut");
  return {};
}

Error BackingFile::damage(std::string_view promised, std::size_t from, const Region& region) const {
  std::string torn;
  std::size_t at = from;
  for (; at < promised.size();) {
    const Record record = record_at(promised, at);
    if (!record.whole) break;
    if (!record.sound) {
      if (!torn.empty()) torn += ", ";
      torn += record.kind == kPage ? name_of(region, record.number)
                                   : fmt::format("commit {}", static_cast<std::uint64_t>(record.number));
    }
    at += kRecordBytes + record.bytes;
  }
  if (at < promised.size()) torn += fmt::format("{}everything from byte {} on", torn.empty() ? "" : ", ", at);
  return {fmt::format("{}: byte {}", path_.string(), from), "torn, the checksum is wrong: " + torn,
          "the bytes that were flushed"};
}

Result<void> BackingFile::flush(const Region& region) {
  std::string log;
  std::vector<std::pair<PageNumber, std::uint64_t>> changed;
  std::uint64_t live = kHeaderBytes;
  region.for_each_page([&](PageNumber number, std::span<std::byte> bytes) {
    const auto known = flushed_.find(number);
    if (known == flushed_.end() && all_zero(bytes)) return;
    live += kRecordBytes + bytes.size();
    const std::uint64_t hash = hash_of(view(bytes));
    if (known != flushed_.end() && known->second == hash) return;
    changed.emplace_back(number, hash);
    put_record(log, size_, kPage, number, view(bytes));
  });
  if (changed.empty()) return {};
  // The pages are on stable storage before their commit is written, so that no commit follows torn pages.
  const std::uint64_t before = size_;
  auto written = append(log);
  if (written) {
    std::string commit;
    put_record(commit, size_, kCommit, commits_ + 1, {});
    written = append(commit);
  }
  if (!written) {
    // The pages already written must not count with the next commit. If truncating fails too, the next open reports
    // damage.
    size_ = before;
    static_cast<void>(::ftruncate(file_.descriptor(), static_cast<off_t>(size_)) == 0);
    return written;
  }
  ++commits_;
  for (const auto& [number, hash] : changed) flushed_[number] = hash;
  // The flush is already durable. If there is no room for a second file, the log stays as it is.
  if (size_ > 4 * live + kPageBytes) static_cast<void>(rewrite(region).ok());
  return {};
}

Result<void> BackingFile::rewrite(const Region& region) {
  std::string log = header_of(region);
  region.for_each_page([&](PageNumber number, std::span<std::byte> bytes) {
    if (flushed_.contains(number)) put_record(log, 0, kPage, number, view(bytes));
  });
  put_record(log, 0, kCommit, commits_, {});
  if (auto replaced = file_.replace(path_, log); !replaced) return replaced;
  sync_folder(path_);
  size_ = log.size();
  return {};
}

}  // namespace vtpu::memory
