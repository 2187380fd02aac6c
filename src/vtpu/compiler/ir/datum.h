#pragma once
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "vtpu/compiler/ir/ir.h"

/// Values during evaluation, and arithmetic on their lanes.
namespace vtpu::compiler::ir {

/// The bytes of a value of any type, lane 0 first. Bytes beyond the type's size are 0.
struct Datum {
  std::array<std::byte, 64> bytes{};

  template <class T>
  T lane(std::size_t k = 0) const {
    T x;
    std::memcpy(&x, bytes.data() + k * sizeof(T), sizeof(T));
    return x;
  }
  template <class T>
  void set(std::size_t k, T x) {
    std::memcpy(bytes.data() + k * sizeof(T), &x, sizeof(T));
  }
  template <class T>
  static Datum of(T x) {
    Datum datum;
    datum.set(0, x);
    return datum;
  }
};

/// Calls f with a zero of the lane's C++ type: std::int64_t, std::int32_t, double or float. Masks use std::int64_t.
template <class F>
auto with_lane(Type type, const F& f) {
  switch (is_vector(type) ? scalar_of(type) : type) {
    case Type::i32: return f(std::int32_t{});
    case Type::f64: return f(double{});
    case Type::f32: return f(float{});
    default: return f(std::int64_t{});
  }
}

/// Integer arithmetic wraps around.
template <class T, class F>
T wrapping(T a, T b, const F& f) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return f(a, b);
  }
}
template <class T>
T add(T a, T b) {
  return wrapping(a, b, [](auto x, auto y) { return x + y; });
}
template <class T>
T subtract(T a, T b) {
  return wrapping(a, b, [](auto x, auto y) { return x - y; });
}
template <class T>
T multiply(T a, T b) {
  return wrapping(a, b, [](auto x, auto y) { return x * y; });
}
template <class T>
T multiply_add(T a, T b, T c) {
  if constexpr (std::is_integral_v<T>)
    return add(multiply(a, b), c);
  else
    return std::fma(a, b, c);
}

template <class T>
T reduced(isa::ReductionKind kind, T a, T b) {
  if (kind == isa::ReductionKind::add) return add(a, b);
  return (kind == isa::ReductionKind::min ? a < b : a > b) ? a : b;
}

/// Floats are truncated towards zero; NaN and values out of range give the least integer. Integers keep their low bits;
/// an integer becomes an f32 by way of binary64.
template <class To, class From>
To converted(From x) {
  if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    constexpr From kEnd = static_cast<From>(std::uint64_t{1} << (8 * sizeof(To) - 1));
    return x >= -kEnd && x < kEnd ? static_cast<To>(x) : std::numeric_limits<To>::min();
  } else if constexpr (std::is_floating_point_v<To> && std::is_integral_v<From>) {
    return static_cast<To>(static_cast<double>(x));
  } else {
    return static_cast<To>(x);
  }
}

/// One lane of a dot product of bfloat16 pairs, the odd element first. Denormal factors, sums and results are replaced
/// by zero of their sign.
inline float dot_bf16(float sum, std::uint32_t a, std::uint32_t b) {
  constexpr float kLeast = std::numeric_limits<float>::min();
  const auto flushed = [](float x) { return std::abs(x) < kLeast ? std::copysign(0.0f, x) : x; };
  const auto take = [&](float c, std::uint32_t x, std::uint32_t y) {
    const float p = flushed(std::bit_cast<float>(x)), q = flushed(std::bit_cast<float>(y));
    const float r = std::fma(p, q, c);
    if (std::abs(r) != kLeast) return flushed(r);
    // The result is tiny if rounding to 24 bits with unbounded exponents leaves it below the least normal number. The
    // product is exact in binary64. Near 2^-126, where this decides, the sum is exact too, because c is a multiple of
    // 2^-149.
    return std::abs(static_cast<double>(p) * q + c) < 0x1p-126 - 0x1p-151 ? std::copysign(0.0f, r) : r;
  };
  const float first = take(flushed(sum), a & 0xffff0000u, b & 0xffff0000u);
  return take(first, a << 16, b << 16);
}

}  // namespace vtpu::compiler::ir
