#include "vtpu/compiler/language/quantity.h"

#include <array>
#include <utility>

#include "vtpu/compiler/ir/integers.h"

namespace vtpu::compiler::language {
namespace {

struct TypeRow {
  std::string_view name;
  ir::Type ir;
  Type lane, vector;
};
using enum Type;
// In the order of Type.
constexpr std::array<TypeRow, 15> kTypes = {{{"an error", ir::Type::none, poison, poison},
                                             {"nothing", ir::Type::none, poison, poison},
                                             {"i64", ir::Type::i64, i64, poison},
                                             {"i32", ir::Type::i32, i32, i32x16},
                                             {"f64", ir::Type::f64, f64, f64x8},
                                             {"f32", ir::Type::f32, f32, f32x16},
                                             {"bool", ir::Type::i64, poison, poison},
                                             {"a mask of 16 lanes", ir::Type::lanes, poison, poison},
                                             {"a mask of 8 lanes", ir::Type::lanes, poison, poison},
                                             {"f64x8", ir::Type::f64x8, f64, poison},
                                             {"i32x16", ir::Type::i32x16, i32, poison},
                                             {"f32x16", ir::Type::f32x16, f32, poison},
                                             {"bytes", ir::Type::bytes64, poison, poison},
                                             {"coord", ir::Type::coordinate, poison, poison},
                                             {"message", ir::Type::message, poison, poison}}};
static_assert(kTypes.size() == static_cast<std::size_t>(message) + 1);

const TypeRow& row(Type type) { return kTypes[static_cast<std::size_t>(type)]; }

/// The sum of two lists of terms that are sorted by id.
template <class Term, class Id>
std::vector<Term> merged(const std::vector<Term>& a, const std::vector<Term>& b, Id id) {
  std::vector<Term> sum;
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    if (right == b.end() || (left != a.end() && (*left).*id < (*right).*id)) {
      sum.push_back(*left++);
    } else if (left == a.end() || (*right).*id < (*left).*id) {
      sum.push_back(*right++);
    } else {
      Term both = *left++;
      both.coefficient = ir::wrapped_add(both.coefficient, (right++)->coefficient);
      if (both.coefficient != 0) sum.push_back(both);
    }
  }
  return sum;
}

template <class Terms>
Terms scaled(const Terms& terms, std::int64_t factor) {
  Terms product;
  for (auto term : terms) {
    term.coefficient = ir::wrapped_mul(term.coefficient, factor);
    if (term.coefficient != 0) product.push_back(term);
  }
  return product;
}

}  // namespace

std::string_view name_of(Type type) { return row(type).name; }
ir::Type to_ir(Type type) { return row(type).ir; }
Type lane_type(Type type) { return row(type).lane; }
Type vector_type(Type scalar) { return row(scalar).vector; }

std::optional<Type> type_named(std::string_view name) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    const Type type = static_cast<Type>(i);
    if (type != poison && type != nothing && type != mask16 && type != mask8 && kTypes[i].name == name) return type;
  }
  return std::nullopt;
}

Type type_of(ir::Element element) {
  switch (element) {
    case ir::Element::i8:
    case ir::Element::u8:
    case ir::Element::u16:
    case ir::Element::i32: return i32;
    case ir::Element::bf16:
    case ir::Element::f32: return f32;
    case ir::Element::i64: return i64;
    case ir::Element::f64: return f64;
  }
  return poison;
}

std::optional<ir::Element> element_named(std::string_view name) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(ir::Element::f64); ++i)
    if (ir::name_of(static_cast<ir::Element>(i)) == name) return static_cast<ir::Element>(i);
  return std::nullopt;
}

bool Form::divisible(unsigned shift) const {
  const std::uint64_t mask = (std::uint64_t{1} << shift) - 1;
  const auto divides = [&](std::int64_t x) { return (static_cast<std::uint64_t>(x) & mask) == 0; };
  for (const LoopTerm& term : loops)
    if (!divides(term.coefficient)) return false;
  for (const ValueTerm& term : values)
    if (!divides(term.coefficient)) return false;
  return divides(constant);
}

Form operator+(const Form& a, const Form& b) {
  return {ir::wrapped_add(a.constant, b.constant), merged(a.loops, b.loops, &Form::LoopTerm::loop),
          merged(a.values, b.values, &Form::ValueTerm::value)};
}

Form operator*(const Form& a, std::int64_t factor) {
  return {ir::wrapped_mul(a.constant, factor), scaled(a.loops, factor), scaled(a.values, factor)};
}

Form shifted_right(Form a, unsigned shift) {
  a.constant >>= shift;
  for (Form::LoopTerm& term : a.loops) term.coefficient >>= shift;
  for (Form::ValueTerm& term : a.values) term.coefficient >>= shift;
  return a;
}

std::optional<std::int64_t> Quantity::constant() const {
  if (type != Type::i64) return bits;
  if (form.is_constant()) return form.constant;
  return std::nullopt;
}

Quantity Quantity::of_value(Type type, ir::Value value) {
  if (type == Type::i64) return of_form(Form::of_value(value));
  Quantity made;
  made.type = type;
  made.value = value;
  return made;
}

Quantity Quantity::of_form(Form form) {
  Quantity made;
  made.type = Type::i64;
  made.form = std::move(form);
  return made;
}

Quantity Quantity::of_bits(Type type, std::int64_t bits) {
  if (type == Type::i64) return integer(bits);
  Quantity made;
  made.type = type;
  made.bits = bits;
  return made;
}

}  // namespace vtpu::compiler::language
