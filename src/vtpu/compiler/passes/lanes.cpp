#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/mix.h"
#include "vtpu/compiler/passes/passes.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;

constexpr std::int64_t kEveryLane = 0xffff;
constexpr unsigned kMostLive = 14;  // of 16: limit for the values that a loop keeps live

/// Rewrites a loop so that its f32 scalars become vectors with the scalar in every lane.
class Spreader {
 public:
  Spreader(ir::Module& module, const Loop& loop) : module_(module), loop_(loop) {}

  /// Whether the rewrite is possible and pays off; if so, the parts are built.
  bool make() {
    std::size_t arithmetic = 0;
    for (const Node& node : loop_.body) {
      const Op& op = *node.op();
      const Type type = op.kind == OpKind::compare ? op.operand_type : op.type;
      if (type == Type::f32 && op.kind >= OpKind::add && op.kind <= OpKind::max) ++arithmetic;
      if (op.kind == OpKind::compare && op.operand_type == Type::f32) masks_.insert(op.result);
    }
    if (arithmetic == 0) return false;
    for (const Loop::Carried& carried : loop_.carried) {
      Loop::Carried made = carried;
      if (module_.types[carried.argument] == Type::f32) {
        made.initial = splat(carried.initial, front_);
        made.argument = vectors_[carried.argument] = module_.fresh(Type::f32x16);
        made.result = module_.fresh(Type::f32x16);
        lifted_.insert(carried.argument);
      }
      carried_.push_back(made);
    }
    for (const Node& node : loop_.body)
      if (!convert(*node.op())) return false;
    for (std::size_t k = 0; k < carried_.size(); ++k) {
      if (masks_.contains(loop_.carried[k].next)) return false;
      if (module_.types[loop_.carried[k].argument] == Type::f32) carried_[k].next = vector(loop_.carried[k].next);
    }
    return true;
  }

  void emit(std::vector<Node>& into, std::map<Value, Value>& results) {
    for (Node& node : front_) into.push_back(std::move(node));
    Loop made = loop_;
    made.carried = carried_;
    made.body = std::move(body_);
    into.emplace_back(std::move(made));
    for (std::size_t k = 0; k < carried_.size(); ++k)
      if (module_.types[loop_.carried[k].argument] == Type::f32)
        results[loop_.carried[k].result] = first_lane(carried_[k].result, into);
  }

 private:
  Value splat(Value scalar, std::vector<Node>& into) {
    Op op;
    op.kind = OpKind::splat;
    op.type = ir::vector_of(module_.types[scalar]);
    op.operand_type = module_.types[scalar];
    op.operands = {scalar};
    return Appender(module_, into).add(op);
  }

  Value first_lane(Value from, std::vector<Node>& into) {
    Op op;
    op.kind = OpKind::extract;
    op.type = ir::scalar_of(module_.types[from]);
    op.operand_type = module_.types[from];
    op.operands = {from};
    return Appender(module_, into).add(op);
  }

  /// The vector with this f32 in every lane, wherever the f32 is defined.
  Value vector(Value scalar) {
    if (const auto found = vectors_.find(scalar); found != vectors_.end()) return found->second;
    const bool inside = inside_.contains(scalar);
    return vectors_[scalar] = splat(scalar, inside ? body_ : front_);
  }

  /// Converts back to a scalar, for ops that stay scalar.
  Value scalar(Value value) {
    const auto found = vectors_.find(value);
    if (found == vectors_.end() || !lifted_.contains(value)) return value;
    auto& made = scalars_[value];
    if (made == 0) made = first_lane(found->second, body_) + 1;
    return made - 1;
  }

  Value mask(Value truth) {
    if (masks_.contains(truth)) return vectors_.at(truth);
    Appender at(module_, inside_.contains(truth) ? body_ : front_);
    Appender front(module_, front_);
    return at.op(OpKind::select, Type::lanes,
                 {truth, front.constant(Type::lanes, kEveryLane), front.constant(Type::lanes, 0)});
  }

  void lift(const Op& from, Op made) {
    vectors_[from.result] = Appender(module_, body_).add(std::move(made));
    lifted_.insert(from.result);
  }

  bool convert(const Op& op) {
    Op made = op;
    const bool compares = op.kind == OpKind::compare && op.operand_type == Type::f32;
    if (compares ||
        (op.type == Type::f32 && ((op.kind >= OpKind::add && op.kind <= OpKind::max) || op.kind == OpKind::select))) {
      for (std::size_t k = 0; k < made.operands.size(); ++k)
        made.operands[k] = op.kind == OpKind::select && k == 0 ? mask(op.operands[0]) : vector(op.operands[k]);
      made.type = compares ? Type::lanes : Type::f32x16;
      if (compares) made.operand_type = Type::f32x16;
      lift(op, std::move(made));
      return true;
    }
    if (op.kind == OpKind::load && op.type == Type::f32 &&
        module_.tensors[op.access.tensor].element == ir::Element::f32 && op.access.cell == kNone) {
      made.kind = OpKind::load_splat;
      made.type = Type::f32x16;
      made.access.index = op.access.index == kNone ? kNone : scalar(op.access.index);
      lift(op, std::move(made));
      return true;
    }
    // All other ops stay scalar. A comparison now gives a mask, which only a select between floats may read.
    bool mask_read = false;
    for_each_operand(made, [&](Value& value) {
      mask_read |= masks_.contains(value);
      value = scalar(value);
    });
    if (mask_read) return false;
    inside_.insert(op.result);
    body_.emplace_back(std::move(made));
    return true;
  }

