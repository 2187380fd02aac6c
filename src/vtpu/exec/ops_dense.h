#pragma once
#include "vtpu/exec/float_rules.h"
#include "vtpu/exec/pending.h"

// The meaning of every dense opcode, which isa/opcodes.def describes in words.

namespace vtpu::exec {

using isa::Opcode;

template <class T>
bool holds(std::uint8_t condition, T a, T b) {
  return isa::holds(static_cast<isa::Condition>(condition), a, b);
}

inline SlotResult& dense(Pending& pending) { return pending.slots[0]; }
template <class T>
T scalar(std::uint64_t bits) {
  return std::bit_cast<T>(static_cast<BitsOf<T>>(bits));
}
template <class T>
std::uint64_t bits_of(T x) {
  return std::bit_cast<BitsOf<T>>(x);
}

// ---- 64-bit integers
#define INTEGER(id, expression)                                                   \
  MEANING(id) {                                                                   \
    [[maybe_unused]] const std::uint64_t a = s.r(op.a), b = s.b_or_immediate(op); \
    dense(pending).set_r(op.d, expression);                                       \
    return {};                                                                    \
  }
INTEGER(dadd_i64, a + b)
INTEGER(dsub_i64, a - b)
INTEGER(dmul_i64, a* b)
INTEGER(dand_i64, a& b)
INTEGER(dor_i64, a | b)
INTEGER(dxor_i64, a ^ b)
INTEGER(dshl_i64, a << (b & 63))
INTEGER(dshr_i64, a >> (b & 63))
INTEGER(dsar_i64, static_cast<std::uint64_t>(static_cast<std::int64_t>(a) >> (b & 63)))
INTEGER(dmin_i64, static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b) ? a : b)
INTEGER(dmax_i64, static_cast<std::int64_t>(a) > static_cast<std::int64_t>(b) ? a : b)
INTEGER(dcmp_i64, holds(op.mode, static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)))
INTEGER(dcmp_u64, holds(op.mode, a, b))
#undef INTEGER
MEANING(dmov_i64) {
  dense(pending).set_r(op.d, s.a_or_immediate(op));
  return {};
}
MEANING(dfma_i64) {
  dense(pending).set_r(op.d, s.r(op.a) * s.r(op.b) + s.r(op.c));
  return {};
}
MEANING(dsel_i64) {
  dense(pending).set_r(op.d, s.r(op.c) != 0 ? s.r(op.a) : s.r(op.b));
  return {};
}
MEANING(dmov_sr) {
  dense(pending).set_r(op.d, s.context.sr);
  return {};
}

// ---- scalar floating point
#define FLOAT(id, T, expression)                                                                           \
  MEANING(id) {                                                                                            \
    [[maybe_unused]] const T a = scalar<T>(s.r(op.a)), b = scalar<T>(s.r(op.b)), c = scalar<T>(s.r(op.c)); \
    dense(pending).set_r(op.d, expression);                                                                \
    return {};                                                                                             \
  }
FLOAT(dadd_f64, double, bits_of(add(a, b)))
FLOAT(dsub_f64, double, bits_of(subtract(a, b)))
FLOAT(dmul_f64, double, bits_of(multiply(a, b)))
FLOAT(ddiv_f64, double, bits_of(divide(a, b)))
FLOAT(dsqrt_f64, double, bits_of(square_root(a)))
FLOAT(dfma_f64, double, bits_of(multiply_add(a, b, c)))
FLOAT(dmin_f64, double, bits_of(lesser(a, b)))
FLOAT(dmax_f64, double, bits_of(greater(a, b)))
FLOAT(dcmp_f64, double, holds(op.mode, a, b))
FLOAT(dadd_f32, float, bits_of(add(a, b)))
FLOAT(dsub_f32, float, bits_of(subtract(a, b)))
FLOAT(dmul_f32, float, bits_of(multiply(a, b)))
FLOAT(ddiv_f32, float, bits_of(divide(a, b)))
FLOAT(dsqrt_f32, float, bits_of(square_root(a)))
FLOAT(dfma_f32, float, bits_of(multiply_add(a, b, c)))
FLOAT(dmin_f32, float, bits_of(lesser(a, b)))
FLOAT(dmax_f32, float, bits_of(greater(a, b)))
FLOAT(dcmp_f32, float, holds(op.mode, a, b))
FLOAT(dcvt_f64_i64, double, static_cast<std::uint64_t>(truncated<std::int64_t>(a)))
FLOAT(dcvt_f32_f64, float, bits_of(widened(a)))
FLOAT(dcvt_f64_f32, double, bits_of(narrowed(a)))
#undef FLOAT
MEANING(dcvt_i64_f64) {
  dense(pending).set_r(op.d, bits_of(static_cast<double>(static_cast<std::int64_t>(s.r(op.a)))));
  return {};
}

