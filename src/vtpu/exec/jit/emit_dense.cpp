#include "vtpu/exec/jit/emitter.h"

namespace vtpu::exec::jit {

using namespace asmjit;
using isa::Condition;
using isa::Opcode;
namespace I = x86::Inst;

namespace {

/// VCMPPS predicates that are quiet and, except for ne, false with a NaN.
int float_predicate(std::uint8_t condition) {
  switch (static_cast<Condition>(condition)) {
    case Condition::eq: return 0x00;
    case Condition::ne: return 0x04;
    case Condition::lt: return 0x11;
    case Condition::le: return 0x12;
    case Condition::gt: return 0x1e;
    case Condition::ge: return 0x1d;
  }
  return 0;
}

/// VPCMPD predicates.
int integer_predicate(std::uint8_t condition) {
  switch (static_cast<Condition>(condition)) {
    case Condition::eq: return 0;
    case Condition::ne: return 4;
    case Condition::lt: return 1;
    case Condition::le: return 2;
    case Condition::gt: return 6;
    case Condition::ge: return 5;
  }
  return 0;
}

x86::CondCode scalar_condition(std::uint8_t condition, bool is_signed) {
  using C = x86::CondCode;
  switch (static_cast<Condition>(condition)) {
    case Condition::eq: return C::kEqual;
    case Condition::ne: return C::kNotEqual;
    case Condition::lt: return is_signed ? C::kSignedLT : C::kUnsignedLT;
    case Condition::le: return is_signed ? C::kSignedLE : C::kUnsignedLE;
    case Condition::gt: return is_signed ? C::kSignedGT : C::kUnsignedGT;
    case Condition::ge: return is_signed ? C::kSignedGE : C::kUnsignedGE;
  }
  return C::kEqual;
}

/// The shifts that bring bit i of lane i to the lane's sign. Host code refers to them.
template <class T>
constexpr auto shifts_to_signs() {
  std::array<T, 64 / sizeof(T)> shifts{};
  for (std::size_t i = 0; i < shifts.size(); ++i) shifts[i] = static_cast<T>(8 * sizeof(T) - 1 - i);
  return shifts;
}
alignas(64) constexpr auto kToSigns32 = shifts_to_signs<std::uint32_t>();
alignas(64) constexpr auto kToSigns64 = shifts_to_signs<std::uint64_t>();

bool fits_int32(std::int64_t x) { return x == static_cast<std::int32_t>(x); }

}  // namespace

// ---- 64-bit integers

/// first = first ∘ b, where b is a host register, a 32-bit immediate, or in the context.
[[gnu::flatten]] void Emitter::apply_second(const isa::Op& op, std::uint32_t instruction, const Gp& first) {
  if (op.immediate() && fits_int32(op.imm)) {
    as_.emit(instruction, first, Imm(op.imm));
  } else if (op.immediate()) {
    as_.mov(x86::rcx, op.imm);
    as_.emit(instruction, first, x86::rcx);
  } else if (r_host_[op.b] >= 0) {
    as_.emit(instruction, first, source(op.b, x86::rcx));
  } else {
    as_.emit(instruction, first, r_home(op.b));
  }
}

/// rd = ra ∘ rb, where rd may share its host register with rb.
[[gnu::flatten]] void Emitter::emit_integer(const isa::Op& op, std::uint32_t instruction, bool commutes) {
  const Gp to = target(op.d, x86::rax);
  const bool onto_b = !op.immediate() && op.d == op.b && op.d != op.a && r_host_[op.d] >= 0;
  if (onto_b && commutes) {
    if (r_host_[op.a] >= 0)
      as_.emit(instruction, to, source(op.a, x86::rcx));
    else
      as_.emit(instruction, to, r_home(op.a));
    return;
  }
  const Gp at = onto_b ? x86::rax : to;
  if (at.id() != to.id() || op.a != op.d || r_host_[op.d] < 0) load_r(at, op.a);
  apply_second(op, instruction, at);
  put(op.d, at);
}

/// `by_number` shifts by an immediate, `by_register` by a register.
void Emitter::emit_shift(const isa::Op& op, std::uint32_t by_number, std::uint32_t by_register) {
  const Gp to = target(op.d, x86::rax);
  if (op.immediate()) {
    if (op.a != op.d || r_host_[op.d] < 0) load_r(to, op.a);
    as_.emit(by_number, to, Imm(op.imm & 63));
  } else {
    const Gp a = source(op.a, x86::rax);
    const Gp b = source(op.b, x86::rcx);
    as_.emit(by_register, to, a, b);
  }
  put(op.d, to);
}

void Emitter::emit_integer_extreme(const isa::Op& op, std::uint32_t conditional_move) {
  const Gp to = target(op.d, x86::rax);
  Gp b = x86::rcx;
  if (op.immediate())
    as_.mov(x86::rcx, op.imm);
  else
    b = source(op.b, x86::rcx);
  const Gp at = op.immediate() || op.b != op.d ? to : x86::rax;
  if (op.a != op.d || r_host_[op.d] < 0 || at.id() != to.id()) load_r(at, op.a);
  as_.cmp(b, at);
  as_.emit(conditional_move, at, b);
  put(op.d, at);
}

void Emitter::emit_integer_compare(const isa::Op& op, bool is_signed) {
  const Gp to = target(op.d, x86::rax);
  apply_second(op, I::kIdCmp, source(op.a, x86::rax));
  as_.emit(I::setccFromCond(scalar_condition(op.mode, is_signed)), x86::al);
  as_.movzx(to.r32(), x86::al);
  put(op.d, to);
}

EMITTER(dmov_i64) {
  const Gp to = target(op.d, x86::rax);
  if (op.immediate())
    load_constant(to, op.imm);
  else
    load_r(to, op.a);
  put(op.d, to);
}
EMITTER(dadd_i64) {
  const bool three = r_host_[op.a] >= 0 && r_host_[op.d] >= 0 && op.a != op.d;
  const Gp to = target(op.d, x86::rax);
  if (three && op.immediate() && fits_int32(op.imm))
    as_.lea(to, x86::Mem(source(op.a, x86::rax), static_cast<std::int32_t>(op.imm)));
  else if (three && !op.immediate() && r_host_[op.b] >= 0 && op.b != op.d)
    as_.lea(to, x86::ptr(source(op.a, x86::rax), source(op.b, x86::rcx)));
  else
    emit_integer(op, I::kIdAdd, true);
}
EMITTER(dsub_i64) { emit_integer(op, I::kIdSub, false); }
EMITTER(dand_i64) { emit_integer(op, I::kIdAnd, true); }
EMITTER(dor_i64) { emit_integer(op, I::kIdOr, true); }
EMITTER(dxor_i64) { emit_integer(op, I::kIdXor, true); }
EMITTER(dmul_i64) {
  if (!op.immediate() || !fits_int32(op.imm)) return emit_integer(op, I::kIdImul, true);
  const Gp to = target(op.d, x86::rax);
  as_.imul(to, source(op.a, x86::rax), static_cast<std::int32_t>(op.imm));
  put(op.d, to);
}
EMITTER(dfma_i64) {
  load_r(x86::rax, op.a);
  as_.imul(x86::rax, source(op.b, x86::rcx));
  as_.add(x86::rax, source(op.c, x86::rcx));
  put(op.d, x86::rax);
}
EMITTER(dshl_i64) { emit_shift(op, I::kIdShl, I::kIdShlx); }
EMITTER(dshr_i64) { emit_shift(op, I::kIdShr, I::kIdShrx); }
EMITTER(dsar_i64) { emit_shift(op, I::kIdSar, I::kIdSarx); }
EMITTER(dmin_i64) { emit_integer_extreme(op, I::kIdCmovl); }
EMITTER(dmax_i64) { emit_integer_extreme(op, I::kIdCmovg); }
EMITTER(dcmp_i64) { emit_integer_compare(op, true); }
EMITTER(dcmp_u64) { emit_integer_compare(op, false); }
EMITTER(dsel_i64) {
  load_r(x86::rax, op.b);
  const Gp c = source(op.c, x86::rcx);
  as_.test(c, c);
  as_.cmovnz(x86::rax, source(op.a, x86::rcx));
  put(op.d, x86::rax);
}
EMITTER(dmov_sr) {
  const Gp to = target(op.d, x86::rax);
  as_.mov(to, field(offsetof(Context, sr), 8));
  put(op.d, to);
}

// ---- scalar floating point

/// Moves an r-register, or its low half, into a scratch register.
x86::Xmm Emitter::float_source(std::uint8_t r, unsigned scratch_number, bool wide) {
  const x86::Xmm x = x86::xmm(scratch(scratch_number));
  if (wide)
    as_.vmovq(x, source(r, x86::rax));
  else
    as_.vmovd(x, source(r, x86::rax).r32());
  return x;
}
void Emitter::put_float(std::uint8_t r, const x86::Xmm& x, bool wide) {
  const Gp to = target(r, x86::rax);
  if (wide)
    as_.vmovq(to, x);
  else
    as_.vmovd(to.r32(), x);  // clears the upper half
  put(r, to);
}
void Emitter::emit_float(const isa::Op& op, std::uint32_t instruction, bool wide) {
  const x86::Xmm a = float_source(op.a, 0, wide), b = float_source(op.b, 1, wide);
  as_.emit(instruction, a, a, b);
  put_float(op.d, a, wide);
}
void Emitter::emit_float_root(const isa::Op& op, std::uint32_t instruction, bool wide) {
  const x86::Xmm a = float_source(op.a, 0, wide);
  as_.emit(instruction, a, a, a);
  put_float(op.d, a, wide);
}
void Emitter::emit_float_fma(const isa::Op& op, std::uint32_t instruction, bool wide) {
  const x86::Xmm a = float_source(op.a, 0, wide), b = float_source(op.b, 1, wide), c = float_source(op.c, 2, wide);
  // Of several NaNs the 132 form returns that of a before b before c.
  as_.emit(instruction, a, c, b);
  put_float(op.d, a, wide);
}
void Emitter::emit_float_compare(const isa::Op& op, bool wide) {
  // The compare instruction that writes a vector has only a VEX form, whose registers end at 15. With AVX-512 those are
  // in use, so that form uses the instruction that writes a mask.
  const Gp to = target(op.d, x86::rax);
  const x86::Xmm a = float_source(op.a, 0, wide), b = float_source(op.b, 1, wide);
  if (features_.form == Form::avx512) {
    wide ? as_.vcmpsd(x86::k1, a, b, float_predicate(op.mode)) : as_.vcmpss(x86::k1, a, b, float_predicate(op.mode));
    as_.kmovw(to.r32(), x86::k1);
  } else {
    wide ? as_.vcmpsd(a, a, b, float_predicate(op.mode)) : as_.vcmpss(a, a, b, float_predicate(op.mode));
    as_.vmovd(to.r32(), a);
    as_.and_(to.r32(), 1);
  }
  put(op.d, to);
}

EMITTER(dadd_f64) { emit_float(op, I::kIdVaddsd, true); }
EMITTER(dsub_f64) { emit_float(op, I::kIdVsubsd, true); }
EMITTER(dmul_f64) { emit_float(op, I::kIdVmulsd, true); }
EMITTER(ddiv_f64) { emit_float(op, I::kIdVdivsd, true); }
EMITTER(dmin_f64) { emit_float(op, I::kIdVminsd, true); }
EMITTER(dmax_f64) { emit_float(op, I::kIdVmaxsd, true); }
EMITTER(dsqrt_f64) { emit_float_root(op, I::kIdVsqrtsd, true); }
EMITTER(dfma_f64) { emit_float_fma(op, I::kIdVfmadd132sd, true); }
EMITTER(dcmp_f64) { emit_float_compare(op, true); }
EMITTER(dadd_f32) { emit_float(op, I::kIdVaddss, false); }
EMITTER(dsub_f32) { emit_float(op, I::kIdVsubss, false); }
EMITTER(dmul_f32) { emit_float(op, I::kIdVmulss, false); }
EMITTER(ddiv_f32) { emit_float(op, I::kIdVdivss, false); }
EMITTER(dmin_f32) { emit_float(op, I::kIdVminss, false); }
EMITTER(dmax_f32) { emit_float(op, I::kIdVmaxss, false); }
EMITTER(dsqrt_f32) { emit_float_root(op, I::kIdVsqrtss, false); }
EMITTER(dfma_f32) { emit_float_fma(op, I::kIdVfmadd132ss, false); }
EMITTER(dcmp_f32) { emit_float_compare(op, false); }
EMITTER(dcvt_i64_f64) {
  const x86::Xmm x = x86::xmm(scratch(0));
  as_.vxorps(x, x, x);
  as_.vcvtsi2sd(x, x, source(op.a, x86::rax));
  put_float(op.d, x, true);
}
EMITTER(dcvt_f64_i64) {
  const x86::Xmm x = float_source(op.a, 0, true);
  const Gp to = target(op.d, x86::rax);
  as_.vcvttsd2si(to, x);
  put(op.d, to);
}
EMITTER(dcvt_f32_f64) {
  const x86::Xmm x = float_source(op.a, 0, false);
  as_.vcvtss2sd(x, x, x);
  put_float(op.d, x, true);
}
EMITTER(dcvt_f64_f32) {
  const x86::Xmm x = float_source(op.a, 0, true);
  as_.vcvtsd2ss(x, x, x);
  put_float(op.d, x, false);
}

// ---- vectors

/// vd = va ∘ vb.
[[gnu::flatten]] void Emitter::emit_lanes(const isa::Op& op, std::uint32_t instruction) {
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec a = v_source(op.a, part, scratch(0));
    const Vec to = v_target(op.d, part, scratch(2));
    if (v_host_[op.b] >= 0)
      as_.emit(instruction, to, a, v_source(op.b, part, scratch(1)));
    else
      as_.emit(instruction, to, a, v_home(op.b, part));
    v_put(op.d, part, to);
  }
}
/// vd = ∘ va.
void Emitter::emit_lanes_of_one(const isa::Op& op, std::uint32_t instruction) {
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec to = v_target(op.d, part, scratch(2));
    as_.emit(instruction, to, v_source(op.a, part, scratch(0)));
    v_put(op.d, part, to);
  }
}
void Emitter::emit_lane_shift(const isa::Op& op, std::uint32_t instruction) {
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec to = v_target(op.d, part, scratch(2));
    as_.emit(instruction, to, v_source(op.a, part, scratch(0)), Imm(op.mode));
    v_put(op.d, part, to);
  }
}
[[gnu::flatten]] void Emitter::emit_lane_fma(const isa::Op& op, bool wide) {
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec a = v_source(op.a, part, scratch(0)), b = v_source(op.b, part, scratch(1));
    const Vec to = v_target(op.d, part, scratch(2));
    if (op.d == op.a && v_host_[op.d] >= 0) {  // 132: to = to × b + c
      const Vec c = v_source(op.c, part, scratch(2));
      as_.emit(wide ? I::kIdVfmadd132pd : I::kIdVfmadd132ps, to, c, b);
    } else if (op.d == op.b && v_host_[op.d] >= 0) {  // 213 on b: to = a × to + c, a first among NaNs
      const Vec c = v_source(op.c, part, scratch(2));
      as_.emit(wide ? I::kIdVfmadd213pd : I::kIdVfmadd213ps, to, a, c);
    } else {  // 231: to = a × b + to
      if (op.d != op.c || v_host_[op.d] < 0) {
        if (v_host_[op.c] >= 0)
          as_.vmovaps(to, v_source(op.c, part, scratch(2)));
        else
          as_.vmovups(to, v_home(op.c, part));
      }
      as_.emit(wide ? I::kIdVfmadd231pd : I::kIdVfmadd231ps, to, a, b);
    }
    v_put(op.d, part, to);
  }
}
/// `move_mask`: the instruction that collects the signs of the lanes, for the form without mask registers.
void Emitter::emit_lane_compare(const isa::Op& op, std::uint32_t id, std::uint32_t move_mask, int predicate,
                                unsigned lanes) {
  const Gp to = target(op.d, x86::rax);
  if (features_.form == Form::avx512) {
    as_.emit(id, x86::k1, v_source(op.a, 0, scratch(0)), v_source(op.b, 0, scratch(1)), Imm(predicate));
    as_.kmovw(to.r32(), x86::k1);
  } else {
    for (unsigned part = 0; part < 2; ++part) {
      const Vec at = vector(scratch(2));
      as_.emit(id, at, v_source(op.a, part, scratch(0)), v_source(op.b, part, scratch(1)), Imm(predicate));
      as_.emit(move_mask, part == 0 ? x86::eax : x86::ecx, at);
    }
    as_.shl(x86::ecx, lanes / 2);
    as_.or_(x86::eax, x86::ecx);
    if (to.id() != x86::rax.id()) as_.mov(to.r32(), x86::eax);
  }
  put(op.d, to);
}
void Emitter::emit_select(const isa::Op& op, bool wide) {
  const Gp mask = source(op.c, x86::rax);
  if (features_.form == Form::avx512) {
    const Vec a = v_source(op.a, 0, scratch(0)), b = v_source(op.b, 0, scratch(1));
    const Vec to = v_target(op.d, 0, scratch(2));
    as_.kmovw(x86::k1, mask.r32());
    as_.k(x86::k1).emit(wide ? I::kIdVblendmpd : I::kIdVblendmps, to, b, a);
    return v_put(op.d, 0, to);
  }
  // Blends without mask registers look at the signs of lanes: each lane's bit of the mask is shifted there.
  const Vec bits = vector(scratch(3));
  as_.vmovd(x86::xmm(bits.id()), mask.r32());
  wide ? as_.vpbroadcastq(bits, x86::xmm(bits.id())) : as_.vpbroadcastd(bits, x86::xmm(bits.id()));
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(wide ? static_cast<const void*>(kToSigns64.data())
                                                         : static_cast<const void*>(kToSigns32.data())));
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec signs = vector(scratch(2));
    as_.emit(wide ? I::kIdVpsllvq : I::kIdVpsllvd, signs, bits,
             x86::ptr(x86::rax, static_cast<std::int32_t>(32 * part), 32));
    const Vec a = v_source(op.a, part, scratch(0)), b = v_source(op.b, part, scratch(1));
    const Vec to = v_target(op.d, part, scratch(2));
    as_.emit(wide ? I::kIdVblendvpd : I::kIdVblendvps, to, b, a, signs);
    v_put(op.d, part, to);
  }
}
/// Compares integers without mask registers: AVX2 has "equal" and "greater", of which the other conditions follow.
void Emitter::emit_lane_compare_avx2(const isa::Op& op) {
  const auto condition = static_cast<Condition>(op.mode);
  const bool swapped = condition == Condition::lt || condition == Condition::ge;
  const bool negated = condition == Condition::ne || condition == Condition::le || condition == Condition::ge;
  const bool equality = condition == Condition::eq || condition == Condition::ne;
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec at = vector(scratch(2)), a = v_source(op.a, part, scratch(0)), b = v_source(op.b, part, scratch(1));
    as_.emit(equality ? I::kIdVpcmpeqd : I::kIdVpcmpgtd, at, swapped ? b : a, swapped ? a : b);
    as_.vmovmskps(part == 0 ? x86::eax : x86::ecx, at);
  }
  as_.shl(x86::ecx, 8);
  as_.or_(x86::eax, x86::ecx);
  if (negated) as_.xor_(x86::eax, 0xffff);
  put(op.d, x86::rax);
}
/// Looks each lane up in both halves of va and takes it from the half that bit 3 of the index names. Nothing is written
/// before all is read.
void Emitter::emit_permutation_avx2(const isa::Op& op) {
  const Vec results[] = {vector(scratch(0)), vector(scratch(1))};
  for (unsigned part = 0; part < 2; ++part) {
    const Vec upper = vector(scratch(2)), index = v_source(op.b, part, scratch(3)), signs = vector(scratch(3));
    const auto from_half = [&](const Vec& to, unsigned half) {
      if (v_host_[op.a] >= 0)
        as_.vpermd(to, index, v_source(op.a, half, scratch(2)));
      else
        as_.vpermd(to, index, v_home(op.a, half));
    };
    from_half(results[part], 0);
    from_half(upper, 1);
    as_.vpslld(signs, index, 28);
    as_.vblendvps(results[part], results[part], upper, signs);
  }
  for (unsigned part = 0; part < 2; ++part) v_put(op.d, part, results[part]);
}
/// For AVX-512 only: the sum is also an operand, and every v-register has a host register there.
void Emitter::emit_dot(const isa::Op& op, std::uint32_t instruction) {
  as_.emit(instruction, vector(static_cast<unsigned>(v_host_[op.d])), v_source(op.a, 0, scratch(0)),
           v_source(op.b, 0, scratch(1)));
}
void Emitter::emit_broadcast(const isa::Op& op, bool wide) {
  const Gp a = source(op.a, x86::rax);
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec to = v_target(op.d, part, scratch(0));
    if (features_.form == Form::avx512) {
      wide ? as_.vpbroadcastq(to, a) : as_.vpbroadcastd(to, a.r32());
    } else if (wide) {
      as_.vmovq(x86::xmm(scratch(1)), a), as_.vpbroadcastq(to, x86::xmm(scratch(1)));
    } else {
      as_.vmovd(x86::xmm(scratch(1)), a.r32()), as_.vpbroadcastd(to, x86::xmm(scratch(1)));
    }
    v_put(op.d, part, to);
  }
}
/// Multiplies even and odd bytes separately: products of 16-bit numbers are exact, and their sums have 32 bits.
void Emitter::emit_byte_dot(const isa::Op& op, unsigned part) {
  const Vec even = vector(scratch(2)), other = vector(scratch(3)), odd = vector(scratch(0));
  const Vec a = v_source(op.a, part, scratch(0)), b = v_source(op.b, part, scratch(1));
  as_.vpsllw(even, a, 8);
  as_.vpsrlw(even, even, 8);
  as_.vpsllw(other, b, 8);
  as_.vpsraw(other, other, 8);
  as_.vpmaddwd(even, even, other);
  as_.vpsraw(other, b, 8);
  as_.vpsrlw(odd, a, 8);
  as_.vpmaddwd(odd, odd, other);
  as_.vpaddd(even, even, odd);
  const Vec sum = v_source(op.d, part, scratch(3));
  const Vec to = v_target(op.d, part, scratch(3));
  as_.vpaddd(to, sum, even);
  v_put(op.d, part, to);
}

