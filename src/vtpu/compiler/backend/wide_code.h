#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/code.h"

/// Words on an unlimited number of registers: the result of scheduling `Code`, before register allocation.
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

/// An order of the slots (indices into `slots`) in which they can be executed one after the other: no slot reads what
/// an earlier one wrote, and a branch comes last. None if there is no such order. The native engine executes words
/// without one by a slow call, so the schedulers make none.
std::optional<std::array<std::uint8_t, 3>> order_of(const WideWord& word);

struct WideBlock {
  std::vector<WideWord> words;
  bool branches = false;     ///< the last word's dense op is control
  std::uint32_t target = 0;  ///< a block, unless the op is dhalt
  unsigned depth = 0;
  static constexpr std::uint32_t kNoLoop = ~std::uint32_t{0};
  std::uint32_t loop = kNoLoop;  ///< index of the report whose kernel this block is
};

struct WideCode {
  std::vector<isa::File> files;
  std::vector<Register> origin;  ///< the register of `Code` that each one is or copies
  std::vector<WideBlock> blocks;
  Register number_on_entry = kNoRegister;  ///< as in `Code`

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

/// Calls visit(successor) for each possible successor of a block.
template <class Visit>
void for_each_successor(const WideCode& code, std::uint32_t block, const Visit& visit) {
  const WideBlock& from = code.blocks[block];
  const isa::Opcode last = from.branches ? from.words.back().dense().op.opcode : isa::Opcode::nop;
  if (from.branches && last != isa::Opcode::dhalt) visit(from.target);
  if (last != isa::Opcode::dhalt && last != isa::Opcode::dbr && block + 1 < code.blocks.size()) visit(block + 1);
}

/// Removes pure ops whose results are never read, and words left empty. `status_read`: some op reads the status
/// register, so ops that write it are kept.
void remove_dead(WideCode& code, bool status_read);

}  // namespace vtpu::compiler::backend
