#pragma once
#include <asmjit/x86.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "vtpu/exec/jit/host_instructions.h"

namespace vtpu::exec::jit {

/// The fields ModRM, SIB and displacement of a memory operand. A displacement that is a multiple of 2^shrink takes one
/// byte if it then fits. Writes up to four bytes beyond the end.
inline std::uint8_t* put_place(std::uint8_t* at, unsigned reg, const asmjit::x86::Mem& m, unsigned shrink) {
  const std::int32_t displacement = m.offsetLo32();
  const std::int32_t units = displacement >> shrink;
  const unsigned base = m.baseId() & 7;
  const bool in_byte = units == static_cast<std::int8_t>(units) &&
                       static_cast<std::uint32_t>(displacement) == static_cast<std::uint32_t>(units) << shrink;
  const unsigned mode = displacement == 0 && base != 5 ? 0 : in_byte ? 1 : 2;
  const std::int32_t value = in_byte ? units : displacement;
  const unsigned fields = mode << 6 | (reg & 7) << 3;
  if (m.hasIndex()) {
    *at++ = static_cast<std::uint8_t>(fields | 4);
    *at++ = static_cast<std::uint8_t>(m.shift() << 6 | (m.indexId() & 7) << 3 | base);
  } else {
    *at++ = static_cast<std::uint8_t>(fields | base);
    *at = 4 << 3 | 4;
    at += base == 4;
  }
  std::memcpy(at, &value, sizeof value);
  return at + mode + (mode & 2);  // 0, 1 or 4 bytes
}

inline std::uint8_t* put_opcode(std::uint8_t* at, std::uint8_t escape, unsigned opcode, unsigned rex) {
  *at = static_cast<std::uint8_t>(0x40 | rex);
  at += rex != 0;
  *at = escape;
  at += escape != 0;
  *at++ = static_cast<std::uint8_t>(opcode);
  return at;
}

/// Which encoder writes the instructions: `own` the one below and AsmJit for the rest, `asmjit` AsmJit all of them.
enum class Encoder : std::uint8_t { own, asmjit };

/// Writes host code, with the interface of AsmJit's assembler. The instructions that hot words use
/// (host_instructions.h) are encoded here: AsmJit's validation and generality would take most of the time of compiling.
/// Every other instruction, and every other form of operand, is passed on to AsmJit. The bytes are the same either way.
class HostAssembler final : public asmjit::x86::EmitterImplicitT<HostAssembler> {
  using Error = asmjit::Error;
  using InstId = asmjit::InstId;
  using Label = asmjit::Label;
  using Imm = asmjit::Imm;
  using Gp = asmjit::x86::Gp;
  using Vec = asmjit::x86::Vec;
  using KReg = asmjit::x86::KReg;
  using Mem = asmjit::x86::Mem;

 public:
  /// Writes instructions with a mask, which are AsmJit's.
  class Masked final : public asmjit::x86::EmitterImplicitT<Masked> {
   public:
    Masked(HostAssembler& assembler, const KReg& mask) : assembler_(assembler), mask_(mask) {}

    template <class... Operands>
    Error emit(InstId id, const Operands&... operands) {
      return _emitI(id, operands...);
    }
    template <class... Operands>
    Error _emitI(InstId id, const Operands&... operands) {
      const Error error = assembler_.full_.k(mask_)._emitI(id, operands...);
      assembler_.set_limit();
      return error;
    }

   private:
    HostAssembler& assembler_;
    const KReg mask_;
  };

  /// `bytes`: about as many as the code will have.
  HostAssembler(asmjit::CodeHolder& code, Encoder encoder, std::size_t bytes);