/// As VDPBF16PS: the odd elements first, each product added with one rounding, denormal operands and tiny results taken
/// as zero. The last needs another mode of the host, for these instructions only.
void Emitter::emit_bfloat_dot(const isa::Op& op) {
  constexpr std::uint32_t kFlushes = 0x1f80 | 0x8040;  // all exceptions masked, denormals are zero, flush to zero
  const Mem before(x86::rsp, -8, 4), within(x86::rsp, -4, 4);
  as_.vstmxcsr(before);
  as_.mov(within, kFlushes);
  as_.vldmxcsr(within);
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec a = vector(scratch(0)), b = vector(scratch(1)), sum = vector(scratch(2));
    if (v_host_[op.d] >= 0)
      as_.vmovaps(sum, v_source(op.d, part, scratch(2)));
    else
      as_.vmovups(sum, v_home(op.d, part));
    as_.vpsrld(a, v_source(op.a, part, scratch(0)), 16);
    as_.vpsrld(b, v_source(op.b, part, scratch(1)), 16);
    as_.vpslld(a, a, 16);
    as_.vpslld(b, b, 16);
    as_.vfmadd231ps(sum, a, b);
    as_.vpslld(a, v_source(op.a, part, scratch(0)), 16);
    as_.vpslld(b, v_source(op.b, part, scratch(1)), 16);
    as_.vfmadd231ps(sum, a, b);
    const Vec to = v_target(op.d, part, scratch(2));
    if (to.id() != sum.id()) as_.vmovaps(to, sum);
    v_put(op.d, part, to);
  }
  as_.vldmxcsr(before);
}

