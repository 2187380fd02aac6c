#include <fmt/core.h>

#include <array>
#include <utility>

#include "vtpu/compiler/language/builtins.h"

// Conversions and arithmetic on scalars and, lane by lane, on vectors.

namespace vtpu::compiler::language {
namespace {

Quantity wrong_argument(Lowering& lower, const Expression& call, const Quantity& q, std::string expected,
                        std::string hint = {}) {
  if (!q.poison())
    lower.fail(call.span, fmt::format("{} of {}", quoted(call.name), name_of(q.type)), std::move(expected),
               std::move(hint));
  return {};
}

Quantity convert(Lowering& lower, const Expression& call, Type to) {
  Quantity q = lower.expression(*call.parts[0]);
  const bool numeric = is_scalar_number(q.type) || q.type == Type::boolean;
  if (!numeric)
    return wrong_argument(lower, call, q, "a scalar number or a bool",
                          is_vector(q.type) ? "vectors are converted by f32x16(…) and i32x16(…)" : "");
  if (q.literal && !(is_float(q.type) && is_integer(to))) return lower.adapt(q, to, call.span) ? q.typed() : Quantity{};
  return lower.math().convert(q, to);
}
Quantity to_i64(Lowering& lower, const Expression& call) { return convert(lower, call, Type::i64); }
Quantity to_i32(Lowering& lower, const Expression& call) { return convert(lower, call, Type::i32); }
Quantity to_f64(Lowering& lower, const Expression& call) { return convert(lower, call, Type::f64); }
Quantity to_f32(Lowering& lower, const Expression& call) { return convert(lower, call, Type::f32); }

Quantity convert_vector(Lowering& lower, const Expression& call, Type from, Type to) {
  const Quantity q = lower.expression(*call.parts[0]);
  if (q.type == from || q.type == to) return lower.math().convert(q, to);
  return wrong_argument(lower, call, q, std::string(name_of(from)),
                        is_scalar_number(q.type) ? "spread(…) makes a vector from a scalar" : "");
}
Quantity to_f32x16(Lowering& lower, const Expression& call) {
  return convert_vector(lower, call, Type::i32x16, Type::f32x16);
}
Quantity to_i32x16(Lowering& lower, const Expression& call) {
  return convert_vector(lower, call, Type::f32x16, Type::i32x16);
}

/// Reinterprets the other type of equal width as `to`; 32-bit types also as vectors of 16 lanes.
Quantity same_bits(Lowering& lower, const Expression& call, Type from, Type to) {
  Quantity q = lower.expression(*call.parts[0]);
  if (!lower.adapt(q, from, call.span)) return {};
  const bool narrow = lane_type(to) == Type::i32 || lane_type(to) == Type::f32;
  if (q.type == from || q.type == to) return lower.math().bits(q, to);
  if (narrow && (q.type == vector_type(from) || q.type == vector_type(to)))
    return lower.math().bits(q, vector_type(to));
  return wrong_argument(
      lower, call, q,
      narrow ? fmt::format("{} or {}", name_of(from), name_of(vector_type(from))) : std::string(name_of(from)));
}
Quantity bits_i32(Lowering& lower, const Expression& call) { return same_bits(lower, call, Type::f32, Type::i32); }
Quantity bits_f32(Lowering& lower, const Expression& call) { return same_bits(lower, call, Type::i32, Type::f32); }
Quantity bits_i64(Lowering& lower, const Expression& call) { return same_bits(lower, call, Type::f64, Type::i64); }
Quantity bits_f64(Lowering& lower, const Expression& call) { return same_bits(lower, call, Type::i64, Type::f64); }

Quantity fma(Lowering& lower, const Expression& call) {
  std::array<Quantity, 3> q;
  for (std::size_t i = 0; i < q.size(); ++i) q[i] = lower.expression(*call.parts[i]);
  // Unify pairs repeatedly, so that one vector operand turns all three into vectors.
  for (const auto& [a, b] : {std::pair{0, 1}, std::pair{1, 2}, std::pair{0, 1}})
    if (!lower.unify(q[static_cast<std::size_t>(a)], q[static_cast<std::size_t>(b)], call.span, "'fma'")) return {};
  if (!is_number(q[0].type)) return wrong_argument(lower, call, q[0], "numbers");
  lower.at(call.span);
  return lower.math().fma(q[0], q[1], q[2]);
}

Quantity least_or_greatest(Lowering& lower, const Expression& call, ir::OpKind kind) {
  Quantity a = lower.expression(*call.parts[0]);
  Quantity b = lower.expression(*call.parts[1]);
  if (!lower.unify(a, b, call.span, quoted(call.name))) return {};
  if (!is_number(a.type)) return wrong_argument(lower, call, a, "numbers");
  lower.at(call.span);
  const bool literal = a.literal && b.literal;
  Quantity made = lower.math().binary(kind, a, b);
  made.literal = literal;
  return made;
}
Quantity least(Lowering& lower, const Expression& call) { return least_or_greatest(lower, call, ir::OpKind::min); }
Quantity greatest(Lowering& lower, const Expression& call) { return least_or_greatest(lower, call, ir::OpKind::max); }

Quantity absolute(Lowering& lower, const Expression& call) {
  const Quantity a = lower.expression(*call.parts[0]);
  return is_number(a.type) ? lower.math().absolute(a) : wrong_argument(lower, call, a, "a number");
}

Quantity root(Lowering& lower, const Expression& call) {
  const Quantity a = lower.expression(*call.parts[0]);
  if (is_float(a.type)) return lower.math().square_root(a);
  return wrong_argument(lower, call, a, "a float", is_scalar_number(a.type) ? "write f64(…)" : "");
}

Quantity select(Lowering& lower, const Expression& call) {
  const Quantity condition = lower.expression(*call.parts[0]);
  Quantity a = lower.expression(*call.parts[1]);
  Quantity b = lower.expression(*call.parts[2]);
  lower.at(call.span);
  return lower.choose(condition, std::move(a), std::move(b), call.span);
}

Quantity logical_shift(Lowering& lower, const Expression& call) {
  Quantity a = lower.expression(*call.parts[0]);
  Quantity by = lower.expression(*call.parts[1]);
  return lower.shift(ir::OpKind::shr, std::move(a), std::move(by), call.span, "'lshr'");
}

constexpr std::array<Builtin, 17> kScalarBuiltins = {{
    {"i64", 1, 1, "i64(x)", to_i64},
    {"i32", 1, 1, "i32(x)", to_i32},
    {"f64", 1, 1, "f64(x)", to_f64},
    {"f32", 1, 1, "f32(x)", to_f32},
    {"f32x16", 1, 1, "f32x16(x)", to_f32x16},
    {"i32x16", 1, 1, "i32x16(x)", to_i32x16},
    {"bits_i32", 1, 1, "bits_i32(x)", bits_i32},
    {"bits_f32", 1, 1, "bits_f32(x)", bits_f32},
    {"bits_i64", 1, 1, "bits_i64(x)", bits_i64},
    {"bits_f64", 1, 1, "bits_f64(x)", bits_f64},
    {"fma", 3, 3, "fma(a, b, c)", fma},
    {"min", 2, 2, "min(a, b), or min(i in 0..n) x[i]", least},
    {"max", 2, 2, "max(a, b), or max(i in 0..n) x[i]", greatest},
    {"abs", 1, 1, "abs(x)", absolute},
    {"sqrt", 1, 1, "sqrt(x)", root},
    {"select", 3, 3, "select(c, a, b)", select},
    {"lshr", 2, 2, "lshr(x, n)", logical_shift},
}};

}  // namespace

std::span<const Builtin> scalar_builtins() { return kScalarBuiltins; }

}  // namespace vtpu::compiler::language
