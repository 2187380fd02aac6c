#pragma once
#include <array>
#include <cstdint>

#include "vtpu/compiler/backend/code.h"
#include "vtpu/isa/opcode.h"

namespace vtpu::compiler::backend {

/// One register operand of an opcode.
struct OperandRow {
  std::uint8_t field = 0;  ///< index in MachineOp::registers
  isa::File file = isa::File::none;
  bool reads = false;
  bool writes = false;
  bool index = false;  ///< the scaled r of a layout address; a displacement can compensate for its steps
};

/// What the back end needs to know of an opcode, derived from the tables of isa/ alone.
struct OpcodeRow {
  isa::Slot slot = isa::Slot::D;
  isa::Cost cost = isa::Cost::none;
  isa::Effect effect = isa::Effect::pure;
  bool layout_address = false;
  std::uint8_t count = 0;
  std::array<OperandRow, 5> operands{};
};
const std::array<OpcodeRow, 256>& opcode_rows();
inline const OpcodeRow& row_of(isa::Opcode opcode) {
  static const std::array<OpcodeRow, 256>& rows = opcode_rows();  // asked for more often than anything else
  return rows[static_cast<std::size_t>(opcode)];
}

/// Calls visit(operand, register) for every register operand that is present.
template <class Visit>
void for_each_operand(const isa::Op& op, const std::array<Register, 4>& registers, const Visit& visit) {
  const OpcodeRow& row = row_of(op.opcode);
  for (std::uint8_t k = 0; k < row.count; ++k)
    if (const Register r = registers[row.operands[k].field]; r != kNoRegister) visit(row.operands[k], r);
}

/// A plain move between registers.
inline bool is_move(const isa::Op& op) {
  return (op.opcode == isa::Opcode::dmov_i64 && !op.immediate()) || op.opcode == isa::Opcode::dmov_v ||
         op.opcode == isa::Opcode::dmov_p;
}

// Indices into MachineOp::registers.
inline constexpr std::size_t kD = 0, kA = 1, kB = 2, kC = 3;

/// `dadd.i64 r, r, #n`.
inline bool is_step(const isa::Op& op, const std::array<Register, 4>& registers) {
  return op.opcode == isa::Opcode::dadd_i64 && op.immediate() && registers[kD] == registers[kA];
}

}  // namespace vtpu::compiler::backend
