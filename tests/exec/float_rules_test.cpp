// Does arithmetic equal this host's instructions bit for bit? Every engine runs all combinations of a grid of special
// values; the reference is the instruction itself.
#include <gtest/gtest.h>
#include <immintrin.h>

#include <bit>
#include <limits>

#include "both_engines.h"
#include "vtpu/base/random.h"
#include "vtpu/exec/float_rules.h"

namespace vtpu::exec {
namespace {

template <class T>
struct Format;
template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr const char* kScalar = "f32";
  static constexpr const char* kVector = "f32x16";
};
template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr const char* kScalar = "f64";
  static constexpr const char* kVector = "f64x8";
};

/// Zeros, infinities, quiet and signalling NaNs with payloads, denormals, the smallest and largest of each kind, and
/// the limits of conversions; all with both signs.
template <class T>
std::vector<typename Format<T>::Bits> grid() {
  using Bits = typename Format<T>::Bits;
  using Limits = std::numeric_limits<T>;
  constexpr int kDigits = Limits::digits - 1;
  constexpr Bits kInfinity = std::bit_cast<Bits>(Limits::infinity());
  constexpr Bits kQuiet = Bits{1} << (kDigits - 1);
  std::vector<Bits> all{0,
                        1,
                        3,
                        (Bits{1} << kDigits) - 1,
                        kInfinity,
                        kInfinity - 1,
                        kInfinity | kQuiet,
                        kInfinity | kQuiet | 0x1234,
                        kInfinity | 1,
                        kInfinity | (kQuiet >> 1) | 5,
                        kInfinity | (kQuiet - 1)};
  for (const T x : {Limits::min(), static_cast<T>(1), static_cast<T>(1) + Limits::epsilon(), static_cast<T>(1.5),
                    static_cast<T>(0.1), static_cast<T>(3), static_cast<T>(0x1p31),
                    static_cast<T>(0x1p31) - static_cast<T>(0x1p31) * Limits::epsilon(), static_cast<T>(0x1p63),
                    static_cast<T>(0x1p63) - static_cast<T>(0x1p63) * Limits::epsilon(), static_cast<T>(1e30),
                    static_cast<T>(1e-30), static_cast<T>(0.5)})
    all.push_back(std::bit_cast<Bits>(x));
  const std::size_t positive = all.size();
  for (std::size_t i = 0; i < positive; ++i) all.push_back(all[i] | ~(~Bits{0} >> 1));
  return all;
}

/// Doubles that narrowing rounds, overflows or makes denormal, and NaNs whose payload it truncates.
std::vector<std::uint64_t> narrowing_grid() {
  std::vector<std::uint64_t> all = grid<double>();
  for (const double x : {0x1p-126, 0x1.fffffffp-127, 0x1p-149, 0x1p-150, 0x1.0000001p-150, 0x1.8p-149, 0x1.fffffep127,
                         0x1.ffffffp127, 0x1.fffffefffffffp127, 0x1.000001p0, 0x1.000003p0})
    for (const double signed_x : {x, -x}) all.push_back(std::bit_cast<std::uint64_t>(signed_x));
  for (const std::uint64_t nan : {0x7ff0000010000000U, 0x7ff0000020000000U, 0xfff8765432100000U}) all.push_back(nan);
  return all;
}

