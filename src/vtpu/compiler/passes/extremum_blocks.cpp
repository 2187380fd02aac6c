#include "vtpu/compiler/passes/extremum_blocks.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "vtpu/compiler/passes/edit.h"

namespace vtpu::compiler::passes {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;

namespace {

constexpr std::int64_t kFewestBlocks = 4;  // with fewer, the search costs as much as it saves
constexpr std::int64_t kNowhere = 0x7fffffff;

const Op* definition_of(const Loop& loop, Value value) {
  for (const Node& node : loop.body)
    if (node.op() != nullptr && node.op()->result == value) return node.op();
  return nullptr;
}

Value compare(Appender& at, isa::Condition condition, Type vector, Value a, Value b) {
  Op op;
  op.kind = OpKind::compare;
  op.type = Type::lanes;
  op.operand_type = vector;
  op.condition = condition;
  op.operands = {a, b};
  return at.add(op);
}

}  // namespace

std::optional<ExtremumBlocks> ExtremumBlocks::of(const ir::Module& module, const Loop& vector_loop, Carried carried,
                                                 std::int64_t lanes) {
  ExtremumBlocks made;
  made.loop_ = vector_loop;
  made.carried_ = carried;
  made.lanes_ = lanes;
  for (const std::int64_t vectors : {16, 8})
    if (made.vectors_ == 0 && vector_loop.trip % vectors == 0 && vector_loop.trip >= kFewestBlocks * vectors)
      made.vectors_ = vectors;
  if (!vector_loop.counted() || made.vectors_ == 0 || vector_loop.carried.size() != 3 || vector_loop.unroll != 0)
    return {};
  const Op* const best = definition_of(vector_loop, vector_loop.carried[carried.best].next);
  const Op* const index = definition_of(vector_loop, vector_loop.carried[carried.index].next);
  const Op* const numbers = definition_of(vector_loop, vector_loop.carried[carried.numbers].next);
  const Op* const chosen = definition_of(vector_loop, best->operands[0]);
  made.compare_ = *chosen;
  made.term_ = best->operands[1];
  std::set<Value> bookkeeping{best->result, index->result, numbers->result, chosen->result};
  for (const Loop::Carried& each : vector_loop.carried) bookkeeping.insert(each.argument);
  for (const Node& node : vector_loop.body) {
    const Op& op = *node.op();
    if (bookkeeping.contains(op.result)) continue;
    bool suits = !ir::has_effect(op.kind) && op.access.cell == kNone && op.access.index == kNone &&
                 op.access.offset.coefficient(vector_loop.id) % lanes == 0;
    for_each_operand(op, [&](Value value) { suits &= !bookkeeping.contains(value); });
    if (!suits) return {};
    made.terms_.push_back(node);
  }
  const bool computed = std::any_of(made.terms_.begin(), made.terms_.end(),
                                    [&](const Node& node) { return node.op()->result == made.term_; });
  return computed && ir::is_vector(module.types[made.term_]) ? std::optional(std::move(made)) : std::nullopt;
}

Loop ExtremumBlocks::loop(ir::Module& module, std::vector<Node>& front) const {
  const Type vector = compare_.operand_type;
  const auto reduction = compare_.condition == isa::Condition::gt ? isa::ReductionKind::max : isa::ReductionKind::min;
  Appender before(module, front);
  // A NaN is never better than what came before, so the best of a block starts from the identity.
  const Value identity_lanes = before.constant(vector, identity(reduction, ir::scalar_of(vector)));
  const Value step = before.constant(Type::i32x16, lanes_ * vectors_);
  Loop blocks = loop_;
  blocks.id = module.fresh_loop();
  blocks.trip = loop_.trip / vectors_;
  blocks.body.clear();
  Appender body(module, blocks.body);
  std::array<Value, 2> best{identity_lanes, identity_lanes};  // two chains
  for (std::int64_t k = 0; k < vectors_; ++k) {
    Copier copier(module);
    copier.renumber(loop_.id, blocks.id, vectors_, k);
    for (const Node& node : terms_) blocks.body.push_back(copier.copy(node));
    Value& chain = best[static_cast<std::size_t>(k % 2)];
    chain = body.op(kind_of(reduction), vector, {copier.at(term_), chain});
  }
  const Value of_block = body.op(kind_of(reduction), vector, {best[0], best[1]});
  Loop::Carried& kept = blocks.carried[carried_.best];
  Loop::Carried& index = blocks.carried[carried_.index];
  Loop::Carried& numbers = blocks.carried[carried_.numbers];
  const Value better = compare(body, compare_.condition, vector, of_block, kept.argument);
  kept.next = body.op(OpKind::select, vector, {better, of_block, kept.argument});
  index.next = body.op(OpKind::select, Type::i32x16, {better, numbers.argument, index.argument});
  numbers.next = body.op(OpKind::add, Type::i32x16, {numbers.argument, step});
  return blocks;
}

Value ExtremumBlocks::search(ir::Module& module, Value number, Value found, Value extremum,
                             std::vector<Node>& into) const {
  const Type vector = compare_.operand_type;
  Appender at(module, into);
  const Value nothing = at.constant(Type::i64, 0), nowhere = at.constant(Type::i32x16, kNowhere);
  const Value start_of_block = at.op(OpKind::bit_and, Type::i64, {number, at.constant(Type::i64, -lanes_ * vectors_)});
  const Value start = at.op(OpKind::select, Type::i64, {found, start_of_block, nothing});
  const Value step = at.constant(Type::i32x16, lanes_);
  Loop search;
  search.id = module.fresh_loop();
  search.name = loop_.name;
  search.source = loop_.source;
  search.trip = vectors_;
  search.unroll = 1;  // it runs once; copies would need a register for the numbers of each
  Loop::Carried places, numbers;
  places.initial = nowhere;
  places.argument = module.fresh(Type::i32x16);
  places.result = module.fresh(Type::i32x16);
  places.reorderable = true;
  places.reduction = isa::ReductionKind::min;
  numbers.initial = at.op(OpKind::iota, Type::i32x16, {});
  numbers.argument = module.fresh(Type::i32x16);
  numbers.result = module.fresh(Type::i32x16);
  Appender body(module, search.body);
  Copier copier(module);
  copier.renumber(loop_.id, search.id, 1, 0);
  for (const Node& node : terms_) {
    Node copied = copier.copy(node);
    if (const std::int64_t bytes = node.op()->access.offset.coefficient(loop_.id); bytes != 0) {
      copied.op()->access.index = start;
      copied.op()->access.scale = bytes / lanes_;
    }
    search.body.push_back(std::move(copied));
  }
  const Value equal = compare(body, isa::Condition::eq, vector, copier.at(term_), extremum);
  const Value here = body.op(OpKind::select, Type::i32x16, {equal, numbers.argument, nowhere});
  places.next = body.op(OpKind::min, Type::i32x16, {places.argument, here});
  numbers.next = body.op(OpKind::add, Type::i32x16, {numbers.argument, step});
  search.carried = {places, numbers};
  into.emplace_back(std::move(search));
  Op first, extended;
  first.kind = OpKind::reduce;
  first.type = Type::i32;
  first.operand_type = Type::i32x16;
  first.reduction = isa::ReductionKind::min;
  first.operands = {places.result};
  extended.kind = OpKind::extend;
  extended.type = Type::i64;
  extended.operands = {at.add(first)};
  return at.op(OpKind::add, Type::i64, {start, at.add(extended)});
}

}  // namespace vtpu::compiler::passes
