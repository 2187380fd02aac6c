#include "vtpu/compiler/passes/mix.h"

#include <algorithm>
#include <set>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"

namespace vtpu::compiler::passes {
namespace {

using ir::Kind;
using ir::kNone;
using ir::Node;
using ir::Op;
using ir::Type;
using ir::Value;
using isa::Cost;

Cost cost_of_memory(const ir::Module& module, const Op& op) {
  const bool load = op.kind != Kind::store;
  if (op.access.cell != kNone) return Cost::probe;
  if (op.kind == Kind::prefetch) return Cost::load;
  if (op.kind == Kind::load_splat) return Cost::load64;
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
    case Kind::constant:
    case Kind::iota:
    case Kind::bits: return Cost::none;
    case Kind::load:
    case Kind::load_splat:
    case Kind::store:
    case Kind::prefetch: return cost_of_memory(module, op);
    case Kind::mul:
      if (!floating && !vector) return Cost::mul;
      break;
    case Kind::fma:
      if (!floating) return vector ? Cost::vector_int : Cost::mul;
      if (vector) return Cost::vector_fma;
      break;
    case Kind::div:
    case Kind::sqrt: return Cost::divide;
    case Kind::shl:
    case Kind::shr:
    case Kind::sar: return vector ? Cost::vector_int : Cost::shift;
    case Kind::select:
    case Kind::bit_and:
    case Kind::bit_or:
    case Kind::bit_xor: return ir::is_vector(op.type) ? Cost::vector_int : Cost::alu;
    case Kind::convert: return vector || ir::is_vector(op.type) ? Cost::vector_float : Cost::scalar_float;
    case Kind::splat:
    case Kind::extract:
    case Kind::permute: return Cost::shuffle;
    case Kind::dot_bf16:
    case Kind::dot_u8i8: return Cost::vector_dot;
    case Kind::reduce:
    case Kind::occupied:
    case Kind::simplices:
    case Kind::laplace: return Cost::slow;
    case Kind::pack: return Cost::store;
    case Kind::unpack: return Cost::load;
    case Kind::coordinate:
    case Kind::step:
    case Kind::set_axis: return Cost::pointer;
    case Kind::send:
    case Kind::receive:
    case Kind::barrier:
    case Kind::fence:
    case Kind::group_reduce:
    case Kind::cast:
    case Kind::temperature:
    case Kind::beacon:
    case Kind::route: return Cost::message;
    default: break;
  }
  if (vector) return floating ? Cost::vector_float : Cost::vector_int;
  return floating ? Cost::scalar_float : Cost::alu;
}

double cycles_of(const ir::Module& module, const std::vector<Node>& body, const MachineModel& machine) {
  ports::Mix mix{};
  for (const Node& node : body) {
    const Op* op = node.op();
    if (op == nullptr) continue;
    const Cost cost = cost_of(module, *op);
    double times = 1;
    const bool wide = cost == Cost::load64 || cost == Cost::store64 || cost == Cost::load32 || cost == Cost::store32;
    if (wide && op->kind != Kind::load_splat) {
      // Of accesses in a row at any place, this share crosses a line of 64 bytes.
      const bool aligned = op->access.index == kNone && op->access.offset.constant % op->width == 0 &&
                           std::all_of(op->access.offset.terms.begin(), op->access.offset.terms.end(),
                                       [&](const auto& term) { return term.coefficient % op->width == 0; });
      if (!aligned) times += op->width / 64.0;
    }
    mix[static_cast<std::size_t>(cost)] += times;
  }
  return ports::bound(machine.ports, mix);
}

double latency_of_reduction(const ir::Module& module, const ir::Loop& loop, const ir::Loop::Carried& carried,
                            const MachineModel& machine) {
  for (const Node& node : loop.body)
    if (node.op() != nullptr && node.op()->result == carried.next)
      return machine.ports.latency_of(cost_of(module, *node.op()));
  return 1;
}

unsigned live_vectors(const ir::Module& module, const ir::Loop& loop) {
  // Backwards: a value lives from its definition to its last use, one from outside all the time.
  std::set<Value> inside, live;
  for (const Node& node : loop.body)
    if (node.op() != nullptr && node.op()->result != kNone) inside.insert(node.op()->result);
  const auto vector = [&](Value value) { return ir::is_vector(module.types[value]); };
  std::set<Value> always;
  for (const auto& carried : loop.carried)
    if (vector(carried.argument)) always.insert(carried.argument);
  std::size_t most = 0;
  for (auto node = loop.body.rbegin(); node != loop.body.rend(); ++node) {
    const Op* op = node->op();
    if (op == nullptr) continue;
    for_each_operand(*op, [&](Value value) {
      if (!vector(value)) return;
      (inside.contains(value) ? live : always).insert(value);
    });
    most = std::max(most, live.size());
    live.erase(op->result);
  }
  return static_cast<unsigned>(always.size() + most);
}

}  // namespace vtpu::compiler::passes