// ---- the host's instructions. The scalar forms of the intrinsics keep the order of their operands; the fused one is
// written as assembly, since the compiler may choose between three forms that return different NaNs.
[[gnu::noinline]] std::uint32_t host(const std::string& op, std::uint32_t x, std::uint32_t y) {
  const __m128 a = _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(x))),
               b = _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(y)));
  __m128 r = a;
  if (op == "dadd") r = _mm_add_ss(a, b);
  if (op == "dsub") r = _mm_sub_ss(a, b);
  if (op == "dmul") r = _mm_mul_ss(a, b);
  if (op == "ddiv") r = _mm_div_ss(a, b);
  if (op == "dmin") r = _mm_min_ss(a, b);
  if (op == "dmax") r = _mm_max_ss(a, b);
  if (op == "dsqrt") r = _mm_sqrt_ss(a);
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_castps_si128(r)));
}
[[gnu::noinline]] std::uint64_t host(const std::string& op, std::uint64_t x, std::uint64_t y) {
  const __m128d a = _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(x))),
                b = _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(y)));
  __m128d r = a;
  if (op == "dadd") r = _mm_add_sd(a, b);
  if (op == "dsub") r = _mm_sub_sd(a, b);
  if (op == "dmul") r = _mm_mul_sd(a, b);
  if (op == "ddiv") r = _mm_div_sd(a, b);
  if (op == "dmin") r = _mm_min_sd(a, b);
  if (op == "dmax") r = _mm_max_sd(a, b);
  if (op == "dsqrt") r = _mm_sqrt_sd(a, a);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_castpd_si128(r)));
}
[[gnu::target("fma"), gnu::noinline]] std::uint32_t host_fma(std::uint32_t x, std::uint32_t y, std::uint32_t z) {
  __m128 a = _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(x)));
  const __m128 b = _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(y))),
               c = _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(z)));
  asm("vfmadd132ss %2, %1, %0" : "+x"(a) : "x"(c), "x"(b));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_castps_si128(a)));
}
[[gnu::target("fma"), gnu::noinline]] std::uint64_t host_fma(std::uint64_t x, std::uint64_t y, std::uint64_t z) {
  __m128d a = _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(x)));
  const __m128d b = _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(y))),
                c = _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(z)));
  asm("vfmadd132sd %2, %1, %0" : "+x"(a) : "x"(c), "x"(b));
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_castpd_si128(a)));
}
[[gnu::noinline]] std::uint64_t host_truncated(std::uint64_t x) {
  return static_cast<std::uint64_t>(_mm_cvttsd_si64(_mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(x)))));
}
[[gnu::noinline]] std::uint32_t host_truncated(std::uint32_t x) {
  return static_cast<std::uint32_t>(_mm_cvttss_si32(_mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(x)))));
}
[[gnu::noinline]] std::uint64_t host_widened(std::uint32_t x) {
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(
      _mm_castpd_si128(_mm_cvtss_sd(_mm_setzero_pd(), _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(x)))))));
}
[[gnu::noinline]] std::uint32_t host_narrowed(std::uint64_t x) {
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_castps_si128(
      _mm_cvtsd_ss(_mm_setzero_ps(), _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<long long>(x)))))));
}
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bf16")
[[gnu::noinline]] void host_dot(Vector& sum, const Vector& a, const Vector& b) {
  __m512 x = _mm512_loadu_ps(sum.bytes.data());
  asm("vdpbf16ps %2, %1, %0" : "+v"(x) : "v"(_mm512_loadu_ps(a.bytes.data())), "v"(_mm512_loadu_ps(b.bytes.data())));
  _mm512_storeu_ps(sum.bytes.data(), x);
}
#pragma GCC pop_options

/// A short program that runs repeatedly in one machine per engine.
class Repeated {
 public:
  explicit Repeated(const std::string& text) : engines_(text) {
    for (const NamedEngine& engine : engines_) {
      machines_.push_back(std::make_unique<Machine>());
      machines_.back()->spawn(~std::uint64_t{0});
      static_cast<void>(engine);
    }
  }
  /// For every engine, calls given(context), runs the program and calls check(context).
  template <class Given, class Check>
  void run(Given given, Check check) {
    std::size_t i = 0;
    for (const NamedEngine& engine : engines_) {
      Context& context = *machines_[i]->sentrons()[0];
      ++i;
      context.pc = 0, context.status = Status::ready;
      given(context);
      engine.engine->run(*machines_[i - 1], context);
      check(context, engine.name);
    }
  }

 private:
  Engines engines_;
  std::vector<std::unique_ptr<Machine>> machines_;
};

std::string shown(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  char text[80];
  std::snprintf(text, sizeof text, "%#llx, %#llx, %#llx", static_cast<unsigned long long>(a),
                static_cast<unsigned long long>(b), static_cast<unsigned long long>(c));
  return text;
}

