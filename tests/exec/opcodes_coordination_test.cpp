// Cases of coordination opcodes as one sentron sees them; the exchange simulates others. tests/runtime runs several.
#include <fmt/core.h>

#include <bit>
#include <limits>

#include "both_engines.h"
#include "opcode_cases.h"
#include "places.h"

namespace vtpu::exec {
namespace {

using Cases = std::vector<OpcodeCase>;

Message message(std::uint64_t x) {
  Message m;
  set_lanes(m, std::array<std::uint64_t, 4>{x, x + 1, x + 2, x + 3});
  return m;
}
std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

void buffers(Cases& cases) {
  for (unsigned lane = 0; lane < 4; ++lane) {
    cases.push_back({"cpack.i64", fmt::format("  cpack.i64 m2, {}, r5\n  dhalt\n", lane),
                     [](Machine&, Context& c) { c.m[2] = message(70), c.r[5] = 0xabcdef0123456789U; },
                     [lane](const Machine&, const Context& c) {
                       auto want = lanes<std::uint64_t>(message(70));
                       want[lane] = 0xabcdef0123456789U;
                       EXPECT_EQ(lanes<std::uint64_t>(c.m[2]), want);
                     }});
    cases.push_back({"cunpack.i64", fmt::format("  cunpack.i64 r5, m2, {}\n  dhalt\n", lane),
                     [](Machine&, Context& c) { c.m[2] = message(70); },
                     [lane](const Machine&, const Context& c) { EXPECT_EQ(c.r[5], 70 + lane); }});
  }
  for (unsigned half = 0; half < 2; ++half)
    cases.push_back({"cpack.v", fmt::format("  cpack.v m3, v2, {}\n  dhalt\n", half),
                     [](Machine&, Context& c) {
                       set_lanes(c.v[2], std::array<std::uint64_t, 8>{10, 11, 12, 13, 20, 21, 22, 23});
                     },
                     [half](const Machine&, const Context& c) { EXPECT_EQ(c.m[3], message(half == 0 ? 10 : 20)); }});
  cases.push_back({"cunpack.v", "  cunpack.v v2, m3\n  dhalt\n",
                   [](Machine&, Context& c) { c.m[3] = message(5), c.v[2].bytes.fill(std::byte{0xff}); },
                   [](const Machine&, const Context& c) {
                     EXPECT_EQ(lanes<std::uint64_t>(c.v[2]), (std::array<std::uint64_t, 8>{5, 6, 7, 8}));
                   }});
}

void messages(Cases& cases) {
  cases.push_back(
      {"csend", "  csend m1, p2\n  csend m2, p2\n  dhalt\n",
       [](Machine&, Context& c) { c.m[1] = message(1), c.m[2] = message(50), c.p[2].coordinate = at(3, 4); },
       [](const Machine& m, const Context&) {
         const auto pending = m.exchange().pending();
         ASSERT_EQ(pending.size(), 2u);
         EXPECT_EQ(pending[0].payload, message(1));
         EXPECT_EQ(pending[1].payload, message(50));
         EXPECT_EQ(pending[1].at, at(3, 4));
       }});
  // Pending: number 1 at distance 7, 2 and 3 at distance 2 (on either side), 4 at the same coordinate with other flags.
  const auto given = [](std::uint64_t temperature, bool exact) {
    return [=](Machine& m, Context& c) {
      m.exchange().send(at(3, 10).with(Axis::library, 5), message(100));
      m.exchange().send(at(5, 8), message(200));
      m.exchange().send(at(5, 12), message(300));
      if (exact) m.exchange().send(at(5, 10).with_flags(1), message(400));
      c.p[0].coordinate = at(5, 10);
      c.m[0] = message(7);
      c.r[1] = temperature;
    };
  };
  const auto takes = [](std::uint64_t first) {
    return [=](const Machine& m, const Context& c) {
      EXPECT_EQ(c.m[0], message(first));
      for (const auto& left : m.exchange().pending())
        EXPECT_NE(left.payload, message(first)) << "a message is taken once";
    };
  };
  const double inf = std::numeric_limits<double>::infinity();
  for (const std::string op : {"crecv", "crecv.try"}) {
    const std::string text = "  ctemp r1\n  " + op + " m0, p0\n  dhalt\n", plain = "  " + op + " m0, p0\n  dhalt\n";
    for (const double t : {0.0, -0.0, 1.0, 1e-300, 1e300})
      cases.push_back({op, text, given(bits(t), true), takes(400)});
    cases.push_back({op, plain, given(0, true), takes(400)});
    for (const double t : {1.0, 1e-300, 1e300})
      cases.push_back({op, text, given(bits(t), false), takes(200)});  // the older of two
    for (const bool exact : {false, true})
      cases.push_back({op, text, given(bits(inf), exact), takes(100)});  // the oldest
  }
  cases.push_back(
      {"crecv.try", "  crecv.try m0, p0\n  dhalt\n", given(0, false), [](const Machine& m, const Context& c) {
         EXPECT_EQ(c.m[0], message(7)) << "without a message the buffer stays";
         EXPECT_EQ(c.sr, kEmpty);
         EXPECT_EQ(m.exchange().pending().size(), 3u);
       }});
  cases.push_back({"crecv.try", "  crecv.try m0, p0\n  dmov.sr r5\n  crecv.try m0, p0\n  dhalt\n",
                   [](Machine& m, Context& c) { m.exchange().send(PackedCoordinate(), message(1)), c.sr = kEmpty; },
                   [](const Machine&, const Context& c) {
                     EXPECT_EQ(c.r[5], 0u) << "a message clears the bit";
                     EXPECT_EQ(c.sr, kEmpty);
                   }});
  cases.push_back({"ctemp", "  ctemp r1\n  dhalt\n", [](Machine&, Context& c) { c.r[1] = bits(2.5); },
                   [](const Machine&, const Context& c) { EXPECT_EQ(c.temperature, 2.5); }});
  cases.push_back({"cfence", "  cfence\n  dhalt\n", nullptr, [](const Machine&, const Context& c) {
                     EXPECT_EQ(c.retired, (Retired{2, {0, 0, 1}, 1}));
                   }});
}

void beacons(Cases& cases) {
  cases.push_back({"cbeacon", "  cbeacon p1\n  croute r1, p2\n  dhalt\n", [](Machine&, Context& c) { c.r[1] = 5; },
                   [](const Machine&, const Context& c) { EXPECT_EQ(c.r[1], 0u); }});
  cases.push_back({"croute", "  croute r1, p0\n  dhalt\n", nullptr,
                   [](const Machine&, const Context& c) { EXPECT_EQ(c.r[1], ~std::uint64_t{0}); }});
  for (const auto& [column, want] :
       {std::pair{1u, 3u}, {10u, 3u}, {12u, 1u}, {14u, 1u}, {15u, 1u}, {16u, 2u}, {2000u, 2u}})
    cases.push_back({"croute", "  croute r1, p0\n  dhalt\n",
                     [column = column](Machine& m, Context& c) {
                       m.exchange().set_beacon(1, at(1, 14));
                       m.exchange().set_beacon(2, at(1, 16));
                       m.exchange().set_beacon(3, at(1, 9));
                       c.p[0].coordinate = at(1, column);
                     },
                     [want = want](const Machine&, const Context& c) { EXPECT_EQ(c.r[1], want); }});
}

/// The sentron and two others, 1 and 2, that have already arrived.
void rendezvous(Cases& cases) {
  using Rendezvous = Exchange::Rendezvous;
  using isa::ReductionKind;
  const auto given = [](Rendezvous kind, ReductionKind reduction, std::array<std::uint64_t, 3> values) {
    return [=](Machine& m, Context& c) {
      for (std::uint32_t i = 1; i <= 2; ++i) {
        m.spawn();
        const Message sent = message(100 * i);
        m.exchange().arrive(i, {kind, reduction, values[i], &sent});
      }
      c.r[1] = values[0];
      c.m[1] = message(0);
    };
  };
  cases.push_back({"cbar", "  cbar\n  dhalt\n", given(Rendezvous::barrier, ReductionKind::add, {}),
                   [](const Machine&, const Context& c) { EXPECT_EQ(c.retired.words, 2u); }});
  const auto is = [](std::uint64_t want) {
    return [want](const Machine&, const Context& c) {
      EXPECT_EQ(c.r[4], want) << fmt::format("{:#x} against {:#x}", c.r[4], want);
    };
  };
  const std::array<std::uint64_t, 3> integers{5, static_cast<std::uint64_t>(-3), std::uint64_t{1} << 63};
  cases.push_back({"creduce.i64", "  creduce.i64 r4, r1, add\n  dhalt\n",
                   given(Rendezvous::reduce_i64, ReductionKind::add, integers), is((std::uint64_t{1} << 63) + 2)});
  cases.push_back({"creduce.i64", "  creduce.i64 r4, r1, min\n  dhalt\n",
                   given(Rendezvous::reduce_i64, ReductionKind::min, integers), is(std::uint64_t{1} << 63)});
  cases.push_back({"creduce.i64", "  creduce.i64 r4, r1, max\n  dhalt\n",
                   given(Rendezvous::reduce_i64, ReductionKind::max, integers), is(5)});
  const std::array<std::uint64_t, 3> doubles{bits(0.1), bits(0.2), bits(-0.3)};
  cases.push_back({"creduce.f64", "  creduce.f64 r4, r1, add\n  dhalt\n",
                   given(Rendezvous::reduce_f64, ReductionKind::add, doubles), is(bits((0.1 + 0.2) + -0.3))});
  cases.push_back({"creduce.f64", "  creduce.f64 r4, r1, min\n  dhalt\n",
                   given(Rendezvous::reduce_f64, ReductionKind::min, doubles), is(bits(-0.3))});
  cases.push_back({"creduce.f64", "  creduce.f64 r4, r1, max\n  dhalt\n",
                   given(Rendezvous::reduce_f64, ReductionKind::max, doubles), is(bits(0.2))});
  const std::array<std::uint64_t, 3> nans{bits(1), 0x7ff0000000000001U, 0xfff8000000000005U};
  cases.push_back({"creduce.f64", "  creduce.f64 r4, r1, add\n  dhalt\n",
                   given(Rendezvous::reduce_f64, ReductionKind::add, nans), is(0x7ff8000000000001U)});
  for (const auto& [root, from] : {std::pair{0u, 0u}, {1u, 100u}, {2u, 200u}, {4u, 100u}})
    for (const bool number : {false, true}) {
      const std::uint64_t value = root;
      cases.push_back({"ccast", fmt::format("  ccast m2, m1, {}\n  dhalt\n", number ? fmt::format("#{}", root) : "r1"),
                       given(Rendezvous::cast, ReductionKind::add, {value, value, value}),
                       [from = from](const Machine&, const Context& c) { EXPECT_EQ(c.m[2], message(from)); }});
    }
}

}  // namespace

std::vector<OpcodeCase> coordination_cases() {
  Cases cases;
  buffers(cases);
  messages(cases);
  beacons(cases);
  rendezvous(cases);
  return cases;
}

}  // namespace vtpu::exec
