#include "vtpu/compiler/backend/liveness.h"

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {

class Liveness::Builder {
 public:
  Builder(std::size_t registers, std::size_t blocks)
      : written_in_(registers), exposed_(registers), killed_(blocks), predecessors_(blocks) {}

  template <class Op>
  void add(std::uint32_t block, const Op& op) {
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (row.reads && written_in_[r] != block + 1) exposed_[r].push_back(block);
    });
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (row.writes && written_in_[r] != block + 1) written_in_[r] = block + 1, killed_[block].push_back(r);
    });
  }
  void link(std::uint32_t from, std::uint32_t to) { predecessors_[to].push_back(from); }

  std::vector<std::vector<Register>> solve(bool& complete) {
    std::size_t pairs = 0;
    const std::size_t blocks = killed_.size();
    for (auto& registers : killed_) std::sort(registers.begin(), registers.end());
    std::vector<std::vector<Register>> live(blocks);
    std::vector<std::uint32_t> waiting;  // blocks at whose beginning the register is live
    for (Register r = 0; r < exposed_.size(); ++r) {
      waiting = exposed_[r];
      while (!waiting.empty()) {
        const std::uint32_t block = waiting.back();
        waiting.pop_back();
        for (const std::uint32_t before : predecessors_[block]) {
          if (!live[before].empty() && live[before].back() == r) continue;
          live[before].push_back(r);
          if (++pairs > kMost) {
            complete = false;
            return live;
          }
          if (!std::binary_search(killed_[before].begin(), killed_[before].end(), r)) waiting.push_back(before);
        }
      }
    }
    return live;
  }

 private:
  std::vector<std::uint32_t> written_in_;            // by register: block + 1 of its last write
  std::vector<std::vector<std::uint32_t>> exposed_;  // by register: blocks that read it before they write it
  std::vector<std::vector<Register>> killed_;        // by block: registers that it writes
  std::vector<std::vector<std::uint32_t>> predecessors_;
};

Liveness::Liveness(const WideCode& code) {
  Builder builder(code.files.size(), code.blocks.size());
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    for (const WideWord& word : code.blocks[b].words) {
      // All slots read before any writes. In this order, no slot reads what an earlier one wrote.
      const auto order = order_of(word);
      VTPU_CHECK(order.has_value(), "the slots of a word have an execution order");
      for (const std::uint8_t slot : *order)
        if (!word.slots[slot].empty()) builder.add(b, word.slots[slot]);
    }
    for_each_successor(code, b, [&](std::uint32_t next) { builder.link(b, next); });
  }
  live_out_ = builder.solve(complete_);
}

Liveness::Liveness(const Code& code) {
  Builder builder(code.files.size(), code.blocks.size());
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    const Block& block = code.blocks[b];
    for (const MachineOp& op : block.ops) builder.add(b, op);
    const isa::Opcode last = block.exit ? block.exit->op.opcode : isa::Opcode::nop;
    if (block.exit) {
      builder.add(b, *block.exit);
      if (last != isa::Opcode::dhalt) builder.link(b, block.target);
    }
    if (last != isa::Opcode::dhalt && last != isa::Opcode::dbr && b + 1 < code.blocks.size()) builder.link(b, b + 1);
  }
  live_out_ = builder.solve(complete_);
}

bool Liveness::is_live_out(std::uint32_t block, Register r) const {
  return std::binary_search(live_out_[block].begin(), live_out_[block].end(), r);
}

}  // namespace vtpu::compiler::backend
