#include "vtpu/compiler/backend/emit.h"

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

isa::Op with_numbers(const PlacedOp& placed, const Colouring& colouring) {
  isa::Op op = placed.op;
  const OpcodeRow& row = row_of(op.opcode);
  for (std::uint8_t k = 0; k < row.count; ++k) {
    const std::size_t field = row.operands[k].field;
    const Register r = placed.registers[field];
    std::uint8_t number = 0;
    if (r != kNoRegister) {
      number = colouring.colour[r];
      VTPU_CHECK(number != kNoColour, "every register that occurs has a number");
    } else if (field == kC && row.operands[k].reads) {  // an address without index; in a cell address, mode is the axis
      number = isa::kNoRegister;
      if (row.layout_address) op.mode = 0;
    }
    (field == kD ? op.d : field == kA ? op.a : field == kB ? op.b : op.c) = number;
  }
  return op;
}

}  // namespace

Emitted emit(const Code& code, const WideCode& wide, const Colouring& colouring) {
  Emitted emitted;
  emitted.program.name = code.name;
  emitted.program.constants = code.constants;
  emitted.program.coordinates = code.coordinates;
  for (const WideBlock& block : wide.blocks) {
    emitted.first_word.push_back(static_cast<std::uint32_t>(emitted.program.words.size()));
    for (const WideWord& word : block.words) {
      isa::Word& out = emitted.program.words.emplace_back();
      std::uint32_t line = 0;
      for (std::size_t slot = 0; slot < 3; ++slot) {
        if (word.slots[slot].empty()) continue;
        out.slot(static_cast<isa::Slot>(slot)) = with_numbers(word.slots[slot], colouring);
        if (line == 0) line = word.slots[slot].line;
      }
      emitted.lines.push_back(line);
    }
  }
  emitted.first_word.push_back(static_cast<std::uint32_t>(emitted.program.words.size()));
  for (std::size_t b = 0; b < wide.blocks.size(); ++b) {
    if (!wide.blocks[b].branches) continue;
    isa::Op& last = emitted.program.words[emitted.first_word[b + 1] - 1].dense;
    if (last.opcode != isa::Opcode::dhalt) last.imm = emitted.first_word[wide.blocks[b].target];
  }
  return emitted;
}

void measure_kernel(LoopReport& report, const Emitted& emitted, std::uint32_t block, const ports::PortMap& map) {
  const ports::Loop loop{emitted.first_word[block], emitted.first_word[block + 1] - 1};
  std::size_t filled = 0;
  for (std::uint32_t w = loop.first; w <= loop.last; ++w)
    for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
      filled += emitted.program.words[w].slot(slot).opcode != isa::Opcode::nop;
  report.slot_use = static_cast<double>(filled) / (3.0 * loop.words());
  report.bound_cycles = ports::bound(map, ports::mix_of(emitted.program, loop)) / report.copies;
  report.recurrence_cycles = ports::recurrence_bound(map, emitted.program, loop) / report.copies;
}

}  // namespace vtpu::compiler::backend
