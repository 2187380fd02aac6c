#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <limits>

#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/ir/verify.h"

namespace vtpu::compiler::ir {
namespace {

/// A set of types, one bit each.
using Types = std::uint32_t;
template <class... More>
constexpr Types set(More... types) {
  return (Types{0} | ... | (Types{1} << static_cast<unsigned>(types)));
}
constexpr bool has(Types types, Type type) { return (types & set(type)) != 0; }

// The sets named in kinds.def.
constexpr Types nothing = 0;
constexpr Types long_int = set(Type::i64), long_float = set(Type::f64), longs = long_int | long_float;
constexpr Types ints_x16 = set(Type::i32x16), floats_x16 = set(Type::f32x16), vectors_x16 = ints_x16 | floats_x16;
constexpr Types integers = set(Type::i64, Type::i32, Type::i32x16);
constexpr Types floats = set(Type::f64, Type::f32, Type::f64x8, Type::f32x16);
constexpr Types numbers = integers | floats;
constexpr Types bit_sets = integers | set(Type::lanes);
constexpr Types constants = numbers | set(Type::lanes);
constexpr Types scalars = set(Type::i64, Type::i32, Type::f64, Type::f32);
constexpr Types vectors = vectors_x16 | set(Type::f64x8);
constexpr Types truths = set(Type::i64, Type::lanes);
constexpr Types all_bits = scalars | vectors | set(Type::bytes64);
constexpr Types coordinates = set(Type::coordinate), messages = set(Type::message);
constexpr Types words = scalars | set(Type::lanes);

/// The type rule of an operand, as kinds.def names it.
enum class Operand : std::uint8_t {
  absent,
  same,
  from,
  count,
  truth,
  word,
  i64,
  i32,
  f64,
  i32x16,
  bytes64,
  coordinate,
  message
};

struct Row {
  Types types;
  Types from;
  std::array<Operand, 3> operands;

  std::size_t count() const {
    std::size_t n = 0;
    while (n < operands.size() && operands[n] != Operand::absent) ++n;
    return n;
  }
};

using enum Operand;
constexpr Row kRows[] = {
#define OPERANDS(...) \
  { __VA_ARGS__ }
#define KIND(kind, types, from, operands, effect) {types, from, operands},
#include "vtpu/compiler/ir/kinds.def"
#undef OPERANDS
};
static_assert(std::size(kRows) == kKinds);

std::string text_of(Types types) {
  std::string text;
  for (unsigned k = 0; k < 32; ++k)
    if ((types >> k & 1) != 0) text += (text.empty() ? "" : ", ") + std::string(name_of(static_cast<Type>(k)));
  return text;
}

bool is_access(OpKind kind) {
  return kind == OpKind::load || kind == OpKind::load_splat || kind == OpKind::store || kind == OpKind::prefetch;
}

unsigned bits_of(Type type) { return is_vector(type) ? 512 : type == Type::i64 || type == Type::f64 ? 64 : 32; }

class OpCheck {
 public:
  OpCheck(const Module& module, const Op& op)
      : module_(module), op_(op), row_(kRows[static_cast<std::size_t>(op.kind)]) {}

  Result<void> check() const {
    for (auto part : {&OpCheck::result, &OpCheck::operands, &OpCheck::relations, &OpCheck::immediate, &OpCheck::access})
      if (auto ok = (this->*part)(); !ok) return ok;
    return {};
  }

 private:
  Error error(std::string found, std::string expected) const {
    const std::string text = to_text(module_, op_);
    return {op_.source.line == 0 ? text : fmt::format("line {}: {}", op_.source.line, text), std::move(found),
            std::move(expected)};
  }
  /// The operand type, for rows that say `from`. If absent, it is the op's own type.
  Type from_type() const { return op_.operand_type == Type::none ? op_.type : op_.operand_type; }
  Type type_at(std::size_t k) const { return module_.types[op_.operands[k]]; }

  Result<void> result() const {
    if (row_.types != nothing && !has(row_.types, op_.type))
      return error(fmt::format("the type is {}", name_of(op_.type)), text_of(row_.types));
    if (row_.from != nothing && !has(row_.from, from_type()))
      return error(fmt::format("the operands' type is {}", name_of(from_type())), text_of(row_.from));
    const bool gives = row_.types != nothing && op_.kind != OpKind::store;
    if (!gives && op_.result != kNone) return error("it has a result", "none");
    if (gives && op_.result >= module_.types.size()) return error("it has no result", "a value of the module");
    if (gives && module_.types[op_.result] != op_.type)
      return error(fmt::format("the result is {}", name_of(module_.types[op_.result])), std::string(name_of(op_.type)));
    return {};
  }

  /// The allowed types of operand k.
  Types wanted(std::size_t k) const {
    switch (row_.operands[k]) {
      case absent: break;
      case same: return set(op_.type);
      case from: return set(from_type());
      case count: return set(op_.type) | long_int;
      case truth: return is_vector(op_.type) ? set(Type::lanes) : long_int;
      case word: return words;
      case i64: return set(Type::i64);
      case i32: return set(Type::i32);
      case f64: return set(Type::f64);
      case i32x16: return set(Type::i32x16);
      case bytes64: return set(Type::bytes64);
      case coordinate: return set(Type::coordinate);
      case message: return set(Type::message);
    }
    return nothing;
  }

