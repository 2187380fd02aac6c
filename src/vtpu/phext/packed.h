#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

/// The eleven dimensions, outermost first.
enum class Axis : std::uint8_t {
  library,
  shelf,
  series,
  collection,
  volume,
  book,
  chapter,
  section,
  scroll,
  line,
  column
};

/// An 11-dimensional coordinate in 128 bits: eleven numbers of 11 bits, 0 to 2047 each, the column in bits 0 to 10, the
/// library in bits 110 to 120, and seven flag bits above. The order of the numbers, as integers, is the order of the
/// document. Comparison and hash ignore the flags.
class PackedCoordinate {
 public:
  using Bits = unsigned __int128;

  static constexpr std::size_t kAxes = 11;
  static constexpr unsigned kAxisBits = 11;
  static constexpr std::uint32_t kMax = (1u << kAxisBits) - 1;
  static constexpr unsigned kFlagBits = 7;

  /// All numbers and flags zero.
  constexpr PackedCoordinate() = default;
  static constexpr PackedCoordinate from_bits(Bits bits) { return PackedCoordinate(bits); }
  /// The first line and column of the scroll.
  static PackedCoordinate from_coordinate(const Coordinate& coordinate);

  /// Reads `1.1.1/1.1.1/1.1.1`, at line 1 and column 1, or `1.1.1/1.1.1/1.1.1/5.7`, at line 5 and column 7. The nine
  /// parts are 1 to 999, line and column 1 to 2047. Error: the column, what was found and what was expected.
  static Result<PackedCoordinate> parse(std::string_view text);

  constexpr Bits bits() const { return bits_; }
  constexpr std::uint32_t get(Axis axis) const { return static_cast<std::uint32_t>(bits_ >> shift(axis)) & kMax; }
  /// A copy with another number on one axis; `value` is at most kMax.
  PackedCoordinate with(Axis axis, std::uint32_t value) const;
  constexpr std::uint32_t flags() const { return static_cast<std::uint32_t>(bits_ >> (kAxes * kAxisBits)); }
  /// A copy with other flags; `flags` is at most 127.
  PackedCoordinate with_flags(std::uint32_t flags) const;

  /// The scroll's coordinate. Error: a part that is 0 or above 999; a line or column other than 1, which would be lost.
  Result<Coordinate> to_coordinate() const;
  /// The eleven-part form. `parse` reads it back exactly, except for the flags. Error: a part that is 0 or above 999, a
  /// line or column that is 0.
  Result<std::string> to_text11() const;
  /// The eleven numbers in the eleven-part form, of any size: for messages, not for `parse`.
  std::string raw_text() const;

  /// 64 well-mixed bits of the eleven numbers; versions may differ in the function.
  std::uint64_t hash() const;

  friend constexpr bool operator==(const PackedCoordinate& a, const PackedCoordinate& b) {
    return a.value() == b.value();
  }
  friend constexpr std::strong_ordering operator<=>(const PackedCoordinate& a, const PackedCoordinate& b) {
    if (a.value() == b.value()) return std::strong_ordering::equal;
    return a.value() < b.value() ? std::strong_ordering::less : std::strong_ordering::greater;
  }

 private:
  friend class PrefixPattern;

  constexpr explicit PackedCoordinate(Bits bits) : bits_(bits) {}
  static constexpr unsigned shift(Axis axis) {
    return (static_cast<unsigned>(kAxes) - 1 - static_cast<unsigned>(axis)) * kAxisBits;
  }
  static constexpr Bits kValueMask = (static_cast<Bits>(1) << (kAxes * kAxisBits)) - 1;
  constexpr Bits value() const { return bits_ & kValueMask; }

  Bits bits_ = 0;
};

/// Sum over the axes of the difference.
std::uint32_t manhattan_distance(const PackedCoordinate& a, const PackedCoordinate& b);

/// The number of axes on which the two differ, 0 to 11.
std::uint32_t hamming_distance(const PackedCoordinate& a, const PackedCoordinate& b);

/// The result of a step, and whether it was clamped at 0 or 2047.
struct Step {
  PackedCoordinate to;
  bool saturated = false;
};

/// Moves by `distance` along one axis, backwards when negative; the other axes and the flags stay.
Step step(const PackedCoordinate& from, Axis axis, std::int64_t distance);

/// All coordinates with a common prefix: `1.1.1/2.*.*/*.*.*` is collection 2. A pattern has eleven parts, or nine,
/// where line and column are wildcards. Every part after a wildcard is a wildcard, so the matches are one interval.
class PrefixPattern {
 public:
  /// Error: the column, what was found and what was expected.
  static Result<PrefixPattern> parse(std::string_view text);

  /// The number of axes fixed, from the library on, 0 to 11.
  std::size_t fixed() const { return fixed_; }
  bool matches(const PackedCoordinate& coordinate) const { return (coordinate.bits() & mask_) == prefix_; }
  /// The smallest and the largest match.
  PackedCoordinate first() const { return PackedCoordinate::from_bits(prefix_); }
  PackedCoordinate last() const;
  /// The pattern as text with eleven parts.
  std::string to_text() const;

 private:
  std::size_t fixed_ = 0;
  PackedCoordinate::Bits mask_ = 0;
  PackedCoordinate::Bits prefix_ = 0;
};

}  // namespace vtpu::phext
