#include "vtpu/compiler/passes/cost_model.h"

#include <algorithm>
#include <bit>
#include <set>
#include <unordered_map>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/mix.h"
#include "vtpu/compiler/passes/passes.h"
#include "vtpu/compiler/passes/split.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Value;
using isa::Cost;

constexpr std::int64_t kMostCopies = 8;
/// Steps that halve the lanes of a vector of sixteen until one is left.
constexpr double kHalvings = 4;

std::size_t index_of(Cost cost) { return static_cast<std::size_t>(cost); }

bool moves_data(const Op& op) {
  return op.kind == OpKind::load || op.kind == OpKind::load_splat || op.kind == OpKind::store;
}

double bytes_of(const ir::Module& module, const Op& op) {
  if (op.kind == OpKind::load_splat) return 4;
  if (op.access.index != kNone && ir::is_vector(module.types[op.access.index])) return 64;
  if (ir::is_vector(op.type)) return op.width;
  return static_cast<double>(ir::size_of(module.tensors[op.access.tensor].element));
}

/// The longest path to each value by latencies. A value without an entry starts at `outside`.
class Paths {
 public:
  static constexpr double kAbsent = -1;

  void start(Value value, double at = 0) { at_[value] = at; }
  double of(Value value) const {
    const auto found = at_.find(value);
    return found == at_.end() ? kAbsent : found->second;
  }
  /// Extends the paths by an op. Ops whose operands lie on no path lie on none.
  void add(const Op& op, double latency) {
    double before = kAbsent;
    for_each_operand(op, [&](Value value) { before = std::max(before, of(value)); });
    if (before >= 0 && op.result != kNone) at_[op.result] = before + latency;
  }

 private:
  std::unordered_map<Value, double> at_;  // used only for look-up
};

}  // namespace

std::int64_t trips_of(const Loop& loop) {
  return loop.counted() ? std::max<std::int64_t>(loop.trip, 0) : kAssumedTrips;
}

CostModel::CostModel(const ir::Module& module, const MachineModel& machine) : module_(module), machine_(machine) {
  // Of the first level, the rates of loads and stores in the port map say more.
  const std::size_t level = level_of_data(module, machine);
  if (level > 0) bandwidth_ = machine.ladder[level].bandwidth;
}

double CostModel::across(const Op& op) const {
  const bool floating = ir::is_float(op.operand_type == ir::Type::none ? op.type : op.operand_type);
  return kHalvings * (machine_.ports.latency_of(Cost::shuffle) +
                      machine_.ports.latency_of(floating ? Cost::vector_float : Cost::vector_int));
}

double CostModel::latency(const Op& op) const {
  if (op.kind == OpKind::reduce) return across(op);
  const Cost cost = cost_of(module_, op);
  if (cost == Cost::none) return 0;
  if (moves_data(op)) return machine_.ports.latency_of(Cost::load);
  return machine_.ports.latency_of(cost);
}

CostModel::Iteration CostModel::iteration_of(const Loop& loop) const {
  Iteration made;
  made.mix = mix_of(module_, loop.body);
  made.ops = static_cast<double>(loop.body.size());
  Paths paths;
  std::set<Value> sums;
  for (const Loop::Carried& carried : loop.carried) {
    if (carried.reorderable)
      sums.insert(carried.next);
    else
      paths.start(carried.argument);
  }
  std::set<ir::TensorId> tensors;
  for (const Node& node : loop.body) {
    const Op* const op = node.op();
    if (op == nullptr) continue;
    const double cycles = latency(*op);
    if (sums.contains(op->result)) made.sum = std::max(made.sum, cycles);
    paths.add(*op, cycles);
    if (!moves_data(*op)) continue;
    if (op->access.cell == kNone) tensors.insert(op->access.tensor);
    if (op->access.index != kNone || op->access.offset.coefficient(loop.id) != 0) made.bytes += bytes_of(module_, *op);
  }
  for (const Loop::Carried& carried : loop.carried)
    if (!carried.reorderable) made.chain = std::max(made.chain, paths.of(carried.next));
  made.pointers = static_cast<unsigned>(tensors.size());
  return made;
}

