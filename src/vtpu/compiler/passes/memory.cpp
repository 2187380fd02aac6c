#include "vtpu/compiler/passes/memory.h"

#include <algorithm>
#include <map>

#include "vtpu/compiler/ir/integers.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;

void merge(Effects& into, const Effects& from) {
  into.any |= from.any;
  into.everything |= from.everything;
  into.read.insert(from.read.begin(), from.read.end());
  into.written.insert(from.written.begin(), from.written.end());
}

bool is_memory(const Op& op) { return op.access.tensor != ir::kNoTensor && op.kind != OpKind::prefetch; }

/// The memory ops of a list in order, including inner loops, with the trip counts of the loops around them.
struct Placed {
  const Op* op = nullptr;
  std::map<ir::LoopId, std::int64_t> trips;  ///< −1: known only at run time
};
void collect(const std::vector<Node>& nodes, std::map<ir::LoopId, std::int64_t> trips, std::vector<Placed>& into) {
  for (const Node& node : nodes) {
    if (const Op* op = node.op()) {
      if (is_memory(*op)) into.push_back({op, trips});
      continue;
    }
    const Loop& loop = *node.loop();
    auto inner = trips;
    inner[loop.id] = loop.counted() ? loop.trip : -1;
    collect(loop.body, inner, into);
  }
}

}  // namespace

Effects effects_of(const Op& op) {
  Effects effects;
  effects.any = ir::has_effect(op.kind);
  switch (op.kind) {
    case OpKind::load:
    case OpKind::load_splat: effects.read.insert(op.access.tensor); break;
    case OpKind::store: effects.written.insert(op.access.tensor); break;
    case OpKind::send:
    case OpKind::receive:
    case OpKind::barrier:
    case OpKind::fence:
    case OpKind::group_reduce:
    case OpKind::cast: effects.everything = true; break;
    default: break;
  }
  return effects;
}

Effects effects_of(const std::vector<Node>& nodes) {
  Effects effects;
  for (const Node& node : nodes)
    merge(effects, node.op() != nullptr ? effects_of(*node.op()) : effects_of(node.loop()->body));
  return effects;
}

bool acts(const Node& node) {
  if (const Op* op = node.op()) return ir::has_effect(op->kind);
  return std::any_of(node.loop()->body.begin(), node.loop()->body.end(), acts);
}

std::int64_t bytes_of(const ir::Module& module, const Op& op) {
  if (op.kind != OpKind::load_splat && ir::is_vector(op.type) && op.access.cell == kNone) return op.width;
  return static_cast<std::int64_t>(ir::size_of(module.tensors[op.access.tensor].element));
}

Distance distance(const ir::Module& module, const Op& a, const Op& b, const Loop& loop) {
  using Kind = Distance::Kind;
  if (a.access.tensor != b.access.tensor) return {Kind::never, 0};
  if (a.access.cell != kNone || b.access.cell != kNone) return {Kind::unknown, 0};
  if (a.access.index != b.access.index || (a.access.index != kNone && a.access.scale != b.access.scale) ||
      a.access.offset.terms != b.access.offset.terms)
    return {Kind::unknown, 0};
  if (a.access.index != kNone && ir::is_vector(module.types[a.access.index])) return {Kind::unknown, 0};
  // Offsets are numbers modulo 2^64, so the difference of two places in a tensor is exact after wrapping around. Steps
  // are not: a loop whose steps leave the tensor traps before they could come round to it again.
  const ir::Wide step = a.access.offset.coefficient(loop.id);
  const ir::Wide apart = ir::wrapped_sub(a.access.offset.constant, b.access.offset.constant);
  const std::int64_t of_a = bytes_of(module, a), of_b = bytes_of(module, b);
  if (step == 0) return apart >= of_b || -apart >= of_a ? Distance{Kind::never, 0} : Distance{Kind::unknown, 0};
  // b(j + d) covers apart' = apart − step × d relative to a(j)'s place; find every d for which they overlap.
  const ir::Wide first = apart / step, near = 1 + (of_a + of_b) / ir::magnitude(step);
  Distance found{Kind::never, 0};
  for (ir::Wide d = first - near; d <= first + near; ++d) {
    const ir::Wide gap = apart - step * d;
    if (gap >= of_b || -gap >= of_a) continue;
    if (found.kind == Kind::exact || !ir::fits_i64(d)) return {Kind::unknown, 0};
    found = {Kind::exact, static_cast<std::int64_t>(d)};
  }
  return found;
}

bool may_run_together(const ir::Module& module, const Loop& loop, std::int64_t width) {
  constexpr std::size_t kMostOps = 256;  // every pair is compared
  std::vector<const Op*> ops;
  for (const Node& node : loop.body)
    if (node.op() != nullptr && is_memory(*node.op())) ops.push_back(node.op());
  if (ops.size() > kMostOps) return false;
  for (std::size_t i = 0; i < ops.size(); ++i)
    for (std::size_t k = i; k < ops.size(); ++k) {
      const bool writes = ops[i]->kind == OpKind::store || ops[k]->kind == OpKind::store;
      if (!writes) continue;
      // b(j + d) overlaps a(j). The order is reversed if b, later in the body, runs in an earlier iteration of the same
      // group.
      const Distance d = distance(module, *ops[i], *ops[k], loop);
      if (d.kind == Distance::Kind::never) continue;
      if (i == k && d.kind == Distance::Kind::exact && d.iterations == 0) continue;
      if (d.kind == Distance::Kind::exact && (d.iterations >= 0 || d.iterations <= -width)) continue;
      if (!loop.independent) return false;
    }
  return true;
}

bool iterations_apart(const ir::Module& module, const Loop& loop) {
  std::vector<Placed> ops;
  collect(loop.body, {}, ops);
  const Effects effects = effects_of(loop.body);
  if (effects.everything) return false;
  for (const ir::TensorId tensor : effects.written) {
    std::int64_t step = 0;
    ir::Wide lowest = 0, end = 0;
    std::vector<ir::Affine::Term> outside;  // terms of loops further out, which must be equal
    ir::Value index = kNone;
    bool first = true;
    for (const Placed& placed : ops) {
      if (placed.op->access.tensor != tensor) continue;
      const ir::Access& access = placed.op->access;
      if (access.cell != kNone) return false;
      if (!first && (access.index != index || access.offset.coefficient(loop.id) != step)) return false;
      step = access.offset.coefficient(loop.id);
      index = access.index;
      ir::Wide low = access.offset.constant, high = low + bytes_of(module, *placed.op);
      std::vector<ir::Affine::Term> around;
      for (const auto& term : access.offset.terms) {
        if (term.loop == loop.id) continue;
        const auto trip = placed.trips.find(term.loop);
        if (trip == placed.trips.end()) {
          around.push_back(term);
          continue;
        }
        if (trip->second < 0) return false;
        const ir::Wide reach = ir::Wide{term.coefficient} * std::max<std::int64_t>(trip->second - 1, 0);
        if (!ir::fits_i64(reach)) return false;  // further than any step
        (reach < 0 ? low : high) += reach;
      }
      if (!first && around != outside) return false;
      outside = around;
      lowest = first ? low : std::min(lowest, low);
      end = first ? high : std::max(end, high);
      first = false;
    }
    // With an index, distances between iterations are unknown; rely on the source's promise.
    if (index != kNone) return loop.independent;
    if (ir::magnitude(step) < end - lowest) return false;
  }
  return true;
}

}  // namespace vtpu::compiler::passes
