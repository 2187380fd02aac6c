// Cases of dense opcodes on scalars, coordinates and control. Expected values are literals, or come from plain C++
// where that is exact.
#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <limits>

#include "both_engines.h"
#include "opcode_cases.h"

namespace vtpu::exec {
namespace {

using Cases = std::vector<OpcodeCase>;
constexpr std::uint64_t kTop = std::uint64_t{1} << 63;

struct Row {
  std::uint64_t a, b, c, want;
};

void fill(Context& context) {
  for (std::size_t i = 0; i < 16; ++i) context.r[i] = 0x1111111111111111U * i;
}

/// rd = op ra, rb, rc with the result in a separate register and in that of each operand. `number`: also with the
/// second operand as a number. Nothing else may change.
void rows(Cases& cases, const std::string& mnemonic, const std::string& condition, unsigned operands, bool number,
          std::initializer_list<Row> table) {
  for (const Row& row : table)
    for (unsigned d : {4u, 1u, 2u, 3u})
      for (const bool as_number : {false, true}) {
        if (d <= 3 && d > operands) continue;
        if (as_number && !number) continue;
        std::string text = fmt::format("  {} r{}{}", mnemonic, d, condition.empty() ? "" : ", " + condition);
        for (unsigned i = 1; i <= operands; ++i)
          text += as_number && i == operands ? fmt::format(", #{:#x}", operands == 1 ? row.a : row.b)
                                             : fmt::format(", r{}", i);
        const auto given = [row](Machine&, Context& context) {
          fill(context);
          context.r[1] = row.a, context.r[2] = row.b, context.r[3] = row.c;
        };
        const auto expect = [row, d](const Machine&, const Context& context) {
          Context before;
          fill(before);
          before.r[1] = row.a, before.r[2] = row.b, before.r[3] = row.c;
          before.r[d] = row.want;
          EXPECT_EQ(context.r, before.r) << fmt::format("{:#x}, {:#x}, {:#x}", row.a, row.b, row.c);
        };
        cases.push_back({mnemonic, text + "\n  dhalt\n", given, expect});
      }
}

std::uint64_t d(double x) { return std::bit_cast<std::uint64_t>(x); }
std::uint64_t f(float x) { return std::bit_cast<std::uint32_t>(x); }
/// A binary32 in a register with a non-zero upper half, which no op may read.
std::uint64_t g(float x) { return f(x) | 0xdeadbeef00000000U; }

/// Conditions that hold where a < b, a = b, a > b, or neither.
void compares(Cases& cases, const std::string& mnemonic, bool number, std::uint64_t less, std::uint64_t more,
              std::initializer_list<std::uint64_t> nans) {
  const std::vector<std::pair<std::string, std::array<bool, 3>>> conditions{
      {"eq", {false, true, false}}, {"ne", {true, false, true}},  {"lt", {true, false, false}},
      {"le", {true, true, false}},  {"gt", {false, false, true}}, {"ge", {false, true, true}}};
  for (const auto& [name, holds] : conditions) {
    rows(cases, mnemonic, name, 2, number,
         {{less, more, 0, holds[0]}, {less, less, 0, holds[1]}, {more, less, 0, holds[2]}});
    for (const std::uint64_t nan : nans)
      rows(cases, mnemonic, name, 2, false,
           {{nan, less, 0, name == "ne"}, {less, nan, 0, name == "ne"}, {nan, nan, 0, name == "ne"}});
  }
}

void integers(Cases& cases) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  rows(cases, "dmov.i64", "", 1, true,
       {{0, 0, 0, 0}, {5, 0, 0, 5}, {0xfffffffe, 0, 0, 0xfffffffe}, {kAll, 0, 0, kAll}, {kTop + 3, 0, 0, kTop + 3}});
  rows(cases, "dadd.i64", "", 2, true,
       {{1, 2, 0, 3},
        {kAll, 1, 0, 0},
        {kTop, kTop, 0, 0},
        {5, kAll, 0, 4},
        {1, 0x123456789abcdefU, 0, 0x123456789abcdf0U}});
  rows(cases, "dsub.i64", "", 2, true,
       {{1, 2, 0, kAll}, {0, kTop, 0, kTop}, {kTop, 1, 0, kTop - 1}, {5, 0x1ffffffffU, 0, 0xfffffffe00000006U}});
  rows(cases, "dmul.i64", "", 2, true,
       {{7, 6, 0, 42},
        {kAll, kAll, 0, 1},
        {kTop, 2, 0, 0},
        {0x100000001U, 0x100000001U, 0, 0x200000001U},
        {3, kAll - 1, 0, kAll - 5}});
  rows(cases, "dfma.i64", "", 3, false, {{7, 6, 1, 43}, {kAll, 2, 2, 0}, {kTop, 3, kTop, 0}, {0, 5, 9, 9}});
  rows(cases, "dand.i64", "", 2, true,
       {{0xff00ff00ff00ff00U, 0x0ff00ff00ff00ff0U, 0, 0x0f000f000f000f00U},
        {kAll, 0xfffffffff0000000U, 0, 0xfffffffff0000000U}});
  rows(cases, "dor.i64", "", 2, true,
       {{0xff00ff00ff00ff00U, 0x0ff00ff00ff00ff0U, 0, 0xfff0fff0fff0fff0U}, {1, kTop, 0, kTop + 1}});
  rows(
      cases, "dxor.i64", "", 2, true,
      {{0xff00ff00ff00ff00U, 0x0ff00ff00ff00ff0U, 0, 0xf0f0f0f0f0f0f0f0U}, {kAll, kAll, 0, 0}, {9, kAll, 0, kAll - 9}});
  rows(cases, "dshl.i64", "", 2, true,
       {{1, 63, 0, kTop}, {1, 64, 0, 1}, {3, 65, 0, 6}, {5, kAll, 0, kTop}, {0x1234, 0, 0, 0x1234}});
  rows(cases, "dshr.i64", "", 2, true, {{kTop, 63, 0, 1}, {kTop, 64, 0, kTop}, {kAll, 4, 0, kAll >> 4}, {6, 65, 0, 3}});
  rows(cases, "dsar.i64", "", 2, true,
       {{kTop, 63, 0, kAll}, {kTop, 64, 0, kTop}, {kAll - 15, 4, 0, kAll}, {64, 67, 0, 8}});
  rows(cases, "dmin.i64", "", 2, true,
       {{1, kAll, 0, kAll}, {kTop, 5, 0, kTop}, {3, 4, 0, 3}, {4, 3, 0, 3}, {kTop - 1, kTop, 0, kTop}});
  rows(cases, "dmax.i64", "", 2, true,
       {{1, kAll, 0, 1}, {kTop, 5, 0, 5}, {3, 4, 0, 4}, {4, 3, 0, 4}, {kTop - 1, kTop, 0, kTop - 1}});
  compares(cases, "dcmp.i64", true, kAll, 1, {});
  compares(cases, "dcmp.i64", true, kTop, kTop - 1, {});
  compares(cases, "dcmp.u64", true, 1, kAll, {});
  compares(cases, "dcmp.u64", true, kTop - 1, kTop, {});
  rows(cases, "dsel.i64", "", 3, false, {{7, 8, 1, 7}, {7, 8, 0, 8}, {7, 8, kTop, 7}, {7, 8, 0x100000000U, 7}});
}

void floats(Cases& cases) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::uint64_t nan64 = 0x7ff8000000000000U, signalling64 = 0xfff0000000000001U;
  rows(cases, "dadd.f64", "", 2, false,
       {{d(1.5), d(2.25), 0, d(3.75)},
        {d(0.1), d(0.2), 0, 0x3fd3333333333334U},
        {d(inf), d(-inf), 0, 0xfff8000000000000U},
        {d(-0.0), d(-0.0), 0, kTop}});
  rows(cases, "dsub.f64", "", 2, false,
       {{d(1.5), d(2.25), 0, d(-0.75)}, {d(2), d(2), 0, 0}, {signalling64, d(1), 0, 0xfff8000000000001U}});
  rows(cases, "dmul.f64", "", 2, false,
       {{d(1.5), d(-2), 0, d(-3)},
        {d(0), d(inf), 0, 0xfff8000000000000U},
        {d(1e-200), d(1e-200), 0, 0},
        {1, d(0.5), 0, 0},
        {3, d(0.5), 0, 2}});
  rows(cases, "ddiv.f64", "", 2, false,
       {{d(1), d(3), 0, 0x3fd5555555555555U}, {d(-1), d(0), 0, d(-inf)}, {0, 0, 0, 0xfff8000000000000U}});
  rows(cases, "dsqrt.f64", "", 1, false,
       {{d(2), 0, 0, 0x3ff6a09e667f3bcdU},
        {d(-0.0), 0, 0, kTop},
        {d(-1), 0, 0, 0xfff8000000000000U},
        {1, 0, 0, d(std::ldexp(1, -537))}});
  rows(cases, "dfma.f64", "", 3, false,
       {{d(2), d(3), d(4), d(10)},
        {d(1 + std::ldexp(1, -52)), d(1 - std::ldexp(1, -52)), d(-1), d(-std::ldexp(1, -104))},
        {d(inf), 0, d(1), 0xfff8000000000000U}});
  rows(cases, "dmin.f64", "", 2, false,
       {{d(1), d(2), 0, d(1)},
        {d(2), d(1), 0, d(1)},
        {0, kTop, 0, kTop},
        {nan64, d(1), 0, d(1)},
        {d(1), nan64, 0, nan64},
        {d(1), signalling64, 0, signalling64}});
  rows(
      cases, "dmax.f64", "", 2, false,
      {{d(1), d(2), 0, d(2)}, {d(2), d(1), 0, d(2)}, {kTop, 0, 0, 0}, {nan64, d(1), 0, d(1)}, {d(1), nan64, 0, nan64}});
  compares(cases, "dcmp.f64", false, d(-1), d(0.5), {nan64, signalling64});
  rows(cases, "dcmp.f64", "eq", 2, false, {{0, kTop, 0, 1}});

