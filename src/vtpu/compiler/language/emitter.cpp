#include "vtpu/compiler/language/emitter.h"

#include <algorithm>
#include <bit>

namespace vtpu::compiler::language {

ir::Op Emitter::make(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands) const {
  ir::Op op;
  op.kind = kind;
  op.type = type;
  op.operands = std::move(operands);
  op.source = place;
  return op;
}

ir::Value Emitter::append(ir::Op op) {
  ++ops_;
  op.result = module_.fresh(op.type);
  const ir::Value result = op.result;
  bodies_.back().nodes.emplace_back(std::move(op));
  return result;
}

void Emitter::append_effect(ir::Op op) {
  ++ops_;
  bodies_.back().nodes.emplace_back(std::move(op));
}

ir::Value Emitter::constant(ir::Type type, std::int64_t bits) {
  for (const Body& body : bodies_)
    if (const auto known = body.constants.find({type, bits}); known != body.constants.end()) return known->second;
  ir::Op op = make(ir::OpKind::constant, type);
  op.imm = bits;
  const ir::Value made = append(std::move(op));
  bodies_.back().constants.insert({{type, bits}, made});
  return made;
}

ir::Value Emitter::coordinate(phext::PackedCoordinate literal) {
  const std::pair key{static_cast<std::uint64_t>(literal.bits() >> 64), static_cast<std::uint64_t>(literal.bits())};
  for (const Body& body : bodies_)
    if (const auto known = body.coordinates.find(key); known != body.coordinates.end()) return known->second;
  ir::Op op = make(ir::OpKind::coordinate, ir::Type::coordinate);
  op.place = literal;
  const ir::Value made = append(std::move(op));
  bodies_.back().coordinates.insert({key, made});
  return made;
}

ir::Value Emitter::value_of(const Form& form) {
  ir::Value sum = ir::kNone;
  std::int64_t rest = form.constant;
  const auto add = [&](ir::Value value, std::int64_t coefficient) {
    if (coefficient == -1) {
      // There is no sum yet: subtract from the constant.
      if (sum == ir::kNone) sum = constant(ir::Type::i64, std::exchange(rest, 0));
      sum = append(ir::OpKind::sub, ir::Type::i64, {sum, value});
      return;
    }
    if (coefficient != 1) {
      const bool power = coefficient > 0 && std::has_single_bit(static_cast<std::uint64_t>(coefficient));
      const std::int64_t by = power ? std::countr_zero(static_cast<std::uint64_t>(coefficient)) : coefficient;
      value = append(power ? ir::OpKind::shl : ir::OpKind::mul, ir::Type::i64, {value, constant(ir::Type::i64, by)});
    }
    sum = sum == ir::kNone ? value : append(ir::OpKind::add, ir::Type::i64, {sum, value});
  };
  // Positive terms first, so that a difference needs a single sub.
  for (const bool positive : {true, false}) {
    for (const Form::LoopTerm& term : form.loops)
      if ((term.coefficient > 0) == positive) add(iterations_[term.loop], term.coefficient);
    for (const Form::ValueTerm& term : form.values)
      if ((term.coefficient > 0) == positive) add(term.value, term.coefficient);
  }
  if (sum == ir::kNone) return constant(ir::Type::i64, rest);
  if (rest == 0) return sum;
  return append(ir::OpKind::add, ir::Type::i64, {sum, constant(ir::Type::i64, rest)});
}

ir::Value Emitter::value_of(const Quantity& q) {
  if (q.type == Type::i64) return value_of(q.form);
  if (q.value != ir::kNone) return q.value;
  if (q.place) return coordinate(*q.place);
  return constant(to_ir(q.type), q.bits.value_or(0));
}

bool Emitter::make_load_splat(ir::Value value, ir::Type vector) {
  constexpr std::size_t kNear = 16;
  std::vector<ir::Node>& nodes = bodies_.back().nodes;
  for (std::size_t back = 1; back <= std::min(kNear, nodes.size()); ++back) {
    ir::Op* op = nodes[nodes.size() - back].op();
    if (op == nullptr) return false;
    if (op->result != value) continue;
    const ir::Tensor& tensor = module_.tensors[op->access.tensor];
    if (op->kind != ir::OpKind::load || tensor.sparse || ir::size_of(tensor.element) != 4) return false;
    op->kind = ir::OpKind::load_splat;
    op->type = vector;
    module_.types[value] = vector;
    return true;
  }
  return false;
}

ir::Loop Emitter::open_loop(std::string name, std::optional<std::int64_t> trip, std::int64_t most) {
  ir::Loop loop;
  loop.id = module_.fresh_loop();
  loop.name = std::move(name);
  loop.iteration = module_.fresh(ir::Type::i64);
  loop.trip = trip.value_or(0);
  loop.source = place;
  trips_.resize(module_.loops);
  iterations_.resize(module_.loops, ir::kNone);
  trips_[loop.id] = {trip.has_value(), trip.value_or(most)};
  iterations_[loop.id] = loop.iteration;
  bodies_.emplace_back();
  bodies_.back().runs = trip != 0;
  if (trip == 0) ++unreachable_;
  return loop;
}

std::vector<ir::Node> Emitter::close_loop() {
  std::vector<ir::Node> nodes = std::move(bodies_.back().nodes);
  if (!bodies_.back().runs) --unreachable_;
  bodies_.pop_back();
  return nodes;
}

std::optional<Range> Emitter::bounds_of(ir::Value value) const {
  const auto known = bounds_.find(value);
  if (known == bounds_.end()) return std::nullopt;
  return known->second;
}

std::optional<Range> Emitter::exact_range(const Form& form) const { return range(form, true); }

std::optional<Range> Emitter::bounds(const Form& form) const {
  const std::optional<Range> found = range(form, false);
  return found && ir::fits_i64(found->low) && ir::fits_i64(found->high) ? found : std::nullopt;
}

std::optional<Range> Emitter::range(const Form& form, bool exact) const {
  Range sum{form.constant, form.constant};
  // Products of two numbers of 64 bits fit 128 bits, but a sum of several may not.
  const auto add = [&](std::int64_t coefficient, Range of) {
    const ir::Wide a = coefficient * of.low, b = coefficient * of.high;
    return !__builtin_add_overflow(sum.low, std::min(a, b), &sum.low) &&
           !__builtin_add_overflow(sum.high, std::max(a, b), &sum.high);
  };
  for (const Form::LoopTerm& term : form.loops) {
    const Trips& trips = trips_[term.loop];
    if (exact && !trips.exact) return std::nullopt;
    if (!add(term.coefficient, {0, std::max<std::int64_t>(trips.most - 1, 0)})) return std::nullopt;
  }
  for (const Form::ValueTerm& term : form.values) {
    const std::optional<Range> known = bounds_of(term.value);
    if (exact || !known || !add(term.coefficient, *known)) return std::nullopt;
  }
  return sum;
}

}  // namespace vtpu::compiler::language