/// Runs a scalar op on all triples of the grids; unused grids have one value.
template <class Bits, class Want>
void check_scalar(const std::string& text, const std::vector<Bits>& as, const std::vector<Bits>& bs,
                  const std::vector<Bits>& cs, Want want) {
  Repeated repeated(text + "\n  dhalt\n");
  for (const Bits a : as)
    for (const Bits b : bs)
      for (const Bits c : cs) {
        const std::uint64_t expected = want(a, b, c);
        repeated.run([&](Context& context) { context.r[1] = a, context.r[2] = b, context.r[3] = c; },
                     [&](const Context& context, const std::string& engine) {
                       if (context.r[4] != expected)
                         ADD_FAILURE() << text << " by " << engine << " on " << shown(a, b, c) << ": "
                                       << shown(context.r[4], expected, 0);
                     });
        if (testing::Test::HasFailure()) return;
      }
}

/// The same for each lane; `d` is the result register, which may be an operand's.
template <class Bits, class Want>
void check_vector(const std::string& mnemonic, unsigned operands, unsigned d, const std::vector<Bits>& as,
                  const std::vector<Bits>& bs, const std::vector<Bits>& cs, Want want) {
  constexpr std::size_t kLanes = 64 / sizeof(Bits);
  std::string text = "  " + mnemonic + " v" + std::to_string(d);
  for (unsigned i = 1; i <= operands; ++i) text += ", v" + std::to_string(i);
  Repeated repeated(text + "\n  dhalt\n");
  std::array<std::array<Bits, kLanes>, 3> x{};
  std::size_t used = 0;
  const auto flush = [&] {
    repeated.run(
        [&](Context& context) {
          for (std::size_t i = 0; i < 3; ++i) set_lanes(context.v[i + 1], x[i]);
        },
        [&](const Context& context, const std::string& engine) {
          for (std::size_t i = 0; i < kLanes; ++i) {
            const Bits expected = want(x[0][i], x[1][i], x[2][i]), got = lanes<Bits>(context.v[d])[i];
            if (got != expected)
              ADD_FAILURE() << text << " by " << engine << " on " << shown(x[0][i], x[1][i], x[2][i]) << ": "
                            << shown(got, expected, 0);
          }
        });
    used = 0;
  };
  for (const Bits a : as)
    for (const Bits b : bs)
      for (const Bits c : cs) {
        x[0][used] = a, x[1][used] = b, x[2][used] = c;
        if (++used == kLanes) flush();
        if (testing::Test::HasFailure()) return;
      }
  flush();
}

template <class T>
class FloatRules : public testing::Test {};
using Formats = testing::Types<float, double>;
TYPED_TEST_SUITE(FloatRules, Formats);

TYPED_TEST(FloatRules, TwoOperandArithmeticIsTheInstructionsBitForBit) {
  using Bits = typename Format<TypeParam>::Bits;
  const std::vector<Bits> all = grid<TypeParam>();
  for (const std::string op : {"dadd", "dsub", "dmul", "ddiv", "dmin", "dmax"}) {
    const auto want = [&](Bits a, Bits b, Bits) { return host(op, a, b); };
    check_scalar<Bits>("  " + op + "." + Format<TypeParam>::kScalar + " r4, r1, r2", all, all, {0}, want);
    if (std::is_same_v<TypeParam, double> && (op == "dmin" || op == "dmax")) continue;  // no vector form exists
    for (const unsigned d : {4u, 1u, 2u})
      check_vector<Bits>(op + "." + Format<TypeParam>::kVector, 2, d, all, all, {0}, want);
  }
}

TYPED_TEST(FloatRules, SquareRootsAreTheInstructionsBitForBit) {
  using Bits = typename Format<TypeParam>::Bits;
  const std::vector<Bits> all = grid<TypeParam>();
  const auto want = [&](Bits a, Bits, Bits) { return host("dsqrt", a, a); };
  check_scalar<Bits>(std::string("  dsqrt.") + Format<TypeParam>::kScalar + " r4, r1", all, {0}, {0}, want);
  for (const unsigned d : {4u, 1u})
    check_vector<Bits>(std::string("dsqrt.") + Format<TypeParam>::kVector, 1, d, all, {0}, {0}, want);
}

