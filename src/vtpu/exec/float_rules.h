#pragma once
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

// Floating-point arithmetic that equals the x86 vector instructions bit for bit, NaNs included, with exceptions masked,
// rounding to nearest even and denormals kept. The compiler may swap the operands of + and ×, which would change the
// resulting NaN. NaN results are therefore computed by rule here; all others follow IEEE 754. Source: AMD64
// Architecture Programmer's Manual, volume 1, section 4.7.1.5.

namespace vtpu::exec {

template <std::floating_point T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <std::floating_point T>
inline constexpr BitsOf<T> kQuietBit = BitsOf<T>{1} << (std::numeric_limits<T>::digits - 2);

/// The default NaN, the result of an invalid operation.
template <std::floating_point T>
T default_nan() {
  return std::bit_cast<T>(static_cast<BitsOf<T>>(~(kQuietBit<T> - 1)));
}
template <std::floating_point T>
T quieted(T x) {
  return std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(x) | kQuietBit<T>));
}

/// The NaN result of an operation: the first NaN operand, made quiet, else the default NaN.
template <std::floating_point T, std::same_as<T>... More>
T nan_of(T first, More... more) {
  if (first != first) return quieted(first);
  if constexpr (sizeof...(more) == 0)
    return default_nan<T>();
  else
    return nan_of(more...);
}

template <std::floating_point T>
T add(T a, T b) {
  const T x = a + b;
  return x == x ? x : nan_of(a, b);
}
template <std::floating_point T>
T subtract(T a, T b) {
  const T x = a - b;
  return x == x ? x : nan_of(a, b);
}
template <std::floating_point T>
T multiply(T a, T b) {
  const T x = a * b;
  return x == x ? x : nan_of(a, b);
}
template <std::floating_point T>
T divide(T a, T b) {
  const T x = a / b;
  return x == x ? x : nan_of(a, b);
}
template <std::floating_point T>
T square_root(T a) {
  if (a != a) return quieted(a);
  return a < 0 ? default_nan<T>() : std::sqrt(a);
}
template <std::floating_point T>
T multiply_add(T a, T b, T c) {
  const T x = std::fma(a, b, c);
  return x == x ? x : nan_of(a, b, c);
}
template <std::floating_point T>
T lesser(T a, T b) {
  return a < b ? a : b;
}
template <std::floating_point T>
T greater(T a, T b) {
  return a > b ? a : b;
}

/// Truncates towards zero; the smallest integer for a NaN and out of range.
template <std::signed_integral I, std::floating_point T>
I truncated(T x) {
  constexpr T kEnd = static_cast<T>(std::uint64_t{1} << (8 * sizeof(I) - 1));
  return x >= -kEnd && x < kEnd ? static_cast<I>(x) : std::numeric_limits<I>::min();
}

/// Keeps the sign and the leading bits of the payload.
inline double widened(float x) {
  if (x == x) return x;
  const std::uint64_t bits = std::bit_cast<std::uint32_t>(quieted(x));
  return std::bit_cast<double>((bits >> 31 << 63) | (std::uint64_t{0x7ff} << 52) | ((bits & 0x7fffff) << 29));
}
inline float narrowed(double x) {
  if (x == x) return static_cast<float>(x);
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(quieted(x));
  return std::bit_cast<float>(static_cast<std::uint32_t>((bits >> 63 << 31) | 0x7f800000u | ((bits >> 29) & 0x7fffff)));
}

/// Replaces a denormal by zero with its sign.
inline float flushed(float x) {
  constexpr float kLeast = std::numeric_limits<float>::min();
  return x < kLeast && x > -kLeast ? std::copysign(0.0f, x) : x;
}
/// a × b + c rounded once, with tiny results replaced by zero. A result is tiny if it is below the smallest normal
/// number after rounding to 24 bits with an unbounded exponent, even if the wider spacing of denormals would round it
/// up to that number. `a` and `b` have at most 8 significant bits.
inline float flushed_multiply_add(float a, float b, float c) {
  constexpr float kLeast = std::numeric_limits<float>::min(), kUp = 0x1p64f;
  const float x = multiply_add(a, b, c);
  if (std::abs(x) != kLeast) return flushed(x);
  // Compute the same at a larger exponent, where there are no denormals. Nothing overflows: this close to the smallest
  // number, neither c nor the smaller factor has bits above 2^63.
  if (std::abs(a) > std::abs(b)) std::swap(a, b);
  return std::abs(std::fma(a * kUp, b, c * kUp)) < kLeast * kUp ? std::copysign(0.0f, x) : x;
}
/// VDPBF16PS on one lane: denormal operands and tiny results become signed zeros; each product is added with one
/// rounding, the odd element first. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2,
/// VDPBF16PS; tests/exec compares it with the instruction on random and special operands.
inline float dot_bf16(float sum, std::uint32_t a, std::uint32_t b) {
  const auto odd = [](std::uint32_t pair) { return flushed(std::bit_cast<float>(pair & 0xffff0000u)); };
  const auto even = [](std::uint32_t pair) { return flushed(std::bit_cast<float>(pair << 16)); };
  const float first = flushed_multiply_add(odd(a), odd(b), flushed(sum));
  return flushed_multiply_add(even(a), even(b), first);
}

}  // namespace vtpu::exec
