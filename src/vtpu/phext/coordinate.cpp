#include "vtpu/phext/coordinate.h"

#include <fmt/core.h>

#include <limits>

#include "vtpu/phext/fields.h"

namespace vtpu::phext {
namespace {

Result<Parts> parse_form(std::string_view text, char group, std::uint32_t low, std::uint32_t high) {
  FieldReader reader(text);
  Parts parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0)
      if (const Result<void> separated = reader.separator(separator_before(i, group)); !separated)
        return separated.error();
    const Result<std::uint32_t> number = reader.number(low, high);
    if (!number) return number.error();
    parts[i] = *number;
  }
  if (const Result<void> ended = reader.end(); !ended) return ended.error();
  return parts;
}

Result<Coordinate> parse_valid(std::string_view text, char group) {
  const Result<Parts> parts = parse_form(text, group, Coordinate::kMin, Coordinate::kMax);
  if (!parts) return parts.error();
  return Coordinate::from_parts(*parts);
}

std::string format_form(const Parts& p, char group) {
  return fmt::format("{0}.{1}.{2}{9}{3}.{4}.{5}{9}{6}.{7}.{8}", p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8],
                     group);
}

}  // namespace

Result<Coordinate> Coordinate::from_parts(const Parts& parts) {
  Coordinate coordinate;
  for (std::size_t i = 0; i < kParts; ++i) {
    if (parts[i] < kMin || parts[i] > kMax)
      return Error{raw_text(parts), fmt::format("{} {}", kBreakNames[kParts - i], parts[i]),
                   fmt::format("a number from {} to {}", kMin, kMax)};
    coordinate.parts_[i] = static_cast<std::uint16_t>(parts[i]);
  }
  return coordinate;
}

Result<Coordinate> Coordinate::parse(std::string_view text) { return parse_valid(text, '/'); }

Result<Coordinate> Coordinate::parse_url(std::string_view text) { return parse_valid(text, ';'); }

Parts Coordinate::parts() const {
  Parts parts{};
  for (std::size_t i = 0; i < kParts; ++i) parts[i] = parts_[i];
  return parts;
}

Result<Coordinate> Coordinate::after(std::span<const Break> kinds) const {
  Coordinate coordinate = *this;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (!coordinate.advance(kinds[i]))
      return Error{fmt::format("break {}", i + 1),
                   fmt::format("a {} break at {}", name_of(kinds[i]), coordinate.to_string()),
                   fmt::format("a {} below {}", name_of(kinds[i]), kMax)};
  return coordinate;
}

std::string Coordinate::to_string() const { return format_form(parts(), '/'); }

std::string Coordinate::to_urlencoded() const { return format_form(parts(), ';'); }

std::string raw_text(const Parts& parts) { return format_form(parts, '/'); }

Result<Parts> parse_parts(std::string_view text) {
  return parse_form(text, '/', 0, std::numeric_limits<std::uint32_t>::max());
}

Result<Parts> to_coordinate(std::string_view text) {
  Parts parts;
  parts.fill(Coordinate::kMin);
  std::uint64_t number = 0;
  std::size_t stored = 0;
  bool digit_seen = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c >= '0' && c <= '9') {
      digit_seen = true;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
      if (number > std::numeric_limits<std::uint32_t>::max())
        return Error{fmt::format("column {}", at + 1), "found a number past 32 bits", "a number from 1 to 999"};
    } else if ((c == '.' || c == '/' || c == ';') && digit_seen) {
      if (stored < Coordinate::kParts - 1) parts[stored++] = static_cast<std::uint32_t>(number);
      number = 0;
    }
  }
  if (digit_seen) parts.back() = static_cast<std::uint32_t>(number);
  return parts;
}

}  // namespace vtpu::phext
