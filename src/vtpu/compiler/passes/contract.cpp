#include <map>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/passes.h"

namespace vtpu::compiler::passes {
namespace {

using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Value;

void contract(ir::Module& module, std::vector<Node>& list, const std::vector<std::uint32_t>& uses) {
  for (Node& node : list) {
    Loop* loop = node.loop();
    if (loop == nullptr) continue;
    contract(module, loop->body, uses);
    std::map<Value, Op*> ops;
    for (Node& inner : loop->body)
      if (Op* op = inner.op()) ops[op->result] = op;
    for (const Loop::Carried& carried : loop->carried) {
      const auto next = ops.find(carried.next);
      const bool sum = carried.reorderable && next != ops.end() && next->second->kind == OpKind::add &&
                       ir::is_float(next->second->type);
      if (!sum) continue;
      Op& add = *next->second;
      const Value term = add.operands[add.operands[0] == carried.argument ? 1 : 0];
      const auto product = ops.find(term);
      if (product == ops.end() || product->second->kind != OpKind::mul || uses[term] != 1) continue;
      add.kind = OpKind::fma;
      add.operands = {product->second->operands[0], product->second->operands[1], carried.argument};
    }
  }
}

}  // namespace

void contract(ir::Module& module) { contract(module, module.body, count_uses(module, module.body)); }

}  // namespace vtpu::compiler::passes
