#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::language {

/// The type of an expression. A `mask` is the result of comparing vectors, by the number of lanes. `poison` is the type
/// of an expression with an error; nothing that uses it is reported.
enum class Type : std::uint8_t {
  poison,
  nothing,
  i64,
  i32,
  f64,
  f32,
  boolean,
  mask16,
  mask8,
  f64x8,
  i32x16,
  f32x16,
  bytes,
  coord,
  message
};

std::string_view name_of(Type type);
/// The type of this name; none if there is no such type (masks have no name).
std::optional<Type> type_named(std::string_view name);
ir::Type to_ir(Type type);
/// The lane type of a number vector; a scalar number type itself; `poison` for others.
Type lane_type(Type type);
/// i32 → i32x16 and so on; `poison` for others.
Type vector_type(Type scalar);
/// The scalar type of a loaded element.
Type type_of(ir::Element element);
std::optional<ir::Element> element_named(std::string_view name);

constexpr bool is_vector(Type t) { return t == Type::f64x8 || t == Type::i32x16 || t == Type::f32x16; }
constexpr bool is_float(Type t) { return t == Type::f64 || t == Type::f32 || t == Type::f64x8 || t == Type::f32x16; }
constexpr bool is_integer(Type t) { return t == Type::i64 || t == Type::i32 || t == Type::i32x16; }
constexpr bool is_number(Type t) { return is_float(t) || is_integer(t); }
constexpr bool is_scalar_number(Type t) { return is_number(t) && !is_vector(t); }

/// An i64 as constant + Σ coefficient × iteration number of an enclosing loop + Σ coefficient × value, modulo 2^64.
/// Terms are sorted by id and have no coefficient 0. Inner loops have greater ids than outer ones.
struct Form {
  struct LoopTerm {
    ir::LoopId loop = 0;
    std::int64_t coefficient = 0;
  };
  struct ValueTerm {
    ir::Value value = 0;
    std::int64_t coefficient = 0;
  };
  std::int64_t constant = 0;
  std::vector<LoopTerm> loops;
  std::vector<ValueTerm> values;

  static Form of(std::int64_t constant) { return {constant, {}, {}}; }
  static Form of_value(ir::Value value) { return {0, {}, {{value, 1}}}; }
  static Form of_loop(ir::LoopId loop, std::int64_t coefficient) { return {0, {{loop, coefficient}}, {}}; }

  bool is_constant() const { return loops.empty() && values.empty(); }
  /// Whether every coefficient and the constant are multiples of 2^shift.
  bool divisible(unsigned shift) const;
};

Form operator+(const Form& a, const Form& b);
Form operator*(const Form& a, std::int64_t factor);
inline Form operator-(const Form& a, const Form& b) { return a + b * -1; }
/// Divides a form that is divisible and does not wrap around.
Form shifted_right(Form a, unsigned shift);

/// The value of an expression. An i64 is a form. Any other type is a constant (`bits`; for a vector, those of every
/// lane) or a value of the IR. Bits of an i32 are sign-extended, those of an f32 zero-extended.
struct Quantity {
  Type type = Type::poison;
  Form form;
  std::optional<std::int64_t> bits;
  ir::Value value = ir::kNone;
  std::optional<phext::PackedCoordinate> place;  ///< of a known coordinate
  bool literal = false;                          ///< an i64 or f64 that takes the type of the other operand
  bool hexadecimal = false;                      ///< of a literal: written in hexadecimal
  bool loaded = false;                           ///< the unused result of a `load` just appended

  bool poison() const { return type == Type::poison; }
  /// The same quantity, no longer a literal.
  Quantity typed() const {
    Quantity made = *this;
    made.literal = made.hexadecimal = false;
    return made;
  }
  /// The constant value, if known; an i64 takes it from its form.
  std::optional<std::int64_t> constant() const;

  static Quantity of_value(Type type, ir::Value value);
  static Quantity of_form(Form form);
  static Quantity of_bits(Type type, std::int64_t bits);
  static Quantity integer(std::int64_t value) { return of_form(Form::of(value)); }
  static Quantity nothing() { return of_bits(Type::nothing, 0); }
};

}  // namespace vtpu::compiler::language
