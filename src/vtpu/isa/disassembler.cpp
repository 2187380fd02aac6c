#include "vtpu/isa/disassembler.h"

#include <fmt/core.h>

#include <map>
#include <set>

#include "vtpu/isa/cursor.h"
#include "vtpu/isa/operand_text.h"

namespace vtpu::isa {
namespace {

using Labels = std::map<std::uint32_t, std::string>;

std::string op_text(const Op& op, const Labels* labels) {
  const OpcodeInfo& row = info(op.opcode);
  std::string text(row.mnemonic);
  std::string_view separator = " ";
  for (const Kind kind : row.kinds()) {
    text += separator;
    separator = ", ";
    if (labels != nullptr && kind == Kind::Target)
      text += labels->at(static_cast<std::uint32_t>(op.imm));
    else if (labels != nullptr && kind == Kind::Const)
      text += fmt::format("c{}", op.imm);
    else if (labels != nullptr && kind == Kind::Coord)
      text += fmt::format("at{}", op.imm);
    else
      text += operand_text(kind, op);
  }
  return text;
}

std::string word_text(const Word& word, const Labels* labels) {
  std::string text;
  for (std::size_t s = 0; s < kSlots; ++s) {
    const Op& op = word.slot(static_cast<Slot>(s));
    if (op.opcode == Opcode::nop) continue;
    if (!text.empty()) text += " | ";
    text += op_text(op, labels);
  }
  return text.empty() ? std::string(info(Opcode::nop).mnemonic) : text;
}

/// The program's own labels, and a label for every other target. Labels that are not valid names or occur twice are
/// left out.
Labels labels_of(const Program& program) {
  Labels labels;
  std::set<std::string> taken;
  for (const auto& [word, name] : program.labels)
    if (word < program.words.size() && is_name(name) && taken.insert(name).second) labels.emplace(word, name);
  for (const Word& word : program.words) {
    for (const Kind kind : info(word.dense.opcode).kinds()) {
      if (kind != Kind::Target) continue;
      const auto target = static_cast<std::uint32_t>(word.dense.imm);
      if (labels.contains(target)) continue;
      std::string name = fmt::format("L{}", target);
      while (!taken.insert(name).second) name += '_';
      labels.emplace(target, name);
    }
  }
  return labels;
}

std::string hex_text(const Constant& constant) {
  std::size_t size = constant.size();
  while (size > 1 && constant[size - 1] == std::byte{0}) --size;
  std::string text;
  for (std::size_t i = 0; i < size; ++i)
    text += fmt::format("{}{:02x}", i % 4 == 0 && i != 0 ? " " : "", std::to_integer<unsigned>(constant[i]));
  return text;
}

std::string coordinate_text(phext::PackedCoordinate coordinate) {
  const auto text = coordinate.to_text11();
  if (text && coordinate.flags() == 0) return *text;
  return fmt::format("raw 0x{:016x}{:016x}", static_cast<std::uint64_t>(coordinate.bits() >> 64),
                     static_cast<std::uint64_t>(coordinate.bits()));
}

}  // namespace

std::string text_of(const Op& op) { return op_text(op, nullptr); }
std::string text_of(const Word& word) { return word_text(word, nullptr); }

std::string disassemble(const Program& program) {
  const Labels labels = labels_of(program);
  std::string text;
  for (std::size_t i = 0; i < program.constants.size(); ++i)
    text += fmt::format(".const c{} = hex {}\n", i, hex_text(program.constants[i]));
  for (std::size_t i = 0; i < program.coordinates.size(); ++i)
    text += fmt::format(".coord at{} = {}\n", i, coordinate_text(program.coordinates[i]));
  for (std::uint32_t i = 0; i < program.words.size(); ++i) {
    if (const auto label = labels.find(i); label != labels.end()) text += label->second + ":\n";
    text += "  " + word_text(program.words[i], &labels) + "\n";
  }
  return text;
}

}  // namespace vtpu::isa
