#include "vtpu/compiler/backend/liveness.h"

#include <algorithm>
#include <bit>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {

struct Liveness::Builder {
  std::vector<std::uint32_t> written_in;  // by register: block + 1 of its last write
  std::vector<std::vector<Register>> exposed, killed;
  std::vector<std::vector<std::uint32_t>> successors;

  Builder(std::size_t registers, std::size_t blocks)
      : written_in(registers), exposed(blocks), killed(blocks), successors(blocks) {}

  template <class Op>
  void add(std::uint32_t block, const Op& op) {
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (row.reads && written_in[r] != block + 1) exposed[block].push_back(r);
    });
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (row.writes && written_in[r] != block + 1) written_in[r] = block + 1, killed[block].push_back(r);
    });
  }

  std::vector<std::vector<Register>> solve() {
    const std::size_t blocks = exposed.size();
    constexpr std::uint32_t kNone = ~std::uint32_t{0};
    std::vector<std::uint32_t> bit_of(written_in.size(), kNone);
    std::vector<Register> global;
    for (const auto& registers : exposed) global.insert(global.end(), registers.begin(), registers.end());
    std::sort(global.begin(), global.end());
    global.erase(std::unique(global.begin(), global.end()), global.end());
    for (std::uint32_t k = 0; k < global.size(); ++k) bit_of[global[k]] = k;

    const std::size_t chunks = (global.size() + 63) / 64;
    std::vector<std::uint64_t> in(blocks * chunks), out(blocks * chunks), kept(blocks * chunks, ~std::uint64_t{0});
    for (std::size_t b = 0; b < blocks; ++b) {
      for (const Register r : exposed[b]) in[b * chunks + bit_of[r] / 64] |= std::uint64_t{1} << (bit_of[r] % 64);
      for (const Register r : killed[b])
        if (bit_of[r] != kNone) kept[b * chunks + bit_of[r] / 64] &= ~(std::uint64_t{1} << (bit_of[r] % 64));
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t b = blocks; b-- > 0;)
        for (const std::uint32_t next : successors[b])
          for (std::size_t k = 0; k < chunks; ++k) {
            const std::uint64_t more = in[next * chunks + k] & ~out[b * chunks + k];
            if (more == 0) continue;
            out[b * chunks + k] |= more;
            in[b * chunks + k] |= more & kept[b * chunks + k];
            changed = true;
          }
    }
    std::vector<std::vector<Register>> live(blocks);
    for (std::size_t b = 0; b < blocks; ++b)
      for (std::size_t k = 0; k < chunks; ++k)
        for (std::uint64_t bits = out[b * chunks + k]; bits != 0; bits &= bits - 1)
          live[b].push_back(global[k * 64 + static_cast<std::size_t>(std::countr_zero(bits))]);
    return live;
  }
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
    for_each_successor(code, b, [&](std::uint32_t next) { builder.successors[b].push_back(next); });
  }
  live_out_ = builder.solve();
}

Liveness::Liveness(const Code& code) {
  Builder builder(code.files.size(), code.blocks.size());
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    const Block& block = code.blocks[b];
    for (const MachineOp& op : block.ops) builder.add(b, op);
    const isa::Opcode last = block.exit ? block.exit->op.opcode : isa::Opcode::nop;
    if (block.exit) {
      builder.add(b, *block.exit);
      if (last != isa::Opcode::dhalt) builder.successors[b].push_back(block.target);
    }
    if (last != isa::Opcode::dhalt && last != isa::Opcode::dbr && b + 1 < code.blocks.size())
      builder.successors[b].push_back(b + 1);
  }
  live_out_ = builder.solve();
}

bool Liveness::is_live_out(std::uint32_t block, Register r) const {
  return std::binary_search(live_out_[block].begin(), live_out_[block].end(), r);
}

}  // namespace vtpu::compiler::backend
