#include "vtpu/base/text_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "vtpu/base/file.h"

namespace vtpu {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

struct ForeignMark {
  std::string_view bytes;
  const char* encoding;
};
// The mark of UTF-32 begins with that of UTF-16.
constexpr std::array<ForeignMark, 4> kForeignMarks = {{{{"\xFF\xFE\0\0", 4}, "UTF-32"},
                                                       {{"\0\0\xFE\xFF", 4}, "UTF-32"},
                                                       {{"\xFF\xFE", 2}, "UTF-16"},
                                                       {{"\xFE\xFF", 2}, "UTF-16"}}};

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// "name:line:column" of the byte at `at`. A CRLF is one line end.
std::string place_of(std::string_view text, std::size_t at, const std::string& name) {
  std::size_t line = 1, begin = 0;
  for (std::size_t i = 0; i < at; ++i) {
    if (text[i] != '\n' && !(text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) continue;
    ++line;
    begin = i + 1;
  }
  return fmt::format("{}:{}:{}", name, line, at - begin + 1);
}

/// Makes every line end an LF.
void unify_line_ends(std::string& text) {
  std::size_t kept = text.find('\r');
  if (kept == std::string::npos) return;
  for (std::size_t i = kept; i < text.size(); ++i) {
    const bool carriage_return = text[i] == '\r';
    text[kept++] = carriage_return ? '\n' : text[i];
    if (carriage_return && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  text.resize(kept);
}

}  // namespace

std::size_t character_bytes(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first < 0xE0   ? 2
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xF0 && first < 0xF5 ? 4
                                                           : 0;
  if (size == 0 || text.size() - at < size) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return 0;
  const unsigned second = byte_at(text, at + 1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90)) return 0;    // overlong
  if ((first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90)) return 0;  // surrogate; too large
  return size;
}

Result<std::string> to_text(std::string bytes, const std::string& name, LineEnds ends) {
  for (const ForeignMark& mark : kForeignMarks)
    if (bytes.starts_with(mark.bytes))
      return Error{name + ":1:1", fmt::format("found the byte order mark of {}", mark.encoding), "text in UTF-8"};
  if (bytes.starts_with(kMark)) bytes.erase(0, kMark.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = character_bytes(bytes, at);
    if (size == 0)
      return Error{place_of(bytes, at, name),
                   fmt::format("found byte 0x{:02X}, which is not UTF-8", byte_at(bytes, at)), "text in UTF-8"};
    if (bytes[at] == '\0') return Error{place_of(bytes, at, name), "found a NUL byte", "text in UTF-8"};
    at += size;
  }
  if (ends == LineEnds::unify) unify_line_ends(bytes);
  return bytes;
}

Result<std::string> read_text(const std::filesystem::path& path, LineEnds ends) {
  Result<std::string> bytes = read_file(path);
  if (!bytes) return bytes;
  return to_text(*std::move(bytes), path.string(), ends);
}

std::string drawable(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_bytes(text, at);
    const unsigned first = byte_at(text, at);
    const bool control = first < 0x20 || first == 0x7F ||
                         (first == 0xC2 && size == 2 && byte_at(text, at + 1) < 0xA0) ||
                         text.substr(at, size) == "\xEF\xBF\xBE" || text.substr(at, size) == "\xEF\xBF\xBF";
    out += size == 0 || control ? kReplacement : text.substr(at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return out;
}

}  // namespace vtpu
