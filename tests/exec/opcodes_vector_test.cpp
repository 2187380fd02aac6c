// Cases of dense opcodes on vectors. Expected lanes come from plain C++ where that is exact or rounds once;
// float_rules_test.cpp covers NaNs and denormals.
#include <fmt/core.h>
#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "both_engines.h"
#include "opcode_cases.h"
#include "vtpu/base/random.h"

namespace vtpu::exec {
namespace {

using Cases = std::vector<OpcodeCase>;
template <class T>
using Lanes = std::array<T, 64 / sizeof(T)>;

/// v1, v2, v3 for lane i.
template <class T>
std::array<Lanes<T>, 3> operands() {
  std::array<Lanes<T>, 3> x;
  for (std::size_t i = 0; i < x[0].size(); ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      x[0][i] = static_cast<T>(1.25 * static_cast<double>(i) - 7.5);
      x[1][i] = static_cast<T>(i % 3 == 0 ? 0.3 : i % 3 == 1 ? -4.0 : 1.25 * static_cast<double>(i) - 7.5);
      x[2][i] = static_cast<T>(1000.0 / static_cast<double>(i + 1));
    } else {
      constexpr T kLeast = std::numeric_limits<T>::min(), kMost = std::numeric_limits<T>::max();
      const T special[] = {0,
                           1,
                           static_cast<T>(-1),
                           kLeast,
                           kMost,
                           5,
                           static_cast<T>(-7),
                           1 << 20,
                           static_cast<T>(kLeast + 1),
                           12345,
                           31,
                           static_cast<T>(-100),
                           2,
                           3,
                           static_cast<T>(kMost - 1),
                           77};
      x[0][i] = special[i];
      x[1][i] = special[(i * 5 + i / 4) % 16];
      x[2][i] = special[15 - i];
    }
  }
  return x;
}

void fill_vectors(Context& context) {
  for (std::size_t i = 0; i < 16; ++i) {
    Lanes<std::uint64_t> x;
    for (std::size_t k = 0; k < 8; ++k) x[k] = 0x0101010101010101U * (16 * i + k);
    set_lanes(context.v[i], x);
  }
}
template <class T>
void set(Context& context, const std::array<Lanes<T>, 3>& x) {
  fill_vectors(context);
  for (std::size_t i = 0; i < 3; ++i) set_lanes(context.v[i + 1], x[i]);
}
template <class T>
std::string text_of(const Lanes<T>& x) {
  std::string text;
  for (const T lane : x) text += fmt::format("{} ", lane);
  return text;
}

/// vd = op va, vb, vc with the result in v4 and in each operand's register.
template <class T, class Want>
void lanewise(Cases& cases, const std::string& mnemonic, unsigned count, const std::string& more, Want want) {
  const auto x = operands<T>();
  for (const unsigned d : {4u, 1u, 2u, 3u}) {
    if (d <= 3 && d > count) continue;
    std::string text = fmt::format("  {} v{}", mnemonic, d);
    for (unsigned i = 1; i <= count; ++i) text += fmt::format(", v{}", i);
    cases.push_back({mnemonic, text + more + "\n  dhalt\n", [x](Machine&, Context& c) { set(c, x); },
                     [x, d, want](const Machine&, const Context& c) {
                       Context before;
                       set(before, x);
                       Lanes<T> expected;
                       for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = want(x[0][i], x[1][i], x[2][i]);
                       EXPECT_EQ(text_of(lanes<T>(c.v[d])), text_of(expected));
                       set_lanes(before.v[d], expected);
                       EXPECT_EQ(c.v, before.v);
                     }});
  }
}

template <class T>
void arithmetic(Cases& cases, const std::string& form) {
  lanewise<T>(cases, "dadd." + form, 2, "", [](T a, T b, T) { return static_cast<T>(a + b); });
  lanewise<T>(cases, "dsub." + form, 2, "", [](T a, T b, T) { return static_cast<T>(a - b); });
  lanewise<T>(cases, "dmul." + form, 2, "", [](T a, T b, T) { return static_cast<T>(a * b); });
  lanewise<T>(cases, "ddiv." + form, 2, "", [](T a, T b, T) { return static_cast<T>(a / b); });
  lanewise<T>(cases, "dfma." + form, 3, "", [](T a, T b, T c) { return std::fma(a, b, c); });
  const auto x = operands<T>();
  cases.push_back({"dsqrt." + form, "  dsqrt." + form + " v1, v3\n  dsqrt." + form + " v3, v3\n  dhalt\n",
                   [x](Machine&, Context& c) { set(c, x); },
                   [x](const Machine&, const Context& c) {
                     Lanes<T> expected;
                     for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = std::sqrt(x[2][i]);
                     EXPECT_EQ(text_of(lanes<T>(c.v[1])), text_of(expected));
                     EXPECT_EQ(text_of(lanes<T>(c.v[3])), text_of(expected));
                   }});
}

/// Masks of all six conditions.
template <class T>
void masks(Cases& cases, const std::string& mnemonic, std::array<Lanes<T>, 3> x) {
  const auto add = [&](const std::string& condition, auto holds) {
    cases.push_back({mnemonic, "  " + mnemonic + " r5, " + condition + ", v1, v2\n  dhalt\n",
                     [x](Machine&, Context& c) { set(c, x), c.r[5] = ~std::uint64_t{0}; },
                     [x, holds](const Machine&, const Context& c) {
                       std::uint64_t expected = 0;
                       for (std::size_t i = 0; i < x[0].size(); ++i)
                         if (holds(x[0][i], x[1][i])) expected += std::uint64_t{1} << i;
                       EXPECT_EQ(c.r[5], expected);
                     }});
  };
  add("eq", [](T a, T b) { return a == b; });
  add("ne", [](T a, T b) { return a != b; });
  add("lt", [](T a, T b) { return a < b; });
  add("le", [](T a, T b) { return a <= b; });
  add("gt", [](T a, T b) { return a > b; });
  add("ge", [](T a, T b) { return a >= b; });
}

template <class T>
std::array<Lanes<T>, 3> with_nans() {
  auto x = operands<T>();
  x[0][1] = std::numeric_limits<T>::quiet_NaN();
  x[1][4] = std::numeric_limits<T>::quiet_NaN();
  x[0][6] = x[1][6] = std::numeric_limits<T>::quiet_NaN();
  x[0][5] = 0, x[1][5] = -static_cast<T>(0);
  return x;
}

/// An op that computes r5 from v1.
template <class T>
void reduction(Cases& cases, const std::string& mnemonic, Lanes<T> x, std::uint64_t want) {
  cases.push_back({mnemonic, "  " + mnemonic + " r5, v1\n  dhalt\n",
                   [x](Machine&, Context& c) {
                     set<T>(c, {x, x, x}), c.r[5] = ~std::uint64_t{0};
                   },
                   [want](const Machine&, const Context& c) {
                     EXPECT_EQ(c.r[5], want) << fmt::format("{:#x} against {:#x}", c.r[5], want);
                   }});
}

void reductions(Cases& cases) {
  // Values whose sum depends on the order: lanes i and i + n/2 are combined.
  Lanes<float> x;
  for (std::size_t i = 0; i < 16; ++i)
    x[i] = (i % 2 == 0 ? 1.0f : -1.0f) * std::ldexp(1.0f + 0.1f * static_cast<float>(i), static_cast<int>(3 * i % 31));
  float eight[8], four[4];
  for (int i = 0; i < 8; ++i) eight[i] = x[static_cast<std::size_t>(i)] + x[static_cast<std::size_t>(i + 8)];
  for (int i = 0; i < 4; ++i) four[i] = eight[i] + eight[i + 4];
  const float sum = (four[0] + four[2]) + (four[1] + four[3]);
  reduction(cases, "dred.add.f32x16", x, std::bit_cast<std::uint32_t>(sum));
  reduction(cases, "dred.max.f32x16", x, std::bit_cast<std::uint32_t>(*std::max_element(x.begin(), x.end())));
  // A NaN in the upper half is the result; one in the lower half is dropped.
  Lanes<float> nan = x;
  nan[0] = std::bit_cast<float>(0x7fc00123U);
  reduction(cases, "dred.max.f32x16", nan, std::bit_cast<std::uint32_t>(*std::max_element(x.begin() + 1, x.end())));
  nan = {};
  nan[15] = std::bit_cast<float>(0xff800001U);
  reduction(cases, "dred.max.f32x16", nan, 0xff800001U);
  reduction(cases, "dred.add.f32x16", nan, 0xffc00001U);
  nan[7] = std::bit_cast<float>(0x7fc00222U);
  reduction(cases, "dred.add.f32x16", nan, 0x7fc00222U);

  Lanes<double> y;
  for (std::size_t i = 0; i < 8; ++i)
    y[i] = (i % 3 == 0 ? 1.0 : -1.0) * std::ldexp(1.0 + 0.1 * static_cast<double>(i), static_cast<int>(23 * i % 61));
  const double pairs[] = {y[0] + y[4], y[1] + y[5], y[2] + y[6], y[3] + y[7]};
  reduction(cases, "dred.add.f64x8", y, std::bit_cast<std::uint64_t>((pairs[0] + pairs[2]) + (pairs[1] + pairs[3])));

  Lanes<std::uint32_t> z;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < 16; ++i) z[i] = static_cast<std::uint32_t>(0x9e3779b9U * (i + 1)), total += z[i];
  reduction(cases, "dred.add.i32x16", z, total & 0xffffffffU);
}