  Label newLabel() {
    if (encoder_ == Encoder::asmjit) return full_.newLabel();
    places_.emplace_back();
    return Label(static_cast<std::uint32_t>(places_.size() - 1));
  }
  void bind(const Label& label);
  /// The label of the next side exit, to which code jumps forward. put_exits binds it.
  Label new_exit() {
    if (encoder_ == Encoder::asmjit) return exit_labels_.emplace_back(full_.newLabel());
    return Label(kExit | exit_count_++);
  }
  /// For each side exit, code that loads its number into eax and jumps to `leave`, which is bound.
  void put_exits(const Label& leave);
  /// Where a bound label is.
  std::size_t offset_of(const Label& label) const;
  std::size_t offset() const { return full_.offset(); }
  const std::uint8_t* data() const { return full_.bufferData(); }
  Masked k(const KReg& mask) { return {*this, mask}; }

  template <class... Operands>
  [[gnu::always_inline]] void emit(InstId id, const Operands&... operands) {
    _emitI(id, operands...);
  }
  /// What all named instructions of the interface call.
  template <class... Operands>
  [[gnu::always_inline]] Error _emitI(InstId id, const Operands&... operands) {
    if ((full_._bufferPtr < limit_ || make_room()) && encode(kInstructions[id], kind(operands)...)) [[likely]]
      return asmjit::kErrorOk;
    const Error error = full_._emitI(id, operands...);
    set_limit();  // AsmJit may have moved the buffer
    return error;
  }

 private:
  static constexpr std::ptrdiff_t kMostBytes = 32;  ///< of one instruction, with what is written beyond its end

  /// An operand as the type by which `encode` is chosen.
  static const Gp& kind(const Gp& operand) { return operand; }
  static const Vec& kind(const Vec& operand) { return operand; }
  static const KReg& kind(const KReg& operand) { return operand; }
  static const Mem& kind(const Mem& operand) { return operand; }
  static const Imm& kind(const Imm& operand) { return operand; }
  static const Label& kind(const Label& operand) { return operand; }
  static const asmjit::Operand_& kind(const asmjit::Operand_& operand) { return operand; }

  /// With AsmJit's encoder there is never room, so that one comparison decides about both.
  void set_limit() {
    const bool room = encoder_ == Encoder::own && full_._bufferEnd - full_._bufferPtr > kMostBytes;
    limit_ = room ? full_._bufferEnd - kMostBytes : nullptr;
  }
  bool make_room();

  static bool full_size(const Gp& r) { return r.isGpq() || r.isGpd(); }
  /// [base], [base + disp] or [base + index × scale + disp] with 64-bit general registers.
  static bool plain(const Mem& m) {
    constexpr std::uint32_t kFree =
        std::uint32_t{asmjit::OperandSignature::kSizeMask} | std::uint32_t{Mem::kSignatureMemShiftValueMask};
    constexpr std::uint32_t kBase =
        static_cast<std::uint32_t>(asmjit::OperandType::kMem) | static_cast<std::uint32_t>(asmjit::RegType::kX86_Gpq)
                                                                    << asmjit::OperandSignature::kMemBaseTypeShift;
    constexpr std::uint32_t kIndex = static_cast<std::uint32_t>(asmjit::RegType::kX86_Gpq)
                                     << asmjit::OperandSignature::kMemIndexTypeShift;
    return ((m._signature.bits() & ~kFree) | kIndex) == (kBase | kIndex);
  }
  static bool byte_sized(std::int64_t x) { return x == static_cast<std::int8_t>(x); }
  static bool word_sized(std::int64_t x) { return x == static_cast<std::int32_t>(x); }
  /// The value that an immediate operand has at the size of the other operand; none if it does not fit.
  static bool value_at(std::uint32_t size, const Imm& imm, std::int32_t& value) {
    value = static_cast<std::int32_t>(imm.value());
    return size == 8 ? word_sized(imm.value()) : word_sized(imm.value()) || imm.value() >> 32 == 0;
  }