  Result<void> operands() const {
    const bool vector_shift = is_vector(op_.type) && row_.operands[1] == count;
    const std::size_t expected = vector_shift ? 1 : row_.count();
    if (op_.operands.size() != expected)
      return error(fmt::format("it has {} operands", op_.operands.size()), std::to_string(expected));
    for (std::size_t k = 0; k < expected; ++k) {
      const Value value = op_.operands[k];
      if (value == kNone && op_.kind == OpKind::pack && k == 0) continue;
      if (value >= module_.types.size())
        return error(fmt::format("operand {} is not a value", k), "a value of the module");
      if (!has(wanted(k), type_at(k)))
        return error(fmt::format("operand {}, %{}, is {}", k, value, name_of(type_at(k))), text_of(wanted(k)));
    }
    return {};
  }

  /// Checks the relation between the type and the operand type.
  Result<void> relations() const {
    const Type type = op_.type, other = from_type();
    switch (op_.kind) {
      case OpKind::compare:
        if (is_vector(other) != (type == Type::lanes))
          return error("the result type does not match the operands", "i64 for scalars, lanes for vectors");
        break;
      case OpKind::convert:
        if (is_vector(type) || is_vector(other) ? set(type, other) != vectors_x16 : type == other)
          return error(fmt::format("{} from {}", name_of(type), name_of(other)),
                       "two scalar types, or i32x16 and f32x16");
        break;
      case OpKind::bits:
        if (bits_of(type) != bits_of(other))
          return error(fmt::format("{} from {}", name_of(type), name_of(other)), "types of equal width");
        break;
      case OpKind::splat:
        if (scalar_of(type) != other)
          return error(fmt::format("lanes from {}", name_of(other)), std::string(name_of(scalar_of(type))));
        break;
      case OpKind::extract:
      case OpKind::reduce:
        if (scalar_of(other) != type)
          return error(fmt::format("{} of {}", name_of(type), name_of(other)), std::string(name_of(scalar_of(other))));
        break;
      default: break;
    }
    return {};
  }

  /// Checks that `imm` lies in [low, high].
  Result<void> within(std::int64_t low, std::int64_t high) const {
    if (op_.imm >= low && op_.imm <= high) return {};
    return error(fmt::format("imm is {}", op_.imm), fmt::format("{} to {}", low, high));
  }
  Result<void> immediate() const {
    const Type lane = is_vector(op_.type) ? scalar_of(op_.type) : op_.type;
    switch (op_.kind) {
      case OpKind::constant:
        if (lane == Type::i32)
          return within(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
        if (lane == Type::f32) return within(0, std::numeric_limits<std::uint32_t>::max());
        return {};
      case OpKind::shl:
      case OpKind::shr:
      case OpKind::sar: return is_vector(op_.type) ? within(0, 31) : Result<void>{};
      case OpKind::extract: return within(0, lanes_of(from_type()) - 1);
      case OpKind::pack:
      case OpKind::unpack: return within(0, 3);
      case OpKind::occupied: return within(0, phext::PackedCoordinate::kAxes);
      case OpKind::simplices: return within(0, 3);
      default: return {};
    }
  }

  Result<void> access() const {
    const Access& access = op_.access;
    if (!is_access(op_.kind)) {
      if (access == Access{}) return {};
      return error("it has an access", "none");
    }
    if (access.tensor >= module_.tensors.size()) return error("it accesses no tensor", "a tensor of the module");
    const Tensor& tensor = module_.tensors[access.tensor];
    for (const Value value : {access.index, access.cell})
      if (value != kNone && value >= module_.types.size())
        return error("the access uses an undeclared value", "a value of the module");
    const Type index = access.index == kNone ? Type::none : module_.types[access.index];
    if (tensor.sparse) {
      if (access.cell == kNone || module_.types[access.cell] != Type::coordinate)
        return error("a sparse tensor is accessed without a coordinate", "a coordinate as cell");
      if (access.offset != Affine{} || (index != Type::none && index != Type::i64) || access.scale != 1)
        return error("a sparse tensor has no byte offset", "a number of steps along the axis (i64)");
      if (op_.kind == OpKind::load_splat || (op_.kind != OpKind::prefetch && op_.type != type_of(tensor.element)))
        return error("a cell is one element", std::string(name_of(type_of(tensor.element))));
      return {};
    }
    if (access.cell != kNone) return error("a dense tensor is accessed by coordinate", "a byte offset");
    if (index == Type::i32x16) {
      if ((op_.kind != OpKind::load && op_.kind != OpKind::store) || !has(vectors_x16, op_.type) || access.scale != 4 ||
          size_of(tensor.element) != 4)
        return error("the index is i32x16", "a load or store of f32x16 or i32x16, scale 4, elements of 4 bytes");
    } else if (index != Type::none && index != Type::i64) {
      return error(fmt::format("the index is {}", name_of(index)), "i64 or i32x16");
    }
    if (op_.kind == OpKind::load_splat && size_of(tensor.element) != 4)
      return error(fmt::format("elements are {}", name_of(tensor.element)), "elements of 4 bytes");
    if (op_.kind != OpKind::load && op_.kind != OpKind::store) return {};
    if (!is_vector(op_.type) && op_.type != type_of(tensor.element))
      return error(fmt::format("{} of a tensor of {}", name_of(op_.type), name_of(tensor.element)),
                   std::string(name_of(type_of(tensor.element))));
    if (is_vector(op_.type) && op_.width != 32 && op_.width != 64)
      return error(fmt::format("the width is {}", op_.width), "32 or 64");
    return {};
  }

  const Module& module_;
  const Op& op_;
  const Row& row_;
};

}  // namespace

Result<void> verify_op(const Module& module, const Op& op) { return OpCheck(module, op).check(); }

}  // namespace vtpu::compiler::ir
