#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "vtpu/compiler/language/emitter.h"

namespace vtpu::compiler::language {

/// The bits that an op gives on constant operands (of the scalar `type`), as the IR defines it. None where it is not
/// known here, which a NaN result never is: its bits are the machine's affair.
std::optional<std::int64_t> fold(ir::OpKind kind, Type type, std::span<const std::int64_t> operands);
bool fold_compare(isa::Condition condition, Type type, std::int64_t a, std::int64_t b);
/// Between scalar types, as Kind::convert and Kind::extend.
std::int64_t fold_convert(Type from, Type to, std::int64_t bits);

/// Ops on quantities whose types have been checked: constants are computed, i64 are kept as forms, the rest is
/// appended.
class Arithmetic {
 public:
  explicit Arithmetic(Emitter& emitter) : emit_(emitter) {}

  /// Both of one number type: add, sub, mul, div, min, max, bit_and, bit_or, bit_xor. bit ops also of bools.
  Quantity binary(ir::OpKind kind, const Quantity& a, const Quantity& b);
  Quantity fma(const Quantity& a, const Quantity& b, const Quantity& c);
  /// `count`: of a's type, or i64; of a vector a constant. kind: shl, shr, sar.
  Quantity shift(ir::OpKind kind, const Quantity& a, const Quantity& count);
  Quantity negate(const Quantity& a);
  Quantity absolute(const Quantity& a);
  Quantity square_root(const Quantity& a);
  /// Of one number type, or bools: a bool or, of vectors, a mask.
  Quantity compare(isa::Condition condition, const Quantity& a, const Quantity& b);
  /// `condition`: a bool, or a mask that suits the vectors a and b.
  Quantity select(const Quantity& condition, const Quantity& a, const Quantity& b);
  /// Between scalar types (bool included as `from`), or i32x16 and f32x16.
  Quantity convert(const Quantity& a, Type to);
  /// The same bits as another type of the same width.
  Quantity bits(const Quantity& a, Type to);
  Quantity splat(const Quantity& a);
  /// A number of the scalar or vector type as a constant.
  static Quantity number(Type type, double value);

  ir::Value value_of(const Quantity& q) { return emit_.value_of(q); }

 private:
  Quantity op(ir::OpKind kind, Type type, std::initializer_list<const Quantity*> operands);
  Quantity integer_binary(ir::OpKind kind, const Quantity& a, const Quantity& b);
  /// A bool as a mask for vectors of this type.
  Quantity mask_of(const Quantity& condition, Type vector);

  Emitter& emit_;
};

}  // namespace vtpu::compiler::language
