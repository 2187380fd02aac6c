#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/isa/program.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/isa/validator.h"

namespace vtpu::isa::samples {

/// The given words followed by `dhalt`, with two constants and two coordinates.
inline Program around(std::vector<Word> words) {
  Program program;
  program.name = "sample";
  program.words = std::move(words);
  program.words.emplace_back();
  program.words.back().dense.opcode = Opcode::dhalt;
  program.constants.resize(2);
  program.coordinates.resize(2);
  return program;
}

/// A valid op of the opcode with all registers, numbers and addresses at their maximum or 0.
inline Op op_of(Opcode opcode, bool greatest, bool immediate = false) {
  Op op;
  op.opcode = opcode;
  for (const Kind kind : info(opcode).kinds()) {
    const KindInfo& row = info(kind);
    if (is_address(kind)) {
      op.b = greatest ? 7 : 0;
      op.c = greatest || kind == Kind::AddrV ? static_cast<std::uint8_t>(greatest ? 15 : 0) : kNoRegister;
      if (is_cell(kind)) op.mode = greatest ? 10 : 0;
      if (!is_cell(kind)) op.disp = greatest ? INT32_MAX : INT32_MIN;
      if (!is_cell(kind) && kind != Kind::AddrV && greatest) op.mode = 3;
      continue;
    }
    if (kind == Kind::Allocation) {
      op.imm = greatest ? 2047 : 0;
      op.mode = greatest ? 27 : 0;
      continue;
    }
    if (row.may_be_immediate && immediate) {
      op.flags = Op::kImmediate;
      op.imm = greatest ? INT64_MAX : INT64_MIN;
      continue;
    }
    const auto top =
        static_cast<std::uint8_t>(row.file == File::none ? 0 : kFileSize[static_cast<std::size_t>(row.file)] - 1);
    const std::uint8_t number = greatest ? top : 0;
    switch (row.field) {
      case Field::d: op.d = number; break;
      case Field::a: op.a = number; break;
      case Field::b: op.b = number; break;
      case Field::c: op.c = number; break;
      case Field::mode: op.mode = greatest ? static_cast<std::uint8_t>(row.limit - 1) : 0; break;
      case Field::imm: op.imm = !greatest ? 0 : row.limit != 0 ? static_cast<std::int64_t>(row.limit) - 1 : 1; break;
      case Field::none: break;
    }
  }
  return op;
}

inline Word word_of(const Op& op) {
  Word word;
  word.slot(info(op.opcode).slot) = op;
  return word;
}

/// Each opcode in all its forms, one per word.
inline Program every_opcode() {
  std::vector<Word> words;
  for (const OpcodeInfo& row : all_opcodes().subspan(1))
    for (const bool greatest : {false, true})
      for (const bool immediate : {false, true}) words.push_back(word_of(op_of(row.opcode, greatest, immediate)));
  return around(std::move(words));
}

/// Equal including the flags of coordinates, which == ignores.
inline bool same(const Program& a, const Program& b) {
  if (!(a == b)) return false;
  for (std::size_t i = 0; i < a.coordinates.size(); ++i)
    if (a.coordinates[i].bits() != b.coordinates[i].bits()) return false;
  return true;
}

}  // namespace vtpu::isa::samples
