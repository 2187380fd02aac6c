#include "vtpu/phext/report.h"

#include <fmt/core.h>
#include <xxhash.h>

#include <algorithm>

#include "vtpu/phext/scan.h"
#include "vtpu/phext/scrolls.h"
#include "vtpu/phext/writer.h"

namespace vtpu::phext {
namespace {

/// Calls `visit(coordinate, text, offset)` for each scroll with text.
template <class Visit>
Result<void> for_each_text(std::string_view text, Visit visit) {
  return for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
    if (end > start) visit(at, text.substr(start, end - start), start);
    return true;
  });
}

/// The document in which each text is replaced by `change(coordinate, text)`.
template <class Change>
Result<std::string> with_each_text(std::string_view text, Change change) {
  DocumentWriter writer;
  const Result<void> walked = for_each_text(
      text, [&](const Coordinate& at, std::string_view scroll, std::size_t) { writer.append(at, change(at, scroll)); });
  if (!walked) return walked.error();
  return std::move(writer).take();
}

/// The offsets of texts in the normal form; coordinates must ascend.
class NormalOffsets {
 public:
  std::size_t next(const Coordinate& at, std::size_t bytes) {
    const std::size_t start = end_ + fix_up_length(cursor_, at);
    cursor_ = at;
    end_ = start + bytes;
    return start;
  }

 private:
  Coordinate cursor_;
  std::size_t end_ = 0;
};

constexpr bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

void append_escaped(std::string& html, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      default: html += c; break;
    }
  }
}

constexpr std::array<std::uint8_t, 256> soundex_weights() {
  std::array<std::uint8_t, 256> weights{};
  constexpr std::array<std::string_view, 6> kLetters = {"bpfv", "cskgjqxz", "dt", "l", "mn", "r"};
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    for (const char letter : kLetters[i])
      weights[static_cast<unsigned char>(letter)] = static_cast<std::uint8_t>(i + 1);
  return weights;
}

}  // namespace

std::string summary(std::string_view text) {
  constexpr std::size_t kLimit = 32;
  constexpr std::size_t kLongestTail = 3;  // a UTF-8 character has at most three bytes after its first
  std::size_t length = std::min(text.size(), kLimit);
  if (length < text.size() && continues_a_character(text[length])) {
    std::size_t cut = length;
    while (cut > 0 && length - cut < kLongestTail && continues_a_character(text[cut])) --cut;
    // Without a first byte among these, the text is not UTF-8 and has no boundary to respect.
    if (!continues_a_character(text[cut])) length = cut;
  }
  length = static_cast<std::size_t>(
      std::find_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length), is_break) - text.begin());
  std::string result(text.substr(0, length));
  if (length < text.size()) result += "...";
  return result;
}

Result<std::string> textmap(std::string_view text) {
  std::string map;
  const Result<void> walked = for_each_text(text, [&](const Coordinate& at, std::string_view scroll, std::size_t) {
    map += "* " + at.to_string() + ": " + summary(scroll) + "\n";
  });
  if (!walked) return walked.error();
  return map;
}

Result<std::string> navmap(std::string_view url_base, std::string_view text) {
  std::string map = "<ul>\n";
  const Result<void> walked = for_each_text(text, [&](const Coordinate& at, std::string_view scroll, std::size_t) {
    map += "<li><a href=\"";
    append_escaped(map, url_base);
    map += at.to_urlencoded() + "\">" + at.to_string() + " ";
    append_escaped(map, summary(scroll));
    map += "</a></li>\n";
  });
  if (!walked) return walked.error();
  return map + "</ul>\n";
}

std::string checksum(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Result<std::string> manifest(std::string_view text) {
  return with_each_text(text, [](const Coordinate&, std::string_view scroll) { return checksum(scroll); });
}

Result<std::string> soundex(std::string_view text) {
  static constexpr std::array<std::uint8_t, 256> kWeights = soundex_weights();
  return with_each_text(text, [](const Coordinate&, std::string_view scroll) {
    std::uint64_t sum = 1;
    for (const char c : scroll) sum += kWeights[static_cast<unsigned char>(c)];
    return std::to_string(sum % 99);
  });
}

Result<std::string> index(std::string_view text) {
  NormalOffsets offsets;
  return with_each_text(text, [&](const Coordinate& at, std::string_view scroll) {
    return std::to_string(offsets.next(at, scroll.size()));
  });
}

Result<std::size_t> offset(std::string_view text, const Coordinate& target) {
  NormalOffsets offsets;
  std::size_t nearest = 0;
  const Result<void> walked = for_each_text(text, [&](const Coordinate& at, std::string_view scroll, std::size_t) {
    const std::size_t start = offsets.next(at, scroll.size());
    if (at <= target) nearest = start;
  });
  if (!walked) return walked.error();
  return nearest;
}

bool cowbell(std::string_view text) { return text.find(kCowbell) != std::string_view::npos; }

Result<std::vector<TocEntry>> toc(std::string_view text) {
  std::vector<TocEntry> entries;
  const Result<void> walked =
      for_each_text(text, [&](const Coordinate& at, std::string_view scroll, std::size_t start) {
        entries.push_back({at, start, scroll.size(), summary(scroll)});
      });
  if (!walked) return walked.error();
  return entries;
}

Result<Stat> stat(std::string_view text) {
  Stat stat;
  stat.bytes = text.size();
  const Result<void> walked =
      for_each_scroll(text, Coordinate(), [&](const Coordinate& at, std::size_t start, std::size_t end) {
        const std::string_view scroll = text.substr(start, end - start);
        if (!scroll.empty()) {
          ++stat.scrolls;
          stat.last = at;
        }
        stat.text_bytes += scroll.size();
        stat.longest = std::max(stat.longest, scroll.size());
        stat.breaks[0] += static_cast<std::size_t>(std::count(scroll.begin(), scroll.end(), byte_of(Break::line)));
        if (end < text.size()) ++stat.breaks[static_cast<std::size_t>(*break_of(text[end]))];
        return true;
      });
  if (!walked) return walked.error();
  return stat;
}

}  // namespace vtpu::phext
