#include <fmt/core.h>

#include <limits>
#include <utility>

#include "vtpu/compiler/language/lower.h"

namespace vtpu::compiler::language {
namespace {

/// The least or greatest value of a type, the initial value of a maximum or minimum.
Quantity extreme(Type type, bool greatest) {
  using Floats = std::numeric_limits<double>;
  const Type lane = lane_type(type);
  if (lane == Type::i64)
    return Quantity::integer(greatest ? std::numeric_limits<std::int64_t>::max()
                                      : std::numeric_limits<std::int64_t>::min());
  if (lane == Type::i32)
    return Quantity::of_bits(
        type, greatest ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int32_t>::min());
  return Arithmetic::number(type, greatest ? Floats::infinity() : -Floats::infinity());
}

}  // namespace

Quantity Lowering::reduction(const Expression& e) {
  std::optional<Bounds> range = bounds(*e.parts[0], *e.parts[1], e.width.get());
  at(e.span);
  const bool sound = range.has_value();
  if (!sound) range = Bounds{};
  ir::Loop loop = open_loop(e.variable, *range);
  const std::size_t mark = bindings_.size(), outer = std::exchange(scope_, mark);
  const Form i = counter(*range, loop);
  bind(Binding::Kind::fixed, e.variable, e.span, Quantity::of_form(i));
  Quantity term = expression(*e.parts[2]);
  close_scope(mark);
  scope_ = outer;
  at(e.span);
  reduced_ = e.variable;
  if (!sound) term = {};
  if (e.name == "argmin" || e.name == "argmax") return index_reduction(e, *range, std::move(loop), term, i);
  return plain_reduction(e, *range, std::move(loop), term);
}

Quantity Lowering::plain_reduction(const Expression& e, const Bounds& range, ir::Loop loop, const Quantity& term) {
  const bool sums = e.name == "sum";
  const bool least = e.name == "min";
  if (!is_number(term.type)) {
    if (!term.poison())
      fail(e.parts[2]->span, fmt::format("{} of {}", quoted(e.name), name_of(term.type)), "numbers",
           term.type == Type::boolean ? "i64(…) converts a bool to a number" : "");
    emit_.close_loop();
    return {};
  }
  const ir::Type type = to_ir(term.type);
  ir::Loop::Carried carried;
  carried.argument = emit_.module().fresh(type);
  carried.reorderable = true;
  carried.reduction = sums ? isa::ReductionKind::add : least ? isa::ReductionKind::min : isa::ReductionKind::max;
  const ir::Value value = emit_.value_of(term);
  carried.next = emit_.append(sums    ? ir::OpKind::add
                              : least ? ir::OpKind::min
                                      : ir::OpKind::max,
                              type, {carried.argument, value});
  loop.body = emit_.close_loop();
  const Quantity initial = sums ? Arithmetic::number(term.type, 0) : extreme(term.type, least);
  if (loop.counted() && loop.trip == 0) return initial;
  carried.initial = emit_.value_of(initial);
  carried.result = emit_.module().fresh(type);
  const Quantity made = Quantity::of_value(term.type, carried.result);
  loop.carried.push_back(carried);
  append_loop(std::move(loop), range);
  return made;
}

Quantity Lowering::index_reduction(const Expression& e, const Bounds& range, ir::Loop loop, const Quantity& term,
                                   const Form& at_term) {
  const bool least = e.name == "argmin";
  if (!is_scalar_number(term.type)) {
    if (!term.poison())
      fail(e.parts[2]->span, fmt::format("{} of {}", quoted(e.name), name_of(term.type)), "a scalar number",
           is_vector(term.type) ? "reduce it element by element" : "");
    emit_.close_loop();
    return {};
  }
  const ir::Type type = to_ir(term.type);
  ir::Loop::Carried best, index;
  best.argument = emit_.module().fresh(type);
  index.argument = emit_.module().fresh(ir::Type::i64);
  const Quantity value = Quantity::of_value(term.type, emit_.value_of(term));
  const Quantity better = math_.compare(least ? isa::Condition::lt : isa::Condition::gt, value,
                                        Quantity::of_value(term.type, best.argument));
  const ir::Value chosen = emit_.value_of(better), i = emit_.value_of(at_term);
  best.next = emit_.append(ir::OpKind::select, type, {chosen, emit_.value_of(value), best.argument});
  index.next = emit_.append(ir::OpKind::select, ir::Type::i64, {chosen, i, index.argument});
  loop.body = emit_.close_loop();
  if (loop.counted() && loop.trip == 0) return Quantity::of_form(range.low);
  best.initial = emit_.value_of(extreme(term.type, least));
  index.initial = emit_.value_of(range.low);
  best.result = emit_.module().fresh(type);
  index.result = emit_.module().fresh(ir::Type::i64);
  loop.carried = {best, index};
  append_loop(std::move(loop), range);
  return Quantity::of_value(Type::i64, index.result);
}

}  // namespace vtpu::compiler::language
