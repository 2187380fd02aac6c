#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "vtpu/compiler/language/emitter.h"

namespace vtpu::compiler::language {

/// Evaluates an op on constant operands of the scalar `type`, as the IR defines it, and returns the result's bits. None
/// if they are not known at compile time; this includes every NaN, whose bits depend on the machine.
std::optional<std::int64_t> fold(ir::OpKind kind, Type type, std::span<const std::int64_t> operands);
bool fold_compare(isa::Condition condition, Type type, std::int64_t a, std::int64_t b);
/// Constant conversion between scalar types, as OpKind::convert and OpKind::extend.
std::int64_t fold_convert(Type from, Type to, std::int64_t bits);

/// Ops on quantities whose types have been checked. Constants are folded, i64 values stay symbolic as forms, and
/// everything else is appended to the module.
class Arithmetic {
 public:
  explicit Arithmetic(Emitter& emitter) : emit_(emitter) {}

  /// Operands of one number type: add, sub, mul, div, min, max, bit_and, bit_or, bit_xor. Bit ops also take bools.
  Quantity binary(ir::OpKind kind, const Quantity& a, const Quantity& b);
  Quantity fma(const Quantity& a, const Quantity& b, const Quantity& c);
  /// `count`: of a's type or i64; for a vector a constant. kind: shl, shr, sar.
  Quantity shift(ir::OpKind kind, const Quantity& a, const Quantity& count);
  Quantity negate(const Quantity& a);
  Quantity absolute(const Quantity& a);
  Quantity square_root(const Quantity& a);
  /// Operands of one number type, or bools. The result is a bool or, for vectors, a mask.
  Quantity compare(isa::Condition condition, const Quantity& a, const Quantity& b);
  /// `condition`: a bool, or a mask with the lanes of the vectors a and b.
  Quantity select(const Quantity& condition, const Quantity& a, const Quantity& b);
  Quantity select_coordinate(const Quantity& condition, const Quantity& a, const Quantity& b);
  /// Between scalar types (bool only as `from`), or between i32x16 and f32x16.
  Quantity convert(const Quantity& a, Type to);
  /// The same bits as another type of equal width.
  Quantity bits(const Quantity& a, Type to);
  Quantity splat(const Quantity& a);
  /// A number as a constant of the scalar or vector type.
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
