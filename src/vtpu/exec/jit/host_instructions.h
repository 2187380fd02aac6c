#pragma once
#include <asmjit/x86.h>

#include <array>
#include <cstdint>

namespace vtpu::exec::jit {

/// Groups of host instructions that differ in numbers only.
enum class Shape : std::uint8_t {
  other,       ///< AsmJit encodes it
  arithmetic,  ///< opcode: 0 to 7, as in the first byte of add, or, …, cmp
  move,
  address,
  test,
  multiply,
  zero_extend,       ///< opcode: the second byte
  conditional_move,  ///< opcode: the condition
  set,               ///< opcode: the condition
  jump,              ///< opcode: the condition, or one of those below
  shift,             ///< by a number; opcode: 4, 5, 7
  shift_by_register,
  count,           ///< opcode: 0 inc, 1 dec
  lanes,           ///< vd = va ∘ vb
  lanes_of_one,    ///< vd = ∘ va
  lane_move,       ///< opcode: that of the load; the store's is one more
  lane_shift,      ///< by a number
  shuffle,         ///< lanes of one by a number
  broadcast_load,  ///< 4 bytes of memory to all lanes
  broadcast,       ///< a general register to all lanes
  compare_to_mask,
  general_move,  ///< between a general and a vector register
  mask_move      ///< opcode: mask from general; the reverse's is one more
};
inline constexpr std::uint8_t kJump = 16, kCall = 17;  ///< opcodes of Shape::jump besides the sixteen conditions

/// How an instruction is encoded: Intel's manual, volume 2. `bits` has what VEX and EVEX prefixes need.
struct Instruction {
  Shape shape = Shape::other;
  std::uint8_t opcode = 0;
  std::uint16_t bits = 0;