/// Combines the upper half with the lower until one lane is left; the lower half is the first operand.
void Emitter::emit_reduction(const isa::Op& op, std::uint32_t id, bool doubles) {
  const unsigned at = scratch(0), upper = scratch(1);
  if (features_.form == Form::avx512) {
    const Vec a = v_source(op.a, 0, at);
    as_.vextractf64x4(x86::ymm(upper), a, 1);
    as_.emit(id, x86::ymm(at), x86::ymm(a.id()), x86::ymm(upper));
  } else {
    const Vec low = v_source(op.a, 0, at), high = v_source(op.a, 1, upper);
    as_.emit(id, x86::ymm(at), low, high);
  }
  if (features_.form == Form::avx512)
    as_.vextractf64x2(x86::xmm(upper), x86::ymm(at), 1);
  else
    as_.vextractf128(x86::xmm(upper), x86::ymm(at), 1);
  as_.emit(id, x86::xmm(at), x86::xmm(at), x86::xmm(upper));
  const auto fold = [&](int control) {
    as_.vpshufd(x86::xmm(upper), x86::xmm(at), control);
    as_.emit(id, x86::xmm(at), x86::xmm(at), x86::xmm(upper));
  };
  fold(0x0e);  // lanes 2 and 3 onto 0 and 1; for doubles lane 1 onto 0
  if (!doubles) fold(0x01);
  const Gp to = target(op.d, x86::rax);
  if (doubles)
    as_.vmovq(to, x86::xmm(at));
  else
    as_.vmovd(to.r32(), x86::xmm(at));
  put(op.d, to);
}