  const float inff = std::numeric_limits<float>::infinity();
  rows(cases, "dadd.f32", "", 2, false,
       {{g(1.5f), g(2.25f), 0, f(3.75f)},
        {g(inff), g(-inff), 0, 0xffc00000U},
        {f(16777216.0f), f(1), 0, f(16777216.0f)}});
  rows(cases, "dsub.f32", "", 2, false, {{g(1.5f), g(2.25f), 0, f(-0.75f)}, {0x7f800001U, f(1), 0, 0x7fc00001U}});
  rows(cases, "dmul.f32", "", 2, false, {{g(1.5f), g(-2), 0, f(-3)}, {3, f(0.5f), 0, 2}});
  rows(cases, "ddiv.f32", "", 2, false, {{g(1), g(3), 0, 0x3eaaaaabU}, {0, 0, 0, 0xffc00000U}});
  rows(cases, "dsqrt.f32", "", 1, false,
       {{g(2), 0, 0, 0x3fb504f3U}, {g(-1), 0, 0, 0xffc00000U}, {0x80000000U, 0, 0, 0x80000000U}});
  rows(cases, "dfma.f32", "", 3, false,
       {{g(2), g(3), g(4), f(10)}, {f(1 + 0x1p-23f), f(1 - 0x1p-23f), f(-1), f(-0x1p-46f)}});
  rows(cases, "dmin.f32", "", 2, false,
       {{g(1), g(2), 0, f(1)},
        {g(2), g(1), 0, f(1)},
        {0xffc00000U, g(1), 0, f(1)},
        {g(1), 0xdead00007fc00001U, 0, 0x7fc00001U}});
  rows(cases, "dmax.f32", "", 2, false,
       {{g(1), g(2), 0, f(2)}, {g(2), g(1), 0, f(2)}, {0, 0x80000000U, 0, 0x80000000U}});
  compares(cases, "dcmp.f32", false, g(-1), g(0.5f), {0x7fc00000U, 0xff800001U});