  // One function for each combination of operands. False: the instruction is one for AsmJit.
  template <class... Operands>
  static bool encode(Instruction, const Operands&...) {
    return false;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& a, const Gp& b) {
    if (i.shape == Shape::zero_extend) {
      if (!a.isGpd() || !b.isGpbLo() || b.id() >= 4 || i.opcode != 0xb6) return false;
      put(0x0f, i.opcode, false, a.id(), b.id());
      return true;
    }
    if (!full_size(a) || a.size() != b.size()) return false;
    switch (i.shape) {
      case Shape::arithmetic: put(0, i.opcode << 3 | 1, a.isGpq(), b.id(), a.id()); return true;
      case Shape::move: put(0, 0x89, a.isGpq(), b.id(), a.id()); return true;
      case Shape::test: put(0, 0x85, a.isGpq(), b.id(), a.id()); return true;
      case Shape::multiply: put(0x0f, 0xaf, a.isGpq(), a.id(), b.id()); return true;
      case Shape::conditional_move: put(0x0f, 0x40 | i.opcode, a.isGpq(), a.id(), b.id()); return true;
      default: return false;
    }
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& a, const Mem& m) {
    if (!plain(m)) return false;
    if (i.shape == Shape::zero_extend) {
      if (!a.isGpd() || m.size() != (i.opcode == 0xb6 ? 1 : 2)) return false;
      put(0x0f, i.opcode, false, a.id(), m);
      return true;
    }
    if (!full_size(a) || (m.size() != 0 && m.size() != a.size() && i.shape != Shape::address)) return false;
    switch (i.shape) {
      case Shape::arithmetic: put(0, i.opcode << 3 | 3, a.isGpq(), a.id(), m); return true;
      case Shape::move: put(0, 0x8b, a.isGpq(), a.id(), m); return true;
      case Shape::address: put(0, 0x8d, a.isGpq(), a.id(), m); return true;
      case Shape::multiply: put(0x0f, 0xaf, a.isGpq(), a.id(), m); return true;
      default: return false;
    }
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Mem& m, const Gp& a) {
    if (!plain(m) || !full_size(a) || (m.size() != 0 && m.size() != a.size())) return false;
    switch (i.shape) {
      case Shape::arithmetic: put(0, i.opcode << 3 | 1, a.isGpq(), a.id(), m); return true;
      case Shape::move: put(0, 0x89, a.isGpq(), a.id(), m); return true;
      default: return false;
    }
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& a, const Imm& imm) {
    if (!full_size(a)) return false;
    if (i.shape == Shape::shift) {
      if (imm.value() < 0 || imm.value() > 63) return false;
      put(0, imm.value() == 1 ? 0xd1 : 0xc1, a.isGpq(), i.opcode, a.id());
      if (imm.value() != 1) put_byte(static_cast<std::uint8_t>(imm.value()));
      return true;
    }
    if (i.shape == Shape::move && a.isGpq() && !word_sized(imm.value())) {
      put_long_move(a.id(), imm.value());
      return true;
    }
    std::int32_t value;
    if (!value_at(a.size(), imm, value)) return false;
    if (i.shape == Shape::arithmetic) {
      put_arithmetic(i.opcode, a.isGpq(), a.id(), value);
      return true;
    }
    if (i.shape != Shape::move) return false;
    if (a.isGpq())
      put(0, 0xc7, true, 0, a.id());
    else
      put_opcode_with_register(0xb8, a.id());
    put_value(value);
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Mem& m, const Imm& imm) {
    std::int32_t value;
    if (!plain(m) || (m.size() != 8 && m.size() != 4) || !value_at(m.size(), imm, value)) return false;
    if (i.shape == Shape::arithmetic) {
      put(0, byte_sized(value) ? 0x83 : 0x81, m.size() == 8, i.opcode, m);
      byte_sized(value) ? put_byte(static_cast<std::uint8_t>(value)) : put_value(value);
      return true;
    }
    if (i.shape != Shape::move) return false;
    put(0, 0xc7, m.size() == 8, 0, m);
    put_value(value);
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& a) {
    if (i.shape == Shape::count && full_size(a)) {
      put(0, 0xff, a.isGpq(), i.opcode, a.id());
      return true;
    }
    if (i.shape != Shape::set || !a.isGpbLo() || a.id() >= 4) return false;
    put(0x0f, 0x90 | i.opcode, false, 0, a.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Mem& m) {
    if (i.shape != Shape::count || !plain(m) || (m.size() != 8 && m.size() != 4)) return false;
    put(0, 0xff, m.size() == 8, i.opcode, m);
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& a, const Gp& b, const Imm& imm) {
    std::int32_t value;
    if (i.shape != Shape::multiply || !full_size(a) || a.size() != b.size() || !value_at(a.size(), imm, value))
      return false;
    put(0, byte_sized(imm.value()) ? 0x6b : 0x69, a.isGpq(), a.id(), b.id());
    byte_sized(imm.value()) ? put_byte(static_cast<std::uint8_t>(value)) : put_value(value);
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& a, const Gp& b, const Gp& c) {
    if (i.shape != Shape::shift_by_register || !a.isGpq() || !b.isGpq() || !c.isGpq()) return false;
    put_vector(i, 0, a.id(), c.id(), b.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Label& label) {
    if (i.shape != Shape::jump) return false;
    put_jump(i.opcode, label.id());
    return true;
  }

  // The vector length, as the prefixes have it: 0, 1, 2 for 16, 32, 64 bytes.
  static unsigned length_of(const Vec& v) { return v.size() >> 5; }
  [[gnu::always_inline]] bool encode(Instruction i, const Vec& a, const Vec& b, const Vec& c) {
    if (i.shape != Shape::lanes || a.size() != b.size() || a.size() != c.size()) return false;
    put_vector(i, length_of(a), a.id(), b.id(), c.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Vec& a, const Vec& b, const Mem& m) {
    if (i.shape != Shape::lanes || i.scalar() || !plain(m) || a.size() != b.size() || m.size() != a.size())
      return false;
    put_vector(i, length_of(a), a.id(), b.id(), m, 4 + length_of(a));
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Vec& a, const Vec& b) {
    if ((i.shape != Shape::lanes_of_one && i.shape != Shape::lane_move) || a.size() != b.size()) return false;
    put_vector(i, length_of(a), a.id(), 0, b.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Vec& a, const Mem& m) {
    if (!plain(m)) return false;
    if (i.shape == Shape::broadcast_load && m.size() == 4)
      put_vector(i, length_of(a), a.id(), 0, m, 2);
    else if (i.shape == Shape::lane_move && m.size() == a.size())
      put_vector(i, length_of(a), a.id(), 0, m, 4 + length_of(a));
    else
      return false;
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Mem& m, const Vec& a) {
    if (i.shape != Shape::lane_move || !plain(m) || m.size() != a.size()) return false;
    ++i.opcode;  // the store follows the load
    put_vector(i, length_of(a), a.id(), 0, m, 4 + length_of(a));
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Vec& a, const Vec& b, const Imm& imm) {
    if ((i.shape != Shape::lane_shift && i.shape != Shape::shuffle) || a.size() != b.size()) return false;
    if (i.shape == Shape::lane_shift)  // the first operand is in the prefix
      put_vector(i, length_of(a), i.extension(), a.id(), b.id());
    else
      put_vector(i, length_of(a), a.id(), 0, b.id());
    put_byte(static_cast<std::uint8_t>(imm.value()));
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const KReg& to, const Vec& a, const Vec& b, const Imm& imm) {
    if (i.shape != Shape::compare_to_mask || a.size() != b.size()) return false;
    put_vector(i, length_of(a), to.id(), a.id(), b.id());
    put_byte(static_cast<std::uint8_t>(imm.value()));
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& to, const KReg& from) {
    if (i.shape != Shape::mask_move || !to.isGpd()) return false;
    ++i.opcode;
    put_vector(i, 0, to.id(), 0, from.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const KReg& to, const Gp& from) {
    if (i.shape != Shape::mask_move || !from.isGpd()) return false;
    put_vector(i, 0, to.id(), 0, from.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Vec& to, const Gp& from) {
    if (from.size() != (i.wide() ? 8u : 4u)) return false;
    if (i.shape == Shape::broadcast) {
      if (to.size() != 64) return false;
    } else if (i.shape != Shape::general_move || to.size() != 16) {
      return false;
    }
    put_vector(i, length_of(to), to.id(), 0, from.id());
    return true;
  }
  [[gnu::always_inline]] bool encode(Instruction i, const Gp& to, const Vec& from) {
    if (i.shape != Shape::general_move || from.size() != 16 || to.size() != (i.wide() ? 8u : 4u)) return false;
    i.opcode = 0x7e;
    put_vector(i, 0, from.id(), 0, to.id());
    return true;
  }

  // Bytes. `escape`: 0 or the byte before the opcode. `reg` and the rest are the fields of the instruction.
  void put(std::uint8_t escape, unsigned opcode, bool wide, unsigned reg, unsigned rm);
  void put(std::uint8_t escape, unsigned opcode, bool wide, unsigned reg, const Mem& m);
  void put_arithmetic(unsigned number, bool wide, unsigned rm, std::int32_t value);
  void put_opcode_with_register(unsigned opcode, unsigned reg);
  void put_long_move(unsigned reg, std::int64_t value);
  void put_jump(unsigned condition, std::uint32_t label);
  void put_vector(Instruction i, unsigned length, unsigned reg, unsigned second, unsigned rm);
  /// `shrink`: log2 of the unit of a displacement of one byte.
  void put_vector(Instruction i, unsigned length, unsigned reg, unsigned second, const Mem& m, unsigned shrink);
  void put_byte(std::uint8_t byte) { *full_._bufferPtr++ = byte; }
  void put_value(std::int32_t value) {
    std::memcpy(full_._bufferPtr, &value, sizeof value);
    full_._bufferPtr += sizeof value;
  }

  /// A label of this encoder. Until it is bound, the displacements of the jumps to it form a list: each holds the
  /// place of the previous one.
  struct Place {
    std::int32_t at = kNowhere;  ///< of the label or, until it is bound, of the last displacement
    bool bound = false;
  };
  static constexpr std::int32_t kNowhere = -1;
  /// Numbers of labels of side exits have this bit. Until put_exits, a jump to one has the exit's number in place of
  /// its displacement.
  static constexpr std::uint32_t kExit = 1u << 31;

  asmjit::x86::Assembler full_;
  const std::uint8_t* limit_ = nullptr;  // instructions that begin before it have room
  Encoder encoder_;
  std::vector<Place> places_;
  std::uint32_t exit_count_ = 0;
  std::vector<std::int32_t> exit_jumps_;  // places of their displacements
  std::vector<Label> exit_labels_;        // AsmJit's
};

inline void HostAssembler::put(std::uint8_t escape, unsigned opcode, bool wide, unsigned reg, unsigned rm) {
  std::uint8_t* at = put_opcode(full_._bufferPtr, escape, opcode, unsigned{wide} << 3 | reg >> 3 << 2 | rm >> 3);
  *at++ = static_cast<std::uint8_t>(3 << 6 | (reg & 7) << 3 | (rm & 7));
  full_._bufferPtr = at;
}

inline void HostAssembler::put(std::uint8_t escape, unsigned opcode, bool wide, unsigned reg, const Mem& m) {
  const unsigned index = m.hasIndex() ? m.indexId() : 0;
  std::uint8_t* at = put_opcode(full_._bufferPtr, escape, opcode,
                                unsigned{wide} << 3 | reg >> 3 << 2 | index >> 3 << 1 | m.baseId() >> 3);
  full_._bufferPtr = put_place(at, reg, m, 0);
}

}  // namespace vtpu::exec::jit
