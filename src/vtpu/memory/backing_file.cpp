#include "vtpu/memory/backing_file.h"

#include <fcntl.h>
#include <fmt/format.h>
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
constexpr std::size_t kRecordBytes = 24;
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

std::string record(std::uint32_t kind, std::uint64_t number, std::string_view payload) {
  std::string bytes;
  put(bytes, kind);
  put(bytes, static_cast<std::uint32_t>(payload.size()));
  put(bytes, number);
  std::string checked = bytes;
  checked += payload;
  put(bytes, static_cast<std::uint64_t>(XXH64(checked.data(), checked.size(), 0)));
  bytes += payload;
  return bytes;
}

bool sound(std::string_view bytes) {
  std::string checked(bytes.substr(0, 16));
  checked += bytes.substr(kRecordBytes);
  return get<std::uint64_t>(bytes, 16) == XXH64(checked.data(), checked.size(), 0);
}

std::string_view view(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }
bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

Error system_error(const std::filesystem::path& path, const char* what) {
  return {path.string(), fmt::format("cannot {}: {}", what, std::strerror(errno)), {}};
}

/// Makes a renamed or new file's name durable.
void sync_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
}

}  // namespace

BackingFile::~BackingFile() { ::close(descriptor_); }

Result<void> BackingFile::append(std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(size_ + done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(path_, "write");
    done += static_cast<std::size_t>(written);
  }
  if (::fdatasync(descriptor_) != 0) return system_error(path_, "make durable");
  size_ += bytes.size();
  return {};
}

Result<std::unique_ptr<BackingFile>> BackingFile::open(const std::filesystem::path& path, Region& region) {
  const bool fresh = !std::filesystem::exists(path);
  std::string bytes;
  if (!fresh) {
    auto read = read_file(path);
    if (!read) return read.error();
    bytes = std::move(*read);
  }
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error(path, "open");
  std::unique_ptr<BackingFile> file(new BackingFile(path, descriptor));
  const std::string header = header_of(region);
  if (bytes.empty()) {  // new, or ended before its header was durable: nothing was promised
    if (const auto written = file->append(header); !written) return written.error();
    sync_folder(path);
    return file;
  }
  if (bytes.size() < kHeaderBytes || !bytes.starts_with(kMagic))
    return Error{path.string() + ": byte 0", "no header of a region's file", "'VTPUPPT1'"};
  if (!bytes.starts_with(header)) return Error{path.string() + ": byte 8", "the file of a region with another box", "this region's"};

  // The last commit first: whatever is wrong before it is damage, behind it an interrupted flush. A commit is found by
  // walking the lengths; one that cannot be reached that way is searched for at every place.
  const std::string_view all = bytes;
  std::size_t committed = kHeaderBytes;
  for (std::size_t at = kHeaderBytes; at + kRecordBytes <= all.size(); ++at) {
    if (get<std::uint32_t>(all, at) != kCommit || get<std::uint32_t>(all, at + 4) != 0) continue;
    if (sound(all.substr(at, kRecordBytes))) committed = at + kRecordBytes;
  }
  std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> latest;  // page → payload
  for (std::size_t at = kHeaderBytes; at < committed;) {
    const std::string where = fmt::format("{}: byte {}", path.string(), at);
    if (committed - at < kRecordBytes) return Error{where, "a torn record", "a whole one"};
    const auto kind = get<std::uint32_t>(all, at);
    const auto length = get<std::uint32_t>(all, at + 4);
    const auto number = get<std::uint64_t>(all, at + 8);
    if ((kind != kPage && kind != kCommit) || length > kPageBytes || committed - at - kRecordBytes < length)
      return Error{where, "a torn record", "a page or a commit"};
    if (!sound(all.substr(at, kRecordBytes + length)))
      return Error{where, fmt::format("page {} is torn: its checksum is wrong", number), "the bytes that were flushed"};
    if (kind == kPage) latest[number] = {at + kRecordBytes, length};
    else file->commits_ = number;
    at += kRecordBytes + length;
  }
  for (const auto& [number, place] : latest) {
    const std::span<std::byte> to = region.page(number);
    if (to.size() != place.second)
      return Error{path.string(), fmt::format("page {} of {} bytes", number, place.second), "a page of this region"};
    std::memcpy(to.data(), all.data() + place.first, place.second);
    file->flushed_[number] = hash_of(all.substr(place.first, place.second));
  }
  file->size_ = committed;
  file->dropped_ = all.size() - committed;
  if (file->dropped_ > 0 && ::ftruncate(descriptor, static_cast<off_t>(committed)) != 0) return system_error(path, "cut");
  return file;
}

Result<void> BackingFile::flush(const Region& region) {
  std::string log;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> changed;
  std::uint64_t live = kHeaderBytes;
  region.for_each_page([&](std::uint64_t number, std::span<std::byte> bytes) {
    const auto known = flushed_.find(number);
    if (known == flushed_.end() && all_zero(view(bytes))) return;
    live += kRecordBytes + bytes.size();
    const std::uint64_t hash = hash_of(view(bytes));
    if (known != flushed_.end() && known->second == hash) return;
    changed.emplace_back(number, hash);
    log += record(kPage, number, view(bytes));
  });
  if (changed.empty()) return {};
  log += record(kCommit, commits_ + 1, {});
  if (const auto written = append(log); !written) return written.error();
  ++commits_;
  for (const auto& [number, hash] : changed) flushed_[number] = hash;
  if (size_ > 4 * live + kPageBytes) return rewrite(region);
  return {};
}

Result<void> BackingFile::rewrite(const Region& region) {
  const std::filesystem::path beside = path_.string() + ".new";
  const int descriptor = ::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return system_error(beside, "open");
  BackingFile fresh(beside, descriptor);
  std::string log = header_of(region);
  region.for_each_page([&](std::uint64_t number, std::span<std::byte> bytes) {
    if (flushed_.contains(number)) log += record(kPage, number, view(bytes));
  });
  log += record(kCommit, commits_, {});
  if (const auto written = fresh.append(log); !written) return written.error();
  if (::rename(beside.c_str(), path_.c_str()) != 0) return system_error(beside, "rename");
  sync_folder(path_);
  std::swap(descriptor_, fresh.descriptor_);
  size_ = fresh.size_;
  return {};
}

}  // namespace vtpu::memory