  rows(cases, "dcvt.i64.f64", "", 1, false,
       {{~std::uint64_t{0}, 0, 0, d(-1)},
        {kTop, 0, 0, d(-0x1p63)},
        {0x20000000000001U, 0, 0, d(0x1p53)},
        {0x20000000000003U, 0, 0, d(0x1p53 + 4)}});
  rows(cases, "dcvt.f64.i64", "", 1, false,
       {{d(2.9), 0, 0, 2},
        {d(-2.9), 0, 0, static_cast<std::uint64_t>(-2)},
        {d(0x1p63), 0, 0, kTop},
        {d(-0x1p63), 0, 0, kTop},
        {nan64, 0, 0, kTop},
        {d(-inf), 0, 0, kTop},
        {d(0x1.fffffffffffffp62), 0, 0, 0x7ffffffffffffc00U}});
  rows(cases, "dcvt.f32.f64", "", 1, false,
       {{g(1.5f), 0, 0, d(1.5)},
        {1, 0, 0, d(0x1p-149)},
        {0xff800001U, 0, 0, 0xfff8000020000000U},
        {0x7fc12345U, 0, 0, 0x7ff82468a0000000U}});
  rows(cases, "dcvt.f64.f32", "", 1, false,
       {{d(1.5), 0, 0, f(1.5f)},
        {d(0.1), 0, 0, 0x3dcccccdU},
        {d(1e300), 0, 0, f(inff)},
        {d(0x1p-149 * 1.5), 0, 0, 2},
        {0xfff0000020000000U, 0, 0, 0xffc00001U},
        {0x7ff0000000000001U, 0, 0, 0x7fc00000U}});
}

