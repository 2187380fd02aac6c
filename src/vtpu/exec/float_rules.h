#pragma once
#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

// Floating point to the last bit, NaNs included, as the x86 vector instructions define it with exceptions masked, ties
// to even and denormals kept. The compiler may exchange the operands of + and ×, and then another NaN comes out; so a
// result that is a NaN is made here by rule, and any other is what IEEE 754 says.
// Source: AMD64 Architecture Programmer's Manual, volume 1, section 4.7.1.5.

namespace vtpu::exec {

template <std::floating_point T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <std::floating_point T>
inline constexpr BitsOf<T> kQuietBit = BitsOf<T>{1} << (std::numeric_limits<T>::digits - 2);

/// The default NaN: what an invalid operation gives.
template <std::floating_point T>
T default_nan() {
  return std::bit_cast<T>(static_cast<BitsOf<T>>(~(kQuietBit<T> - 1)));
}
template <std::floating_point T>
T quieted(T x) {
  return std::bit_cast<T>(static_cast<BitsOf<T>>(std::bit_cast<BitsOf<T>>(x) | kQuietBit<T>));
}

/// The NaN an operation gives: the first operand that is one, made quiet; else the default.
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

/// Cut towards zero; the least integer for a NaN and outside the range.
template <std::signed_integral I, std::floating_point T>
I truncated(T x) {
  constexpr T kEnd = static_cast<T>(std::uint64_t{1} << (8 * sizeof(I) - 1));
  return x >= -kEnd && x < kEnd ? static_cast<I>(x) : std::numeric_limits<I>::min();
}

/// Sign and leading payload bits are kept.
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

/// A denormal counts as zero, with its sign.
inline float flushed(float x) {
  constexpr float kLeast = std::numeric_limits<float>::min();
  return x < kLeast && x > -kLeast ? std::copysign(0.0f, x) : x;
}
/// a × b + c rounded once, zero where the result is tiny. It is tiny where rounding to 24 bits, were there exponents
/// below the least, would leave it below the least normal number: one that only the wider spacing of denormals rounds
/// up to that number is. `a` and `b` have at most 8 significant bits.
inline float flushed_multiply_add(float a, float b, float c) {
  constexpr float kLeast = std::numeric_limits<float>::min(), kUp = 0x1p64f;
  const float x = multiply_add(a, b, c);
  if (std::abs(x) != kLeast) return flushed(x);
  // The same further up, where exponents do not end. Nothing overflows: that close to the least number c has no bits
  // above 2^63, nor has the lesser factor.
  if (std::abs(a) > std::abs(b)) std::swap(a, b);
  return std::abs(std::fma(a * kUp, b, c * kUp)) < kLeast * kUp ? std::copysign(0.0f, x) : x;
}
/// VDPBF16PS on one lane: denormal operands count as zero, tiny results become zero, both signed; each product is added
/// with one rounding, the odd element first. Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
/// volume 2, VDPBF16PS; agreed with the instruction on random and special operands by tests/exec.
inline float dot_bf16(float sum, std::uint32_t a, std::uint32_t b) {
  const auto odd = [](std::uint32_t pair) { return flushed(std::bit_cast<float>(pair & 0xffff0000u)); };
  const auto even = [](std::uint32_t pair) { return flushed(std::bit_cast<float>(pair << 16)); };
  const float first = flushed_multiply_add(odd(a), odd(b), flushed(sum));
  return flushed_multiply_add(even(a), even(b), first);
}

}  // namespace vtpu::exec
