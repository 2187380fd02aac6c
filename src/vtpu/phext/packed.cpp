#include "vtpu/phext/packed.h"

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/phext/fields.h"

namespace vtpu::phext {
namespace {

constexpr std::size_t kScrollAxes = 9;

constexpr Axis axis_at(std::size_t i) { return static_cast<Axis>(i); }

constexpr std::uint32_t highest_in_text(std::size_t axis) {
  return axis < kScrollAxes ? Coordinate::kMax : PackedCoordinate::kMax;
}

constexpr std::string_view axis_name(std::size_t axis) {
  if (axis < kScrollAxes) return kBreakNames[kScrollAxes - axis];
  return axis == kScrollAxes ? "line" : "column";
}

/// The numbers, or '*' from axis `fixed` on.
std::string format_axes(const PackedCoordinate& coordinate, std::size_t fixed) {
  std::string text;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    if (i > 0) text += separator_before(i, '/');
    text += i < fixed ? std::to_string(coordinate.get(axis_at(i))) : "*";
  }
  return text;
}

Error outside_text(const PackedCoordinate& coordinate, std::size_t axis, std::uint32_t high) {
  std::string expected = "1";
  if (high > 1) expected = "a number from 1 to " + std::to_string(high);
  return {coordinate.raw_text(), std::string(axis_name(axis)) + " " + std::to_string(coordinate.get(axis_at(axis))),
          expected};
}

}  // namespace

PackedCoordinate PackedCoordinate::from_coordinate(const Coordinate& coordinate) {
  PackedCoordinate packed;
  const Parts parts = coordinate.parts();
  for (std::size_t i = 0; i < kScrollAxes; ++i) packed = packed.with(axis_at(i), parts[i]);
  return packed.with(Axis::line, 1).with(Axis::column, 1);
}

Result<PackedCoordinate> PackedCoordinate::parse(std::string_view text) {
  FieldReader reader(text);
  PackedCoordinate packed = PackedCoordinate().with(Axis::line, 1).with(Axis::column, 1);
  for (std::size_t i = 0; i < kAxes; ++i) {
    if (i == kScrollAxes && reader.at_end()) return packed;
    if (i > 0)
      if (const Result<void> separated = reader.separator(separator_before(i, '/')); !separated)
        return separated.error();
    const Result<std::uint32_t> number = reader.number(Coordinate::kMin, highest_in_text(i));
    if (!number) return number.error();
    packed = packed.with(axis_at(i), *number);
  }
  if (const Result<void> ended = reader.end(); !ended) return ended.error();
  return packed;
}

PackedCoordinate PackedCoordinate::with(Axis axis, std::uint32_t value) const {
  VTPU_CHECK(value <= kMax, "a dimension of a packed coordinate has 11 bits");
  const Bits cleared = bits_ & ~(static_cast<Bits>(kMax) << shift(axis));
  return PackedCoordinate(cleared | (static_cast<Bits>(value) << shift(axis)));
}

PackedCoordinate PackedCoordinate::with_flags(std::uint32_t flags) const {
  VTPU_CHECK(flags < (1u << kFlagBits), "a packed coordinate has 7 flag bits");
  return PackedCoordinate(value() | (static_cast<Bits>(flags) << (kAxes * kAxisBits)));
}

Result<Coordinate> PackedCoordinate::to_coordinate() const {
  Parts parts{};
  for (std::size_t i = 0; i < kScrollAxes; ++i) {
    parts[i] = get(axis_at(i));
    if (parts[i] < Coordinate::kMin || parts[i] > Coordinate::kMax) return outside_text(*this, i, Coordinate::kMax);
  }
  for (std::size_t i = kScrollAxes; i < kAxes; ++i)
    if (get(axis_at(i)) != 1) return outside_text(*this, i, 1);
  return Coordinate::from_parts(parts);
}

Result<std::string> PackedCoordinate::to_text11() const {
  for (std::size_t i = 0; i < kAxes; ++i) {
    const std::uint32_t number = get(axis_at(i));
    if (number < Coordinate::kMin || number > highest_in_text(i)) return outside_text(*this, i, highest_in_text(i));
  }
  return raw_text();
}

std::string PackedCoordinate::raw_text() const { return format_axes(*this, kAxes); }

std::uint64_t PackedCoordinate::hash() const {
  return mix64(mix64(static_cast<std::uint64_t>(value() >> 64)) ^ static_cast<std::uint64_t>(value()));
}

std::uint32_t manhattan_distance(const PackedCoordinate& a, const PackedCoordinate& b) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const std::uint32_t x = a.get(axis_at(i));
    const std::uint32_t y = b.get(axis_at(i));
    sum += x < y ? y - x : x - y;
  }
  return sum;
}

std::uint32_t hamming_distance(const PackedCoordinate& a, const PackedCoordinate& b) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) count += a.get(axis_at(i)) != b.get(axis_at(i)) ? 1 : 0;
  return count;
}

Step step(const PackedCoordinate& from, Axis axis, std::int64_t distance) {
  const std::int64_t here = from.get(axis);
  const std::int64_t room_below = -here;
  const std::int64_t room_above = static_cast<std::int64_t>(PackedCoordinate::kMax) - here;
  const std::int64_t taken = std::clamp(distance, room_below, room_above);
  return {from.with(axis, static_cast<std::uint32_t>(here + taken)), taken != distance};
}

Result<PrefixPattern> PrefixPattern::parse(std::string_view text) {
  FieldReader reader(text);
  PackedCoordinate prefix;
  PackedCoordinate mask;
  PrefixPattern pattern;
  bool wild = false;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    if (i == kScrollAxes && reader.at_end()) break;
    if (i > 0)
      if (const Result<void> separated = reader.separator(separator_before(i, '/')); !separated)
        return separated.error();
    const std::string place = reader.place();
    const std::string found = "found " + reader.here();
    if (reader.wildcard()) {
      wild = true;
      continue;
    }
    if (wild) return Error{place, found, "'*', as before it"};
    const Result<std::uint32_t> number = reader.number(Coordinate::kMin, highest_in_text(i));
    if (!number) return Error{number.error().where, number.error().found, number.error().expected + ", or '*'"};
    prefix = prefix.with(axis_at(i), *number);
    mask = mask.with(axis_at(i), PackedCoordinate::kMax);
    ++pattern.fixed_;
  }
  if (const Result<void> ended = reader.end(); !ended) return ended.error();
  pattern.mask_ = mask.bits();
  pattern.prefix_ = prefix.bits();
  return pattern;
}

PackedCoordinate PrefixPattern::last() const {
  return PackedCoordinate::from_bits(prefix_ | (PackedCoordinate::kValueMask & ~mask_));
}

std::string PrefixPattern::to_text() const { return format_axes(first(), fixed_); }

}  // namespace vtpu::phext
