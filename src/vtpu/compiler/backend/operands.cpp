#include "vtpu/compiler/backend/operands.h"

#include "vtpu/isa/operand.h"

namespace vtpu::compiler::backend {
namespace {

OpcodeRow make_row(const isa::OpcodeInfo& info) {
  OpcodeRow row;
  row.slot = info.slot, row.cost = info.cost, row.effect = info.effect;
  const auto add = [&row](isa::Field field, isa::File file, bool reads, bool writes, bool index) {
    const auto place = static_cast<std::uint8_t>(static_cast<unsigned>(field) - 1);
    row.operands[row.count++] = {place, file, reads, writes, index};
  };
  for (const isa::Kind kind : info.kinds()) {
    const isa::KindInfo& operand = isa::info(kind);
    if (isa::is_address(kind)) {
      row.layout_address = isa::is_layout_address(kind);
      add(isa::Field::b, isa::File::p, true, false, false);
      const bool lanes = kind == isa::Kind::AddrV;
      add(isa::Field::c, lanes ? isa::File::v : isa::File::r, true, false, !lanes && row.layout_address);
    } else if (operand.file != isa::File::none) {
      add(operand.field, operand.file, operand.reads, operand.writes, false);
    }
  }
  return row;
}

}  // namespace

const std::array<OpcodeRow, 256>& opcode_rows() {
  static const std::array<OpcodeRow, 256> rows = [] {
    std::array<OpcodeRow, 256> all{};
    for (const isa::OpcodeInfo& info : isa::all_opcodes()) all[static_cast<std::size_t>(info.opcode)] = make_row(info);
    return all;
  }();
  return rows;
}

}  // namespace vtpu::compiler::backend
