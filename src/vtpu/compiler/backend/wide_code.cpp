#include "vtpu/compiler/backend/wide_code.h"

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/liveness.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

/// Whether `reader` reads a register that `writer` writes.
bool reads_from(const PlacedOp& reader, const PlacedOp& writer) {
  bool found = false;
  for_each_operand(writer.op, writer.registers, [&](const OperandRow& written, Register w) {
    if (!written.writes) return;
    for_each_operand(reader.op, reader.registers,
                     [&](const OperandRow& read, Register r) { found |= read.reads && r == w; });
  });
  return found;
}

}  // namespace

std::optional<std::array<std::uint8_t, 3>> order_of(const WideWord& word) {
  static constexpr std::array<std::array<std::uint8_t, 3>, 6> kOrders{
      {{1, 2, 0}, {2, 1, 0}, {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 0, 1}}};
  std::array<std::array<bool, 3>, 3> first{};  // [a][b]: a must precede b
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      if (a != b && !word.slots[a].empty() && !word.slots[b].empty())
        first[a][b] = reads_from(word.slots[a], word.slots[b]);
  const bool branches = row_of(word.dense().op.opcode).effect == isa::Effect::control;
  for (const auto& order : kOrders) {
    if (branches && order[2] != 0) break;
    if (!first[order[1]][order[0]] && !first[order[2]][order[0]] && !first[order[2]][order[1]]) return order;
  }
  return {};
}

void remove_dead(WideCode& code, bool status_read) {
  const Liveness liveness(code);
  std::vector<bool> live(code.files.size());
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    WideBlock& block = code.blocks[b];
    for (const Register r : liveness.live_out(b)) live[r] = true;
    std::vector<Register> touched = liveness.live_out(b);
    for (std::size_t w = block.words.size(); w-- > 0;) {
      WideWord& word = block.words[w];
      const auto order = order_of(word);
      VTPU_CHECK(order.has_value(), "the slots of a word have an execution order");
      for (std::size_t k = 3; k-- > 0;) {
        PlacedOp& op = word.slots[(*order)[k]];
        if (op.empty()) continue;
        const isa::Opcode opcode = op.op.opcode;
        const bool status = status_read && opcode == isa::Opcode::sindex;
        bool wanted = row_of(opcode).effect != isa::Effect::pure || status;
        for_each_operand(op.op, op.registers,
                         [&](const OperandRow& row, Register r) { wanted |= row.writes && live[r]; });
        const bool idle = is_move(op.op) && op.registers[kD] == op.registers[kA];
        if (!wanted || idle) {
          op = PlacedOp();
          continue;
        }
        for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
          if (row.writes) live[r] = false;
        });
        for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
          if (row.reads) live[r] = true, touched.push_back(r);
        });
      }
    }
    for (const Register r : touched) live[r] = false;
    std::erase_if(block.words, [](const WideWord& word) { return word.empty(); });
  }
}

}  // namespace vtpu::compiler::backend