EMITTER(dmov_v) {
  for (unsigned part = 0; part < parts(); ++part) v_put(op.d, part, v_source(op.a, part, scratch(0)));
}
EMITTER(dmov_const) {
  as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(constants_ + op.imm));
  for (unsigned part = 0; part < parts(); ++part) {
    const Vec to = v_target(op.d, part, scratch(0));
    as_.vmovups(to, x86::ptr(x86::rax, static_cast<std::int32_t>(32 * part)));
    v_put(op.d, part, to);
  }
}
EMITTER(dbcast_i32) { emit_broadcast(op, false); }
EMITTER(dbcast_i64) { emit_broadcast(op, true); }
EMITTER(dextr_i32) {
  const Gp to = target(op.d, x86::rax);
  const x86::Xmm at = x86::xmm(scratch(2));
  if (features_.form == Form::avx512)
    as_.vextracti32x4(at, v_source(op.a, 0, scratch(0)), op.mode / 4);
  else
    as_.vextracti128(at, v_source(op.a, op.mode / 8u, scratch(0)), op.mode / 4 % 2);
  as_.vpextrd(to.r32(), at, op.mode % 4);
  put(op.d, to);
}
EMITTER(dperm_i32) {
  if (features_.form == Form::avx2) return emit_permutation_avx2(op);
  const Vec to = v_target(op.d, 0, scratch(2));
  as_.vpermd(to, v_source(op.b, 0, scratch(1)), v_source(op.a, 0, scratch(0)));
  v_put(op.d, 0, to);
}
EMITTER(dsel_x16) { emit_select(op, false); }
EMITTER(dsel_x8) { emit_select(op, true); }
EMITTER(dcmp_i32x16) {
  if (features_.form == Form::avx2) return emit_lane_compare_avx2(op);
  emit_lane_compare(op, I::kIdVpcmpd, 0, integer_predicate(op.mode), 16);
}
EMITTER(dcmp_f32x16) { emit_lane_compare(op, I::kIdVcmpps, I::kIdVmovmskps, float_predicate(op.mode), 16); }
EMITTER(dcmp_f64x8) { emit_lane_compare(op, I::kIdVcmppd, I::kIdVmovmskpd, float_predicate(op.mode), 8); }
EMITTER(dadd_f32x16) { emit_lanes(op, I::kIdVaddps); }
EMITTER(dsub_f32x16) { emit_lanes(op, I::kIdVsubps); }
EMITTER(dmul_f32x16) { emit_lanes(op, I::kIdVmulps); }
EMITTER(ddiv_f32x16) { emit_lanes(op, I::kIdVdivps); }
EMITTER(dmin_f32x16) { emit_lanes(op, I::kIdVminps); }
EMITTER(dmax_f32x16) { emit_lanes(op, I::kIdVmaxps); }
EMITTER(dsqrt_f32x16) { emit_lanes_of_one(op, I::kIdVsqrtps); }
EMITTER(dfma_f32x16) { emit_lane_fma(op, false); }
EMITTER(dadd_f64x8) { emit_lanes(op, I::kIdVaddpd); }
EMITTER(dsub_f64x8) { emit_lanes(op, I::kIdVsubpd); }
EMITTER(dmul_f64x8) { emit_lanes(op, I::kIdVmulpd); }
EMITTER(ddiv_f64x8) { emit_lanes(op, I::kIdVdivpd); }
EMITTER(dsqrt_f64x8) { emit_lanes_of_one(op, I::kIdVsqrtpd); }
EMITTER(dfma_f64x8) { emit_lane_fma(op, true); }
EMITTER(dadd_i32x16) { emit_lanes(op, I::kIdVpaddd); }
EMITTER(dsub_i32x16) { emit_lanes(op, I::kIdVpsubd); }
EMITTER(dmul_i32x16) { emit_lanes(op, I::kIdVpmulld); }
EMITTER(dmin_i32x16) { emit_lanes(op, I::kIdVpminsd); }
EMITTER(dmax_i32x16) { emit_lanes(op, I::kIdVpmaxsd); }
EMITTER(dand_x16) { emit_lanes(op, I::kIdVandps); }
EMITTER(dor_x16) { emit_lanes(op, I::kIdVorps); }
EMITTER(dxor_x16) { emit_lanes(op, I::kIdVxorps); }
EMITTER(dshl_i32x16) { emit_lane_shift(op, I::kIdVpslld); }
EMITTER(dshr_i32x16) { emit_lane_shift(op, I::kIdVpsrld); }
EMITTER(dsar_i32x16) { emit_lane_shift(op, I::kIdVpsrad); }
EMITTER(dcvt_i32_f32) { emit_lanes_of_one(op, I::kIdVcvtdq2ps); }
EMITTER(dcvt_f32_i32) { emit_lanes_of_one(op, I::kIdVcvttps2dq); }
EMITTER_IF(ddot_bf16, features.form == Form::avx2 || features.bf16) {
  if (features_.form == Form::avx512) return emit_dot(op, I::kIdVdpbf16ps);
  emit_bfloat_dot(op);
}
EMITTER_IF(ddot_u8i8, features.form == Form::avx2 || features.vnni) {
  if (features_.form == Form::avx512) return emit_dot(op, I::kIdVpdpbusd);
  for (unsigned part = 0; part < parts(); ++part) emit_byte_dot(op, part);
}
EMITTER(dred_add_f32x16) { emit_reduction(op, I::kIdVaddps, false); }
EMITTER(dred_max_f32x16) { emit_reduction(op, I::kIdVmaxps, false); }
EMITTER(dred_add_f64x8) { emit_reduction(op, I::kIdVaddpd, true); }
EMITTER(dred_add_i32x16) { emit_reduction(op, I::kIdVpaddd, false); }

