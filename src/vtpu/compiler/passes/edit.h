#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

/// Utilities shared by the passes: copying nodes with other values and loops, and counting or replacing uses.
namespace vtpu::compiler::passes {

/// Copies nodes. Values defined inside a copy get new numbers, and its loops get new ids. Values and loop ids from
/// outside are replaced as the caller requested.
class Copier {
 public:
  explicit Copier(ir::Module& module) : module_(module) {}

  /// From now on, copies read `to` instead of `from`.
  void replace(ir::Value from, ir::Value to) { values_[from] = to; }
  ir::Value at(ir::Value value) const;

  /// From now on, iteration n of loop `from` is factor × (iteration of `to`) + offset. A factor of 0 gives just
  /// `offset`.
  void renumber(ir::LoopId from, ir::LoopId to, std::int64_t factor, std::int64_t offset);

  ir::Op copy(const ir::Op& op);
  ir::Node copy(const ir::Node& node);
  ir::Access copy(const ir::Access& access) const;

 private:
  struct Numbering {
    ir::LoopId to = 0;
    std::int64_t factor = 0, offset = 0;
  };
  ir::Module& module_;
  std::map<ir::Value, ir::Value> values_;
  std::map<ir::LoopId, Numbering> loops_;
};

/// Calls visit(value) for every value that an op reads, by reference so that visit may change it.
template <class Op, class Visit>
void for_each_operand(Op& op, const Visit& visit) {
  for (auto& value : op.operands)
    if (value != ir::kNone) visit(value);
  if (op.access.index != ir::kNone) visit(op.access.index);
  if (op.access.cell != ir::kNone) visit(op.access.cell);
}

/// Calls visit(value) for every value that a node reads, including initial, next and trip values of loops.
template <class Visit>
void for_each_read(const ir::Node& node, const Visit& visit) {
  if (const ir::Op* op = node.op()) return for_each_operand(*op, visit);
  const ir::Loop& loop = *node.loop();
  if (loop.trip_value != ir::kNone) visit(loop.trip_value);
  for (const auto& carried : loop.carried) visit(carried.initial), visit(carried.next);
  for (const ir::Node& inner : loop.body) for_each_read(inner, visit);
}

/// Number of reads of each value in these nodes, including initial, next and trip values of loops.
std::vector<std::uint32_t> count_uses(const ir::Module& module, const std::vector<ir::Node>& nodes);

/// Replaces the keys of `to` by their values wherever these nodes read them.
void replace_uses(std::vector<ir::Node>& nodes, const std::map<ir::Value, ir::Value>& to);

/// Appends ops to a list of nodes.
class Appender {
 public:
  Appender(ir::Module& module, std::vector<ir::Node>& nodes) : module_(module), nodes_(nodes) {}

  ir::Value constant(ir::Type type, std::int64_t bits);
  ir::Value op(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands, std::int64_t imm = 0);
  /// Appends an op whose other fields are already set, and gives it a result.
  ir::Value add(ir::Op op);

 private:
  ir::Module& module_;
  std::vector<ir::Node>& nodes_;
};

/// The identity of a reduction, as the bits of a scalar of that type.
std::int64_t identity(isa::ReductionKind reduction, ir::Type scalar);
/// The kind of op that performs a reduction.
ir::OpKind kind_of(isa::ReductionKind reduction);

/// Whether the loop's body contains no loop.
bool innermost(const ir::Loop& loop);

/// Calls `visit` for every list of nodes, inner loops first.
template <class Visit>
void for_each_list(std::vector<ir::Node>& nodes, const Visit& visit) {
  for (auto& node : nodes)
    if (auto* loop = node.loop()) for_each_list(loop->body, visit);
  visit(nodes);
}

}  // namespace vtpu::compiler::passes
