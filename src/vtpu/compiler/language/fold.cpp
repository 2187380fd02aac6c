#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "vtpu/compiler/language/arithmetic.h"

namespace vtpu::compiler::language {
namespace {

float f32_of(std::int64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits)); }
double f64_of(std::int64_t bits) { return std::bit_cast<double>(bits); }
std::int64_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }
std::int64_t bits_of(double x) { return std::bit_cast<std::int64_t>(x); }

template <class T>
std::optional<std::int64_t> fold_float(ir::OpKind kind, T a, T b, T c) {
  T x = 0;
  switch (kind) {
    case ir::OpKind::add: x = a + b; break;
    case ir::OpKind::sub: x = a - b; break;
    case ir::OpKind::mul: x = a * b; break;
    case ir::OpKind::div: x = a / b; break;
    case ir::OpKind::fma: x = std::fma(a, b, c); break;
    case ir::OpKind::sqrt: x = std::sqrt(a); break;
    case ir::OpKind::min: x = a < b ? a : b; break;
    case ir::OpKind::max: x = a > b ? a : b; break;
    default: return std::nullopt;
  }
  if (x != x) return std::nullopt;
  return bits_of(x);
}

template <class Signed, class Unsigned>
std::optional<std::int64_t> fold_integer(ir::OpKind kind, Signed a, Signed b) {
  const Unsigned x = static_cast<Unsigned>(a), y = static_cast<Unsigned>(b);
  constexpr Unsigned kMask = sizeof(Unsigned) * 8 - 1;
  const auto back = [](Unsigned u) { return static_cast<std::int64_t>(static_cast<Signed>(u)); };
  switch (kind) {
    case ir::OpKind::add: return back(x + y);
    case ir::OpKind::sub: return back(x - y);
    case ir::OpKind::mul: return back(x * y);
    case ir::OpKind::bit_and: return back(x & y);
    case ir::OpKind::bit_or: return back(x | y);
    case ir::OpKind::bit_xor: return back(x ^ y);
    case ir::OpKind::min: return std::min(a, b);
    case ir::OpKind::max: return std::max(a, b);
    case ir::OpKind::shl: return back(x << (y & kMask));
    case ir::OpKind::shr: return back(x >> (y & kMask));
    case ir::OpKind::sar: return static_cast<std::int64_t>(a >> (y & kMask));
    default: return std::nullopt;
  }
}

/// Truncates towards zero; values out of range give the least integer.
template <class Integer>
std::int64_t truncated(double x) {
  constexpr double kLimit = -static_cast<double>(std::numeric_limits<Integer>::min());
  // For 64 bits, no double lies between −2^63 − 1 and −2^63. For 32 bits, −2^31 − 0.5 truncates to −2^31.
  if (!(x < kLimit) || !(std::trunc(x) >= -kLimit)) return std::numeric_limits<Integer>::min();
  return static_cast<Integer>(x);
}

}  // namespace

std::optional<std::int64_t> fold(ir::OpKind kind, Type type, std::span<const std::int64_t> operands) {
  const std::int64_t a = operands[0], b = operands.size() > 1 ? operands[1] : 0;
  const std::int64_t c = operands.size() > 2 ? operands[2] : 0;
  switch (type) {
    case Type::f32: return fold_float(kind, f32_of(a), f32_of(b), f32_of(c));
    case Type::f64: return fold_float(kind, f64_of(a), f64_of(b), f64_of(c));
    case Type::i32:
      return fold_integer<std::int32_t, std::uint32_t>(kind, static_cast<std::int32_t>(a),
                                                       static_cast<std::int32_t>(b));
    case Type::i64:
    case Type::boolean: return fold_integer<std::int64_t, std::uint64_t>(kind, a, b);
    default: return std::nullopt;
  }
}

bool fold_compare(isa::Condition condition, Type type, std::int64_t a, std::int64_t b) {
  if (type == Type::f32) return isa::holds(condition, f32_of(a), f32_of(b));
  if (type == Type::f64) return isa::holds(condition, f64_of(a), f64_of(b));
  return isa::holds(condition, a, b);
}

std::int64_t fold_convert(Type from, Type to, std::int64_t bits) {
  if (from == Type::f32 || from == Type::f64) {
    const double x = from == Type::f32 ? static_cast<double>(f32_of(bits)) : f64_of(bits);
    switch (to) {
      case Type::f32: return bits_of(static_cast<float>(x));
      case Type::f64: return bits_of(x);
      case Type::i32: return truncated<std::int32_t>(x);
      default: return truncated<std::int64_t>(x);
    }
  }
  switch (to) {
    case Type::f32: return bits_of(static_cast<float>(static_cast<double>(bits)));
    case Type::f64: return bits_of(static_cast<double>(bits));
    case Type::i32: return static_cast<std::int32_t>(bits);
    default: return bits;
  }
}

}  // namespace vtpu::compiler::language
