#pragma once
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "vtpu/base/result.h"

// Numbers and sizes that users write.

namespace vtpu {

std::string number_text(std::int64_t number);
std::string number_text(std::uint64_t number);
std::string number_text(double number);
template <std::integral T>
std::string number_text(T number) {
  if constexpr (std::is_signed_v<T>)
    return number_text(std::int64_t{number});
  else
    return number_text(std::uint64_t{number});
}

/// Reads all of `text` as a decimal number from `least` to `most`. Error: `where`, what was found, the range.
template <class T>
requires std::is_arithmetic_v<T> Result<T> parse_between(std::string_view text, const std::string& where, T least,
                                                         T most) {
  T value{};
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  // NaN lies in no range.
  if (status == std::errc() && stop == text.data() + text.size() && value >= least && value <= most) return value;
  return Error{where, "found '" + std::string(text) + "'",
               (std::is_integral_v<T> ? "a whole number from " : "a number from ") + number_text(least) + " to " +
                   number_text(most)};
}

/// What `parse_bytes` reads, for messages.
extern const char* const kBytesForm;

/// Reads a number of bytes with or without a unit: 65536, "64 KiB", "1.5 GB". Prefixes are those of the SI, powers of
/// 1000, and of IEC 80000, powers of 1024; KB, which is either, is refused. At most 10^18. Error: `where`, what was
/// found, the units.
Result<std::uint64_t> parse_bytes(std::string_view text, const std::string& where);

}  // namespace vtpu
