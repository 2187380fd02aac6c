#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"
#include "vtpu/compiler/passes/mix.h"
#include "vtpu/compiler/passes/passes.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Value;

constexpr std::size_t kScalarNumbers = 4;  // constants that a loop may keep in r-registers

class Reliever {
 public:
  explicit Reliever(ir::Module& module) : module_(module) {}

  /// Whether the op of this value is repeated in some loop.
  bool made_again(Value value) const { return made_again_.contains(value); }

  void run(std::vector<Node>& list) {
    for (Node& node : list) {
      if (!loaded_.empty()) forget(node.op() != nullptr ? effects_of(*node.op()) : effects_of(node.loop()->body));
      if (const Op* op = node.op()) {
        const bool again = op->kind == OpKind::constant || op->kind == OpKind::iota || op->kind == OpKind::load_splat ||
                           (op->kind == OpKind::load && ir::is_vector(op->type));
        if (!again) continue;
        cheap_[op->result] = *op;
        if (op->access.tensor != ir::kNoTensor) loaded_[op->access.tensor].push_back(op->result);
        continue;
      }
      Loop& loop = *node.loop();
      if (!innermost(loop)) {
        run(loop.body);
        continue;
      }
      relieve(loop, true);
      relieve(loop, false);
    }
  }

 private:
  /// Loads whose tensor may have changed cannot be done again.
  void forget(const Effects& effects) {
    const auto drop = [&](const std::vector<Value>& values) {
      for (const Value value : values) cheap_.erase(value);
    };
    if (effects.everything) {
      for (const auto& [tensor, values] : loaded_) drop(values);
      loaded_.clear();
    }
    for (const ir::TensorId tensor : effects.written)
      if (const auto found = loaded_.find(tensor); found != loaded_.end()) {
        drop(found->second);
        loaded_.erase(found);
      }
  }

  void relieve(Loop& loop, bool vectors) {
    std::set<Value> inside;
    for (const Node& node : loop.body)
      if (node.op()->result != kNone) inside.insert(node.op()->result);
    // Cheap values from outside, least frequently read first.
    std::map<Value, unsigned> reads;
    for (const Node& node : loop.body)
      for_each_operand(*node.op(), [&](Value value) {
        const auto found = cheap_.find(value);
        if (inside.contains(value) || found == cheap_.end() || ir::is_vector(found->second.type) != vectors) return;
        ++reads[value];
      });
    std::vector<std::pair<unsigned, Value>> order;
    for (const auto& [value, count] : reads) order.emplace_back(count, value);
    std::sort(order.begin(), order.end());
    const std::size_t live = vectors ? live_vectors(module_, loop) : order.size();
    const std::size_t most = vectors ? kLiveVectors : kScalarNumbers;
    if (live <= most) return;
    std::size_t out = std::min(live - most, order.size());
    // Floats only, because integer constants are immediates.
    std::map<Value, std::size_t> moved;  // and their places in the order
    for (const auto& [count, value] : order) {
      if (out == 0) break;
      if (!vectors && !ir::is_float(cheap_.at(value).type)) continue;
      moved.emplace(value, moved.size());
      --out;
    }
    make_again(loop, moved);
  }

  /// Repeats the ops of these values before every op that reads them.
  void make_again(Loop& loop, const std::map<Value, std::size_t>& moved) {
    if (moved.empty()) return;
    std::vector<Node> made;
    made.reserve(loop.body.size() + moved.size());
    for (Node& node : loop.body) {
      std::map<std::size_t, Value> read;  // by place
      for_each_operand(*node.op(), [&](Value operand) {
        if (const auto found = moved.find(operand); found != moved.end()) read[found->second] = operand;
      });
      for (const auto& [place, value] : read) {
        Op copy = cheap_.at(value);
        made_again_.insert(value);
        copy.result = module_.fresh(copy.type);
        for_each_operand(*node.op(), [&](Value& operand) {
          if (operand == value) operand = copy.result;
        });
        made.emplace_back(std::move(copy));
      }
      made.push_back(std::move(node));
    }
    loop.body = std::move(made);
  }

  ir::Module& module_;
  std::unordered_map<Value, Op> cheap_;                // used only for look-up
  std::map<ir::TensorId, std::vector<Value>> loaded_;  // the loads among them
  std::set<Value> made_again_;
};

}  // namespace

void relieve_registers(ir::Module& module) {
  Reliever reliever(module);
  reliever.run(module.body);
  // Values that are now made in loops only.
  const std::vector<std::uint32_t> uses = count_uses(module, module.body);
  for_each_list(module.body, [&](std::vector<Node>& nodes) {
    std::erase_if(nodes, [&](const Node& node) {
      const Op* const op = node.op();
      return op != nullptr && reliever.made_again(op->result) && uses[op->result] == 0;
    });
  });
}

}  // namespace vtpu::compiler::passes
