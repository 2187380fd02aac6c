#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

// Summaries of a document. The error of a function that can fail is the byte of the first break past 999.

/// The bytes up to the first break of any kind, at most 32, cut at the end of a UTF-8 character; "..." follows when
/// anything was left out.
std::string summary(std::string_view text);

/// A line `* COORDINATE: SUMMARY` for each scroll with text.
Result<std::string> textmap(std::string_view text);

/// An HTML list of links to `url_base` followed by the URL form of each coordinate. Base and summaries are escaped.
Result<std::string> navmap(std::string_view url_base, std::string_view text);

/// The 128-bit XXH3 hash with seed 0 as 32 lower-case hexadecimal digits, the upper half first.
std::string checksum(std::string_view text);

/// The document in which each text is replaced by its checksum.
Result<std::string> manifest(std::string_view text);

/// The document in which each text is replaced by (1 + the weights of its letters) mod 99, in decimal.
Result<std::string> soundex(std::string_view text);

/// The document in which each text is replaced by its byte offset in the normal form.
Result<std::string> index(std::string_view text);

/// The byte offset in the normal form of a scroll; for an absent scroll, the offset of the last scroll with text before
/// it, or 0 when there is none.
Result<std::size_t> offset(std::string_view text, const Coordinate& target);

/// True when the text has the byte 0x07.
bool cowbell(std::string_view text);

/// A scroll with text: its position and its first bytes.
struct TocEntry {
  Coordinate coordinate;
  std::size_t offset = 0;  ///< of its first byte in the given document, not its normal form
  std::size_t bytes = 0;
  std::string summary;
};

/// The table of contents in document order.
Result<std::vector<TocEntry>> toc(std::string_view text);

/// Sizes and counts of a document.
struct Stat {
  std::size_t bytes = 0;
  std::size_t text_bytes = 0;                     ///< all but the dimension breaks
  std::size_t scrolls = 0;                        ///< those with text
  std::size_t longest = 0;                        ///< bytes of the longest scroll
  Coordinate last;                                ///< of the last scroll with text; the origin without one
  std::array<std::size_t, kBreakKinds> breaks{};  ///< by kind, the line break first
};

Result<Stat> stat(std::string_view text);

}  // namespace vtpu::phext