TYPED_TEST(FloatRules, FusedMultiplyAddIsTheInstructionBitForBitWhereverTheResultGoes) {
  using Bits = typename Format<TypeParam>::Bits;
  if (!__builtin_cpu_supports("fma")) GTEST_SKIP() << "this processor has no FMA";
  const std::vector<Bits> all = grid<TypeParam>();
  const auto want = [](Bits a, Bits b, Bits c) { return host_fma(a, b, c); };
  check_scalar<Bits>(std::string("  dfma.") + Format<TypeParam>::kScalar + " r4, r1, r2, r3", all, all, all, want);
  for (const unsigned d : {4u, 1u, 2u, 3u})
    check_vector<Bits>(std::string("dfma.") + Format<TypeParam>::kVector, 3, d, all, all, all, want);
}

TEST(FloatRules, ConversionsAreTheInstructionsBitForBit) {
  using U32 = std::uint32_t;
  using U64 = std::uint64_t;
  check_scalar<U64>("  dcvt.f64.i64 r4, r1", grid<double>(), {0}, {0},
                    [](U64 a, U64, U64) { return host_truncated(a); });
  check_scalar<U32>("  dcvt.f32.f64 r4, r1", grid<float>(), {0}, {0}, [](U32 a, U32, U32) { return host_widened(a); });
  check_scalar<U64>("  dcvt.f64.f32 r4, r1", narrowing_grid(), {0}, {0},
                    [](U64 a, U64, U64) { return host_narrowed(a); });
  check_vector<U32>("dcvt.f32x16.i32x16", 1, 4, grid<float>(), {0}, {0},
                    [](U32 a, U32, U32) { return host_truncated(a); });
  std::vector<U64> wide;
  std::vector<U32> narrow;
  for (unsigned bit = 0; bit < 64; ++bit)
    for (const U64 x : {U64{1} << bit, (U64{1} << bit) - 1, (U64{3} << bit) + 1, ~(U64{1} << bit)})
      wide.push_back(x), narrow.push_back(static_cast<U32>(x));
  check_scalar<U64>("  dcvt.i64.f64 r4, r1", wide, {0}, {0}, [](U64 a, U64, U64) {
    return static_cast<U64>(
        _mm_cvtsi128_si64(_mm_castpd_si128(_mm_cvtsi64_sd(_mm_setzero_pd(), static_cast<long long>(a)))));
  });
  check_vector<U32>("dcvt.i32x16.f32x16", 1, 4, narrow, {0}, {0}, [](U32 a, U32, U32) {
    return static_cast<U32>(_mm_cvtsi128_si32(_mm_castps_si128(_mm_cvtsi32_ss(_mm_setzero_ps(), static_cast<int>(a)))));
  });
}

TEST(FloatRules, ASumOfLanesAddsTheUpperHalfToTheLowerFourTimes) {
  using Bits = std::uint32_t;
  const std::vector<Bits> all = grid<float>();
  Repeated repeated("  dred.add.f32x16 r4, v1 \n  dred.max.f32x16 r5, v1\n  dhalt\n");
  Random random(11);
  for (int time = 0; time < 3000; ++time) {
    std::array<Bits, 16> x;
    for (Bits& lane : x) lane = random.below(4) == 0 ? all[random.below(all.size())] : static_cast<Bits>(random.next());
    std::array<Bits, 16> sum = x, most = x;
    for (std::size_t half = 8; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i)
        sum[i] = host("dadd", sum[i], sum[i + half]), most[i] = host("dmax", most[i], most[i + half]);
    repeated.run([&](Context& context) { set_lanes(context.v[1], x); },
                 [&](const Context& context, const std::string& engine) {
                   EXPECT_EQ(context.r[4], sum[0]) << engine;
                   EXPECT_EQ(context.r[5], most[0]) << engine;
                 });
    if (HasFailure()) return;
  }
}

/// Without the instruction, its rule: what the interpreter computes is then what other forms of host code must.
void expected_dot(Vector& sum, const Vector& a, const Vector& b) {
  if (__builtin_cpu_supports("avx512bf16")) return host_dot(sum, a, b);
  auto sums = lanes<float>(sum);
  for (std::size_t i = 0; i < sums.size(); ++i)
    sums[i] = dot_bf16(sums[i], lanes<std::uint32_t>(a)[i], lanes<std::uint32_t>(b)[i]);
  set_lanes(sum, sums);
}

