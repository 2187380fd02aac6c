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

/// Nine numbers of a coordinate, library first, of any size.
using Parts = std::array<std::uint32_t, 9>;

/// The place of one scroll: library.shelf.series/collection.volume.book/chapter.section.scroll, every part from 1 to
/// 999. The order is that of the document. A Coordinate is always in range, so no operation has to check it.
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
  /// between groups. A leading '+' and leading zeros of a number are skipped. Error: the column (byte, from 1), what
  /// was found there and what was expected, with a hint for the ';' of the URL form.
  static Result<Coordinate> parse(std::string_view text);

  /// As `parse`, for the URL form, with ';' between groups; '/' is refused.
  static Result<Coordinate> parse_url(std::string_view text);

  Parts parts() const;

  /// The part that a break of this kind increments; `kind` is not `Break::line`.
  std::uint32_t part(Break kind) const { return parts_[index_of(kind)]; }

  /// Advances over one break. Returns false and changes nothing when its dimension already is 999.
  [[nodiscard]] bool advance(Break kind) {
    if (kind == Break::line) return true;
    const std::size_t at = index_of(kind);
    if (parts_[at] == kMax) return false;
    ++parts_[at];
    for (std::size_t lower = at + 1; lower < kParts; ++lower) parts_[lower] = kMin;
    return true;
  }

  /// The coordinate after these breaks in order. Error: the break that would pass 999.
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

/// Nine numbers of any size in canonical form.
std::string raw_text(const Parts& parts);

/// Reads the canonical form with any numbers below 2^32. Error: as `Coordinate::parse`.
Result<Parts> parse_parts(std::string_view text);

/// The lenient parse. '.', '/' and ';' are equivalent separators, digits form numbers, and every other byte is skipped.
/// Separators before the first digit are ignored. Each of the next eight separators ends one part; later ones drop the
/// number before them. The number at the end is the scroll. Parts that are missing are 1; a doubled or trailing
/// separator gives a 0. Error: the column of the digit at which a number exceeds 32 bits.
Result<Parts> to_coordinate(std::string_view text);

}  // namespace vtpu::phext
