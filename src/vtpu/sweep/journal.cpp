#include "vtpu/sweep/journal.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"

namespace vtpu::sweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChecksumDigits = 16;
constexpr std::string_view kFormat = "vtpu-sweep 1";
constexpr const char* kEnding = ".journal";

std::string checksum(std::string_view text) { return sha256(text).substr(0, kChecksumDigits); }

std::string line_of(std::string_view text) { return fmt::format("{} {}\n", checksum(text), text); }

/// The content of a line after its checksum; empty when the checksum does not match.
std::optional<std::string_view> content(std::string_view line) {
  if (line.size() <= kChecksumDigits || line[kChecksumDigits] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kChecksumDigits + 1);
  if (line.substr(0, kChecksumDigits) != checksum(text)) return std::nullopt;
  return text;
}

std::string header_of(std::string_view identity, int count) {
  std::string one_line;
  for (const char c : identity) {
    if (c == '\n')
      one_line += "\\n";
    else if (c == '\\')
      one_line += "\\\\";
    else
      one_line += c;
  }
  return fmt::format("{}: {} items of {}", kFormat, count, one_line);
}

Error system_error_at(const fs::path& path, const char* action) {
  return {path.string(), fmt::format("cannot {}: {}", action, std::strerror(errno)), ""};
}

/// The complete lines of a file and their size in bytes.
struct Lines {
  std::vector<std::string_view> contents;
  std::size_t bytes = 0;
};

/// Error: a damaged line before a complete one. A killed process leaves damage only at the end.
Result<Lines> whole_lines(std::string_view text, const fs::path& file) {
  Lines lines;
  std::size_t at = 0, number = 0, damaged = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    ++number;
    const auto found = content(text.substr(at, end - at));
    at = end + 1;
    if (!found) {
      if (damaged == 0) damaged = number;
      continue;
    }
    if (damaged != 0)
      return Error{fmt::format("{}:{}", file.string(), damaged), "found a line that does not match its checksum",
                   "an undamaged file; delete the line to compute its item again"};
    lines.contents.push_back(*found);
    lines.bytes = at;
  }
  return lines;
}

/// Reads the items of a file into `known`. Returns the size of its complete lines in bytes.
Result<std::size_t> read_items(const fs::path& file, const std::string& header, Journal::Known& known) {
  const auto text = read_file(file);
  if (!text) return text.error();
  const auto lines = whole_lines(*text, file);
  if (!lines) return lines.error();
  if (lines->contents.empty()) {
    // The process was killed before it had written the header; a longer text cannot be a journal.
    if (text->find('\n') == std::string::npos && text->size() <= header.size() + kChecksumDigits + 1)
      return std::size_t{0};
    return Error{file.string(), "found a file that is not a journal", "a folder that only this sweep uses"};
  }
  if (lines->contents.front() != header)
    return Error{file.string(), fmt::format("found the journal of another sweep, '{}'", lines->contents.front()),
                 fmt::format("'{}', or another folder", header)};
  for (std::size_t i = 1; i < lines->contents.size(); ++i) {
    const std::string_view line = lines->contents[i];
    const std::string where = fmt::format("{}:{}", file.string(), i + 1);
    const std::size_t blank = std::min(line.find(' '), line.size());
    const auto item = parse_integer(line.substr(0, blank), where);
    if (!item || blank == line.size() || *item < 0 || *item >= static_cast<std::int64_t>(known.size()))
      return Error{where, "found a line without an item of the sweep", fmt::format("0..{}", known.size() - 1)};
    const std::string_view result = line.substr(blank + 1);
    auto& place = known[static_cast<std::size_t>(*item)];
    if (place && *place != result)
      return Error{where, fmt::format("found another result of item {}", *item),
                   "the result stored before; did an older program write one of them?"};
    place = result;
  }
  return lines->bytes;
}

}  // namespace

Journal::Journal(fs::path folder, fs::path file, std::string header, int count, FileLock lock)
    : folder_(std::move(folder)),
      file_(std::move(file)),
      header_(std::move(header)),
      count_(count),
      lock_(std::move(lock)),
      flushed_(std::chrono::steady_clock::now()) {}

Result<Journal> Journal::open(const fs::path& folder, std::string_view identity, int count, Share share) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return Error{folder.string(), "cannot create the folder: " + failed.message(), ""};
  const fs::path file = folder / fmt::format("share-{}-of-{}{}", share.index, share.count, kEnding);
  // A second process of the same share would compute the same items: that is a mistake and nothing to wait for.
  auto lock = FileLock::take(file, FileLock::Kind::exclusive, FileLock::Busy::refuse);
  if (!lock) return lock.error();
  const int descriptor = lock->descriptor();
  Journal journal(folder, file, header_of(identity, count), count, std::move(*lock));
  Known known(static_cast<std::size_t>(count));
  const auto whole = read_items(file, journal.header_, known);
  if (!whole) return whole.error();
  if (::ftruncate(descriptor, static_cast<off_t>(*whole)) != 0 || ::lseek(descriptor, 0, SEEK_END) < 0)
    return system_error_at(file, "truncate");
  if (*whole == 0) {
    if (const auto put = write_all(descriptor, line_of(journal.header_), file); !put) return put.error();
    if (const auto kept = journal.flush(); !kept) return kept.error();
  }
  return journal;
}

Result<Journal::Known> Journal::known() const {
  Known known(static_cast<std::size_t>(count_));
  std::error_code failed;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_, failed))
    if (entry.path().extension() == kEnding) files.push_back(entry.path());
  if (failed) return Error{folder_.string(), "cannot read the folder: " + failed.message(), ""};
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files)
    if (const auto read = read_items(file, header_, known); !read) return read.error();
  return known;
}

Result<void> Journal::append(int item, std::string_view text) {
  VTPU_CHECK(item >= 0 && item < count_, "a stored item belongs to the sweep");
  VTPU_CHECK(text.find('\n') == std::string_view::npos, "the result of an item is one line");
  const std::string line = line_of(fmt::format("{} {}", item, text));
  // A killed process leaves at most its last line unfinished.
  if (auto put = write_all(lock_.descriptor(), line, file_); !put) return put;
  if (std::chrono::steady_clock::now() - flushed_ > std::chrono::milliseconds(500)) return flush();
  return {};
}

Result<void> Journal::flush() {
  if (::fsync(lock_.descriptor()) != 0) return system_error_at(file_, "flush");
  flushed_ = std::chrono::steady_clock::now();
  return {};
}

}  // namespace vtpu::sweep
