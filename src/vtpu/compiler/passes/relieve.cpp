#include <algorithm>
#include <map>
#include <set>

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

constexpr unsigned kVectors = 14;          // of 16: scheduling needs a few free registers
constexpr std::size_t kScalarNumbers = 4;  // constants that a loop may keep in r-registers

class Reliever {
 public:
  explicit Reliever(ir::Module& module) : module_(module) {}

  using Cheap = std::map<Value, Op>;
  void run(std::vector<Node>& list, Cheap cheap) {
    for (Node& node : list) {
      const Effects effects = node.op() != nullptr ? effects_of(*node.op()) : effects_of(node.loop()->body);
      if (effects.everything || !effects.written.empty())
        std::erase_if(cheap, [&](const auto& entry) {
          const Op& op = entry.second;
          return op.access.tensor != ir::kNoTensor &&
                 (effects.everything || effects.written.contains(op.access.tensor));
        });
      if (const Op* op = node.op()) {
        const bool again = op->kind == OpKind::constant || op->kind == OpKind::iota || op->kind == OpKind::load_splat ||
                           (op->kind == OpKind::load && ir::is_vector(op->type));
        if (again) cheap[op->result] = *op;
        continue;
      }
      Loop& loop = *node.loop();
      if (!innermost(loop)) {
        run(loop.body, cheap);
        continue;
      }
      relieve(loop, cheap, true);
      relieve(loop, cheap, false);
    }
  }

 private:
  void relieve(Loop& loop, const Cheap& cheap, bool vectors) {
    std::set<Value> inside;
    for (const Node& node : loop.body)
      if (node.op()->result != kNone) inside.insert(node.op()->result);
    // Cheap values from outside, least frequently read first.
    std::map<Value, unsigned> reads;
    for (const Node& node : loop.body)
      for_each_operand(*node.op(), [&](Value value) {
        const auto found = cheap.find(value);
        if (inside.contains(value) || found == cheap.end() || ir::is_vector(found->second.type) != vectors) return;
        ++reads[value];
      });
    std::vector<std::pair<unsigned, Value>> order;
    for (const auto& [value, count] : reads) order.emplace_back(count, value);
    std::sort(order.begin(), order.end());
    const std::size_t live = vectors ? live_vectors(module_, loop) : order.size();
    const std::size_t most = vectors ? kVectors : kScalarNumbers;
    if (live <= most) return;
    std::size_t out = std::min(live - most, order.size());
    // Floats only, because integer constants are immediates.
    for (const auto& [count, value] : order) {
      if (out == 0) break;
      if (!vectors && !ir::is_float(cheap.at(value).type)) continue;
      make_again(loop, cheap.at(value));
      --out;
    }
  }

  void make_again(Loop& loop, const Op& op) {
    const Value value = op.result;
    std::vector<Node> made;
    made.reserve(loop.body.size() + 1);
    for (Node& node : loop.body) {
      bool reads = false;
      for_each_operand(*node.op(), [&](Value operand) { reads |= operand == value; });
      if (reads) {
        Op copy = op;
        copy.result = module_.fresh(copy.type);
        made.emplace_back(copy);
        for_each_operand(*node.op(), [&](Value& operand) {
          if (operand == value) operand = copy.result;
        });
      }
      made.push_back(std::move(node));
    }
    loop.body = std::move(made);
  }

  ir::Module& module_;
};

}  // namespace

void relieve_registers(ir::Module& module) { Reliever(module).run(module.body, {}); }

}  // namespace vtpu::compiler::passes
