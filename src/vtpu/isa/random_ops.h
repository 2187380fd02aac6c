#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/isa/registers.h"

namespace vtpu::isa {

/// Draws the ops of a random program and appends its words. The blocks of a program derive from it.
class RandomOps {
 protected:
  using Axis = phext::Axis;
  using PackedCoordinate = phext::PackedCoordinate;

  // The roles of registers. Any word may read any of them. Random words write the free registers only; the blocks that
  // own the others write those, so that accesses stay in bounds and loops end.
  static constexpr std::uint8_t kIndexes = 3;        // r0–r2: small numbers
  static constexpr std::uint8_t kInduction = 3;      // r3: a small number that loops move
  static constexpr std::uint8_t kFirstFree = 4;      // r4–r10: free
  static constexpr std::uint8_t kHandle = 11;        // handle of the last region
  static constexpr std::uint8_t kTemperature = 12;   // a valid temperature in binary64
  static constexpr std::uint8_t kFirstCounter = 13;  // r13–r15: counters of loops, by depth
  static constexpr std::size_t kDepth = 3;
  static constexpr std::uint8_t kPointers = 4;      // p0–p3: the first cells of the regions; p4–p7: free
  static constexpr std::uint8_t kIndexVectors = 2;  // v0, v1: lanes of small numbers

  static constexpr std::array kDoubles = {0.0,
                                          -0.0,
                                          1.0,
                                          -1.5,
                                          3.25e8,
                                          1e-310,
                                          -4.9e-324,
                                          1.7976931348623157e308,
                                          std::numeric_limits<double>::infinity(),
                                          -std::numeric_limits<double>::infinity()};

  explicit RandomOps(const RandomProgramSpec& spec) : spec_(spec), random_(spec.seed) {
    for (const OpcodeInfo& row : all_opcodes()) {
      const unsigned weight = weight_of(row);
      for (unsigned i = 0; i < weight; ++i) drawn_[static_cast<std::size_t>(row.slot)].push_back(row.opcode);
    }
  }

  // ---- drawing

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::uint8_t below(std::uint64_t n) { return static_cast<std::uint8_t>(random_.below(n)); }

  /// The weight of an opcode in the random choice; 0 for those that only blocks place.
  unsigned weight_of(const OpcodeInfo& row) const {
    if (row.opcode == Opcode::nop || row.effect == Effect::control || row.opcode == Opcode::crecv) return 0;
    if (row.effect == Effect::messages && !spec_.messages) return 0;
    const bool touches = row.effect == Effect::reads || row.effect == Effect::writes || row.effect == Effect::allocates;
    if (touches && !spec_.memory) return 0;
    if (row.cost == Cost::slow && !spec_.slow) return 0;
    if (row.opcode == Opcode::salloc || row.opcode == Opcode::sfree) return spec_.faults ? 1 : 0;
    return row.cost == Cost::slow ? 8 : 16;
  }

  std::uint64_t bits64() {
    switch (random_.below(7)) {
      case 0: return random_.below(16);
      case 1: return ~random_.below(16);
      case 2: return std::uint64_t{1} << random_.below(64);
      case 3: return std::bit_cast<std::uint64_t>(kDoubles[random_.below(kDoubles.size())]);
      case 4: return 0x7ff0000000000000U + random_.next() % (std::uint64_t{1} << 52);  // a NaN of any payload
      case 5: return float_bits();
      default: return random_.next();
    }
  }

  /// A binary32 number, often with an extreme exponent.
  std::uint32_t float_bits() {
    const auto bits = static_cast<std::uint32_t>(random_.next());
    switch (random_.below(6)) {
      case 0: return bits & 0x807fffffU;                  // denormal
      case 1: return bits | 0x7f800000U;                  // NaN
      case 2: return (bits & 0x80000000U) | 0x7f800000U;  // infinity
      case 3: return std::bit_cast<std::uint32_t>(static_cast<float>(bits % 64) - 32.0f);
      default: return (bits & 0x83ffffffU) | 0x3c000000U;  // around 1
    }
  }

  std::uint8_t r_read() { return below(16); }
  std::uint8_t r_write() { return static_cast<std::uint8_t>(kFirstFree + random_.below(kHandle - kFirstFree)); }
  std::uint8_t v_write() { return static_cast<std::uint8_t>(kIndexVectors + random_.below(16 - kIndexVectors)); }
  std::uint8_t p_write() { return static_cast<std::uint8_t>(kPointers + random_.below(8 - kPointers)); }
  /// A coordinate register that probably points into a region.
  std::uint8_t p_read() { return spec_.faults && one_in(48) ? below(8) : below(kPointers); }

  std::int32_t displacement(std::uint32_t bytes) {
    if (spec_.faults && one_in(96))
      return static_cast<std::int32_t>(one_in(2) ? random_.below(1 << 20) : 0u - random_.below(4096));
    const std::uint64_t unit = one_in(4) ? 1 : bytes;
    return static_cast<std::int32_t>(unit * random_.below(128 / unit));
  }

