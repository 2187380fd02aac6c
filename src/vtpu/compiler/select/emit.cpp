#include "vtpu/compiler/select/emit.h"

#include "vtpu/base/check.h"

namespace vtpu::compiler::select {
namespace {

using isa::Field;
using isa::Kind;

constexpr std::size_t kD = 0, kA = 1, kB = 2, kC = 3;

std::size_t place_of(Field field) {
  switch (field) {
    case Field::d: return kD;
    case Field::a: return kA;
    case Field::b: return kB;
    case Field::c: return kC;
    default: VTPU_CHECK(false, "a register operand has a register field");
  }
}

void put(backend::MachineOp& made, Kind kind, const Operand& operand) {
  const isa::KindInfo& row = isa::info(kind);
  if (isa::is_layout_address(kind)) {
    const auto& address = std::get<Address>(operand);
    made.registers[kB] = address.base;
    made.registers[kC] = address.index;
    if (kind != Kind::AddrV) made.op.mode = static_cast<std::uint8_t>(address.scale_log2);
    made.op.disp = address.displacement;
  } else if (isa::is_cell(kind)) {
    const auto& cell = std::get<CellAddress>(operand);
    made.registers[kB] = cell.base;
    made.registers[kC] = cell.steps;
    made.op.mode = static_cast<std::uint8_t>(cell.axis);
  } else if (kind == Kind::Allocation) {
    const auto& allocation = std::get<isa::Allocation>(operand);
    made.op.imm = allocation.mask;
    made.op.mode = static_cast<std::uint8_t>(static_cast<unsigned>(allocation.layout) + 4 * allocation.cell_log2);
  } else if (row.file != isa::File::none) {
    if (const auto* number = std::get_if<Number>(&operand)) {
      VTPU_CHECK(row.may_be_immediate, "a number is allowed only where the operand may be immediate");
      made.op.imm = number->value;
      made.op.flags |= isa::Op::kImmediate;
    } else {
      made.registers[place_of(row.field)] = std::get<Register>(operand);
    }
  } else if (row.field == Field::mode) {
    made.op.mode = static_cast<std::uint8_t>(std::get<Number>(operand).value);
  } else {
    made.op.imm = std::get<Number>(operand).value;
  }
}

}  // namespace

backend::MachineOp machine_op(isa::Opcode opcode, std::initializer_list<Operand> operands) {
  const isa::OpcodeInfo& row = isa::info(opcode);
  VTPU_CHECK(operands.size() == row.operand_count, "an op has as many operands as its row");
  backend::MachineOp made;
  made.op.opcode = opcode;
  std::size_t k = 0;
  for (const Operand& operand : operands) put(made, row.operands[k++], operand);
  return made;
}

}  // namespace vtpu::compiler::select
