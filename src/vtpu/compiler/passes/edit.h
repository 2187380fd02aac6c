#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

/// What passes share: copies of nodes with other values and other loops, and who uses what.
namespace vtpu::compiler::passes {

/// Makes copies of nodes. Values defined inside are given new numbers, loops new ids; values and loop numbers from
/// outside are replaced where the caller has said so.
class Copier {
 public:
  explicit Copier(ir::Module& module) : module_(module) {}

  /// From here on `from` is read as `to`.
  void replace(ir::Value from, ir::Value to) { values_[from] = to; }
  ir::Value at(ir::Value value) const;

  /// From here on iteration n of loop `from` means factor × (iteration of `to`) + offset, or just `offset` when the
  /// factor is 0.
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

/// Calls visit(value) for every value that an op reads; the reference may be written.
template <class Op, class Visit>
void for_each_operand(Op& op, const Visit& visit) {
  for (auto& value : op.operands)
    if (value != ir::kNone) visit(value);
  if (op.access.index != ir::kNone) visit(op.access.index);
  if (op.access.cell != ir::kNone) visit(op.access.cell);
}

/// How often each value is read in these nodes; initial, next and trip values of loops count.
std::vector<std::uint32_t> count_uses(const ir::Module& module, const std::vector<ir::Node>& nodes);

/// Puts `to` in place of `from` wherever these nodes read it.
void replace_uses(std::vector<ir::Node>& nodes, const std::map<ir::Value, ir::Value>& to);

/// Makes ops at the end of a list of nodes.
class Appender {
 public:
  Appender(ir::Module& module, std::vector<ir::Node>& nodes) : module_(module), nodes_(nodes) {}

  ir::Value constant(ir::Type type, std::int64_t bits);
  ir::Value op(ir::OpKind kind, ir::Type type, std::vector<ir::Value> operands, std::int64_t imm = 0);
  /// With fields that `op` leaves alone already set; gives it a result.
  ir::Value add(ir::Op op);

 private:
  ir::Module& module_;
  std::vector<ir::Node>& nodes_;
};

/// The identity of a reduction, as the bits of a scalar of that type.
std::int64_t identity(isa::ReductionKind reduction, ir::Type scalar);
/// The kind of op that a reduction is made of.
ir::OpKind kind_of(isa::ReductionKind reduction);

/// Whether a loop's body has no loop.
bool innermost(const ir::Loop& loop);

/// Applies `visit` to every list of nodes, inner loops first.
template <class Visit>
void for_each_list(std::vector<ir::Node>& nodes, const Visit& visit) {
  for (auto& node : nodes)
    if (auto* loop = node.loop()) for_each_list(loop->body, visit);
  visit(nodes);
}

}  // namespace vtpu::compiler::passes