// ---- vectors, lane by lane
#define LANES(id, T, expression)                                                         \
  MEANING(id) {                                                                          \
    [[maybe_unused]] const auto va = s.v<T>(op.a), vb = s.v<T>(op.b), vc = s.v<T>(op.c); \
    std::array<T, 64 / sizeof(T)> x;                                                     \
    for (std::size_t i = 0; i < x.size(); ++i) {                                         \
      [[maybe_unused]] const T a = va[i], b = vb[i], c = vc[i];                          \
      x[i] = expression;                                                                 \
    }                                                                                    \
    dense(pending).set_v(op.d, x);                                                       \
    return {};                                                                           \
  }
LANES(dmov_v, std::uint64_t, a)
LANES(dadd_f32x16, float, add(a, b))
LANES(dsub_f32x16, float, subtract(a, b))
LANES(dmul_f32x16, float, multiply(a, b))
LANES(ddiv_f32x16, float, divide(a, b))
LANES(dsqrt_f32x16, float, square_root(a))
LANES(dmin_f32x16, float, lesser(a, b))
LANES(dmax_f32x16, float, greater(a, b))
LANES(dadd_f64x8, double, add(a, b))
LANES(dsub_f64x8, double, subtract(a, b))
LANES(dmul_f64x8, double, multiply(a, b))
LANES(ddiv_f64x8, double, divide(a, b))
LANES(dsqrt_f64x8, double, square_root(a))
LANES(dadd_i32x16, std::uint32_t, a + b)
LANES(dsub_i32x16, std::uint32_t, a - b)
LANES(dmul_i32x16, std::uint32_t, a* b)
LANES(dmin_i32x16, std::int32_t, a < b ? a : b)
LANES(dmax_i32x16, std::int32_t, a > b ? a : b)
LANES(dand_x16, std::uint64_t, a& b)
LANES(dor_x16, std::uint64_t, a | b)
LANES(dxor_x16, std::uint64_t, a ^ b)
LANES(dshl_i32x16, std::uint32_t, a << op.mode)
LANES(dshr_i32x16, std::uint32_t, a >> op.mode)
LANES(dsar_i32x16, std::int32_t, a >> op.mode)
LANES(dsel_x16, std::uint32_t, (s.r(op.c) >> i & 1) != 0 ? a : b)
LANES(dsel_x8, std::uint64_t, (s.r(op.c) >> i & 1) != 0 ? a : b)
LANES(dcvt_i32_f32, std::uint32_t, std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(a))))
LANES(dcvt_f32_i32, std::uint32_t, static_cast<std::uint32_t>(truncated<std::int32_t>(std::bit_cast<float>(a))))
LANES(dperm_i32, std::uint32_t, va[b & 15])
#undef LANES

/// Fused multiply-add over lanes, with the host's instruction where available. The library function costs as much as
/// ten of them, which would favour every engine that is compared with this interpreter.
template <class T>
void multiply_add_lanes(const T* a, const T* b, const T* c, T* x) {
  for (std::size_t i = 0; i < 64 / sizeof(T); ++i) x[i] = multiply_add(a[i], b[i], c[i]);
}
#if defined(__x86_64__)
template <class T>
[[gnu::target("fma,avx2")]] void multiply_add_lanes_by_instruction(const T* a, const T* b, const T* c, T* x) {
  bool any_nan = false;
  for (std::size_t i = 0; i < 64 / sizeof(T); ++i) {
    if constexpr (sizeof(T) == 4)
      x[i] = __builtin_fmaf(a[i], b[i], c[i]);
    else
      x[i] = __builtin_fma(a[i], b[i], c[i]);
    any_nan |= x[i] != x[i];
  }
  if (any_nan) multiply_add_lanes(a, b, c, x);
}
#endif
template <class T>
Outcome fused(const Before& s, const isa::Op& op, Pending& pending) {
  const auto a = s.v<T>(op.a), b = s.v<T>(op.b), c = s.v<T>(op.c);
  std::array<T, 64 / sizeof(T)> x;
#if defined(__x86_64__)
  static const bool by_instruction = __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
  if (by_instruction)
    multiply_add_lanes_by_instruction(a.data(), b.data(), c.data(), x.data());
  else
#endif
    multiply_add_lanes(a.data(), b.data(), c.data(), x.data());
  dense(pending).set_v(op.d, x);
  return {};
}
MEANING(dfma_f32x16) { return fused<float>(s, op, pending); }
MEANING(dfma_f64x8) { return fused<double>(s, op, pending); }

