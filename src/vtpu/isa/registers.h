#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "vtpu/base/check.h"
#include "vtpu/isa/word.h"

namespace vtpu::isa {

/// The registers that an op or a word reads or writes, one bit per register.
struct RegisterSet {
  std::uint16_t r = 0, v = 0;
  std::uint8_t p = 0, m = 0;

  bool intersects(const RegisterSet& other) const {
    return (r & other.r) != 0 || (v & other.v) != 0 || (p & other.p) != 0 || (m & other.m) != 0;
  }
  RegisterSet& operator|=(const RegisterSet& other) {
    r |= other.r, v |= other.v, p |= other.p, m |= other.m;
    return *this;
  }
  bool empty() const { return r == 0 && v == 0 && p == 0 && m == 0; }
};

struct Uses {
  RegisterSet reads;
  RegisterSet writes;
};

/// As Uses, each set as one number: r from bit 0, v from kBitsOfV, p from kBitsOfP, m from kBitsOfM.
struct UseBits {
  std::uint64_t reads = 0, writes = 0;
};
inline constexpr unsigned kBitsOfV = 16, kBitsOfP = 32, kBitsOfM = 40;
constexpr RegisterSet set_of(std::uint64_t bits) {
  return {static_cast<std::uint16_t>(bits), static_cast<std::uint16_t>(bits >> kBitsOfV),
          static_cast<std::uint8_t>(bits >> kBitsOfP), static_cast<std::uint8_t>(bits >> kBitsOfM)};
}

/// The registers of every opcode's operands, derived from their kinds alone. The fields of an op are looked up instead
/// of decided about: passes over long programs ask for each slot of each word, and the mix of operands is hard to
/// predict.
class UsesTable {
 public:
  UsesTable();

  /// The registers of `op` are in range.
  UseBits of(const Op& op) const {
    const Operands& operands = operands_[2 * static_cast<std::size_t>(op.opcode) + op.immediate()];
    const std::uint64_t d = bit(operands.d, op.d), c = bit(operands.c, op.c);
    const std::uint64_t reads =
        bit(operands.a, op.a) | bit(operands.b, op.b) | (c & ~operands.writes_c) | (d & operands.reads_d);
    const std::uint64_t writes = d | (c & operands.writes_c);
    VTPU_CHECK(((reads | writes) & kExcess) == 0, "a register is one of its file");
    return {reads, writes};
  }

 private:
  static constexpr std::size_t kNumbers = 256;
  static constexpr std::uint64_t kExcess = std::uint64_t{1} << 63;  ///< for a number that its file does not have
  /// How a field is looked up.
  enum class Lookup : std::uint16_t { none, r, v, p, m, r_or_absent };
  /// The operands of an opcode. d is written, and read too where `reads_d`; a and b are read; c is read or written.
  struct Operands {
    Lookup d = Lookup::none, a = Lookup::none, b = Lookup::none, c = Lookup::none;
    std::uint64_t reads_d = 0, writes_c = 0;  ///< all bits or none
  };
  static Lookup lookup_of(File file);
  static Operands operands_of(const OpcodeInfo& opcode, bool immediate);
  std::uint64_t bit(Lookup lookup, std::uint8_t number) const {
    return bits_[static_cast<std::size_t>(lookup) * kNumbers + number];
  }

  std::array<std::uint64_t, 6 * kNumbers> bits_{};  // lookup and number → bit in UseBits
  std::array<Operands, 512> operands_{};            // by opcode and whether the op has an immediate
};
const UsesTable& uses_table();

/// As UsesTable::of, by files.
Uses uses_of(const Op& op);

}  // namespace vtpu::isa
