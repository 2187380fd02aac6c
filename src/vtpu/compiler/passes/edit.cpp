#include "vtpu/compiler/passes/edit.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "vtpu/base/check.h"
#include "vtpu/compiler/ir/integers.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::Type;
using ir::Value;

/// Coefficients are numbers modulo 2^64; a sum that becomes 0 leaves no term.
void add_term(ir::Affine& affine, ir::LoopId loop, std::int64_t coefficient) {
  const auto at = std::find_if(affine.terms.begin(), affine.terms.end(), [&](const auto& t) { return t.loop == loop; });
  if (at != affine.terms.end()) {
    at->coefficient = ir::wrapped_add(at->coefficient, coefficient);
    if (at->coefficient == 0) affine.terms.erase(at);
  } else if (coefficient != 0) {
    affine.terms.push_back({loop, coefficient});
  }
}

}  // namespace

Value Copier::at(Value value) const {
  const auto found = values_.find(value);
  return found == values_.end() ? value : found->second;
}

void Copier::renumber(ir::LoopId from, ir::LoopId to, std::int64_t factor, std::int64_t offset) {
  loops_[from] = {to, factor, offset};
}

ir::Access Copier::copy(const ir::Access& access) const {
  ir::Access made = access;
  made.index = access.index == kNone ? kNone : at(access.index);
  made.cell = access.cell == kNone ? kNone : at(access.cell);
  made.offset.terms.clear();
  for (const auto& term : access.offset.terms) {
    const auto found = loops_.find(term.loop);
    if (found == loops_.end()) {
      add_term(made.offset, term.loop, term.coefficient);
      continue;
    }
    const Numbering& numbering = found->second;
    made.offset.constant = ir::wrapped_add(made.offset.constant, ir::wrapped_mul(term.coefficient, numbering.offset));
    add_term(made.offset, numbering.to, ir::wrapped_mul(term.coefficient, numbering.factor));
  }
  return made;
}

Op Copier::copy(const Op& op) {
  Op made = op;
  for (Value& value : made.operands)
    if (value != kNone) value = at(value);
  made.access = copy(op.access);
  if (op.result != kNone) {
    made.result = module_.fresh(module_.types[op.result]);
    values_[op.result] = made.result;
  }
  return made;
}

Node Copier::copy(const Node& node) {
  if (const Op* op = node.op()) return copy(*op);
  const Loop& loop = *node.loop();
  Loop made;
  made.id = module_.fresh_loop();
  made.name = loop.name;
  made.trip = loop.trip;
  made.trip_value = loop.trip_value == kNone ? kNone : at(loop.trip_value);
  made.unroll = loop.unroll;
  made.independent = loop.independent;
  made.source = loop.source;
  renumber(loop.id, made.id, 1, 0);
  if (loop.iteration != kNone) {
    made.iteration = module_.fresh(Type::i64);
    values_[loop.iteration] = made.iteration;
  }
  for (const Loop::Carried& carried : loop.carried) {
    Loop::Carried copied = carried;
    copied.initial = at(carried.initial);
    copied.argument = module_.fresh(module_.types[carried.argument]);
    values_[carried.argument] = copied.argument;
    made.carried.push_back(copied);
  }
  for (const Node& inner : loop.body) made.body.push_back(copy(inner));
  for (std::size_t k = 0; k < loop.carried.size(); ++k) {
    made.carried[k].next = at(loop.carried[k].next);
    made.carried[k].result = module_.fresh(module_.types[loop.carried[k].result]);
    values_[loop.carried[k].result] = made.carried[k].result;
  }
  return made;
}

std::vector<std::uint32_t> count_uses(const ir::Module& module, const std::vector<Node>& nodes) {
  std::vector<std::uint32_t> uses(module.types.size());
  for (const Node& node : nodes) for_each_read(node, [&](Value value) { ++uses[value]; });
  return uses;
}

void replace_uses(std::vector<Node>& nodes, const std::map<Value, Value>& to) {
  if (to.empty()) return;
  const auto swap = [&](Value& value) {
    // A replacement may itself have been replaced.
    for (auto at = to.find(value); at != to.end(); at = to.find(value)) value = at->second;
  };
  for (Node& node : nodes) {
    if (Op* op = node.op()) {
      for_each_operand(*op, swap);
      continue;
    }
    Loop& loop = *node.loop();
    if (loop.trip_value != kNone) swap(loop.trip_value);
    for (auto& carried : loop.carried) swap(carried.initial), swap(carried.next);
    replace_uses(loop.body, to);
  }
}

Value Appender::add(Op op) {
  op.result = module_.fresh(op.type);
  nodes_.emplace_back(op);
  return op.result;
}

Value Appender::op(ir::OpKind kind, Type type, std::vector<Value> operands, std::int64_t imm) {
  Op made;
  made.kind = kind;
  made.type = type;
  made.operands = std::move(operands);
  made.imm = imm;
  return add(std::move(made));
}

Value Appender::constant(Type type, std::int64_t bits) { return op(ir::OpKind::constant, type, {}, bits); }

std::int64_t identity(isa::ReductionKind reduction, Type scalar) {
  const bool add = reduction == isa::ReductionKind::add, min = reduction == isa::ReductionKind::min;
  if (add) {
    // The identity is −0, because x + −0 is x for every x; x + 0 is not x for x = −0.
    if (scalar == Type::f32) return std::int64_t{std::bit_cast<std::int32_t>(-0.0F)} & 0xffffffff;
    if (scalar == Type::f64) return std::bit_cast<std::int64_t>(-0.0);
    return 0;
  }
  switch (scalar) {
    case Type::f32: {
      const float infinity = std::numeric_limits<float>::infinity();
      return std::int64_t{std::bit_cast<std::uint32_t>(min ? infinity : -infinity)};
    }
    case Type::f64: {
      const double infinity = std::numeric_limits<double>::infinity();
      return std::bit_cast<std::int64_t>(min ? infinity : -infinity);
    }
    case Type::i32: {
      return min ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int32_t>::min();
    }
    default: return min ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  }
}

ir::OpKind kind_of(isa::ReductionKind reduction) {
  switch (reduction) {
    case isa::ReductionKind::add: return ir::OpKind::add;
    case isa::ReductionKind::min: return ir::OpKind::min;
    case isa::ReductionKind::max: return ir::OpKind::max;
  }
  VTPU_CHECK(false, "a reduction is add, min or max");
}

bool innermost(const Loop& loop) {
  return std::none_of(loop.body.begin(), loop.body.end(), [](const Node& node) { return node.loop() != nullptr; });
}

}  // namespace vtpu::compiler::passes
