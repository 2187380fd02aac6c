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

/// Rewrites a loop so that its floats of one type become vectors with the scalar in every lane.
class Spreader {
 public:
  /// `spread`: vectors that hold a scalar in every lane, by scalar.
  Spreader(ir::Module& module, const Loop& loop, Type scalar, const std::map<Value, Value>& spread)
      : module_(module), loop_(loop), scalar_(scalar), vector_(ir::vector_of(scalar)), spread_(spread) {}

  /// Whether the rewrite is possible and pays off; if so, the parts are built.
  bool make() {
    // Every f64 that a loop reads from memory or writes there passes through an r-register, so only chains pay off.
    const bool chains = std::any_of(loop_.carried.begin(), loop_.carried.end(), [&](const Loop::Carried& carried) {
      return module_.types[carried.argument] == scalar_;
    });
    if (scalar_ == Type::f64 && !chains) return false;
    std::size_t arithmetic = 0;
    for (const Node& node : loop_.body) {
      const Op& op = *node.op();
      const Type type = op.kind == OpKind::compare ? op.operand_type : op.type;
      if (type == scalar_ && op.kind >= OpKind::add && op.kind <= OpKind::max) ++arithmetic;
      if (op.kind == OpKind::compare && op.operand_type == scalar_) masks_.insert(op.result);
    }
    if (arithmetic == 0) return false;
    for (const Loop::Carried& carried : loop_.carried) {
      Loop::Carried made = carried;
      if (module_.types[carried.argument] == scalar_) {
        made.initial = splat(carried.initial, front_);
        made.argument = vectors_[carried.argument] = module_.fresh(vector_);
        made.result = module_.fresh(vector_);
        lifted_.insert(carried.argument);
      }
      carried_.push_back(made);
    }
    for (const Node& node : loop_.body)
      if (!convert(*node.op())) return false;
    for (std::size_t k = 0; k < carried_.size(); ++k) {
      if (masks_.contains(loop_.carried[k].next)) return false;
      if (module_.types[loop_.carried[k].argument] == scalar_) carried_[k].next = vector(loop_.carried[k].next);
    }
    return scalar_ == Type::f32 || scalars_.empty();
  }

  void emit(std::vector<Node>& into, std::map<Value, Value>& results, std::map<Value, Value>& spread) {
    for (Node& node : front_) into.push_back(std::move(node));
    Loop made = loop_;
    made.carried = carried_;
    made.body = std::move(body_);
    into.emplace_back(std::move(made));
    for (std::size_t k = 0; k < carried_.size(); ++k)
      if (module_.types[loop_.carried[k].argument] == scalar_) {
        results[loop_.carried[k].result] = first_lane(module_, carried_[k].result, into);
        spread[loop_.carried[k].result] = carried_[k].result;
      }
  }

  static Value first_lane(ir::Module& module, Value from, std::vector<Node>& into) {
    Op op;
    op.kind = OpKind::extract;
    op.type = ir::scalar_of(module.types[from]);
    op.operand_type = module.types[from];
    op.operands = {from};
    return Appender(module, into).add(op);
  }

 private:
  Value splat(Value scalar, std::vector<Node>& into) {
    if (const auto found = spread_.find(scalar); found != spread_.end()) return found->second;
    Op op;
    op.kind = OpKind::splat;
    op.type = ir::vector_of(module_.types[scalar]);
    op.operand_type = module_.types[scalar];
    op.operands = {scalar};
    return Appender(module_, into).add(op);
  }

