#include "vtpu/compiler/ir/ir.h"

#include <algorithm>
#include <iterator>

#include "vtpu/base/check.h"

namespace vtpu::compiler::ir {
namespace {

struct TypeRow {
  Type type;
  std::string_view name;
  unsigned lanes;
  Type scalar;  ///< element type of a vector type
};
constexpr TypeRow kTypes[] = {{Type::none, "none", 1, Type::none},
                              {Type::i64, "i64", 1, Type::none},
                              {Type::i32, "i32", 1, Type::none},
                              {Type::f64, "f64", 1, Type::none},
                              {Type::f32, "f32", 1, Type::none},
                              {Type::lanes, "lanes", 1, Type::none},
                              {Type::f64x8, "f64x8", 8, Type::f64},
                              {Type::i32x16, "i32x16", 16, Type::i32},
                              {Type::f32x16, "f32x16", 16, Type::f32},
                              {Type::bytes64, "bytes64", 1, Type::none},
                              {Type::coordinate, "coordinate", 1, Type::none},
                              {Type::message, "message", 1, Type::none}};

struct ElementRow {
  Element element;
  std::string_view name;
  std::size_t size;
  Type type;
};
constexpr ElementRow kElements[] = {{Element::i8, "i8", 1, Type::i32},   {Element::u8, "u8", 1, Type::i32},
                                    {Element::u16, "u16", 2, Type::i32}, {Element::bf16, "bf16", 2, Type::f32},
                                    {Element::i32, "i32", 4, Type::i32}, {Element::f32, "f32", 4, Type::f32},
                                    {Element::i64, "i64", 8, Type::i64}, {Element::f64, "f64", 8, Type::f64}};

enum class Effect : std::uint8_t { pure, seen };
struct KindRow {
  OpKind kind;
  std::string_view name;
  Effect effect;
};
constexpr KindRow kKindRows[] = {
#define OPERANDS(...)
#define KIND(kind, types, from, operands, effect) {OpKind::kind, #kind, Effect::effect},
#include "vtpu/compiler/ir/kinds.def"
#undef OPERANDS
};

/// Whether row k of a table belongs to enumerator k.
template <class Row, std::size_t N, class Member>
constexpr bool in_order(const Row (&rows)[N], Member member) {
  for (std::size_t k = 0; k < N; ++k)
    if (static_cast<std::size_t>(rows[k].*member) != k) return false;
  return true;
}
static_assert(in_order(kTypes, &TypeRow::type) && std::size(kTypes) == static_cast<std::size_t>(Type::message) + 1);
static_assert(in_order(kElements, &ElementRow::element) &&
              std::size(kElements) == static_cast<std::size_t>(Element::f64) + 1);
static_assert(in_order(kKindRows, &KindRow::kind) && std::size(kKindRows) == kKinds);

const TypeRow& row_of(Type type) { return kTypes[static_cast<std::size_t>(type)]; }
const ElementRow& row_of(Element element) { return kElements[static_cast<std::size_t>(element)]; }
const KindRow& row_of(OpKind kind) { return kKindRows[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string_view name_of(Type type) { return row_of(type).name; }
std::string_view name_of(Element element) { return row_of(element).name; }
std::string_view name_of(OpKind kind) { return row_of(kind).name; }
std::size_t size_of(Element element) { return row_of(element).size; }
Type type_of(Element element) { return row_of(element).type; }
unsigned lanes_of(Type type) { return row_of(type).lanes; }
Type scalar_of(Type vector) { return row_of(vector).scalar; }
bool has_effect(OpKind kind) { return row_of(kind).effect == Effect::seen; }

Type vector_of(Type scalar) {
  if (scalar == Type::none) return Type::none;
  const auto row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                [&](const TypeRow& candidate) { return candidate.scalar == scalar; });
  return row == std::end(kTypes) ? Type::none : row->type;
}

std::int64_t Tensor::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) {
    VTPU_CHECK(extent >= 1, "an extent of a tensor is at least 1");
    VTPU_CHECK(!__builtin_mul_overflow(product, extent, &product), "the number of a tensor's elements fits 63 bits");
  }
  return product;
}

std::int64_t Tensor::bytes() const {
  std::int64_t product = 0;
  VTPU_CHECK(!__builtin_mul_overflow(elements(), static_cast<std::int64_t>(size_of(element)), &product),
             "the number of a tensor's bytes fits 63 bits");
  return product;
}

std::int64_t Affine::coefficient(LoopId loop) const {
  for (const Term& term : terms)
    if (term.loop == loop) return term.coefficient;
  return 0;
}

}  // namespace vtpu::compiler::ir