void vector_integers(Cases& cases) {
  using I = std::int32_t;
  using U = std::uint32_t;
  lanewise<U>(cases, "dadd.i32x16", 2, "", [](U a, U b, U) { return a + b; });
  lanewise<U>(cases, "dsub.i32x16", 2, "", [](U a, U b, U) { return a - b; });
  lanewise<U>(cases, "dmul.i32x16", 2, "", [](U a, U b, U) { return a * b; });
  lanewise<I>(cases, "dmin.i32x16", 2, "", [](I a, I b, I) { return std::min(a, b); });
  lanewise<I>(cases, "dmax.i32x16", 2, "", [](I a, I b, I) { return std::max(a, b); });
  lanewise<U>(cases, "dand.x16", 2, "", [](U a, U b, U) { return a & b; });
  lanewise<U>(cases, "dor.x16", 2, "", [](U a, U b, U) { return a | b; });
  lanewise<U>(cases, "dxor.x16", 2, "", [](U a, U b, U) { return a ^ b; });
  lanewise<U>(cases, "dmov.v", 1, "", [](U a, U, U) { return a; });
  for (const int n : {0, 1, 13, 31}) {
    lanewise<U>(cases, "dshl.i32x16", 1, fmt::format(", {}", n), [n](U a, U, U) { return a << n; });
    lanewise<U>(cases, "dshr.i32x16", 1, fmt::format(", {}", n), [n](U a, U, U) { return a >> n; });
    lanewise<I>(cases, "dsar.i32x16", 1, fmt::format(", {}", n), [n](I a, I, I) {
      const std::int64_t wide = a;
      return static_cast<I>(
          (wide - ((wide % (std::int64_t{1} << n) + (std::int64_t{1} << n)) % (std::int64_t{1} << n))) /
          (std::int64_t{1} << n));
    });
  }
  lanewise<U>(cases, "dcvt.i32x16.f32x16", 1, "",
              [](U a, U, U) { return std::bit_cast<U>(static_cast<float>(static_cast<I>(a))); });
  masks<I>(cases, "dcmp.i32x16", operands<I>());

  Lanes<float> x{0.0f,
                 -0.0f,
                 2.9f,
                 -2.9f,
                 2147483520.0f,
                 2147483648.0f,
                 -2147483648.0f,
                 -2147483904.0f,
                 1e30f,
                 -1e30f,
                 0.5f,
                 -0.5f,
                 std::numeric_limits<float>::infinity(),
                 -std::numeric_limits<float>::infinity(),
                 std::numeric_limits<float>::quiet_NaN(),
                 1e-40f};
  constexpr I kLeast = std::numeric_limits<I>::min();
  const Lanes<I> cut{0, 0, 2, -2, 2147483520, kLeast, kLeast, kLeast, kLeast, kLeast, 0, 0, kLeast, kLeast, kLeast, 0};
  cases.push_back({"dcvt.f32x16.i32x16", "  dcvt.f32x16.i32x16 v4, v1\n  dhalt\n",
                   [x](Machine&, Context& c) {
                     set<float>(c, {x, x, x});
                   },
                   [cut](const Machine&, const Context& c) { EXPECT_EQ(text_of(lanes<I>(c.v[4])), text_of(cut)); }});
}