TEST(FloatRules, ABfloat16DotIsVdpbf16psBitForBitOnEveryEngine) {
  Repeated repeated("  ddot.bf16x32 v4, v1, v2\n  dhalt\n");
  const std::uint16_t special[] = {0,      0x8000, 0x7f80, 0xff80, 0x7fc1, 0xffc2, 0x7f81, 0xffa3, 1,
                                   0x8001, 0x7f,   0x80,   0x8080, 0x3f80, 0xbf80, 0x7f7f, 0xff7f, 0x2000};
  const std::uint32_t sums[] = {0,          0x80000000, 0x7f800000, 0xff800000, 0x7fc00001, 0xffc00002,
                                0x7f800003, 0xff800004, 1,          0x80000001, 0x7fffff,   0x800000,
                                0x80800000, 0x3f800000, 0x7f7fffff, 0xff7fffff, 0x800001};
  Random random(5);
  // Random bits, special values, and exponents at which sums are the smallest normal number or just below.
  const auto near_least = [&] {
    return static_cast<std::uint16_t>((random.next() & 0x807f) | (45 + random.below(20)) << 7);
  };
  for (int time = 0; time < 30000; ++time) {
    std::array<std::uint16_t, 32> a, b;
    std::array<std::uint32_t, 16> sum;
    for (std::size_t i = 0; i < 32; ++i) {
      const auto pick = [&]() -> std::uint16_t {
        return time % 3 == 0   ? static_cast<std::uint16_t>(random.next())
               : time % 3 == 1 ? special[random.below(std::size(special))]
                               : near_least();
      };
      a[i] = pick(), b[i] = pick();
    }
    for (std::uint32_t& lane : sum)
      lane = time % 3 == 0   ? static_cast<std::uint32_t>(random.next())
             : time % 3 == 1 ? sums[random.below(std::size(sums))]
                             : static_cast<std::uint32_t>((0x7ffffc + random.below(9)) | random.below(2) << 31);
    Vector va, vb, want;
    set_lanes(va, a), set_lanes(vb, b), set_lanes(want, sum);
    expected_dot(want, va, vb);
    repeated.run([&](Context& context) { context.v[1] = va, context.v[2] = vb, set_lanes(context.v[4], sum); },
                 [&](const Context& context, const std::string& engine) {
                   for (std::size_t i = 0; i < 16; ++i)
                     if (const std::uint32_t got = lanes<std::uint32_t>(context.v[4])[i],
                         expected = lanes<std::uint32_t>(want)[i];
                         got != expected)
                       ADD_FAILURE() << engine << ": sum " << shown(sum[i], got, expected) << " on "
                                     << shown(a[2 * i + 1], b[2 * i + 1], 0) << " and " << shown(a[2 * i], b[2 * i], 0);
                 });
    if (HasFailure()) return;
  }
}

TEST(FloatRules, AResultThatOnlyTheSpacingOfDenormalsRoundsUpIsStillTiny) {
  // −2^−126 + 3 × 2^−152 rounded to 24 bits is below the smallest normal number, but with the spacing of denormals it
  // rounds to that number. With 2^−152 it rounds to that number either way. A zero loses its sign to the second
  // product, which is +0.
  for (const auto& [factor, want] : {std::pair{3.0f, 0U}, {1.0f, 0x80800000U}}) {
    const auto given = [f = factor](Machine&, Context& c) {
      std::array<float, 16> a{}, b{}, sum{};
      a[0] = f * 0x1p-76f, b[0] = 0x1p-76f, sum[0] = -0x1p-126f;  // the upper half of each lane is its bfloat16
      set_lanes(c.v[1], a), set_lanes(c.v[2], b), set_lanes(c.v[4], sum);
    };
    for (const Ran& ran : run_all("  ddot.bf16x32 v4, v1, v2\n  dhalt\n", {.given = given}))
      EXPECT_EQ(lanes<std::uint32_t>(ran.context->v[4])[0], want) << ran.engine;
  }
}

}  // namespace
}  // namespace vtpu::exec
