#include "vtpu/compiler/passes/split.h"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/compiler/passes/edit.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;

/// Rewrites accesses of a remainder loop if the number of executed iterations is known only at run time: that number
/// enters each access as an index.
class Shifter {
 public:
  Shifter(ir::Module& module, Value count, std::vector<Node>& front, std::vector<Node>& body)
      : module_(module), count_(count), front_(front), body_(body) {}

  void shift(Op& op, std::int64_t step) {
    ir::Access& access = op.access;
    const bool inside = access.index != kNone && own_.contains(access.index);
    const std::pair<Value, std::int64_t> key{access.index, step};
    auto found = moved_.find(key);
    if (access.index != kNone && ir::is_vector(module_.types[access.index])) {
      if (found == moved_.end()) {
        Appender at(module_, inside ? body_ : front_);
        found = moved_.emplace(key, lanes_moved(at, access.index, step / access.scale)).first;
      }
      access.index = found->second;
      return;
    }
    if (found == moved_.end()) {
      Appender at(module_, inside ? body_ : front_);
      Value bytes = at.op(OpKind::mul, Type::i64, {count_, at.constant(Type::i64, step)});
      if (access.index != kNone) {
        const Value scaled = at.op(OpKind::mul, Type::i64, {access.index, at.constant(Type::i64, access.scale)});
        bytes = at.op(OpKind::add, Type::i64, {bytes, scaled});
      }
      found = moved_.emplace(key, bytes).first;
    }
    access.index = found->second;
    access.scale = 1;
  }
  void defined(const Op& op) { own_.insert(op.result); }

 private:
  /// Sixteen indices, each moved by `step` for every executed iteration.
  Value lanes_moved(Appender& at, Value index, std::int64_t step) {
    Op narrow, splat;
    narrow.kind = OpKind::convert;
    narrow.type = Type::i32;
    narrow.operand_type = Type::i64;
    narrow.operands = {at.op(OpKind::mul, Type::i64, {count_, at.constant(Type::i64, step)})};
    splat.kind = OpKind::splat;
    splat.type = Type::i32x16;
    splat.operand_type = Type::i32;
    splat.operands = {at.add(narrow)};
    return at.op(OpKind::add, Type::i32x16, {index, at.add(splat)});
  }

  ir::Module& module_;
  Value count_;
  std::vector<Node>& front_;
  std::vector<Node>& body_;
  std::set<Value> own_;
  std::map<std::pair<Value, std::int64_t>, Value> moved_;  // index and step → bytes; within a loop an index has one
                                                           // scale
};

}  // namespace

std::vector<Value> initial_of(const Loop& loop) {
  std::vector<Value> state;
  for (const auto& carried : loop.carried) state.push_back(carried.initial);
  return state;
}

void run_once(ir::Module& module, const Loop& loop, std::int64_t number, std::vector<Value>& state,
              std::vector<Node>& into) {
  Copier copier(module);
  copier.renumber(loop.id, 0, 0, number);
  if (loop.iteration != kNone) copier.replace(loop.iteration, Appender(module, into).constant(Type::i64, number));
  for (std::size_t k = 0; k < state.size(); ++k) copier.replace(loop.carried[k].argument, state[k]);
  for (const Node& node : loop.body) into.push_back(copier.copy(node));
  for (std::size_t k = 0; k < state.size(); ++k) state[k] = copier.at(loop.carried[k].next);
}

void finish(ir::Module& module, const Loop& loop, Count done, Count rest, const std::vector<Value>& state,
            std::vector<Node>& into, std::map<Value, Value>& results) {
  const bool known = rest.value == kNone;
  if (known && (rest.number == 0 ||
                (static_cast<ir::Wide>(rest.number) * loop.body.size() <= kStraightOps && innermost(loop)))) {
    std::vector<Value> last = state;
    for (std::int64_t n = 0; n < rest.number; ++n) run_once(module, loop, done.number + n, last, into);
    for (std::size_t k = 0; k < last.size(); ++k) results[loop.carried[k].result] = last[k];
    return;
  }
  VTPU_CHECK(known || innermost(loop), "only an innermost loop is split at run time");
  Copier copier(module);
  Loop tail;
  tail.id = module.fresh_loop();
  tail.name = loop.name;
  tail.source = loop.source;
  tail.independent = loop.independent;
  tail.trip = rest.number;
  tail.trip_value = rest.value;
  tail.unroll = 1;
  copier.renumber(loop.id, tail.id, 1, done.value == kNone ? done.number : 0);
  if (loop.iteration != kNone) {
    tail.iteration = module.fresh(Type::i64);
    Appender body(module, tail.body);
    const Value before = done.value != kNone ? done.value : body.constant(Type::i64, done.number);
    copier.replace(loop.iteration, body.op(OpKind::add, Type::i64, {tail.iteration, before}));
  }
  for (std::size_t k = 0; k < loop.carried.size(); ++k) {
    Loop::Carried carried = loop.carried[k];
    carried.initial = state[k];
    carried.argument = module.fresh(module.types[carried.argument]);
    copier.replace(loop.carried[k].argument, carried.argument);
    tail.carried.push_back(carried);
  }
  Shifter shifter(module, done.value, into, tail.body);
  for (const Node& node : loop.body) {
    Node copied = copier.copy(node);
    if (Op* op = copied.op(); op != nullptr && done.value != kNone) {
      const std::int64_t step = node.op()->access.offset.coefficient(loop.id);
      if (step != 0) shifter.shift(*op, step);
      shifter.defined(*op);
    }
    tail.body.push_back(std::move(copied));
  }
  for (std::size_t k = 0; k < loop.carried.size(); ++k) {
    tail.carried[k].next = copier.at(loop.carried[k].next);
    tail.carried[k].result = module.fresh(module.types[loop.carried[k].result]);
    results[loop.carried[k].result] = tail.carried[k].result;
  }
  into.emplace_back(std::move(tail));
}

Division divide(ir::Module& module, const Loop& loop, std::int64_t copies, std::vector<Node>& into, std::int64_t most) {
  Division division;
  if (loop.counted()) {
    division.main.number = std::min(loop.trip, most) / copies;
    division.done.number = division.main.number * copies;
    division.rest.number = loop.trip - division.done.number;
    return division;
  }
  const auto bits = static_cast<std::uint64_t>(copies);
  VTPU_CHECK(std::has_single_bit(bits), "a count known only at run time is divided by a power of two");
  Appender at(module, into);
  const Value shift = at.constant(Type::i64, std::countr_zero(bits));
  const Value trip = at.op(OpKind::max, Type::i64, {loop.trip_value, at.constant(Type::i64, 0)});
  if (most == ir::kGreatest) {
    division.main.value = at.op(OpKind::shr, Type::i64, {trip, shift});
    division.rest.value = at.op(OpKind::bit_and, Type::i64, {trip, at.constant(Type::i64, copies - 1)});
    division.done.value = at.op(OpKind::shl, Type::i64, {division.main.value, shift});
    return division;
  }
  const Value limited = at.op(OpKind::min, Type::i64, {trip, at.constant(Type::i64, most)});
  division.main.value = at.op(OpKind::shr, Type::i64, {limited, shift});
  division.done.value = at.op(OpKind::shl, Type::i64, {division.main.value, shift});
  division.rest.value = at.op(OpKind::sub, Type::i64, {trip, division.done.value});
  return division;
}

}  // namespace vtpu::compiler::passes
