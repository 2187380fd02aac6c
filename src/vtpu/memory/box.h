#pragma once
#include <optional>

#include "vtpu/phext/packed.h"

namespace vtpu::memory {

/// The coordinates between two corners, both included, along every axis. The flags of the corners are ignored.
struct Box {
  phext::PackedCoordinate first, last;

  bool contains(const phext::PackedCoordinate& c) const { return at_least(c, first) && at_least(last, c); }
  bool overlaps(const Box& other) const { return at_least(last, other.first) && at_least(other.last, first); }
  /// The smallest box around both.
  void extend(const Box& other);
  /// The smallest coordinate of the box at or after `from`.
  std::optional<phext::PackedCoordinate> first_inside(phext::PackedCoordinate from) const;

 private:
  using Bits = phext::PackedCoordinate::Bits;

  /// The bits of every second axis from `axis` on, counted from the column.
  static constexpr Bits every_second_axis(std::size_t axis, std::uint32_t bits) {
    Bits all = 0;
    for (std::size_t i = axis; i < phext::PackedCoordinate::kAxes; i += 2)
      all |= static_cast<Bits>(bits) << (i * phext::PackedCoordinate::kAxisBits);
    return all;
  }
  /// Whether every number of `a` is at least that of `b`. Compares every second axis at a time, so that a bit above
  /// each absorbs a borrow.
  static bool at_least(const phext::PackedCoordinate& a, const phext::PackedCoordinate& b) {
    constexpr Bits kEven = every_second_axis(0, phext::PackedCoordinate::kMax);
    constexpr Bits kOdd = every_second_axis(1, phext::PackedCoordinate::kMax);
    constexpr Bits kAboveEven = every_second_axis(0, 1) << phext::PackedCoordinate::kAxisBits;
    constexpr Bits kAboveOdd = every_second_axis(1, 1) << phext::PackedCoordinate::kAxisBits;
    return ((((a.bits() & kEven) | kAboveEven) - (b.bits() & kEven)) & kAboveEven) == kAboveEven &&
           ((((a.bits() & kOdd) | kAboveOdd) - (b.bits() & kOdd)) & kAboveOdd) == kAboveOdd;
  }
};

}  // namespace vtpu::memory
