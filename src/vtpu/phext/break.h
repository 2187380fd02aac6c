#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vtpu::phext {

/// The ten delimiters, smallest first. A break increments its own dimension and resets every lower one to 1. The line
/// break changes no coordinate: it is part of its scroll's text.
enum class Break : std::uint8_t { line, scroll, section, chapter, book, volume, collection, series, shelf, library };

inline constexpr std::size_t kBreakKinds = 10;

/// The byte and the name of each break. 0x1B, between book and volume, is plain text.
inline constexpr std::array<unsigned char, kBreakKinds> kBreakBytes = {0x0A, 0x17, 0x18, 0x19, 0x1A,
                                                                       0x1C, 0x1D, 0x1E, 0x1F, 0x01};
inline constexpr std::array<std::string_view, kBreakKinds> kBreakNames = {
    "line", "scroll", "section", "chapter", "book", "volume", "collection", "series", "shelf", "library"};

/// The byte of the "cowbell", a marker that the format gives no meaning.
inline constexpr char kCowbell = 0x07;

constexpr char byte_of(Break kind) { return static_cast<char>(kBreakBytes[static_cast<std::size_t>(kind)]); }
constexpr std::string_view name_of(Break kind) { return kBreakNames[static_cast<std::size_t>(kind)]; }

namespace detail {
constexpr std::array<std::int8_t, 256> break_of_byte() {
  std::array<std::int8_t, 256> kinds{};
  kinds.fill(-1);
  for (std::size_t kind = 0; kind < kBreakKinds; ++kind) kinds[kBreakBytes[kind]] = static_cast<std::int8_t>(kind);
  return kinds;
}
inline constexpr std::array<std::int8_t, 256> kBreakOfByte = break_of_byte();
}  // namespace detail

/// The break that the byte encodes, if any.
constexpr std::optional<Break> break_of(char byte) {
  const std::int8_t kind = detail::kBreakOfByte[static_cast<unsigned char>(byte)];
  if (kind < 0) return std::nullopt;
  return static_cast<Break>(kind);
}

/// The break of that name, if any.
std::optional<Break> break_named(std::string_view name);

/// True for the ten delimiters, the line break among them.
constexpr bool is_break(char byte) { return break_of(byte).has_value(); }

/// True for the nine delimiters that change the coordinate.
constexpr bool is_dimension_break(char byte) { return detail::kBreakOfByte[static_cast<unsigned char>(byte)] > 0; }

}  // namespace vtpu::phext
