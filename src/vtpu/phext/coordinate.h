#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/phext/break.h"

namespace vtpu::phext {

/// The nine numbers of a coordinate as they were written, library first, in any range.
using Parts = std::array<std::uint32_t, 9>;

/// The place of one scroll: library.shelf.series/collection.volume.book/chapter.section.scroll, every part from 1 to
/// 999. The order is that of the document. No Coordinate outside the range exists, so no operation has to ask.
class Coordinate {
 public:
  static constexpr std::size_t kParts = 9;
  static constexpr std::uint32_t kMin = 1;
  static constexpr std::uint32_t kMax = 999;

  /// The origin, 1.1.1/1.1.1/1.1.1.
  constexpr Coordinate() { parts_.fill(kMin); }

  /// Error: the name of the first part outside 1 to 999, and its value.
  static Result<Coordinate> from_parts(const Parts& parts);

  /// Reads the canonical form, and nothing else: three groups of three decimal numbers, '.' within a group and '/'
  /// between groups. A leading '+' or 0 of a number is passed over. Error: the column (byte, from 1), what stands
  /// there, and what may; the ';' of the URL form is refused with a hint.
  static Result<Coordinate> parse(std::string_view text);

  /// As `parse`, for the URL form, with ';' between groups; '/' is refused.
  static Result<Coordinate> parse_url(std::string_view text);

  Parts parts() const;

  /// The part a dimension break counts; `kind` is not `Break::line`.
  std::uint32_t part(Break kind) const { return parts_[index_of(kind)]; }

  /// Walks over one break. False, and nothing changed, when its dimension already is at 999.
  [[nodiscard]] bool advance(Break kind) {
    if (kind == Break::line) return true;
    const std::size_t at = index_of(kind);
    if (parts_[at] == kMax) return false;
    ++parts_[at];
    for (std::size_t lower = at + 1; lower < kParts; ++lower) parts_[lower] = kMin;
    return true;
  }

  /// The coordinate after those breaks, in turn. Error: the break that would pass 999.
  Result<Coordinate> after(std::span<const Break> kinds) const;

  /// `1.1.1/1.1.1/1.1.1`
  std::string to_string() const;
  /// `1.1.1;1.1.1;1.1.1`
  std::string to_urlencoded() const;

  friend auto operator<=>(const Coordinate&, const Coordinate&) = default;

 private:
  static constexpr std::size_t index_of(Break kind) { return kParts - static_cast<std::size_t>(kind); }

  std::array<std::uint16_t, kParts> parts_;
};

/// Nine numbers in canonical form, in range or not.
std::string raw_text(const Parts& parts);

/// Reads the canonical form with any numbers below 2^32. Error: as `Coordinate::parse`.
Result<Parts> parse_parts(std::string_view text);

/// Reads what it can. '.', '/' and ';' separate alike, digits make numbers, every other byte is passed over. Separators
/// before the first digit are ignored; each of the next eight ends the part in turn, later ones drop the number before
/// them; the number at the end is the scroll. Parts not given are 1, and a doubled or trailing separator makes a 0.
/// Error: the column of a digit that takes a number past 32 bits.
Result<Parts> to_coordinate(std::string_view text);

}  // namespace vtpu::phext
