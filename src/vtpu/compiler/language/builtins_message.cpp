#include <fmt/core.h>

#include <array>
#include <utility>

#include "vtpu/compiler/language/builtins.h"

// Messages and group operations; they keep program order.

namespace vtpu::compiler::language {
namespace {

constexpr std::size_t kLanes = 4;

/// Packs the arguments from `first` on into a message; a single argument may already be one.
Quantity packed_from(Lowering& lower, const Expression& call, std::size_t first) {
  std::vector<Quantity> parts;
  for (std::size_t i = first; i < call.parts.size(); ++i) {
    const Expression& part = *call.parts[i];
    Quantity q = lower.expression(part);
    if (q.poison()) return {};
    if (q.type == Type::message && call.parts.size() == first + 1) return q;
    if (!is_scalar_number(q.type) && q.type != Type::boolean) {
      lower.fail(part.span, fmt::format("{} in a message", name_of(q.type)), "a scalar");
      return {};
    }
    // The upper half of an i32 is unspecified; a message needs it sign-extended.
    parts.push_back(q.type == Type::i32 ? lower.math().convert(q, Type::i64) : std::move(q));
  }
  lower.at(call.span);
  ir::Value message = ir::kNone;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const ir::Value word = lower.emit().value_of(parts[i]);
    ir::Op op = lower.emit().make(ir::OpKind::pack, ir::Type::message, {message, word});
    op.imm = static_cast<std::int64_t>(i);
    message = lower.emit().append(std::move(op));
  }
  return Quantity::of_value(Type::message, message);
}

Quantity packed(Lowering& lower, const Expression& call) { return packed_from(lower, call, 0); }

Quantity send(Lowering& lower, const Expression& call) {
  const Quantity to = lower.typed(*call.parts[0], Type::coord, "a receiver");
  const Quantity message = packed_from(lower, call, 1);
  if (to.poison() || message.poison()) return {};
  const ir::Value what = lower.emit().value_of(message), where = lower.emit().value_of(to);
  lower.emit().append_effect(lower.emit().make(ir::OpKind::send, ir::Type::none, {what, where}));
  return Quantity::nothing();
}

Quantity receive(Lowering& lower, const Expression& call) {
  const Quantity c = lower.typed(*call.parts[0], Type::coord, "a receiver");
  if (c.poison()) return {};
  const ir::Value where = lower.emit().value_of(c);
  return Quantity::of_value(Type::message, lower.emit().append(ir::OpKind::receive, ir::Type::message, {where}));
}

Quantity without_operand(Lowering& lower, ir::OpKind kind) {
  lower.emit().append_effect(lower.emit().make(kind, ir::Type::none));
  return Quantity::nothing();
}
Quantity barrier(Lowering& lower, const Expression&) { return without_operand(lower, ir::OpKind::barrier); }
Quantity fence(Lowering& lower, const Expression&) { return without_operand(lower, ir::OpKind::fence); }

Quantity one_operand(Lowering& lower, const Expression& call, ir::OpKind kind, Type type, std::string_view what) {
  const Quantity q = lower.typed(*call.parts[0], type, what);
  if (q.poison()) return {};
  const ir::Value value = lower.emit().value_of(q);
  lower.emit().append_effect(lower.emit().make(kind, ir::Type::none, {value}));
  return Quantity::nothing();
}
Quantity beacon(Lowering& lower, const Expression& call) {
  return one_operand(lower, call, ir::OpKind::beacon, Type::coord, "a beacon");
}
Quantity temperature(Lowering& lower, const Expression& call) {
  return one_operand(lower, call, ir::OpKind::temperature, Type::f64, "a temperature");
}

Quantity route(Lowering& lower, const Expression& call) {
  const Quantity c = lower.typed(*call.parts[0], Type::coord, "a place");
  if (c.poison()) return {};
  const ir::Value where = lower.emit().value_of(c);
  return Quantity::of_value(Type::i64, lower.emit().append(ir::OpKind::route, ir::Type::i64, {where}));
}

Quantity sentron(Lowering& lower, const Expression&) {
  return Quantity::of_value(Type::i64, lower.emit().append(ir::OpKind::sentron, ir::Type::i64));
}

Quantity group(Lowering& lower, const Expression& call, isa::ReductionKind by) {
  const Quantity q = lower.expression(*call.parts[0]);
  if (q.poison()) return {};
  if (q.type != Type::i64 && q.type != Type::f64) {
    lower.fail(call.parts[0]->span, fmt::format("{} of {}", quoted(call.name), name_of(q.type)), "an i64 or f64",
               q.type == Type::i32   ? "write i64(…)"
               : q.type == Type::f32 ? "write f64(…)"
                                     : "");
    return {};
  }
  lower.at(call.span);
  ir::Op op = lower.emit().make(ir::OpKind::group_reduce, to_ir(q.type), {lower.emit().value_of(q)});
  op.reduction = by;
  return Quantity::of_value(q.type, lower.emit().append(std::move(op)));
}
Quantity all_sum(Lowering& lower, const Expression& call) { return group(lower, call, isa::ReductionKind::add); }
Quantity all_min(Lowering& lower, const Expression& call) { return group(lower, call, isa::ReductionKind::min); }
Quantity all_max(Lowering& lower, const Expression& call) { return group(lower, call, isa::ReductionKind::max); }

Quantity broadcast(Lowering& lower, const Expression& call) {
  const Quantity m = lower.typed(*call.parts[0], Type::message, "a message");
  const Quantity k = lower.index(*call.parts[1], "the number of a sentron");
  if (m.poison() || k.poison()) return {};
  const ir::Value what = lower.emit().value_of(m), who = lower.emit().value_of(k);
  return Quantity::of_value(Type::message, lower.emit().append(ir::OpKind::cast, ir::Type::message, {what, who}));
}

constexpr std::array<Builtin, 13> kMessageBuiltins = {{
    {"packed", 1, kLanes, "packed(a, …), up to four", packed},
    {"send", 2, kLanes + 1, "send(c, a, …); with up to four scalars", send},
    {"receive", 1, 1, "receive(c)", receive},
    {"barrier", 0, 0, "barrier();", barrier},
    {"fence", 0, 0, "fence();", fence},
    {"beacon", 1, 1, "beacon(c);", beacon},
    {"temperature", 1, 1, "temperature(t);", temperature},
    {"route", 1, 1, "route(c)", route},
    {"sentron", 0, 0, "sentron()", sentron},
    {"all_sum", 1, 1, "all_sum(x)", all_sum},
    {"all_min", 1, 1, "all_min(x)", all_min},
    {"all_max", 1, 1, "all_max(x)", all_max},
    {"broadcast", 2, 2, "broadcast(m, k)", broadcast},
}};

}  // namespace

std::span<const Builtin> message_builtins() { return kMessageBuiltins; }

}  // namespace vtpu::compiler::language