  void address(Kind kind, Op& op) {
    op.b = p_read();
    if (kind == Kind::AddrV) {
      op.c = below(spec_.faults && one_in(96) ? 16 : kIndexVectors);
      op.disp = displacement(4);
      return;
    }
    op.c = one_in(3) ? kNoRegister : below(kIndexes);
    if (spec_.faults && one_in(128)) op.c = r_read();
    if (is_cell(kind)) {
      // Regions 0 and 3 have cells of 8 bytes, region 1 of 64.
      op.b = kind == Kind::Cell64 ? 1 : one_in(2) ? 0 : 3;
      if (spec_.faults && one_in(48)) op.b = below(8);
      op.mode = static_cast<std::uint8_t>(one_in(3) ? Axis::line : Axis::column);
      if (spec_.faults && one_in(64)) op.mode = below(11);
      return;
    }
    if (op.c != kNoRegister) op.mode = below(4);
    op.disp = displacement(info(kind).bytes);
  }

  void operand(Kind kind, Op& op) {
    const KindInfo& row = info(kind);
    if (is_address(kind)) return address(kind, op);
    if (row.may_be_immediate && !one_in(3)) {
      op.flags = Op::kImmediate;
      op.imm = static_cast<std::int64_t>(one_in(2) ? random_.below(8) : bits64());
      return;
    }
    switch (row.file) {
      case File::r: set(op, row.field, row.writes ? r_write() : r_read()); return;
      case File::v: set(op, row.field, row.writes ? v_write() : below(16)); return;
      case File::p: set(op, row.field, row.writes ? p_write() : p_read()); return;
      case File::m: set(op, row.field, below(4)); return;
      case File::none: break;
    }
    switch (kind) {
      case Kind::Const: op.imm = static_cast<std::int64_t>(random_.below(program_.constants.size())); return;
      case Kind::Coord: op.imm = static_cast<std::int64_t>(random_.below(program_.coordinates.size())); return;
      case Kind::Count:
        op.imm = static_cast<std::int64_t>(spec_.faults && one_in(32) ? random_.below(row.limit) : random_.below(8));
        return;
      case Kind::Allocation:
        op.imm = static_cast<std::int64_t>(random_.below(one_in(8) ? 2048 : 8));
        op.mode = below(28);
        return;
      default: break;
    }
    const std::uint64_t number = random_.below(row.limit);
    if (row.field == Field::mode)
      op.mode = static_cast<std::uint8_t>(number);
    else
      op.imm = static_cast<std::int64_t>(number);
  }

  static void set(Op& op, Field field, std::uint8_t number) {
    (field == Field::d ? op.d : field == Field::a ? op.a : field == Field::b ? op.b : op.c) = number;
  }

  Op op_of(Opcode opcode) {
    Op op;
    op.opcode = opcode;
    for (const Kind kind : info(opcode).kinds()) operand(kind, op);
    // Invalid handles and temperatures end the program, so they are rare.
    if (!spec_.faults || !one_in(8)) {
      if (opcode == Opcode::sflush || opcode == Opcode::sfree) op.a = kHandle;
      if (opcode == Opcode::ctemp) op.a = kTemperature;
      if (opcode == Opcode::slaplace) op.a = one_in(2) ? 0 : 3;
    }
    return op;
  }

  /// Puts the op into its slot, unless another slot of the word writes the same register.
  bool place(Word& word, const Op& op) {
    const RegisterSet written = uses_of(op).writes;
    for (std::size_t s = 0; s < kSlots; ++s) {
      const auto slot = static_cast<Slot>(s);
      if (slot != info(op.opcode).slot && uses_of(word.slot(slot)).writes.intersects(written)) return false;
    }
    word.slot(info(op.opcode).slot) = op;
    return true;
  }

  /// Fills some or all empty slots of a word with random ops.
  Word filled(Word word) {
    for (std::size_t s = 0; s < kSlots; ++s) {
      const std::vector<Opcode>& choice = drawn_[s];
      if (word.slot(static_cast<Slot>(s)).opcode != Opcode::nop || choice.empty() || one_in(4)) continue;
      for (int attempt = 0; attempt < 4; ++attempt)
        if (place(word, op_of(choice[random_.below(choice.size())]))) break;
    }
    return word;
  }

  // ---- building

  std::size_t size() const { return program_.words.size(); }
  void emit(const Op& op) {
    Word word;
    word.slot(info(op.opcode).slot) = op;
    program_.words.push_back(word);
  }
  static Op make(Opcode opcode, std::uint8_t d = 0, std::uint8_t a = 0, std::uint8_t b = 0) {
    Op op;
    op.opcode = opcode, op.d = d, op.a = a, op.b = b;
    return op;
  }
  static Op with_imm(Op op, std::int64_t imm, bool immediate = false) {
    op.imm = imm;
    op.flags = immediate ? Op::kImmediate : 0;
    return op;
  }
  static Op move(std::uint8_t r, std::uint64_t bits) {
    return with_imm(make(Opcode::dmov_i64, r), static_cast<std::int64_t>(bits), true);
  }
  std::int64_t pool(PackedCoordinate coordinate) {
    program_.coordinates.push_back(coordinate);
    return static_cast<std::int64_t>(program_.coordinates.size() - 1);
  }

  RandomProgramSpec spec_;
  Random random_;
  Program program_;
  std::array<std::vector<Opcode>, kSlots> drawn_;
  PackedCoordinate base_;
};

}  // namespace vtpu::isa