void control(Cases& cases) {
  const auto counts = [](std::uint64_t r1, std::uint64_t r2, std::uint64_t words) {
    return [=](const Machine&, const Context& context) {
      EXPECT_EQ(context.r[1], r1);
      EXPECT_EQ(context.r[2], r2);
      EXPECT_EQ(context.retired.words, words);
    };
  };
  cases.push_back({"dloop", "a:\n  dadd.i64 r2, r2, #3\n  dloop r1, a\n  dhalt\n",
                   [](Machine&, Context& c) { c.r[1] = 5; }, counts(0, 15, 11)});
  cases.push_back({"dloop", "  dbr b\na:\n  dadd.i64 r2, r2, #3\nb:\n  dloop r1, a\n  dhalt\n",
                   [](Machine&, Context& c) { c.r[1] = 5; }, counts(0, 12, 11)});
  cases.push_back({"dloop", "a:\n  dloop r1, a | sindex.get r2, p0, column\n  dhalt\n",
                   [](Machine&, Context& c) { c.r[1] = 1; }, counts(0, 0, 2)});
  cases.push_back({"dbr", "  dbr b\n  dmov.i64 r1, #1\nb:\n  dmov.i64 r2, #2\n  dhalt\n", nullptr, counts(0, 2, 3)});
  for (const bool taken : {false, true}) {
    const auto given = [taken](Machine&, Context& c) { c.r[5] = taken ? kTop : 0; };
    cases.push_back({"dbr.nz", "  dbr.nz r5, b\n  dmov.i64 r1, #1\nb:\n  dmov.i64 r2, #2\n  dhalt\n", given,
                     counts(taken ? 0 : 1, 2, taken ? 3 : 4)});
    cases.push_back({"dbr.z", "  dbr.z r5, b\n  dmov.i64 r1, #1\nb:\n  dmov.i64 r2, #2\n  dhalt\n", given,
                     counts(taken ? 1 : 0, 2, taken ? 4 : 3)});
  }
  cases.push_back({"dhalt", "  dhalt | sindex.get r1, p0, column | cunpack.i64 r2, m0, 0\n",
                   [](Machine&, Context& c) { c.r[1] = 9; },
                   [](const Machine&, const Context& c) {
                     EXPECT_EQ(c.r[1], 0u) << "the other slots of the last word are executed";
                     EXPECT_EQ(c.pc, 0u);
                     EXPECT_EQ(c.retired, (Retired{1, {0, 1, 1}, 1}));
                   }});
  cases.push_back({"dmov.sr",
                   "  sindex p1, p0, column, #-1\n  crecv.try m0, p0\n  dmov.sr r1\n  sindex p1, p0, column, #1\n  "
                   "dmov.sr r2\n  dhalt\n",
                   nullptr, [](const Machine&, const Context& c) {
                     EXPECT_EQ(c.r[1], 0x101u);
                     EXPECT_EQ(c.r[2], 0x100u);
                   }});
  cases.push_back({"dmov.coord",
                   ".coord x = 3.1.4/1.5.9/2.6.5/35.89\n.coord y = raw 0xfe00000000000000000000000000000f\n  "
                   "dmov.coord p3, x\n  dmov.coord p4, y\n  dhalt\n",
                   nullptr, [](const Machine&, const Context& c) {
                     EXPECT_EQ(c.p[3].coordinate.raw_text(), "3.1.4/1.5.9/2.6.5/35.89");
                     EXPECT_EQ(c.p[4].coordinate.flags(), 127u);
                     EXPECT_EQ(c.p[4].coordinate.get(phext::Axis::column), 15u);
                     EXPECT_FALSE(c.p[3].translated());
                   }});
  // A copy keeps the translation: an access through it counts neither a hit nor a miss.
  cases.push_back(
      {"dmov.p",
       "  dbr on | sgather.i64 r1, [p0]\non:\n  dmov.p p5, p0\n  dmov.p p6, p7\n  sgather.i64 r2, [p5 + 8]\n  dhalt\n",
       [](Machine& m, Context& c) {
         memory::RegionSpec spec;
         spec.last = spec.last.with(phext::Axis::column, 7);
         spec.mask = 1;
         ASSERT_FALSE(m.memory().allocate(spec).fault);
         c.p[7].coordinate = spec.last.with_flags(5);
       },
       [](const Machine&, const Context& c) {
         EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 1, 0}));
         EXPECT_EQ(c.p[5].end - c.p[5].base, 64);
         EXPECT_EQ(c.p[6].coordinate.bits(), c.p[7].coordinate.bits());
         EXPECT_FALSE(c.p[6].translated());
       }});
}

}  // namespace

std::vector<OpcodeCase> scalar_cases() {
  Cases cases;
  integers(cases);
  floats(cases);
  control(cases);
  return cases;
}

}  // namespace vtpu::exec