void moves(Cases& cases) {
  using U = std::uint32_t;
  cases.push_back({"dmov.const",
                   ".const x = i32 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, -1\n.const y = f64 0.5\n  "
                   "dmov.const v15, x\n  dmov.const v0, y\n  dhalt\n",
                   nullptr, [](const Machine&, const Context& c) {
                     for (U i = 0; i < 15; ++i) EXPECT_EQ(lanes<U>(c.v[15])[i], i + 1);
                     EXPECT_EQ(lanes<U>(c.v[15])[15], 0xffffffffU);
                     EXPECT_EQ(lanes<double>(c.v[0]), (Lanes<double>{0.5}));
                   }});
  cases.push_back({"dbcast.i32x16", "  dbcast.i32x16 v9, r1\n  dhalt\n",
                   [](Machine&, Context& c) { c.r[1] = 0x1234567880000001U; },
                   [](const Machine&, const Context& c) {
                     for (const U lane : lanes<U>(c.v[9])) EXPECT_EQ(lane, 0x80000001U);
                   }});
  cases.push_back({"dbcast.i64x8", "  dbcast.i64x8 v9, r1\n  dhalt\n",
                   [](Machine&, Context& c) { c.r[1] = 0x1234567880000001U; },
                   [](const Machine&, const Context& c) {
                     for (const auto lane : lanes<std::uint64_t>(c.v[9])) EXPECT_EQ(lane, 0x1234567880000001U);
                   }});
  const auto x = operands<U>();
  for (unsigned lane = 0; lane < 16; ++lane)
    cases.push_back({"dextr.i32x16", fmt::format("  dextr.i32x16 r3, v1, {}\n  dhalt\n", lane),
                     [x](Machine&, Context& c) { set(c, x), c.r[3] = ~std::uint64_t{0}; },
                     [x, lane](const Machine&, const Context& c) { EXPECT_EQ(c.r[3], x[0][lane]); }});
  for (const unsigned d : {4u, 1u, 2u})
    cases.push_back({"dperm.i32x16", fmt::format("  dperm.i32x16 v{}, v1, v2\n  dhalt\n", d),
                     [x](Machine&, Context& c) { set(c, x); },
                     [x, d](const Machine&, const Context& c) {
                       Lanes<U> expected;
                       for (std::size_t i = 0; i < 16; ++i) expected[i] = x[0][x[1][i] % 16];
                       EXPECT_EQ(text_of(lanes<U>(c.v[d])), text_of(expected));
                     }});
  for (const unsigned d : {4u, 1u, 2u}) {
    const std::uint64_t mask = 0xfedcba987654a5c3U;
    cases.push_back({"dsel.x16", fmt::format("  dsel.x16 v{}, v1, v2, r1\n  dhalt\n", d),
                     [x](Machine&, Context& c) { set(c, x), c.r[1] = mask; },
                     [x, d](const Machine&, const Context& c) {
                       Lanes<U> expected;
                       for (std::size_t i = 0; i < 16; ++i) expected[i] = x[(mask >> i) % 2 == 1 ? 0 : 1][i];
                       EXPECT_EQ(text_of(lanes<U>(c.v[d])), text_of(expected));
                     }});
    cases.push_back({"dsel.x8", fmt::format("  dsel.x8 v{}, v1, v2, r1\n  dhalt\n", d),
                     [x](Machine&, Context& c) { set(c, x), c.r[1] = mask; },
                     [x, d](const Machine&, const Context& c) {
                       Lanes<U> expected;
                       for (std::size_t i = 0; i < 16; ++i) expected[i] = x[(mask >> i / 2) % 2 == 1 ? 0 : 1][i];
                       EXPECT_EQ(text_of(lanes<U>(c.v[d])), text_of(expected));
                     }});
  }
}