// ---- coordinates and control
EMITTER(dmov_p) {
  for (unsigned part = 0; part < parts(); ++part) {
    const std::size_t at = offsetof(Context, p) + 32u * part;
    const std::uint32_t size = features_.form == Form::avx512 ? 64 : 32;
    as_.vmovups(vector(scratch(0)), field(at + sizeof(memory::Pointer) * op.a, size));
    as_.vmovups(field(at + sizeof(memory::Pointer) * op.d, size), vector(scratch(0)));
  }
}
Label Emitter::target_label(const isa::Op& op) const {
  return labels_[plan_.segment_of[static_cast<std::uint32_t>(op.imm)]];
}
void Emitter::compare_with_zero(std::uint8_t r) {
  if (r_host_[r] >= 0)
    as_.test(source(r, x86::rax), source(r, x86::rax));
  else
    as_.cmp(r_home(r), 0);
}
EMITTER(dbr) { as_.jmp(target_label(op)); }
EMITTER(dbr_nz) {
  compare_with_zero(op.a);
  as_.jnz(target_label(op));
}
EMITTER(dbr_z) {
  compare_with_zero(op.a);
  as_.jz(target_label(op));
}
EMITTER(dloop) {
  const bool own = in_counted_segment_ && plan_.segments[present_segment_].end == w + 1;
  if (r_host_[op.d] >= 0)
    as_.dec(target(op.d, x86::rax));
  else
    as_.dec(r_home(op.d));
  as_.jnz(own ? loop_body_ : target_label(op));
}

void Emitter::list_dense(EmitterTable& table) {
#define LIST_D(id) list<Opcode::id>(table);
#define LIST_S(id)
#define LIST_C(id)
#define OPERANDS(...)
#define OP(slot, id, mnemonic, operands, cost, effect, summary) LIST_##slot(id)
#include "vtpu/isa/opcodes.def"
#undef OPERANDS
#undef LIST_D
#undef LIST_S
#undef LIST_C
}

}  // namespace vtpu::exec::jit