  /// The vector with this scalar in every lane, wherever the scalar is defined.
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
    if (made == 0) made = first_lane(module_, found->second, body_) + 1;
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
    const bool compares = op.kind == OpKind::compare && op.operand_type == scalar_;
    if (compares ||
        (op.type == scalar_ && ((op.kind >= OpKind::add && op.kind <= OpKind::max) || op.kind == OpKind::select))) {
      for (std::size_t k = 0; k < made.operands.size(); ++k)
        made.operands[k] = op.kind == OpKind::select && k == 0 ? mask(op.operands[0]) : vector(op.operands[k]);
      made.type = compares ? Type::lanes : vector_;
      if (compares) made.operand_type = vector_;
      lift(op, std::move(made));
      return true;
    }
    if (op.kind == OpKind::load && scalar_ == Type::f32 && op.type == Type::f32 &&
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
  const Type scalar_, vector_;
  const std::map<Value, Value>& spread_;
  std::set<Value> masks_, lifted_, inside_;
  std::map<Value, Value> vectors_, scalars_;
  std::vector<Loop::Carried> carried_;
  std::vector<Node> front_, body_;
};

/// Does arithmetic on scalars that loops left in vectors there, too. The scalar is taken out of the result only where
/// it is read.
bool spread(ir::Module& module, const Op& op, Type scalar, std::vector<Node>& into, std::map<Value, Value>& results,
            std::map<Value, Value>& spread_values) {
  if (op.type != scalar || op.kind < OpKind::add || op.kind > OpKind::max) return false;
  Op made = op;
  for (Value& operand : made.operands) {
    const auto found = spread_values.find(operand);
    if (found == spread_values.end()) return false;
    operand = found->second;
  }
  made.type = ir::vector_of(scalar);
  const Value vector = Appender(module, into).add(made);
  spread_values[op.result] = vector;
  results[op.result] = Spreader::first_lane(module, vector, into);
  return true;
}

void spread(ir::Module& module, std::vector<Node>& list, Type scalar, std::map<Value, Value>& results) {
  std::vector<Node> made;
  made.reserve(list.size());
  std::map<Value, Value> spread_values;  // of this list
  for (Node& node : list) {
    Loop* loop = node.loop();
    if (loop != nullptr && !innermost(*loop)) spread(module, loop->body, scalar, results);
    if (loop != nullptr && innermost(*loop)) {
      Spreader spreader(module, *loop, scalar, spread_values);
      if (spreader.make()) {
        spreader.emit(made, results, spread_values);
        continue;
      }
    }
    if (loop == nullptr && spread(module, *node.op(), scalar, made, results, spread_values)) continue;
    made.push_back(std::move(node));
  }
  list = std::move(made);
}

}  // namespace

void spread_floats(ir::Module& module) {
  for (const Type scalar : {Type::f32, Type::f64}) {
    std::map<Value, Value> results;
    spread(module, module.body, scalar, results);
    replace_uses(module.body, results);
  }
}

namespace {

/// Rewrites the choices of one innermost loop. What the loop does not change is appended to `front`.
void clear_lanes(ir::Module& module, const std::set<Value>& zeros, Loop& loop, std::vector<Node>& front) {
  std::set<Value> inside;
  for (const Node& node : loop.body)
    if (node.op()->result != kNone) inside.insert(node.op()->result);
  for (const Loop::Carried& carried : loop.carried) inside.insert(carried.argument);
  if (loop.iteration != kNone) inside.insert(loop.iteration);
  // A choice by its mask, whether the mask selects the zeros, and the width of the lanes.
  using Key = std::tuple<Value, bool, bool>;
  const auto key_of = [&](const Op& op) -> std::optional<Key> {
    if (op.kind != OpKind::select || !ir::is_vector(op.type)) return {};
    const bool clears = zeros.contains(op.operands[1]);
    if (!clears && !zeros.contains(op.operands[2])) return {};
    return Key{op.operands[0], clears, op.type == Type::f64x8};
  };
  std::map<Key, unsigned> wanted;
  for (const Node& node : loop.body)
    if (const auto key = key_of(*node.op())) ++wanted[*key];
  if (wanted.empty()) return;

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
  std::map<Key, Value> masks;
  unsigned live = live_vectors(module, loop);
  for (Node& node : loop.body) {
    const Op op = *node.op();
    const auto key = key_of(op);
    const bool changes = key && inside.contains(std::get<0>(*key));
    if (!key || (changes && wanted[*key] < 2) || (!masks.contains(*key) && live >= kMostLive)) {
      body.push_back(std::move(node));
      continue;
    }
    const auto [mask, clears, wide] = *key;
    if (!masks.contains(*key)) {
      ++live;
      const Type lanes = wide ? Type::f64x8 : Type::i32x16;
      Appender before(module, front), at(module, changes ? body : front);
      const Value all = before.constant(lanes, -1), none = before.constant(lanes, 0);
      const Value chosen = at.op(OpKind::select, lanes, {mask, clears ? none : all, clears ? all : none});
      masks[*key] = bits(chosen, Type::i32x16, changes ? body : front);
    }
    Op made;
    made.kind = OpKind::bit_and;
    made.type = Type::i32x16;
    made.source = op.source;
    made.result = op.result;
    made.operands = {bits(op.operands[clears ? 2 : 1], Type::i32x16, body), masks[*key]};
    if (op.type != Type::i32x16) {
      made.result = module.fresh(Type::i32x16);
      body.emplace_back(made);
      made.kind = OpKind::bits;
      made.type = op.type;
      made.operand_type = Type::i32x16;
      made.operands = {made.result};
      made.result = op.result;
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