void dots(Cases& cases) {
  // Small integers, exact in bfloat16 and in every sum.
  Random random(7);
  Lanes<std::uint16_t> a, b;
  Lanes<float> sum;
  std::array<float, 16> want;
  for (std::size_t i = 0; i < 16; ++i) {
    sum[i] = want[i] = static_cast<float>(random.below(1000));
    for (std::size_t k = 2 * i; k < 2 * i + 2; ++k) {
      const float x = static_cast<float>(random.below(100)) - 50, y = static_cast<float>(random.below(100)) - 50;
      a[k] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16);
      b[k] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(y) >> 16);
      want[i] += x * y;
    }
  }
  cases.push_back({"ddot.bf16x32", "  ddot.bf16x32 v4, v1, v2\n  dhalt\n",
                   [=](Machine&, Context& c) { set_lanes(c.v[1], a), set_lanes(c.v[2], b), set_lanes(c.v[4], sum); },
                   [=](const Machine&, const Context& c) { EXPECT_EQ(text_of(lanes<float>(c.v[4])), text_of(want)); }});

  Lanes<std::uint8_t> u;
  Lanes<std::int8_t> s;
  Lanes<std::uint32_t> total;
  for (std::size_t i = 0; i < 64; ++i)
    u[i] = static_cast<std::uint8_t>(random.below(256)),
    s[i] = static_cast<std::int8_t>(static_cast<int>(random.below(256)) - 128);
  for (std::size_t i = 0; i < 4; ++i) u[i] = 255, s[i] = -128;
  for (std::size_t i = 0; i < 16; ++i) total[i] = static_cast<std::uint32_t>(random.next());
  total[0] = 0x80000000U;
  Lanes<std::uint32_t> expected;
  for (std::size_t i = 0; i < 16; ++i) {
    std::int64_t x = total[i];
    for (std::size_t k = 4 * i; k < 4 * i + 4; ++k) x += std::int64_t{u[k]} * s[k];
    expected[i] = static_cast<std::uint32_t>(x);
  }
  cases.push_back(
      {"ddot.u8i8x64", "  ddot.u8i8x64 v4, v1, v2\n  dhalt\n",
       [=](Machine&, Context& c) { set_lanes(c.v[1], u), set_lanes(c.v[2], s), set_lanes(c.v[4], total); },
       [=](const Machine&, const Context& c) { EXPECT_EQ(text_of(lanes<std::uint32_t>(c.v[4])), text_of(expected)); }});
}

}  // namespace

std::vector<OpcodeCase> vector_cases() {
  Cases cases;
  arithmetic<float>(cases, "f32x16");
  arithmetic<double>(cases, "f64x8");
  lanewise<float>(cases, "dmin.f32x16", 2, "", [](float a, float b, float) { return a < b ? a : b; });
  lanewise<float>(cases, "dmax.f32x16", 2, "", [](float a, float b, float) { return a > b ? a : b; });
  masks<float>(cases, "dcmp.f32x16", with_nans<float>());
  masks<double>(cases, "dcmp.f64x8", with_nans<double>());
  reductions(cases);
  vector_integers(cases);
  moves(cases);
  dots(cases);
  return cases;
}

}  // namespace vtpu::exec
