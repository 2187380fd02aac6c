#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "vtpu/isa/opcode.h"

namespace vtpu::isa {

/// One slot of a word. Fields that the opcode does not use are 0, so that equal ops have equal bytes.
struct Op {
  static constexpr std::uint8_t kImmediate = 1;  ///< bit of `flags`: imm replaces the register of an …Imm operand

  Opcode opcode = Opcode::nop;
  std::uint8_t d = 0, a = 0, b = 0, c = 0;
  std::uint8_t mode = 0;
  std::uint8_t flags = 0;
  std::int32_t disp = 0;
  std::int64_t imm = 0;

  bool immediate() const { return (flags & kImmediate) != 0; }
  friend bool operator==(const Op&, const Op&) = default;
};

/// A Sentron Instruction Word: three independent ops, which all read the state before the word.
struct Word {
  Op dense;
  Op sparse;
  Op coord;

  const Op& slot(Slot s) const { return s == Slot::D ? dense : s == Slot::S ? sparse : coord; }
  Op& slot(Slot s) { return s == Slot::D ? dense : s == Slot::S ? sparse : coord; }
  friend bool operator==(const Word&, const Word&) = default;
};

/// 64 bytes, little-endian: 4 reserved bytes of 0, then 20 bytes for each slot (D, S, C): opcode, d, a, b, c, mode,
/// flags, 0, disp (4), imm (8).
inline constexpr std::size_t kWordBytes = 64;
using EncodedWord = std::array<std::byte, kWordBytes>;

EncodedWord encode(const Word& word);

/// Decodes a word without checking it. `reserved_zero` is set to false when a reserved byte is not 0.
struct DecodedWord {
  Word word;
  bool reserved_zero = true;
};
DecodedWord decode(std::span<const std::byte, kWordBytes> bytes);

/// The number of slots of a word that count as ops.
inline unsigned ops_in(const Word& word) {
  return static_cast<unsigned>(info(word.dense.opcode).counts()) +
         static_cast<unsigned>(info(word.sparse.opcode).counts()) +
         static_cast<unsigned>(info(word.coord.opcode).counts());
}

}  // namespace vtpu::isa