  ir::Module& module_;
  const Loop& loop_;
  std::set<Value> masks_, lifted_, inside_;
  std::map<Value, Value> vectors_, scalars_;
  std::vector<Loop::Carried> carried_;
  std::vector<Node> front_, body_;
};

void spread(ir::Module& module, std::vector<Node>& list, std::map<Value, Value>& results) {
  std::vector<Node> made;
  made.reserve(list.size());
  for (Node& node : list) {
    Loop* loop = node.loop();
    if (loop != nullptr && !innermost(*loop)) spread(module, loop->body, results);
    if (loop != nullptr && innermost(*loop)) {
      Spreader spreader(module, *loop);
      if (spreader.make()) {
        spreader.emit(made, results);
        continue;
      }
    }
    made.push_back(std::move(node));
  }
  list = std::move(made);
}

}  // namespace

void spread_floats(ir::Module& module) {
  std::map<Value, Value> results;
  spread(module, module.body, results);
  replace_uses(module.body, results);
}

namespace {

/// Rewrites the choices of one innermost loop. What the loop does not change is appended to `front`.
void clear_lanes(ir::Module& module, const std::set<Value>& zeros, Loop& loop, std::vector<Node>& front) {
  std::set<Value> inside;
  for (const Node& node : loop.body)
    if (node.op()->result != kNone) inside.insert(node.op()->result);
  for (const Loop::Carried& carried : loop.carried) inside.insert(carried.argument);
  if (loop.iteration != kNone) inside.insert(loop.iteration);
  std::map<std::tuple<Type, Value, bool>, Value> kept;  // by type, mask, and whether the mask selects the zeros
  unsigned free = kMostLive - std::min(kMostLive, live_vectors(module, loop));
  std::vector<Node> body;
  const auto bits = [&](Value value, Type type, std::vector<Node>& into) {
    const Type from = module.types[value];
    if (from == type) return value;
    Op op;
    op.kind = OpKind::bits;
    op.type = type;
    op.operand_type = from;
    op.operands = {value};
    return Appender(module, into).add(op);
  };
  for (Node& node : loop.body) {
    Op& op = *body.emplace_back(std::move(node)).op();
    if (op.kind != OpKind::select || !ir::is_vector(op.type) || inside.contains(op.operands[0])) continue;
    const bool clears = zeros.contains(op.operands[1]);
    if (!clears && !zeros.contains(op.operands[2])) continue;
    auto found = kept.find({op.type, op.operands[0], clears});
    if (found == kept.end()) {
      if (free == 0) continue;
      --free;
      Appender at(module, front);
      const Value all = at.constant(op.type, -1), none = at.constant(op.type, 0);
      const Value mask = clears ? at.op(OpKind::select, op.type, {op.operands[0], none, all})
                                : at.op(OpKind::select, op.type, {op.operands[0], all, none});
      found = kept.emplace(std::tuple{op.type, op.operands[0], clears}, bits(mask, Type::i32x16, front)).first;
    }
    const Op choice = op;
    body.pop_back();
    const Value from = bits(choice.operands[clears ? 2 : 1], Type::i32x16, body);
    Op made;
    made.kind = choice.type == Type::i32x16 ? OpKind::bit_and : OpKind::bits;
    made.type = choice.type;
    made.source = choice.source;
    made.result = choice.result;
    if (choice.type == Type::i32x16) {
      made.operands = {from, found->second};
    } else {
      made.operand_type = Type::i32x16;
      made.operands = {Appender(module, body).op(OpKind::bit_and, Type::i32x16, {from, found->second})};
    }
    body.emplace_back(std::move(made));
  }
  loop.body = std::move(body);
}

void clear_lanes(ir::Module& module, const std::set<Value>& zeros, std::vector<Node>& list) {
  std::vector<Node> made;
  made.reserve(list.size());
  for (Node& node : list) {
    if (Loop* loop = node.loop()) {
      if (innermost(*loop))
        clear_lanes(module, zeros, *loop, made);
      else
        clear_lanes(module, zeros, loop->body);
    }
    made.push_back(std::move(node));
  }
  list = std::move(made);
}

}  // namespace

void clear_lanes_by_masks(ir::Module& module) {
  std::set<Value> zeros;
  ir::for_each_op(module.body, [&](const Op& op) {
    if (op.kind == OpKind::constant && ir::is_vector(op.type) && op.imm == 0) zeros.insert(op.result);
  });
  clear_lanes(module, zeros, module.body);
}

void choose_by_extrema(ir::Module& module) {
  std::map<Value, Op> comparisons;
  ir::for_each_op(module.body, [&](Op& op) {
    if (op.kind == OpKind::compare) comparisons[op.result] = op;
    if (op.kind != OpKind::select) return;
    const auto found = comparisons.find(op.operands[0]);
    if (found == comparisons.end()) return;
    const Op& compare = found->second;
    const bool greater = compare.condition == isa::Condition::gt, less = compare.condition == isa::Condition::lt;
    if (!(greater || less) || compare.operand_type != op.type || compare.operands[0] != op.operands[1] ||
        compare.operands[1] != op.operands[2])
      return;
    op.kind = greater ? OpKind::max : OpKind::min;
    op.operands.erase(op.operands.begin());
  });
}

}  // namespace vtpu::compiler::passes
