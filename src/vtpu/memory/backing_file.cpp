#include "vtpu/memory/backing_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "vtpu/base/file.h"

namespace vtpu::memory {
namespace {

constexpr std::string_view kMagic{"VTPUPPT2", 8}, kFormerMagic{"VTPUPPT1", 8}, kCommitMagic{"VTPUCMIT", 8};
constexpr std::size_t kBlock = 4096;
constexpr std::uint64_t kLogAt = 3 * kBlock;
constexpr std::size_t kRecordBytes = 48, kChained = 40;
constexpr std::size_t kHeaderBytes = 76, kCommitBytes = 40;
constexpr std::size_t kBuffer = 16 * kBlock;
constexpr std::size_t kMostNamed = 100;  // torn pages in a message

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

std::uint64_t hash_of(const HashKey& id, std::string_view bytes) {
  KeyedHash hash(id);
  hash.add(bytes);
  return hash.value();
}

std::string spec_bytes(const RegionSpec& spec) {
  std::string bytes;
  put(bytes, spec.first.bits());
  put(bytes, spec.last.bits());
  put(bytes, spec.mask);
  put(bytes, spec.cell_log2);
  put(bytes, static_cast<std::uint32_t>(spec.layout));
  return bytes;
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

/// A symbolic link stays one when a compacted copy takes the place of its target.
std::filesystem::path target_of(const std::filesystem::path& path) {
  std::error_code failed;
  auto target = std::filesystem::canonical(path, failed);
  return failed ? path : target;
}

}  // namespace

/// A record as its head describes it, before it is trusted.
struct BackingFile::Record {
  std::uint64_t commit = 0;
  PageNumber number = 0;
  std::uint32_t bytes = 0;
  std::uint64_t hash = 0;   ///< of the payload
  std::uint64_t chain = 0;  ///< as stored