MEANING(dmov_const) {
  dense(pending).set_v(op.d, s.program.constants[static_cast<std::size_t>(op.imm)]);
  return {};
}
MEANING(dbcast_i32) {
  std::array<std::uint32_t, 16> x;
  x.fill(static_cast<std::uint32_t>(s.r(op.a)));
  dense(pending).set_v(op.d, x);
  return {};
}
MEANING(dbcast_i64) {
  std::array<std::uint64_t, 8> x;
  x.fill(s.r(op.a));
  dense(pending).set_v(op.d, x);
  return {};
}
MEANING(dextr_i32) {
  dense(pending).set_r(op.d, s.v<std::uint32_t>(op.a)[op.mode]);
  return {};
}

template <class T>
Outcome mask(const Before& s, const isa::Op& op, Pending& pending) {
  const auto a = s.v<T>(op.a), b = s.v<T>(op.b);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) bits |= static_cast<std::uint64_t>(holds(op.mode, a[i], b[i])) << i;
  dense(pending).set_r(op.d, bits);
  return {};
}
MEANING(dcmp_f32x16) { return mask<float>(s, op, pending); }
MEANING(dcmp_f64x8) { return mask<double>(s, op, pending); }
MEANING(dcmp_i32x16) { return mask<std::int32_t>(s, op, pending); }

/// Combines the lower half with the upper half until one lane is left.
template <class T, class Combine>
T folded(std::array<T, 64 / sizeof(T)> lanes, Combine combine) {
  for (std::size_t half = lanes.size() / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lanes[i] = combine(lanes[i], lanes[i + half]);
  return lanes[0];
}
MEANING(dred_add_f32x16) {
  dense(pending).set_r(op.d, bits_of(folded(s.v<float>(op.a), add<float>)));
  return {};
}
MEANING(dred_max_f32x16) {
  dense(pending).set_r(op.d, bits_of(folded(s.v<float>(op.a), greater<float>)));
  return {};
}
MEANING(dred_add_f64x8) {
  dense(pending).set_r(op.d, bits_of(folded(s.v<double>(op.a), add<double>)));
  return {};
}
MEANING(dred_add_i32x16) {
  dense(pending).set_r(op.d, folded(s.v<std::uint32_t>(op.a), std::plus<>()));
  return {};
}
MEANING(ddot_bf16) {
  const auto a = s.v<std::uint32_t>(op.a), b = s.v<std::uint32_t>(op.b);
  auto x = s.v<float>(op.d);
  for (std::size_t i = 0; i < 16; ++i) x[i] = dot_bf16(x[i], a[i], b[i]);
  dense(pending).set_v(op.d, x);
  return {};
}
MEANING(ddot_u8i8) {
  const auto a = s.v<std::uint8_t>(op.a);
  const auto b = s.v<std::int8_t>(op.b);
  auto x = s.v<std::uint32_t>(op.d);
  for (std::size_t i = 0; i < 64; ++i) x[i / 4] += static_cast<std::uint32_t>(a[i] * b[i]);
  dense(pending).set_v(op.d, x);
  return {};
}

// ---- coordinates and control
MEANING(dmov_p) {
  dense(pending).set_p(op.d, s.context.p[op.a]);
  return {};
}
MEANING(dmov_coord) {
  memory::Pointer p;
  p.coordinate = s.program.coordinates[static_cast<std::size_t>(op.imm)];
  dense(pending).set_p(op.d, p);
  return {};
}
MEANING(dloop) {
  dense(pending).set_r(op.d, s.r(op.d) - 1);
  if (s.r(op.d) != 1) pending.target = static_cast<std::uint32_t>(op.imm);
  return {};
}
MEANING(dbr) {
  pending.target = static_cast<std::uint32_t>(op.imm);
  return {};
}
MEANING(dbr_nz) {
  if (s.r(op.a) != 0) pending.target = static_cast<std::uint32_t>(op.imm);
  return {};
}
MEANING(dbr_z) {
  if (s.r(op.a) == 0) pending.target = static_cast<std::uint32_t>(op.imm);
  return {};
}
MEANING(dhalt) {
  pending.halt = true;
  return {};
}

}  // namespace vtpu::exec
