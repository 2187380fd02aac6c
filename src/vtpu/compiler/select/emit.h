#pragma once
#include <cstdint>
#include <initializer_list>
#include <variant>

#include "vtpu/compiler/backend/code.h"
#include "vtpu/isa/builder.h"

namespace vtpu::compiler::select {

using backend::kNoRegister;
using backend::Register;

/// `[p + r × scale + displacement]`; with lanes, `r` is a vector register.
struct Address {
  Register base = kNoRegister;
  Register index = kNoRegister;
  unsigned scale_log2 = 0;
  std::int32_t displacement = 0;
};
/// `[p @ axis r]`.
struct CellAddress {
  Register base = kNoRegister;
  phext::Axis axis = phext::Axis::column;
  Register steps = kNoRegister;
};

/// Any operand that assembly text can have; a Number stands for every kind that is written as a number.
struct Number {
  std::int64_t value = 0;
};
using Operand = std::variant<Register, Number, Address, CellAddress, isa::Allocation>;

/// The op with these operands, in the order of opcodes.def. Operands that do not match the opcode are a bug of the
/// caller.
backend::MachineOp machine_op(isa::Opcode opcode, std::initializer_list<Operand> operands);

}  // namespace vtpu::compiler::select
