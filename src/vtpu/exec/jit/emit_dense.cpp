#include "vtpu/base/check.h"
#include "vtpu/exec/jit/emitter.h"

namespace vtpu::exec::jit {

using namespace asmjit;
using isa::Condition;
using isa::Opcode;

namespace {

/// VCMPPS predicates that are quiet and, but for ne, false with a NaN.
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

bool fits_int32(std::int64_t x) { return x == static_cast<std::int32_t>(x); }

}  // namespace

void Emitter::emit_integer(const isa::Op& op) {
  const Gp to = target(op.d, x86::rax);
  // The second operand: a host register, a 32-bit immediate, or the context; `second` applies an instruction to it.
  const bool immediate = op.immediate();
  const auto second = [&](std::uint32_t base_id, const Gp& first) {
    if (immediate && fits_int32(op.imm)) {
      as_.emit(base_id, first, Imm(op.imm));
    } else if (immediate) {
      as_.mov(x86::rcx, op.imm);
      as_.emit(base_id, first, x86::rcx);
    } else if (r_host_[op.b] >= 0) {
      as_.emit(base_id, first, source(op.b, x86::rcx));
    } else {
      as_.emit(base_id, first, r_home(op.b));
    }
  };
  const auto two_operand = [&](std::uint32_t id, bool commutes) {
    // to = a ∘ b, where `to` may be b's register.
    const bool onto_b = !immediate && op.d == op.b && op.d != op.a && r_host_[op.d] >= 0;
    if (onto_b && commutes) {
      if (r_host_[op.a] >= 0)
        as_.emit(id, to, source(op.a, x86::rcx));
      else
        as_.emit(id, to, r_home(op.a));
      return;
    }
    const Gp at = onto_b ? x86::rax : to;
    if (at.id() != to.id() || op.a != op.d || r_host_[op.d] < 0) load_r(at, op.a);
    second(id, at);
    put(op.d, at);
  };
  switch (op.opcode) {
    case Opcode::dmov_i64:
      if (op.immediate()) {
        load_constant(to, op.imm);
        put(op.d, to);
      } else {
        load_r(to, op.a);
        put(op.d, to);
      }
      return;
    case Opcode::dadd_i64: {
      const bool three = r_host_[op.a] >= 0 && r_host_[op.d] >= 0 && op.a != op.d;
      if (three && immediate && fits_int32(op.imm)) {
        as_.lea(to, x86::Mem(source(op.a, x86::rax), static_cast<std::int32_t>(op.imm)));
        return;
      }
      if (three && !immediate && r_host_[op.b] >= 0 && op.b != op.d) {
        as_.lea(to, x86::ptr(source(op.a, x86::rax), source(op.b, x86::rcx)));
        return;
      }
      return two_operand(x86::Inst::kIdAdd, true);
    }
    case Opcode::dsub_i64: return two_operand(x86::Inst::kIdSub, false);
    case Opcode::dand_i64: return two_operand(x86::Inst::kIdAnd, true);
    case Opcode::dor_i64: return two_operand(x86::Inst::kIdOr, true);
    case Opcode::dxor_i64: return two_operand(x86::Inst::kIdXor, true);
    case Opcode::dmul_i64: {
      if (immediate && fits_int32(op.imm)) {
        as_.imul(to, source(op.a, x86::rax), static_cast<std::int32_t>(op.imm));
        return put(op.d, to);
      }
      return two_operand(x86::Inst::kIdImul, true);
    }
    case Opcode::dfma_i64: {
      load_r(x86::rax, op.a);
      as_.imul(x86::rax, source(op.b, x86::rcx));
      as_.add(x86::rax, source(op.c, x86::rcx));
      put(op.d, x86::rax);
      return;
    }
    case Opcode::dshl_i64:
    case Opcode::dshr_i64:
    case Opcode::dsar_i64: {
      if (immediate) {
        const auto count = static_cast<std::uint32_t>(op.imm & 63);
        if (op.a != op.d || r_host_[op.d] < 0) load_r(to, op.a);
        if (op.opcode == Opcode::dshl_i64)
          as_.shl(to, count);
        else if (op.opcode == Opcode::dshr_i64)
          as_.shr(to, count);
        else
          as_.sar(to, count);
        put(op.d, to);
        return;
      }
      const Gp a = source(op.a, x86::rax);
      const Gp b = source(op.b, x86::rcx);
      if (op.opcode == Opcode::dshl_i64)
        as_.shlx(to, a, b);
      else if (op.opcode == Opcode::dshr_i64)
        as_.shrx(to, a, b);
      else
        as_.sarx(to, a, b);
      put(op.d, to);
      return;
    }
    case Opcode::dmin_i64:
    case Opcode::dmax_i64: {
      Gp b = x86::rcx;
      if (immediate)
        as_.mov(x86::rcx, op.imm);
      else
        b = source(op.b, x86::rcx);
      const Gp at = immediate || op.b != op.d ? to : x86::rax;
      if (op.a != op.d || r_host_[op.d] < 0 || at.id() != to.id()) load_r(at, op.a);
      as_.cmp(b, at);
      if (op.opcode == Opcode::dmin_i64)
        as_.cmovl(at, b);
      else
        as_.cmovg(at, b);
      put(op.d, at);
      return;
    }
    case Opcode::dcmp_i64:
    case Opcode::dcmp_u64: {
      second(x86::Inst::kIdCmp, source(op.a, x86::rax));
      as_.emit(x86::Inst::setccFromCond(scalar_condition(op.mode, op.opcode == Opcode::dcmp_i64)), x86::al);
      as_.movzx(to.r32(), x86::al);
      put(op.d, to);
      return;
    }
    case Opcode::dsel_i64: {
      load_r(x86::rax, op.b);
      const Gp c = source(op.c, x86::rcx);
      as_.test(c, c);
      as_.cmovnz(x86::rax, source(op.a, x86::rcx));
      put(op.d, x86::rax);
      return;
    }
    case Opcode::dmov_sr:
      as_.mov(to, field(offsetof(Context, sr), 8));
      put(op.d, to);
      return;
    default: VTPU_CHECK(false, "an integer op without a form passed can_emit");
  }
}

void Emitter::emit_scalar_float(const isa::Op& op) {
  const x86::Xmm a = x86::xmm(scratch(0)), b = x86::xmm(scratch(1)), c = x86::xmm(scratch(2));
  const auto in64 = [&](const x86::Xmm& x, std::uint8_t r) { as_.vmovq(x, source(r, x86::rax)); };
  const auto in32 = [&](const x86::Xmm& x, std::uint8_t r) { as_.vmovd(x, source(r, x86::rax).r32()); };
  const auto out64 = [&](const x86::Xmm& x) {
    const Gp to = target(op.d, x86::rax);
    as_.vmovq(to, x);
    put(op.d, to);
  };
  const auto out32 = [&](const x86::Xmm& x) {  // writing the low half clears the upper
    const Gp to = target(op.d, x86::rax);
    as_.vmovd(to.r32(), x);
    put(op.d, to);
  };
  const auto two = [&](std::uint32_t id, bool wide) {
    wide ? in64(a, op.a) : in32(a, op.a);
    wide ? in64(b, op.b) : in32(b, op.b);
    as_.emit(id, a, a, b);
    wide ? out64(a) : out32(a);
  };
  namespace I = x86::Inst;
  switch (op.opcode) {
    case Opcode::dadd_f64: return two(I::kIdVaddsd, true);
    case Opcode::dsub_f64: return two(I::kIdVsubsd, true);
    case Opcode::dmul_f64: return two(I::kIdVmulsd, true);
    case Opcode::ddiv_f64: return two(I::kIdVdivsd, true);
    case Opcode::dmin_f64: return two(I::kIdVminsd, true);
    case Opcode::dmax_f64: return two(I::kIdVmaxsd, true);
    case Opcode::dadd_f32: return two(I::kIdVaddss, false);
    case Opcode::dsub_f32: return two(I::kIdVsubss, false);
    case Opcode::dmul_f32: return two(I::kIdVmulss, false);
    case Opcode::ddiv_f32: return two(I::kIdVdivss, false);
    case Opcode::dmin_f32: return two(I::kIdVminss, false);
    case Opcode::dmax_f32: return two(I::kIdVmaxss, false);
    case Opcode::dsqrt_f64: in64(a, op.a), as_.vsqrtsd(a, a, a); return out64(a);
    case Opcode::dsqrt_f32: in32(a, op.a), as_.vsqrtss(a, a, a); return out32(a);
    // a × b + c: of several NaNs the 132 form gives that of a before b before c.
    case Opcode::dfma_f64: in64(a, op.a), in64(b, op.b), in64(c, op.c), as_.vfmadd132sd(a, c, b); return out64(a);
    case Opcode::dfma_f32: in32(a, op.a), in32(b, op.b), in32(c, op.c), as_.vfmadd132ss(a, c, b); return out32(a);
    case Opcode::dcvt_i64_f64: as_.vxorps(a, a, a), as_.vcvtsi2sd(a, a, source(op.a, x86::rax)); return out64(a);
    case Opcode::dcvt_f64_i64: {
      in64(a, op.a);
      const Gp to = target(op.d, x86::rax);
      as_.vcvttsd2si(to, a);
      return put(op.d, to);
    }
    case Opcode::dcvt_f32_f64: in32(a, op.a), as_.vcvtss2sd(a, a, a); return out64(a);
    case Opcode::dcvt_f64_f32: in64(a, op.a), as_.vcvtsd2ss(a, a, a); return out32(a);
    default: VTPU_CHECK(false, "a scalar float op without a form passed can_emit");
  }
}

void Emitter::emit_vector(const isa::Op& op) {
  namespace I = x86::Inst;
  const auto two = [&](std::uint32_t id) {
    for (unsigned part = 0; part < parts(); ++part) {
      const Vec a = v_source(op.a, part, scratch(0));
      const Vec to = v_target(op.d, part, scratch(2));
      if (v_host_[op.b] >= 0)
        as_.emit(id, to, a, v_source(op.b, part, scratch(1)));
      else
        as_.emit(id, to, a, v_home(op.b, part));
      v_put(op.d, part, to);
    }
  };
  const auto one = [&](std::uint32_t id) {
    for (unsigned part = 0; part < parts(); ++part) {
      const Vec to = v_target(op.d, part, scratch(2));
      as_.emit(id, to, v_source(op.a, part, scratch(0)));
      v_put(op.d, part, to);
    }
  };
  const auto shift = [&](std::uint32_t id) {
    for (unsigned part = 0; part < parts(); ++part) {
      const Vec to = v_target(op.d, part, scratch(2));
      as_.emit(id, to, v_source(op.a, part, scratch(0)), Imm(op.mode));
      v_put(op.d, part, to);
    }
  };
  const auto fma = [&](bool wide) {
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
  };
  const auto compare = [&](std::uint32_t id, std::uint32_t move_mask, int predicate, unsigned lanes) {
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
  };
  switch (op.opcode) {
    case Opcode::dmov_v:
      for (unsigned part = 0; part < parts(); ++part) v_put(op.d, part, v_source(op.a, part, scratch(0)));
      return;
    case Opcode::dmov_const:
      as_.mov(x86::rax, reinterpret_cast<std::uint64_t>(constants_ + op.imm));
      for (unsigned part = 0; part < parts(); ++part) {
        const Vec to = v_target(op.d, part, scratch(0));
        as_.vmovups(to, x86::ptr(x86::rax, static_cast<std::int32_t>(32 * part)));
        v_put(op.d, part, to);
      }
      return;
    case Opcode::dbcast_i32:
    case Opcode::dbcast_i64: {
      const bool wide = op.opcode == Opcode::dbcast_i64;
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
      return;
    }
    case Opcode::dextr_i32: {
      const Gp to = target(op.d, x86::rax);
      const x86::Xmm at = x86::xmm(scratch(2));
      if (features_.form == Form::avx512)
        as_.vextracti32x4(at, v_source(op.a, 0, scratch(0)), op.mode / 4);
      else
        as_.vextracti128(at, v_source(op.a, op.mode / 8u, scratch(0)), op.mode / 4 % 2);
      as_.vpextrd(to.r32(), at, op.mode % 4);
      return put(op.d, to);
    }
    case Opcode::dperm_i32: {
      const Vec to = v_target(op.d, 0, scratch(2));
      as_.vpermd(to, v_source(op.b, 0, scratch(1)), v_source(op.a, 0, scratch(0)));
      return v_put(op.d, 0, to);
    }
    case Opcode::dadd_f32x16: return two(I::kIdVaddps);
    case Opcode::dsub_f32x16: return two(I::kIdVsubps);
    case Opcode::dmul_f32x16: return two(I::kIdVmulps);
    case Opcode::ddiv_f32x16: return two(I::kIdVdivps);
    case Opcode::dmin_f32x16: return two(I::kIdVminps);
    case Opcode::dmax_f32x16: return two(I::kIdVmaxps);
    case Opcode::dsqrt_f32x16: return one(I::kIdVsqrtps);
    case Opcode::dfma_f32x16: return fma(false);
    case Opcode::dadd_f64x8: return two(I::kIdVaddpd);
    case Opcode::dsub_f64x8: return two(I::kIdVsubpd);
    case Opcode::dmul_f64x8: return two(I::kIdVmulpd);
    case Opcode::ddiv_f64x8: return two(I::kIdVdivpd);
    case Opcode::dsqrt_f64x8: return one(I::kIdVsqrtpd);
    case Opcode::dfma_f64x8: return fma(true);
    case Opcode::dadd_i32x16: return two(I::kIdVpaddd);
    case Opcode::dsub_i32x16: return two(I::kIdVpsubd);
    case Opcode::dmul_i32x16: return two(I::kIdVpmulld);
    case Opcode::dmin_i32x16: return two(I::kIdVpminsd);
    case Opcode::dmax_i32x16: return two(I::kIdVpmaxsd);
    case Opcode::dand_x16: return two(I::kIdVandps);
    case Opcode::dor_x16: return two(I::kIdVorps);
    case Opcode::dxor_x16: return two(I::kIdVxorps);
    case Opcode::dshl_i32x16: return shift(I::kIdVpslld);
    case Opcode::dshr_i32x16: return shift(I::kIdVpsrld);
    case Opcode::dsar_i32x16: return shift(I::kIdVpsrad);
    case Opcode::dcvt_i32_f32: return one(I::kIdVcvtdq2ps);
    case Opcode::dcvt_f32_i32: return one(I::kIdVcvttps2dq);
    case Opcode::dcmp_f32x16: return compare(I::kIdVcmpps, I::kIdVmovmskps, float_predicate(op.mode), 16);
    case Opcode::dcmp_f64x8: return compare(I::kIdVcmppd, I::kIdVmovmskpd, float_predicate(op.mode), 8);
    case Opcode::dcmp_i32x16: return compare(I::kIdVpcmpd, 0, integer_predicate(op.mode), 16);
    case Opcode::dsel_x16:
    case Opcode::dsel_x8: {
      const bool wide = op.opcode == Opcode::dsel_x8;
      const Vec a = v_source(op.a, 0, scratch(0)), b = v_source(op.b, 0, scratch(1));
      const Vec to = v_target(op.d, 0, scratch(2));
      as_.kmovw(x86::k1, source(op.c, x86::rax).r32());
      as_.k(x86::k1).emit(wide ? I::kIdVblendmpd : I::kIdVblendmps, to, b, a);
      return v_put(op.d, 0, to);
    }
    case Opcode::ddot_u8i8:
      if (features_.form == Form::avx2) {
        for (unsigned part = 0; part < parts(); ++part) emit_byte_dot(op, part);
        return;
      }
      [[fallthrough]];
    case Opcode::ddot_bf16: {
      // The sum is also an operand, and lies in its register with AVX-512, the only form here.
      as_.emit(op.opcode == Opcode::ddot_bf16 ? I::kIdVdpbf16ps : I::kIdVpdpbusd,
               vector(static_cast<unsigned>(v_host_[op.d])), v_source(op.a, 0, scratch(0)),
               v_source(op.b, 0, scratch(1)));
      return;
    }
    default: VTPU_CHECK(false, "a vector op without a form passed can_emit");
  }
}

/// Even and odd bytes apart, each pair exact in 16 bits × 16 bits, their sums in 32.
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

/// Upper half onto lower until one lane is left; the lower half is the first operand.
void Emitter::emit_reduction(const isa::Op& op) {
  namespace I = x86::Inst;
  const bool doubles = op.opcode == Opcode::dred_add_f64x8;
  std::uint32_t id = I::kIdVaddps;
  if (doubles) id = I::kIdVaddpd;
  if (op.opcode == Opcode::dred_max_f32x16) id = I::kIdVmaxps;
  if (op.opcode == Opcode::dred_add_i32x16) id = I::kIdVpaddd;
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
    if (features_.form == Form::avx512)
      as_.vpshufd(x86::xmm(upper), x86::xmm(at), control);
    else
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

void Emitter::emit_branch(const isa::Op& op, std::uint32_t w) {
  const auto target_word = static_cast<std::uint32_t>(op.imm);
  const std::uint32_t segment = plan_.segment_of[target_word];
  switch (op.opcode) {
    case Opcode::dbr: as_.jmp(labels_[segment]); return;
    case Opcode::dbr_nz:
    case Opcode::dbr_z: {
      if (r_host_[op.a] >= 0)
        as_.test(source(op.a, x86::rax), source(op.a, x86::rax));
      else
        as_.cmp(r_home(op.a), 0);
      op.opcode == Opcode::dbr_nz ? as_.jnz(labels_[segment]) : as_.jz(labels_[segment]);
      return;
    }
    case Opcode::dloop: {
      const bool own = in_counted_segment_ && plan_.segments[present_segment_].behind == w + 1;
      if (r_host_[op.d] >= 0)
        as_.dec(target(op.d, x86::rax));
      else
        as_.dec(r_home(op.d));
      as_.jnz(own ? loop_body_ : labels_[segment]);
      return;
    }
    default: VTPU_CHECK(false, "a branch without a form passed can_emit");
  }
}

void Emitter::emit_dense(const isa::Op& op, std::uint32_t w) {
  switch (op.opcode) {
    case Opcode::dred_add_f32x16:
    case Opcode::dred_max_f32x16:
    case Opcode::dred_add_f64x8:
    case Opcode::dred_add_i32x16: return emit_reduction(op);
    case Opcode::dcmp_f64:
    case Opcode::dcmp_f32: {
      const bool wide = op.opcode == Opcode::dcmp_f64;
      // The compare instruction that writes a vector has only a VEX form, whose registers end at 15; with AVX-512 those
      // are in use, and the one that writes a mask serves.
      const x86::Xmm a = x86::xmm(scratch(0)), b = x86::xmm(scratch(1));
      const Gp to = target(op.d, x86::rax);
      if (wide)
        as_.vmovq(a, source(op.a, x86::rax)), as_.vmovq(b, source(op.b, x86::rax));
      else
        as_.vmovd(a, source(op.a, x86::rax).r32()), as_.vmovd(b, source(op.b, x86::rax).r32());
      if (features_.form == Form::avx512) {
        wide ? as_.vcmpsd(x86::k1, a, b, float_predicate(op.mode))
             : as_.vcmpss(x86::k1, a, b, float_predicate(op.mode));
        as_.kmovw(to.r32(), x86::k1);
      } else {
        wide ? as_.vcmpsd(a, a, b, float_predicate(op.mode)) : as_.vcmpss(a, a, b, float_predicate(op.mode));
        as_.vmovd(to.r32(), a);
        as_.and_(to.r32(), 1);
      }
      return put(op.d, to);
    }
    case Opcode::dmov_p: {
      for (unsigned part = 0; part < parts(); ++part) {
        const std::size_t at = offsetof(Context, p) + 32u * part;
        const std::uint32_t size = features_.form == Form::avx512 ? 64 : 32;
        as_.vmovups(vector(scratch(0)), field(at + sizeof(memory::Pointer) * op.a, size));
        as_.vmovups(field(at + sizeof(memory::Pointer) * op.d, size), vector(scratch(0)));
      }
      return;
    }
    default: break;
  }
  switch (isa::info(op.opcode).cost) {
    case isa::Cost::alu:
    case isa::Cost::shift:
    case isa::Cost::mul: return emit_integer(op);
    case isa::Cost::branch: return emit_branch(op, w);
    case isa::Cost::scalar_float: return emit_scalar_float(op);
    case isa::Cost::divide:
      if (op.opcode == Opcode::ddiv_f64 || op.opcode == Opcode::ddiv_f32 || op.opcode == Opcode::dsqrt_f64 ||
          op.opcode == Opcode::dsqrt_f32)
        return emit_scalar_float(op);
      return emit_vector(op);
    default: return emit_vector(op);
  }
}

}  // namespace vtpu::exec::jit
