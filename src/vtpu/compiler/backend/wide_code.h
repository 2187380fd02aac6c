#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/code.h"

/// Words on any number of registers: what scheduling makes of `Code`, before registers are allocated.
namespace vtpu::compiler::backend {

struct PlacedOp {
  isa::Op op;
  std::array<Register, 4> registers{kNoRegister, kNoRegister, kNoRegister, kNoRegister};
  std::uint32_t line = 0;

  PlacedOp() = default;
  explicit PlacedOp(const MachineOp& machine_op)
      : op(machine_op.op), registers(machine_op.registers), line(machine_op.line) {}
  bool empty() const { return op.opcode == isa::Opcode::nop; }
};

struct WideWord {
  std::array<PlacedOp, 3> slots;  ///< D, S, C

  PlacedOp& dense() { return slots[0]; }
  const PlacedOp& dense() const { return slots[0]; }
  bool empty() const { return slots[0].empty() && slots[1].empty() && slots[2].empty(); }
};

/// An order of the slots (numbers into `slots`) in which each can be executed after the other, none reading what an
/// earlier one wrote and a branch last; none where there is no such order. The engine for host code has words without
/// one executed by a slow call, so the schedulers make none.
std::optional<std::array<std::uint8_t, 3>> order_of(const WideWord& word);

struct WideBlock {
  std::vector<WideWord> words;
  bool branches = false;     ///< the last word's dense op is control
  std::uint32_t target = 0;  ///< a block, where it is not dhalt
  unsigned depth = 0;
  static constexpr std::uint32_t kNoLoop = ~std::uint32_t{0};
  std::uint32_t loop = kNoLoop;  ///< which report this block is the kernel of
};

struct WideCode {
  std::vector<isa::File> files;
  std::vector<Register> origin;  ///< the register of `Code` that each is, or is a copy of
  std::vector<WideBlock> blocks;

  Register copy_of(Register original) {
    files.push_back(files[original]);
    origin.push_back(origin[original]);
    return static_cast<Register>(files.size() - 1);
  }
  Register fresh(isa::File file) {
    files.push_back(file);
    origin.push_back(static_cast<Register>(files.size() - 1));
    return static_cast<Register>(files.size() - 1);
  }
};

/// Calls visit(successor) for each block that may follow.
template <class Visit>
void for_each_successor(const WideCode& code, std::uint32_t block, const Visit& visit) {
  const WideBlock& from = code.blocks[block];
  const isa::Opcode last = from.branches ? from.words.back().dense().op.opcode : isa::Opcode::nop;
  if (from.branches && last != isa::Opcode::dhalt) visit(from.target);
  if (last != isa::Opcode::dhalt && last != isa::Opcode::dbr && block + 1 < code.blocks.size()) visit(block + 1);
}

/// Takes out pure ops whose results nobody reads, and words left without an op. `status_read`: some op reads the status
/// register, so that those which write it stay.
void remove_dead(WideCode& code, bool status_read);

}  // namespace vtpu::compiler::backend
