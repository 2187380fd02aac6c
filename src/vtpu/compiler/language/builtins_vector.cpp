#include <fmt/core.h>

#include <array>
#include <utility>

#include "vtpu/compiler/language/builtins.h"

// Vectors, and functions that take a place of a tensor.

namespace vtpu::compiler::language {
namespace {

Quantity wrong_operand(Lowering& lower, const Expression& part, const Quantity& q, std::string expected,
                       std::string hint = {}) {
  if (!q.poison())
    lower.fail(part.span, fmt::format("found {}", name_of(q.type)), std::move(expected), std::move(hint));
  return {};
}

bool has_16_lanes(Type type) { return type == Type::f32x16 || type == Type::i32x16; }

Quantity spread(Lowering& lower, const Expression& call) {
  Quantity q = lower.expression(*call.parts[0]);
  if (q.literal) {
    if (!is_float(q.type))
      return wrong_operand(lower, *call.parts[0], q, "a number with its type", "write 1.0f32 or 1i32");
    return wrong_operand(lower, *call.parts[0], q, "a number with its type", "write 1.0f32 or 1.0f64");
  }
  if (vector_type(q.type) != Type::poison) return lower.math().splat(q);
  return wrong_operand(lower, *call.parts[0], q, "an f32, i32 or f64");
}

Quantity iota(Lowering& lower, const Expression&) {
  return Quantity::of_value(Type::i32x16, lower.emit().append(ir::OpKind::iota, ir::Type::i32x16));
}

Quantity extract(Lowering& lower, const Quantity& vector, std::int64_t lane) {
  ir::Op op = lower.emit().make(ir::OpKind::extract, to_ir(lane_type(vector.type)), {lower.emit().value_of(vector)});
  op.operand_type = to_ir(vector.type);
  op.imm = lane;
  return Quantity::of_value(lane_type(vector.type), lower.emit().append(std::move(op)));
}

/// Extracts both halves, because only 32-bit lanes can be extracted.
Quantity extract_f64(Lowering& lower, const Quantity& vector, std::int64_t lane) {
  Arithmetic& math = lower.math();
  ir::Op op = lower.emit().make(ir::OpKind::bits, ir::Type::i32x16, {lower.emit().value_of(vector)});
  op.operand_type = to_ir(vector.type);
  const Quantity halves = Quantity::of_value(Type::i32x16, lower.emit().append(std::move(op)));
  const Quantity low = math.convert(extract(lower, halves, 2 * lane), Type::i64);
  const Quantity high = math.convert(extract(lower, halves, 2 * lane + 1), Type::i64);
  const Quantity cut = math.binary(ir::OpKind::bit_and, low, Quantity::integer(0xffffffff));
  const Quantity raised = math.shift(ir::OpKind::shl, high, Quantity::integer(32));
  return math.bits(math.binary(ir::OpKind::bit_or, raised, cut), Type::f64);
}

Quantity unpack(Lowering& lower, const Quantity& message, std::int64_t lane, Type type) {
  ir::Op op = lower.emit().make(ir::OpKind::unpack, to_ir(type), {lower.emit().value_of(message)});
  op.imm = lane;
  return Quantity::of_value(type, lower.emit().append(std::move(op)));
}

Quantity lane(Lowering& lower, const Expression& call) {
  const Quantity q = lower.expression(*call.parts[0]);
  const std::int64_t last = q.type == Type::message ? 3 : q.type == Type::f64x8 ? 7 : 15;
  const auto k = lower.constant(*call.parts[1], 0, last, "a lane");
  if (!k) return {};
  lower.at(call.span);
  if (q.type == Type::message) return unpack(lower, q, *k, Type::i64);
  if (q.type == Type::f64x8) return extract_f64(lower, q, *k);
  if (has_16_lanes(q.type)) return extract(lower, q, *k);
  return wrong_operand(lower, *call.parts[0], q, "a vector or a message");
}

Quantity lane_of_message(Lowering& lower, const Expression& call, Type type) {
  const Quantity q = lower.typed(*call.parts[0], Type::message, "a message");
  const auto k = lower.constant(*call.parts[1], 0, 3, "a lane");
  lower.at(call.span);
  return q.poison() || !k ? Quantity{} : unpack(lower, q, *k, type);
}
Quantity lane_f64(Lowering& lower, const Expression& call) { return lane_of_message(lower, call, Type::f64); }
Quantity lane_f32(Lowering& lower, const Expression& call) { return lane_of_message(lower, call, Type::f32); }
Quantity lane_i32(Lowering& lower, const Expression& call) { return lane_of_message(lower, call, Type::i32); }

Quantity permute(Lowering& lower, const Expression& call) {
  const Quantity v = lower.expression(*call.parts[0]);
  const Quantity order = lower.typed(*call.parts[1], Type::i32x16, "a lane order");
  if (!has_16_lanes(v.type)) return wrong_operand(lower, *call.parts[0], v, "f32x16 or i32x16");
  if (order.poison()) return {};
  lower.at(call.span);
  const ir::Value from = lower.emit().value_of(v), by = lower.emit().value_of(order);
  return Quantity::of_value(v.type, lower.emit().append(ir::OpKind::permute, to_ir(v.type), {from, by}));
}

Quantity reduce(Lowering& lower, const Expression& call, isa::ReductionKind by) {
  const Quantity v = lower.expression(*call.parts[0]);
  if (!is_vector(v.type)) return wrong_operand(lower, *call.parts[0], v, "a vector of numbers");
  lower.at(call.span);
  ir::Op op = lower.emit().make(ir::OpKind::reduce, to_ir(lane_type(v.type)), {lower.emit().value_of(v)});
  op.operand_type = to_ir(v.type);
  op.reduction = by;
  return Quantity::of_value(lane_type(v.type), lower.emit().append(std::move(op)));
}
Quantity reduce_add(Lowering& lower, const Expression& call) { return reduce(lower, call, isa::ReductionKind::add); }
Quantity reduce_min(Lowering& lower, const Expression& call) { return reduce(lower, call, isa::ReductionKind::min); }
Quantity reduce_max(Lowering& lower, const Expression& call) { return reduce(lower, call, isa::ReductionKind::max); }

/// The sixteen places x[i[k]].
std::optional<Element> sixteen(Lowering& lower, const Expression& call) {
  const auto x = lower.tensor(*call.parts[0]);
  const Quantity i = lower.typed(*call.parts[1], Type::i32x16, "an index vector");
  if (!x || i.poison()) return std::nullopt;
  const ir::Tensor& tensor = lower.emit().module().tensors[*x];
  const bool suits = tensor.element == ir::Element::f32 || tensor.element == ir::Element::i32;
  if (tensor.shape.size() != 1 || !suits) {
    lower.fail(call.parts[0]->span,
               fmt::format("{} of {} with {} dimensions", quoted(tensor.name), ir::name_of(tensor.element),
                           tensor.shape.size()),
               "one dimension of f32 or i32");
    return std::nullopt;
  }
  Element made;
  made.type = tensor.element == ir::Element::f32 ? Type::f32x16 : Type::i32x16;
  made.access.tensor = *x;
  made.access.index = lower.emit().value_of(i);
  made.access.scale = 4;
  return made;
}

Quantity gather(Lowering& lower, const Expression& call) {
  const auto place = sixteen(lower, call);
  lower.at(call.span);
  return place ? lower.load(*place) : Quantity{};
}

Quantity scatter(Lowering& lower, const Expression& call) {
  const auto place = sixteen(lower, call);
  if (!place) return {};
  const Quantity v = lower.fitted(lower.expression(*call.parts[2]), place->type, call.parts[2]->span, "an element");
  lower.at(call.span);
  if (!v.poison()) lower.store(*place, v);
  return Quantity::nothing();
}

Quantity dot(Lowering& lower, const Expression& call, ir::OpKind kind, Type type) {
  const Quantity sums = lower.fitted(lower.expression(*call.parts[0]), type, call.parts[0]->span, "a sum");
  const Quantity a = lower.typed(*call.parts[1], Type::bytes, "a factor");
  const Quantity b = lower.typed(*call.parts[2], Type::bytes, "a factor");
  if (sums.poison() || a.poison() || b.poison()) return {};
  lower.at(call.span);
  const std::vector<ir::Value> operands = {lower.emit().value_of(sums), lower.emit().value_of(a),
                                           lower.emit().value_of(b)};
  return Quantity::of_value(type, lower.emit().append(kind, to_ir(type), operands));
}
Quantity dot_bf16(Lowering& lower, const Expression& call) {
  return dot(lower, call, ir::OpKind::dot_bf16, Type::f32x16);
}
Quantity dot_u8i8(Lowering& lower, const Expression& call) {
  return dot(lower, call, ir::OpKind::dot_u8i8, Type::i32x16);
}

/// The lanes of an i32x16 as 64 bytes. No constant has this type, so that a known vector becomes an op, too.
Quantity bits_bytes(Lowering& lower, const Expression& call) {
  const Quantity v = lower.typed(*call.parts[0], Type::i32x16, "a vector");
  if (v.poison()) return {};
  lower.at(call.span);
  ir::Op op = lower.emit().make(ir::OpKind::bits, ir::Type::bytes64, {lower.emit().value_of(v)});
  op.operand_type = ir::Type::i32x16;
  return Quantity::of_value(Type::bytes, lower.emit().append(std::move(op)));
}

std::vector<const Expression*> after_first(const Expression& call) {
  std::vector<const Expression*> parts;
  for (std::size_t i = 1; i < call.parts.size(); ++i) parts.push_back(call.parts[i].get());
  return parts;
}

Quantity prefetch(Lowering& lower, const Expression& call) {
  const auto x = lower.tensor(*call.parts[0]);
  if (!x) return {};
  const auto place = lower.element(*x, after_first(call), nullptr, call.span, Lowering::Checked::no);
  if (!place) return {};
  ir::Op op = lower.emit().make(ir::OpKind::prefetch, ir::Type::none);
  op.access = place->access;
  lower.emit().append_effect(std::move(op));
  return Quantity::nothing();
}

Quantity place(Lowering& lower, const Expression& call) {
  const auto x = lower.tensor(*call.parts[0]);
  if (!x) return {};
  const auto indexes = lower.indexes(*x, after_first(call), 1, call.span, Lowering::Checked::yes);
  lower.at(call.span);
  return indexes ? lower.coordinate_of(*x, *indexes) : Quantity{};
}

constexpr std::size_t kMostDimensions = phext::PackedCoordinate::kAxes + 1;

constexpr std::array<Builtin, 17> kVectorBuiltins = {{
    {"spread", 1, 1, "spread(x)", spread},
    {"iota", 0, 0, "iota()", iota},
    {"lane", 2, 2, "lane(v, k)", lane},
    {"lane_f64", 2, 2, "lane_f64(m, k)", lane_f64},
    {"lane_f32", 2, 2, "lane_f32(m, k)", lane_f32},
    {"lane_i32", 2, 2, "lane_i32(m, k)", lane_i32},
    {"permute", 2, 2, "permute(v, i)", permute},
    {"reduce_add", 1, 1, "reduce_add(v)", reduce_add},
    {"reduce_min", 1, 1, "reduce_min(v)", reduce_min},
    {"reduce_max", 1, 1, "reduce_max(v)", reduce_max},
    {"gather", 2, 2, "gather(x, i)", gather},
    {"scatter", 3, 3, "scatter(x, i, v);", scatter},
    {"dot_bf16", 3, 3, "dot_bf16(acc, a, b)", dot_bf16},
    {"dot_u8i8", 3, 3, "dot_u8i8(acc, a, b)", dot_u8i8},
    {"bits_bytes", 1, 1, "bits_bytes(v)", bits_bytes},
    {"prefetch", 1, kMostDimensions, "prefetch(x, i, …);", prefetch},
    {"place", 1, kMostDimensions, "place(x, i, …)", place},
}};

}  // namespace

std::span<const Builtin> vector_builtins() { return kVectorBuiltins; }

}  // namespace vtpu::compiler::language
