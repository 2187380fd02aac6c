#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::language {

/// What an expression is. A `mask` is the result of comparing vectors, by their lanes. `poison` is what remains of an
/// expression with a mistake: nothing is said about what is made of it.
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
/// The type written with this name; nothing for a name that is none (masks have no name).
std::optional<Type> type_named(std::string_view name);
ir::Type to_ir(Type type);
/// Of a scalar number or of a number vector's lanes; `poison` of others.
Type lane_type(Type type);
/// i32 → i32x16 and so on; `poison` of others.
Type vector_type(Type scalar);
/// The scalar type that an element is read as.
Type type_of(ir::Element element);
std::optional<ir::Element> element_named(std::string_view name);

constexpr bool is_vector(Type t) { return t == Type::f64x8 || t == Type::i32x16 || t == Type::f32x16; }
constexpr bool is_float(Type t) { return t == Type::f64 || t == Type::f32 || t == Type::f64x8 || t == Type::f32x16; }
constexpr bool is_integer(Type t) { return t == Type::i64 || t == Type::i32 || t == Type::i32x16; }
constexpr bool is_number(Type t) { return is_float(t) || is_integer(t); }
constexpr bool is_scalar_number(Type t) { return is_number(t) && !is_vector(t); }

/// An i64 as constant + Σ coefficient × iteration number of a loop around + Σ coefficient × value, modulo 2^64. Terms
/// by rising id, none with coefficient 0; ids of loops rise from outside in.
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
/// Of a form that is divisible and does not wrap around.
Form shifted_right(Form a, unsigned shift);

/// The value of an expression: an i64 is a form, another type a constant (`bits`, of a vector those of every lane) or a
/// value of the IR. An i32's bits are sign-extended, an f32's zero-extended.
struct Quantity {
  Type type = Type::poison;
  Form form;
  std::optional<std::int64_t> bits;
  ir::Value value = ir::kNone;
  std::optional<phext::PackedCoordinate> place;  ///< of a coordinate that is known
  bool literal = false;                          ///< i64 or f64 that takes the type of what it meets
  bool hexadecimal = false;                      ///< of a literal
  bool loaded = false;                           ///< straight from an op `load` that nothing else uses

  bool poison() const { return type == Type::poison; }
  /// The same, no longer a literal.
  Quantity typed() const {
    Quantity made = *this;
    made.literal = made.hexadecimal = false;
    return made;
  }
  /// Of an i64: its form's, where it is one.
  std::optional<std::int64_t> constant() const;

  static Quantity of_value(Type type, ir::Value value);
  static Quantity of_form(Form form);
  static Quantity of_bits(Type type, std::int64_t bits);
  static Quantity integer(std::int64_t value) { return of_form(Form::of(value)); }
  static Quantity nothing() { return of_bits(Type::nothing, 0); }
};

}  // namespace vtpu::compiler::language
