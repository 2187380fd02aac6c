#include "vtpu/compiler/passes/mix.h"

#include <algorithm>
#include <set>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;
using isa::Cost;

Cost cost_of_memory(const ir::Module& module, const Op& op) {
  const bool load = op.kind != OpKind::store;
  if (op.access.cell != kNone) return Cost::probe;
  if (op.kind == OpKind::prefetch) return Cost::load;
  if (op.kind == OpKind::load_splat) return Cost::load64;
  if (!ir::is_vector(op.type)) return load ? Cost::load : Cost::store;
  if (op.access.index != kNone && ir::is_vector(module.types[op.access.index])) return Cost::gather;
  if (op.width == 32) return load ? Cost::load32 : Cost::store32;
  return load ? Cost::load64 : Cost::store64;
}

}  // namespace

Cost cost_of(const ir::Module& module, const Op& op) {
  const Type type = op.operand_type == Type::none ? op.type : op.operand_type;
  const bool vector = ir::is_vector(type), floating = ir::is_float(type);
  switch (op.kind) {
    case OpKind::constant:
    case OpKind::iota:
    case OpKind::bits: return Cost::none;
    case OpKind::load:
    case OpKind::load_splat:
    case OpKind::store:
    case OpKind::prefetch: return cost_of_memory(module, op);
    case OpKind::mul:
      if (!floating && !vector) return Cost::mul;
      break;
    case OpKind::fma:
      if (!floating) return vector ? Cost::vector_int : Cost::mul;
      if (vector) return Cost::vector_fma;
      break;
    case OpKind::div:
    case OpKind::sqrt: return Cost::divide;
    case OpKind::shl:
    case OpKind::shr:
    case OpKind::sar: return vector ? Cost::vector_int : Cost::shift;
    case OpKind::select:
    case OpKind::bit_and:
    case OpKind::bit_or:
    case OpKind::bit_xor: return ir::is_vector(op.type) ? Cost::vector_int : Cost::alu;
    case OpKind::convert: return vector || ir::is_vector(op.type) ? Cost::vector_float : Cost::scalar_float;
    case OpKind::splat:
    case OpKind::extract:
    case OpKind::permute: return Cost::shuffle;
    case OpKind::dot_bf16:
    case OpKind::dot_u8i8: return Cost::vector_dot;
    case OpKind::reduce:
    case OpKind::occupied:
    case OpKind::simplices:
    case OpKind::laplace: return Cost::slow;
    case OpKind::pack: return Cost::store;
    case OpKind::unpack: return Cost::load;
    case OpKind::coordinate:
    case OpKind::step:
    case OpKind::set_axis: return Cost::pointer;
    case OpKind::send:
    case OpKind::receive:
    case OpKind::barrier:
    case OpKind::fence:
    case OpKind::group_reduce:
    case OpKind::cast:
    case OpKind::temperature:
    case OpKind::beacon:
    case OpKind::route: return Cost::message;
    default: break;
  }
  if (vector) return floating ? Cost::vector_float : Cost::vector_int;
  return floating ? Cost::scalar_float : Cost::alu;
}

ports::Mix mix_of(const ir::Module& module, const std::vector<Node>& body) {
  ports::Mix mix{};
  for (const Node& node : body) {
    const Op* op = node.op();
    if (op == nullptr) continue;
    const Cost cost = cost_of(module, *op);
    double times = 1;
    const bool wide = cost == Cost::load64 || cost == Cost::store64 || cost == Cost::load32 || cost == Cost::store32;
    if (wide && op->kind != OpKind::load_splat) {
      // The share of unaligned accesses at random places that cross a 64-byte line.
      const bool aligned = op->access.index == kNone && op->access.offset.constant % op->width == 0 &&
                           std::all_of(op->access.offset.terms.begin(), op->access.offset.terms.end(),
                                       [&](const auto& term) { return term.coefficient % op->width == 0; });
      if (!aligned) times += op->width / 64.0;
    }
    mix[static_cast<std::size_t>(cost)] += times;
  }
  return mix;
}

double cycles_of(const ir::Module& module, const std::vector<Node>& body, const MachineModel& machine) {
  return ports::bound(machine.ports, mix_of(module, body));
}

std::size_t level_of_data(const ir::Module& module, const MachineModel& machine) {
  double bytes = 0;
  for (const ir::Tensor& tensor : module.tensors) bytes += static_cast<double>(tensor.bytes());
  std::size_t level = 0;
  while (level + 1 < machine.ladder.size() && machine.ladder[level].bytes < bytes) ++level;
  return level;
}

namespace {

/// Maximum number of values that satisfy `counts` and are live at once in an innermost loop's body.
template <class Counts>
unsigned most_live(const ir::Loop& loop, const Counts& counts) {
  // Backwards: a value lives from its definition to its last use; a value from outside lives throughout.
  std::set<Value> inside, live;
  for (const Node& node : loop.body)
    if (node.op() != nullptr && node.op()->result != kNone) inside.insert(node.op()->result);
  std::set<Value> always;
  for (const auto& carried : loop.carried)
    if (counts(carried.argument)) always.insert(carried.argument);
  std::size_t most = 0;
  for (auto node = loop.body.rbegin(); node != loop.body.rend(); ++node) {
    const Op* op = node->op();
    if (op == nullptr) continue;
    for_each_operand(*op, [&](Value value) {
      if (!counts(value)) return;
      (inside.contains(value) ? live : always).insert(value);
    });
    most = std::max(most, live.size());
    live.erase(op->result);
  }
  return static_cast<unsigned>(always.size() + most);
}

}  // namespace

unsigned live_vectors(const ir::Module& module, const ir::Loop& loop) {
  return most_live(loop, [&](Value value) { return ir::is_vector(module.types[value]); });
}

unsigned live_data(const ir::Module& module, const ir::Loop& loop, const std::set<Value>& around) {
  std::set<Value> own = around;
  for (const auto& carried : loop.carried) own.insert(carried.argument);
  for (const Node& node : loop.body)
    if (node.op() != nullptr && node.op()->result != kNone) own.insert(node.op()->result);
  return most_live(loop, [&](Value value) {
    const Type type = module.types[value];
    return own.contains(value) && (ir::is_vector(type) || ir::is_float(type) || type == Type::i32);
  });
}

}  // namespace vtpu::compiler::passes
