#pragma once
#include <cstdint>
#include <limits>

/// Arithmetic on numbers that a program chooses: bounds, steps, offsets and coefficients. They may be any 64-bit
/// numbers, so a sum or product of them either wraps around by definition or is computed in 128 bits.
namespace vtpu::compiler::ir {

__extension__ using Wide = __int128;

inline constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();

// Modulo 2^64.
constexpr std::int64_t wrapped_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapped_sub(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapped_mul(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

constexpr Wide magnitude(Wide x) { return x < 0 ? -x : x; }
constexpr bool fits_i64(Wide x) { return x >= kLeast && x <= kGreatest; }
constexpr bool fits_i32(Wide x) {
  return x >= std::numeric_limits<std::int32_t>::min() && x <= std::numeric_limits<std::int32_t>::max();
}

/// Number of steps of at least 1 that fit into a distance, rounded up; 0 if the distance is not positive. A greater
/// number than 2^63 − 1 counts as that: no run lasts so long.
constexpr std::int64_t trip_count(Wide distance, std::int64_t step) {
  if (distance <= 0) return 0;
  const Wide trips = (distance + step - 1) / step;
  return fits_i64(trips) ? static_cast<std::int64_t>(trips) : kGreatest;
}

}  // namespace vtpu::compiler::ir