double CostModel::straight(const Iteration& iteration, std::int64_t copies) const {
  const auto times = static_cast<double>(copies);
  ports::Mix mix = iteration.mix;
  for (double& ops : mix) ops *= times;
  double cycles = std::max(ports::bound(machine_.ports, mix), times * iteration.chain);
  if (bandwidth_ > 0) cycles = std::max(cycles, times * iteration.bytes / bandwidth_);
  return cycles;
}

double CostModel::pass(const Iteration& iteration, std::int64_t copies) const {
  Iteration ops = iteration;
  ops.chain = ops.bytes = 0;
  // The taken branch at the end interrupts the supply of instructions, so that it is not hidden behind the ports.
  return std::max({straight(ops, copies) + machine_.loops.iteration, straight(iteration, copies), iteration.sum});
}

double CostModel::loop(const Iteration& iteration, std::int64_t trips, std::int64_t copies, bool known) const {
  if (trips <= 0) return 0;
  const std::int64_t passes = trips / copies, rest = known ? trips % copies : copies / 2;
  double cycles = 0;
  if (passes > 0)
    cycles += machine_.loops.entry(passes, iteration.pointers) + static_cast<double>(passes) * pass(iteration, copies);
  const bool no_loop = known && static_cast<double>(rest) * iteration.ops <= static_cast<double>(kStraightOps);
  if (rest > 0)
    cycles += no_loop && passes > 0
                  ? straight(iteration, rest)
                  : machine_.loops.entry(rest, iteration.pointers) + static_cast<double>(rest) * pass(iteration, 1);
  // The parts of a reduction are combined by halves.
  return cycles + iteration.sum * (std::bit_width(static_cast<std::uint64_t>(copies)) - 1);
}

double CostModel::best_loop(const Loop& loop) const {
  return best_loop(iteration_of(loop), trips_of(loop), loop.counted());
}

double CostModel::best_loop(const Iteration& iteration, std::int64_t trips, bool known) const {
  if (known && trips <= kFullUnroll &&
      static_cast<double>(trips) * iteration.ops <= static_cast<double>(kFullUnrollOps))
    return std::max(straight(iteration, trips), static_cast<double>(trips) * iteration.sum);
  double best = this->loop(iteration, trips, 1, known);
  for (std::int64_t copies = 2; copies <= kMostCopies && 2 * copies <= trips; copies *= 2)
    best = std::min(best, this->loop(iteration, trips, copies, known));
  return best;
}

bool CostModel::limited_by_bandwidth(const Loop& loop) const {
  if (bandwidth_ <= 0) return false;
  const Iteration iteration = iteration_of(loop);
  return iteration.bytes / bandwidth_ > ports::bound(machine_.ports, iteration.mix) + machine_.loops.iteration;
}

std::optional<double> CostModel::list(const std::vector<Node>& nodes) const {
  double cycles = 0, longest = 0;
  bool loops = false;
  ports::Mix mix{};
  Paths paths;
  for (const Node& node : nodes) {
    if (const Op* const op = node.op()) {
      const Cost cost = cost_of(module_, *op);
      if (op->kind == OpKind::reduce) {
        mix[index_of(Cost::shuffle)] += kHalvings;
        mix[index_of(Cost::vector_float)] += kHalvings;
      } else if (cost == Cost::probe || cost == Cost::message || cost == Cost::slow) {
        return {};
      } else {
        mix[index_of(cost)] += cost == Cost::none ? 0 : 1;
      }
      paths.add(*op, latency(*op));
      if (op->result != kNone) longest = std::max(longest, paths.of(op->result));
      continue;
    }
    const Loop& loop = *node.loop();
    loops = true;
    if (innermost(loop)) {
      if (!list(loop.body)) return {};
      cycles += this->loop(iteration_of(loop), trips_of(loop), 1, loop.counted());
    } else {
      const std::optional<double> one = list(loop.body);
      if (!one) return {};
      cycles += static_cast<double>(trips_of(loop)) * (*one + machine_.loops.iteration);
    }
    for (const Loop::Carried& carried : loop.carried) paths.start(carried.result);
  }
  // A list without loops overlaps with what is around it; between loops, each waits for the values of the one before.
  const double least = ports::bound(machine_.ports, mix);
  return cycles + (loops ? std::max(least, longest) : least);
}

}  // namespace vtpu::compiler::passes