  static Record parse(std::string_view head) {
    return {get<std::uint64_t>(head, 0), get<PageNumber>(head, 8), get<std::uint32_t>(head, 24),
            get<std::uint64_t>(head, 32), get<std::uint64_t>(head, kChained)};
  }
  /// The first bytes of the head, which the chain covers.
  std::string chained() const {
    std::string head;
    put(head, commit);
    put(head, number);
    put(head, bytes);
    put(head, std::uint32_t{0});
    put(head, hash);
    return head;
  }
  static std::uint64_t next_chain(const HashKey& id, std::uint64_t previous, std::string_view head) {
    KeyedHash hash(id);
    hash.add_value(previous);
    hash.add(head.substr(0, kChained));
    return hash.value();
  }
};

// ---- the file

BackingFile::BackingFile(std::filesystem::path path, FileLock file, Quota& quota)
    : path_(std::move(path)),
      file_(std::move(file)),
      quota_(&quota),
      log_(HostPages::map(&quota, kBuffer)),
      window_(HostPages::map(&quota, kBuffer)) {}

Result<void> BackingFile::write(std::uint64_t at, std::string_view bytes) {
  if (::lseek(file_.descriptor(), static_cast<off_t>(at), SEEK_SET) < 0) return system_error(path_, "write");
  return write_all(file_.descriptor(), bytes, path_);
}

Result<void> BackingFile::sync() {
  if (::fdatasync(file_.descriptor()) == 0) return {};
  copied_ = false;  // the system may have dropped any of the bytes
  return system_error(path_, "make durable");
}

Result<std::string_view> BackingFile::bytes_at(std::uint64_t at, std::size_t size) {
  auto* const window = reinterpret_cast<char*>(window_.data());
  if (at < window_at_ || at + size > window_at_ + window_bytes_) {
    // A reader that goes on where it was reads ahead; others read what they need.
    const bool onward = at >= window_at_ && at <= window_at_ + window_bytes_ + kBlock;
    const std::size_t wanted = onward ? kBuffer : size;
    window_at_ = at, window_bytes_ = 0;
    while (window_bytes_ < wanted) {
      const ssize_t got = ::pread(file_.descriptor(), window + window_bytes_, wanted - window_bytes_,
                                  static_cast<off_t>(at + window_bytes_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(path_, "read");
      if (got == 0) break;
      window_bytes_ += static_cast<std::size_t>(got);
    }
  }
  return std::string_view(window, window_bytes_).substr(at - window_at_, size);
}

// ---- opening

Result<std::unique_ptr<BackingFile>> BackingFile::open(const std::filesystem::path& path, Region& region,
                                                       Quota& quota) {
  // Waiting could take as long as another program runs, and for ever if this process has the file open already.
  auto locked = FileLock::take(path, FileLock::Kind::exclusive, FileLock::Busy::refuse);
  if (!locked) return locked.error();
  std::unique_ptr<BackingFile> file(new BackingFile(path, std::move(*locked), quota));
  if (!file->log_ || !file->window_ || !region.keep_marks())
    return Error{path.string(), "no room for the file's buffers", "a greater memory limit"};
  const off_t end = ::lseek(file->file_.descriptor(), 0, SEEK_END);
  if (end < 0) return system_error(path, "read");
  const auto size = static_cast<std::uint64_t>(end);
  const auto magic = file->bytes_at(0, kMagic.size());
  if (!magic) return magic.error();
  if (*magic == kFormerMagic)
    return Error{path.string() + ": byte 0", "a backing file of format 1, 'VTPUPPT1'", "format 2, 'VTPUPPT2'"};
  if (!kMagic.starts_with(*magic))
    return Error{path.string() + ": byte 0", "not the header of a backing file", "'VTPUPPT2'"};
  if (size < kLogAt) {  // new, or its creation was interrupted
    if (const auto created = file->create(region, HashKey::random()); !created) return created.error();
    if (const auto synced = file->sync(); !synced) return synced.error();
    sync_folder(path);
    return file;
  }
  if (const auto read = file->read(region, size); !read) return read.error();
  return file;
}

/// Writes the three blocks of a file without records. The caller makes them durable.
Result<void> BackingFile::create(const Region& region, const HashKey& id) {
  id_ = id;
  last_ = durable_ = {0, kLogAt, 0};
  std::string blocks(kMagic);
  put(blocks, id_.low);
  put(blocks, id_.high);
  blocks += spec_bytes(region.spec());
  put(blocks, hash_of(id_, blocks));
  blocks.resize(kBlock);
  for (const std::size_t end : {2 * kBlock, 3 * kBlock}) {
    blocks += commit_bytes(durable_);
    blocks.resize(end);
  }
  window_bytes_ = 0;
  copied_ = true;
  return write(0, blocks);
}

std::string BackingFile::commit_bytes(const Commit& commit) const {
  std::string bytes(kCommitMagic);
  put(bytes, commit.number);
  put(bytes, commit.end);
  put(bytes, commit.chain);
  put(bytes, hash_of(id_, bytes));
  return bytes;
}

std::optional<BackingFile::Commit> BackingFile::commit_in(std::size_t block) {
  const auto bytes = bytes_at(block * kBlock, kCommitBytes);
  if (!bytes || bytes->size() != kCommitBytes) return {};
  const Commit commit{get<std::uint64_t>(*bytes, 8), get<std::uint64_t>(*bytes, 16), get<std::uint64_t>(*bytes, 24)};
  return *bytes == commit_bytes(commit) ? std::optional(commit) : std::nullopt;
}

Result<void> BackingFile::read(Region& region, std::uint64_t size) {
  const auto header = bytes_at(0, kHeaderBytes);
  if (!header) return header.error();
  id_ = {get<std::uint64_t>(*header, 8), get<std::uint64_t>(*header, 16)};
  if (header->size() != kHeaderBytes ||
      get<std::uint64_t>(*header, kHeaderBytes - 8) != hash_of(id_, header->substr(0, kHeaderBytes - 8)))
    return Error{path_.string() + ": byte 0", "the header is damaged, its checksum is wrong",
                 "a header as it was written"};
  if (const std::string spec = spec_bytes(region.spec()); header->substr(24, spec.size()) != spec)
    return Error{path_.string() + ": byte 24", "the backing file of another region", "this region's"};

  // An interrupted flush damages block 1 at most, and only while block 2 holds the previous commit.
  const auto first = commit_in(1), second = commit_in(2);
  if (!first && !second)
    return Error{fmt::format("{}: bytes {} and {}", path_.string(), kBlock, 2 * kBlock),
                 "both copies of the commit are damaged", "one of them as it was written"};
  durable_ = first && (!second || first->number >= second->number) ? *first : *second;
  copied_ = second == durable_;
  if (durable_.end > size)
    return Error{fmt::format("{}: byte {}", path_.string(), size), "the file ends within its log",
                 fmt::format("{} bytes", durable_.end)};
  if (const auto log = read_log(region); !log) return log.error();
  last_ = durable_;
  dropped_ = size - durable_.end;
  if (dropped_ > 0 && ::ftruncate(file_.descriptor(), static_cast<off_t>(durable_.end)) != 0)
    return system_error(path_, "cut");
  window_bytes_ = 0;
  return {};
}

Result<void> BackingFile::read_log(Region& region) {
  std::string torn;
  std::uint64_t torn_at = 0, torn_pages = 0;
  const auto tear = [&](std::uint64_t at, const std::string& what) {
    if (torn_pages == 0) torn_at = at;
    if (++torn_pages <= kMostNamed) torn += (torn.empty() ? "" : ", ") + what;
  };
  std::uint64_t chain = 0, at = kLogAt;
  while (at < durable_.end) {
    const auto head = bytes_at(at, kRecordBytes);
    if (!head) return head.error();
    const std::uint64_t room = durable_.end - at;
    // Without a sound head, nothing says where the next record begins.
    if (head->size() < kRecordBytes || room < kRecordBytes ||
        Record::next_chain(id_, chain, *head) != Record::parse(*head).chain ||
        Record::parse(*head).bytes > room - kRecordBytes) {
      tear(at, fmt::format("everything from byte {} on", at));
      break;
    }
    const Record record = Record::parse(*head);
    chain = record.chain;
    const auto payload = bytes_at(at + kRecordBytes, std::min<std::size_t>(record.bytes, kPageBytes));
    if (!payload) return payload.error();
    if (payload->size() != record.bytes || hash_of(id_, *payload) != record.hash) {
      tear(at, name_of(region, record.number));
    } else if (torn_pages == 0) {
      if (record.bytes == 0 || region.page_bytes(record.number) != record.bytes)
        return Error{path_.string(), fmt::format("{} of {} bytes", name_of(region, record.number), record.bytes),
                     "a page of this region"};
      const auto page = region.page(record.number);
      if (!page) return Error{path_.string(), "more pages than the table may hold", {}};
      restored_ += *page->mark == 0;
      std::memcpy(page->bytes.data(), payload->data(), payload->size());
      *page->mark = at;
    }
    at += kRecordBytes + record.bytes;
  }
  if (torn_pages > kMostNamed) torn += fmt::format(" and {} more", torn_pages - kMostNamed);
  if (torn_pages > 0)
    return Error{fmt::format("{}: byte {}", path_.string(), torn_at), "torn, the checksum is wrong: " + torn,
                 "the bytes that were flushed"};
  if (chain != durable_.chain)
    return Error{fmt::format("{}: byte {}", path_.string(), kLogAt), "the log is not that of the commit",
                 "the records that were flushed"};
  return {};
}

// ---- flushing

Result<void> BackingFile::append(std::uint64_t commit, PageNumber number, std::string_view payload) {
  if (log_bytes_ + kRecordBytes + payload.size() > kBuffer)
    if (auto written = write_out(); !written) return written;
  // Other workers may write to the page meanwhile: the hash is that of the copy.
  auto* const to = reinterpret_cast<char*>(log_.data()) + log_bytes_;
  std::memcpy(to + kRecordBytes, payload.data(), payload.size());
  const std::uint64_t hash = hash_of(id_, {to + kRecordBytes, payload.size()});
  std::string head = Record{commit, number, static_cast<std::uint32_t>(payload.size()), hash, 0}.chained();
  last_.chain = Record::next_chain(id_, last_.chain, head);
  put(head, last_.chain);
  std::memcpy(to, head.data(), head.size());
  log_bytes_ += head.size() + payload.size();
  last_.end += head.size() + payload.size();
  return {};
}

Result<void> BackingFile::write_out() {
  const std::size_t bytes = std::exchange(log_bytes_, 0);
  return write(last_.end - bytes, {reinterpret_cast<const char*>(log_.data()), bytes});
}

Result<void> BackingFile::flush(const Region& region) {
  const Commit before = last_;
  std::uint64_t live = kLogAt;
  Result<void> written;
  // While block 1 is written, block 2 must be the durable commit.
  if (!copied_) {
    written = write(2 * kBlock, commit_bytes(durable_));
    if (written) written = sync();
    if (!written) return written;
    copied_ = true;
  }
  window_bytes_ = 0;
  const auto take_back = [&] {
    log_bytes_ = 0;
    last_ = before;
    static_cast<void>(::ftruncate(file_.descriptor(), static_cast<off_t>(last_.end)) ==
                      0);  // else the next open does it
  };
  try {
    region.for_each_page([&](const Page& page) {
      if (!written || (*page.mark == 0 && all_zero(page.bytes))) return;
      live += kRecordBytes + page.bytes.size();
      // A mark beyond the log is left from a flush that failed.
      if (*page.mark != 0 && *page.mark < before.end) {
        const auto stored = bytes_at(*page.mark + kRecordBytes, page.bytes.size());
        if (!stored) written = stored.error();
        if (!stored || *stored == view(page.bytes)) return;
      }
      *page.mark = last_.end;
      written = append(durable_.number + 1, page.number, view(page.bytes));
    });
    // The pages are on stable storage before the commit is written, so that it never promises torn pages.
    if (written && last_ != before) {
      written = write_out();
      if (written) written = sync();
    }
  } catch (const std::bad_alloc&) {
    take_back();
    throw;
  }
  if (!written) {
    take_back();
    return written;
  }
  if (last_ == durable_) return {};
  if (written = commit(); !written) return written;
  // The flush is already durable. If there is no room for a second file, the log stays as it is.
  if (durable_.end > 4 * live + kLogAt) try {
      static_cast<void>(rewrite(region).ok());
    } catch (const std::bad_alloc&) {
    }
  return {};
}

Result<void> BackingFile::commit() {
  // If this fails, block 1 may hold the new commit or be torn, and block 2 holds the previous one. The log has the
  // records of both, and the next flush goes on from there.
  Commit next = last_;
  next.number = durable_.number + 1;
  const std::string bytes = commit_bytes(next);
  auto written = write(kBlock, bytes);
  if (written) written = sync();
  if (!written) return written;
  last_ = durable_ = next;
  copied_ = write(2 * kBlock, bytes).ok();
  return {};
}

Result<void> BackingFile::rewrite(const Region& region) {
  const std::filesystem::path target = target_of(path_), beside = target.string() + ".new";
  struct stat status {};
  if (::fstat(file_.descriptor(), &status) != 0) return system_error(path_, "inspect");
  ::unlink(beside.c_str());  // of a process that was killed
  auto locked = FileLock::take(beside);
  if (!locked) return locked.error();
  BackingFile fresh(beside, std::move(*locked), *quota_);
  const auto fill = [&]() -> Result<void> {
    if (!fresh.log_ || ::fchmod(fresh.file_.descriptor(), status.st_mode & 07777) != 0)
      return system_error(beside, "create");
    if (auto made = fresh.create(region, HashKey::random()); !made) return made;
    fresh.last_.number = fresh.durable_.number = durable_.number;
    Result<void> written;
    region.for_each_page([&](const Page& page) {
      if (written && *page.mark != 0) written = fresh.append(durable_.number, page.number, view(page.bytes));
    });
    if (written) written = fresh.write_out();
    if (written) written = fresh.sync();
    if (written) written = fresh.commit();
    if (written) written = fresh.sync();
    if (written && ::rename(beside.c_str(), target.c_str()) != 0) written = system_error(beside, "rename");
    return written;
  };
  if (auto filled = fill(); !filled) {
    ::unlink(beside.c_str());
    return filled;
  }
  // The records are in the order of the pages.
  std::uint64_t at = kLogAt;
  region.for_each_page([&](const Page& page) {
    if (*page.mark == 0) return;
    *page.mark = at;
    at += kRecordBytes + page.bytes.size();
  });
  std::swap(file_, fresh.file_);
  id_ = fresh.id_;
  last_ = durable_ = fresh.durable_;
  copied_ = fresh.copied_;
  window_bytes_ = 0;
  sync_folder(target);
  return {};
}

}  // namespace vtpu::memory