  unsigned pp() const { return bits & 3; }        ///< 0, 66, F3, F2
  unsigned map() const { return bits >> 2 & 3; }  ///< 1: 0F, 2: 0F38, 3: 0F3A
  bool vex_wide() const { return bits >> 4 & 1; }
  bool wide() const { return bits >> 5 & 1; }  ///< in EVEX
  bool evex_only() const { return bits >> 6 & 1; }
  bool scalar() const { return bits >> 7 & 1; }     ///< a memory operand has other bytes than the register
  unsigned extension() const { return bits >> 8; }  ///< of the opcode, in place of a register
};
inline constexpr unsigned kPlain = 0, k66 = 1, kF3 = 2, kF2 = 3;
inline constexpr unsigned k0F = 1 << 2, k0F38 = 2 << 2, k0F3A = 3 << 2;
inline constexpr unsigned kVexW = 1 << 4, kW = 1 << 5, kEvex = 1 << 6, kScalar = 1 << 7;

constexpr auto make_instructions() {
  namespace I = asmjit::x86::Inst;
  std::array<Instruction, I::_kIdCount> rows{};
  const auto row = [&](std::uint32_t id, Shape shape, unsigned opcode = 0, unsigned bits = 0, unsigned extension = 0) {
    rows[id] = {shape, static_cast<std::uint8_t>(opcode), static_cast<std::uint16_t>(bits | extension << 8)};
  };
  row(I::kIdAdd, Shape::arithmetic, 0);
  row(I::kIdOr, Shape::arithmetic, 1);
  row(I::kIdAnd, Shape::arithmetic, 4);
  row(I::kIdSub, Shape::arithmetic, 5);
  row(I::kIdXor, Shape::arithmetic, 6);
  row(I::kIdCmp, Shape::arithmetic, 7);
  row(I::kIdMov, Shape::move);
  row(I::kIdLea, Shape::address);
  row(I::kIdTest, Shape::test);
  row(I::kIdImul, Shape::multiply);
  row(I::kIdMovzx, Shape::zero_extend, 0xb6);
  row(I::kIdShl, Shape::shift, 4);
  row(I::kIdShr, Shape::shift, 5);
  row(I::kIdSar, Shape::shift, 7);
  row(I::kIdInc, Shape::count, 0);
  row(I::kIdDec, Shape::count, 1);
  row(I::kIdShlx, Shape::shift_by_register, 0xf7, k66 | k0F38 | kVexW);
  row(I::kIdShrx, Shape::shift_by_register, 0xf7, kF2 | k0F38 | kVexW);
  row(I::kIdSarx, Shape::shift_by_register, 0xf7, kF3 | k0F38 | kVexW);
  // Conditions have up to three names, and AsmJit has an instruction for each.
#define ROW(name, condition)                                 \
  row(I::kIdJ##name, Shape::jump, condition);                \
  row(I::kIdCmov##name, Shape::conditional_move, condition); \
  row(I::kIdSet##name, Shape::set, condition);
  ROW(o, 0)
  ROW(no, 1)
  ROW(b, 2)
  ROW(c, 2)
  ROW(nae, 2)
  ROW(ae, 3) ROW(nb, 3) ROW(nc, 3) ROW(e, 4) ROW(z, 4) ROW(ne, 5) ROW(nz, 5) ROW(be, 6) ROW(na, 6) ROW(a, 7) ROW(nbe, 7)
      ROW(s, 8) ROW(ns, 9) ROW(p, 10) ROW(pe, 10) ROW(np, 11) ROW(po, 11) ROW(l, 12) ROW(nge, 12) ROW(ge, 13)
          ROW(nl, 13) ROW(le, 14) ROW(ng, 14) ROW(g, 15) ROW(nle, 15)
#undef ROW
              row(I::kIdJmp, Shape::jump, kJump);
  row(I::kIdCall, Shape::jump, kCall);

  // The same operation on f32 and f64 lanes, and on one number of either.
  const auto floats = [&](std::uint32_t ps, std::uint32_t pd, std::uint32_t ss, std::uint32_t sd, unsigned opcode) {
    row(ps, Shape::lanes, opcode, kPlain | k0F);
    row(pd, Shape::lanes, opcode, k66 | k0F | kW);
    row(ss, Shape::lanes, opcode, kF3 | k0F | kScalar);
    row(sd, Shape::lanes, opcode, kF2 | k0F | kW | kScalar);
  };
  floats(I::kIdVaddps, I::kIdVaddpd, I::kIdVaddss, I::kIdVaddsd, 0x58);
  floats(I::kIdVmulps, I::kIdVmulpd, I::kIdVmulss, I::kIdVmulsd, 0x59);
  floats(I::kIdVsubps, I::kIdVsubpd, I::kIdVsubss, I::kIdVsubsd, 0x5c);
  floats(I::kIdVminps, I::kIdVminpd, I::kIdVminss, I::kIdVminsd, 0x5d);
  floats(I::kIdVdivps, I::kIdVdivpd, I::kIdVdivss, I::kIdVdivsd, 0x5e);
  floats(I::kIdVmaxps, I::kIdVmaxpd, I::kIdVmaxss, I::kIdVmaxsd, 0x5f);
  floats(I::kIdVsqrtps, I::kIdVsqrtpd, I::kIdVsqrtss, I::kIdVsqrtsd, 0x51);
  row(I::kIdVsqrtps, Shape::lanes_of_one, 0x51, kPlain | k0F);
  row(I::kIdVsqrtpd, Shape::lanes_of_one, 0x51, k66 | k0F | kW);
  const auto fused = [&](std::uint32_t ps, std::uint32_t pd, unsigned opcode) {
    row(ps, Shape::lanes, opcode, k66 | k0F38);
    row(pd, Shape::lanes, opcode, k66 | k0F38 | kVexW | kW);
  };
  fused(I::kIdVfmadd132ps, I::kIdVfmadd132pd, 0x98);
  fused(I::kIdVfmadd213ps, I::kIdVfmadd213pd, 0xa8);
  fused(I::kIdVfmadd231ps, I::kIdVfmadd231pd, 0xb8);
  row(I::kIdVfmadd132ss, Shape::lanes, 0x99, k66 | k0F38 | kScalar);
  row(I::kIdVfmadd132sd, Shape::lanes, 0x99, k66 | k0F38 | kVexW | kW | kScalar);
  row(I::kIdVandps, Shape::lanes, 0x54, kPlain | k0F);
  row(I::kIdVorps, Shape::lanes, 0x56, kPlain | k0F);
  row(I::kIdVxorps, Shape::lanes, 0x57, kPlain | k0F);
  row(I::kIdVpaddd, Shape::lanes, 0xfe, k66 | k0F);
  row(I::kIdVpsubd, Shape::lanes, 0xfa, k66 | k0F);
  row(I::kIdVpmulld, Shape::lanes, 0x40, k66 | k0F38);
  row(I::kIdVpminsd, Shape::lanes, 0x39, k66 | k0F38);
  row(I::kIdVpmaxsd, Shape::lanes, 0x3d, k66 | k0F38);
  row(I::kIdVpmaddwd, Shape::lanes, 0xf5, k66 | k0F);
  row(I::kIdVdpbf16ps, Shape::lanes, 0x52, kF3 | k0F38 | kEvex);
  row(I::kIdVpdpbusd, Shape::lanes, 0x50, k66 | k0F38 | kEvex);
  row(I::kIdVcvtdq2ps, Shape::lanes_of_one, 0x5b, kPlain | k0F);
  row(I::kIdVcvttps2dq, Shape::lanes_of_one, 0x5b, kF3 | k0F);
  row(I::kIdVmovups, Shape::lane_move, 0x10, kPlain | k0F);
  row(I::kIdVmovaps, Shape::lane_move, 0x28, kPlain | k0F);
  row(I::kIdVpslld, Shape::lane_shift, 0x72, k66 | k0F, 6);
  row(I::kIdVpsrld, Shape::lane_shift, 0x72, k66 | k0F, 2);
  row(I::kIdVpsrad, Shape::lane_shift, 0x72, k66 | k0F, 4);
  row(I::kIdVpsllw, Shape::lane_shift, 0x71, k66 | k0F, 6);
  row(I::kIdVpsrlw, Shape::lane_shift, 0x71, k66 | k0F, 2);
  row(I::kIdVpsraw, Shape::lane_shift, 0x71, k66 | k0F, 4);
  row(I::kIdVpshufd, Shape::shuffle, 0x70, k66 | k0F);
  row(I::kIdVbroadcastss, Shape::broadcast_load, 0x18, k66 | k0F38);
  row(I::kIdVpbroadcastd, Shape::broadcast, 0x7c, k66 | k0F38 | kEvex);
  row(I::kIdVpbroadcastq, Shape::broadcast, 0x7c, k66 | k0F38 | kEvex | kW);
  row(I::kIdVcmpps, Shape::compare_to_mask, 0xc2, kPlain | k0F | kEvex);
  row(I::kIdVcmppd, Shape::compare_to_mask, 0xc2, k66 | k0F | kEvex | kW);
  row(I::kIdVpcmpd, Shape::compare_to_mask, 0x1f, k66 | k0F3A | kEvex);
  row(I::kIdVmovd, Shape::general_move, 0x6e, k66 | k0F);
  row(I::kIdVmovq, Shape::general_move, 0x6e, k66 | k0F | kVexW | kW);
  row(I::kIdKmovw, Shape::mask_move, 0x92, kPlain | k0F);
  return rows;
}
/// By AsmJit's number of the instruction.
inline constexpr auto kInstructions = make_instructions();

}  // namespace vtpu::exec::jit
