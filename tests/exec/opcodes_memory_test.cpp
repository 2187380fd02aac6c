// Cases of sparse opcodes that move bytes. Memory holds the row of places.h; expected bytes come from its pattern.
#include <fmt/core.h>

#include <algorithm>

#include "both_engines.h"
#include "opcode_cases.h"
#include "places.h"

namespace vtpu::exec {
namespace {

using Cases = std::vector<OpcodeCase>;

/// An address and its byte offset in the row. p0 is at column 5 (byte 32), r1 = 7, r2 = −2.
struct Address {
  std::string text;
  std::size_t byte;
};
const std::vector<Address> kAddresses{{"[p0]", 32},
                                      {"[p0 + 3]", 35},
                                      {"[p0 - 32]", 0},
                                      {"[p0 + r1]", 39},
                                      {"[p0 + r1*2]", 46},
                                      {"[p0 + r1*4 - 40]", 20},
                                      {"[p0 + r1*8 + 5]", 93},
                                      {"[p0 + r2*8 - 16]", 0},
                                      {"[p0 + r2 + 900]", 930}};

/// The op after a word that translates p0, in a loop whose checks are hoisted, and in a loop that writes the index, so
/// that each access is checked.
std::vector<std::string> surroundings(const std::string& op, bool idempotent) {
  const std::string translated = "  dbr on | sgather.i8 r15, [p0]\non:\n";
  std::vector<std::string> all{"  " + op + "\n  dhalt\n", translated + "  " + op + "\n  dhalt\n"};
  if (!idempotent) return all;
  all.push_back(translated + "  dmov.i64 r14, #3\nloop:\n  " + op + "\n  dloop r14, loop\n  dhalt\n");
  all.push_back(translated + "  dmov.i64 r14, #3\nloop:\n  dmov.i64 r1, r1 | " + op +
                "\n  dmov.i64 r2, r2\n  dloop r14, loop\n  dhalt\n");
  return all;
}

void set_up(Machine& machine, Context& context) {
  make_row(machine);
  context.p[0].coordinate = at(1, 5);
  context.r[1] = 7, context.r[2] = static_cast<std::uint64_t>(-2);
  context.r[3] = 0x8796a5b4c3d2e1f0U;
  for (std::size_t i = 0; i < 64; ++i) context.v[3].bytes[i] = static_cast<std::byte>(200 - i);
  context.v[5] = context.v[3];
}

std::array<std::byte, 64> bytes_at(std::size_t byte, std::size_t count) {
  std::array<std::byte, 64> x{};
  for (std::size_t i = 0; i < count; ++i) x[i] = pattern(byte + i);
  return x;
}

void gathers(Cases& cases) {
  for (const Address& address : kAddresses) {
    const auto scalar = [&](const std::string& mnemonic, std::size_t bytes) {
      const std::size_t byte = address.byte;
      for (const unsigned d : {4u, 1u})
        for (const std::string& text : surroundings(fmt::format("{} r{}, {}", mnemonic, d, address.text), d != 1))
          cases.push_back({mnemonic, text, set_up, [byte, bytes, d](const Machine& m, const Context& c) {
                             std::uint64_t want = 0;
                             for (std::size_t i = bytes; i-- > 0;)
                               want = want * 256 + std::to_integer<std::uint64_t>(pattern(byte + i));
                             EXPECT_EQ(c.r[d], want);
                             EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 1, 0}));
                             EXPECT_EQ(row_of(m)[100], pattern(100));
                           }});
    };
    scalar("sgather.i8", 1), scalar("sgather.i16", 2), scalar("sgather.i32", 4), scalar("sgather.i64", 8);
    const auto vector = [&](const std::string& mnemonic, std::size_t bytes, bool broadcast) {
      const std::size_t byte = address.byte;
      for (const std::string& text : surroundings(fmt::format("{} v5, {}", mnemonic, address.text), true))
        cases.push_back({mnemonic, text, set_up, [byte, bytes, broadcast](const Machine&, const Context& c) {
                           std::array<std::byte, 64> want = bytes_at(byte, bytes);
                           for (std::size_t i = 4; broadcast && i < 64; ++i) want[i] = want[i % 4];
                           EXPECT_EQ(hex(c.v[5].bytes), hex(want));
                         }});
    };
    vector("sgather.v32", 32, false), vector("sgather.v64", 64, false), vector("sgather.bcast", 4, true);

    const auto scatter = [&](const std::string& mnemonic, std::size_t bytes, bool from_vector) {
      const std::size_t byte = address.byte;
      for (const std::string& text :
           surroundings(fmt::format("{} {}, {}", mnemonic, from_vector ? "v3" : "r3", address.text), true))
        cases.push_back({mnemonic, text, set_up, [byte, bytes, from_vector](const Machine& m, const Context&) {
                           std::vector<std::byte> want(kRowBytes);
                           for (std::size_t k = 0; k < kRowBytes; ++k) want[k] = pattern(k);
                           for (std::size_t i = 0; i < bytes; ++i)
                             want[byte + i] =
                                 from_vector ? static_cast<std::byte>(200 - i) : static_cast<std::byte>(0xf0 - 0xf * i);
                           EXPECT_EQ(row_of(m), want);
                         }});
    };
    scatter("sscattr.i8", 1, false), scatter("sscattr.i16", 2, false), scatter("sscattr.i32", 4, false),
        scatter("sscattr.i64", 8, false);
    scatter("sscattr.v32", 32, true), scatter("sscattr.v64", 64, true);

    for (const std::string& text : surroundings("sprefch " + address.text, true))
      cases.push_back({"sprefch", text, set_up, [](const Machine& m, const Context& c) {
                         for (std::size_t k = 0; k < kRowBytes; ++k) ASSERT_EQ(row_of(m)[k], pattern(k));
                         EXPECT_LE(c.cache->counters.misses, 1u) << "of the word before only";
                         EXPECT_EQ(c.cache->counters.hits, 0u);
                         EXPECT_EQ(c.retired.ops[1], c.cache->counters.misses) << "a hint is no op";
                       }});
  }
  // A distant address, or an unmapped pointer, is ignored.
  cases.push_back({"sprefch",
                   "  sprefch [p0 + r3*8]\n  sprefch [p1]\n  dbr on | sgather.i8 r4, [p0]\non:\n  sprefch [p0 + "
                   "r3*8]\n  sprefch [p1 + r3]\n  dhalt\n",
                   set_up, [](const Machine&, const Context& c) {
                     EXPECT_FALSE(c.p[1].translated());
                     EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 1, 0}));
                   }});
}

void sixteen_lanes(Cases& cases) {
  // Distinct and equal lanes, lanes below the pointer, and the first and last byte covered.
  static constexpr std::array<std::int32_t, 16> kIndex{0, -9, 246, 3, 3, 3, -1, 17, 100, 100, 55, 12, -9, 200, 4, 5};
  const auto given = [](Machine& m, Context& c) {
    set_up(m, c);
    set_lanes(c.v[1], kIndex);
  };
  const auto place = [](std::size_t lane) { return static_cast<std::size_t>(32 + 4 + 4 * kIndex[lane]); };
  for (const unsigned d : {5u, 1u})
    for (const std::string& text : surroundings(fmt::format("sgather.x16 v{}, [p0 + v1*4 + 4]", d), d != 1))
      cases.push_back(
          {"sgather.x16", text, given, [place, d](const Machine&, const Context& c) {
             std::array<std::byte, 64> want;
             for (std::size_t i = 0; i < 64; ++i) want[i] = pattern(place(i / 4) + i % 4);
             EXPECT_EQ(hex(c.v[d].bytes), hex(want));
             EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 1, 0})) << "all lanes are one access";
           }});
  for (const std::string& text : surroundings("sscattr.x16 v3, [p0 + v1*4 + 4]", true))
    cases.push_back({"sscattr.x16", text, given, [place](const Machine& m, const Context& c) {
                       std::vector<std::byte> want(kRowBytes);
                       for (std::size_t k = 0; k < kRowBytes; ++k) want[k] = pattern(k);
                       for (std::size_t i = 0; i < 64; ++i)
                         want[place(i / 4) + i % 4] = static_cast<std::byte>(200 - i);
                       EXPECT_EQ(row_of(m), want) << "the highest of several lanes stays";
                       EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 1, 0}));
                     }});
}

/// Lines 1 to 3 × columns 1 to 100. The 8-byte cell at (line, column) is 1000 × line + column; a 64-byte cell begins
/// with it.
void make_cells(Machine& machine, Context& context, unsigned cell_log2, memory::Layout layout) {
  allocate(machine, at(1, 1), at(3, 100), cell_log2, layout);
  for (std::uint32_t line = 1; line <= 3; ++line)
    for (std::uint32_t column = 1; column <= 100; ++column) {
      std::array<std::uint64_t, 8> cell{1000 * line + column, line, column};
      poke(machine, at(line, column), std::as_bytes(std::span(cell).first((std::size_t{1} << cell_log2) / 8)));
    }
  context.p[0].coordinate = at(2, 5);
  context.r[1] = 90, context.r[2] = static_cast<std::uint64_t>(-1), context.r[3] = 0xabcdef;
  for (std::size_t i = 0; i < 64; ++i) context.v[3].bytes[i] = static_cast<std::byte>(i + 1);
}

void cells(Cases& cases) {
  struct Cell {
    std::string text;
    std::uint32_t line, column;
  };
  for (const memory::Layout layout : {memory::Layout::row_major, memory::Layout::sparse})
    for (const Cell& cell :
         {Cell{"[p0 @ column]", 2, 5}, Cell{"[p0 @ column r1]", 2, 95}, Cell{"[p0 @ column r2]", 2, 4},
          Cell{"[p0 @ line r2]", 1, 5}, Cell{"[p0 @ library]", 2, 5}}) {
      const auto given = [layout](unsigned log2) {
        return [layout, log2](Machine& m, Context& c) { make_cells(m, c, log2, layout); };
      };
      // Twice: the second access hits the translation.
      const auto twice = [&](const std::string& op) { return "  dbr on | " + op + "\non:\n  " + op + "\n  dhalt\n"; };
      const memory::TranslationCounters counters{1, 1, 0};
      cases.push_back(
          {"sgatherc.i64", twice("sgatherc.i64 r4, " + cell.text), given(3), [=](const Machine&, const Context& c) {
             EXPECT_EQ(c.r[4], 1000 * cell.line + cell.column);
             EXPECT_EQ(c.cache->counters, counters);
             EXPECT_FALSE(c.p[0].translated());
           }});
      cases.push_back(
          {"sgatherc.v64", twice("sgatherc.v64 v4, " + cell.text), given(6), [=](const Machine&, const Context& c) {
             EXPECT_EQ(lanes<std::uint64_t>(c.v[4]),
                       (std::array<std::uint64_t, 8>{1000 * cell.line + cell.column, cell.line, cell.column}));
             EXPECT_EQ(c.cache->counters, counters);
           }});
      cases.push_back(
          {"sscattrc.i64", twice("sscattrc.i64 r3, " + cell.text), given(3), [=](const Machine& m, const Context& c) {
             for (std::uint32_t line = 1; line <= 3; ++line)
               for (std::uint32_t column = 1; column <= 100; ++column)
                 ASSERT_EQ(peek<std::uint64_t>(m, at(line, column)),
                           line == cell.line && column == cell.column ? 0xabcdef : 1000 * line + column);
             EXPECT_EQ(c.cache->counters, counters);
           }});
      cases.push_back(
          {"sscattrc.v64", twice("sscattrc.v64 v3, " + cell.text), given(6), [=](const Machine& m, const Context& c) {
             const auto got = peek<std::array<std::byte, 64>>(m, at(cell.line, cell.column));
             for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(got[i], static_cast<std::byte>(i + 1));
             EXPECT_EQ(c.cache->counters, counters);
           }});
    }
  // An absent page reads as zeros and creates no translation.
  cases.push_back({"sgatherc.i64",
                   "  sgatherc.i64 r4, [p0 @ column r1]\n  sgatherc.i64 r5, [p0 @ column r1]\n  dhalt\n",
                   [](Machine& m, Context& c) {
                     allocate(m, at(1, 1), at(1, 1000), 3, memory::Layout::sparse);
                     c.p[0].coordinate = at(1, 1);
                     c.r[1] = 500, c.r[4] = c.r[5] = 9;
                   },
                   [](const Machine& m, const Context& c) {
                     EXPECT_EQ(c.r[4] + c.r[5], 0u);
                     EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 2, 0}));
                     EXPECT_EQ(m.memory().regions()[0].pages_made, 0u);
                   }});
}

void pointers(Cases& cases) {
  struct Move {
    std::int64_t steps;
    std::uint32_t to;
    bool saturated;
  };
  for (const Move& move :
       {Move{3, 8, false}, Move{-5, 0, false}, Move{-6, 0, true}, Move{2042, 2047, false}, Move{2043, 2047, true},
        Move{INT64_MIN, 0, true}, Move{INT64_MAX, 2047, true}, Move{0, 5, false}})
    for (const bool number : {false, true})
      cases.push_back({"sindex",
                       fmt::format("  sindex p1, p0, line, {}\n  dmov.sr r5\n  dhalt\n",
                                   number ? fmt::format("#{}", move.steps) : "r1"),
                       [=](Machine&, Context& c) {
                         c.p[0].coordinate = at(5, 9).with_flags(3);
                         c.r[1] = static_cast<std::uint64_t>(move.steps);
                         c.sr = move.saturated ? 0 : 1;
                       },
                       [=](const Machine&, const Context& c) {
                         EXPECT_EQ(c.p[1].coordinate.bits(), at(move.to, 9).with_flags(3).bits());
                         EXPECT_EQ(c.sr, move.saturated ? 1u : 0u);
                         EXPECT_EQ(c.r[5], c.sr);
                       }});
  // A step within a region keeps the translation; a step out of it drops it.
  cases.push_back({"sindex",
                   "  dbr on | sgather.i64 r1, [p0]\non:\n  sindex p1, p0, column, #10\n  sgather.i64 r2, [p1]\n  "
                   "sindex p2, p0, column, #124\n  sindex p0, p0, column, #-1\n  dhalt\n",
                   set_up, [](const Machine&, const Context& c) {
                     std::uint64_t want;
                     std::memcpy(&want, bytes_at(32 + 80, 8).data(), 8);
                     EXPECT_EQ(c.r[2], want);
                     EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 1, 0}));
                     EXPECT_FALSE(c.p[2].translated());
                     EXPECT_EQ(c.p[0].base - c.p[0].begin, 24);
                   }});
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{2047}, std::uint64_t{2048 + 17}, ~std::uint64_t{0}})
    for (const bool number : {false, true})
      cases.push_back({"sindex.set",
                       fmt::format("  dbr on | sgather.i64 r2, [p0]\non:\n  sindex.set p0, p0, column, {}\n  dhalt\n",
                                   number ? fmt::format("#{:#x}", value) : "r1"),
                       [=](Machine& m, Context& c) {
                         set_up(m, c);
                         c.p[0].coordinate = c.p[0].coordinate.with_flags(9);
                         c.r[1] = value, c.sr = 1;
                       },
                       [=](const Machine&, const Context& c) {
                         EXPECT_EQ(c.p[0].coordinate.bits(),
                                   at(1, static_cast<std::uint32_t>(value % 2048)).with_flags(9).bits());
                         EXPECT_FALSE(c.p[0].translated());
                         EXPECT_EQ(c.sr, 1u) << "the saturated bit stays";
                       }});
  const char* const axes[] = {"library", "shelf",   "series", "collection", "volume", "book",
                              "chapter", "section", "scroll", "line",       "column"};
  for (std::uint32_t i = 0; i < 11; ++i)
    cases.push_back({"sindex.get", fmt::format("  sindex.get r5, p7, {}\n  dhalt\n", axes[i]),
                     [](Machine&, Context& c) {
                       for (std::uint32_t k = 0; k < 11; ++k)
                         c.p[7].coordinate = c.p[7].coordinate.with(static_cast<Axis>(k), 2047 - 111 * k);
                       c.p[7].coordinate = c.p[7].coordinate.with_flags(127);
                     },
                     [i](const Machine&, const Context& c) { EXPECT_EQ(c.r[5], 2047 - 111 * i); }});
  struct Dedup {
    std::array<std::uint32_t, 16> from, to;
    std::uint64_t count;
  };
  for (const Dedup& row :
       {Dedup{{5, 3, 5, 5, 0, 3, 7, 0, 9, 9, 1, 2, 5, 4, 4, 7}, {5, 3, 0, 7, 9, 1, 2, 4}, 8}, Dedup{{}, {}, 1},
        Dedup{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
              {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
              16}})
    for (const unsigned d : {4u, 1u})
      cases.push_back({"sdedup", fmt::format("  sdedup v{}, r6, v1\n  dhalt\n", d),
                       [row](Machine&, Context& c) { set_lanes(c.v[1], row.from); },
                       [row, d](const Machine&, const Context& c) {
                         EXPECT_EQ(lanes<std::uint32_t>(c.v[d]), row.to);
                         EXPECT_EQ(c.r[6], row.count);
                       }});
}

void regions(Cases& cases) {
  const auto corners = [](Machine&, Context& c) {
    c.p[0].coordinate = at(1, 4).with_flags(1);
    c.p[1].coordinate = at(8, 11);
    c.r[1] = 0x1234;
  };
  for (const auto& [name, layout] : {std::pair{"row_major", memory::Layout::row_major},
                                     {"morton", memory::Layout::morton},
                                     {"hilbert", memory::Layout::hilbert},
                                     {"sparse", memory::Layout::sparse}})
    for (const unsigned log2 : {0u, 3u, 6u})
      cases.push_back({"salloc",
                       fmt::format("  salloc r4, p0, p1, column+line, cell={}, layout={}\n  sscattr.i8 r1, [p0]\n  "
                                   "sgather.i8 r5, [p1]\n  dhalt\n",
                                   1 << log2, name),
                       corners, [layout = layout, log2](const Machine& m, const Context& c) {
                         ASSERT_EQ(m.memory().regions().size(), 1u);
                         const auto region = m.memory().regions()[0];
                         EXPECT_EQ(region.handle, c.r[4]);
                         EXPECT_EQ(c.r[4], 1u);
                         EXPECT_EQ(region.spec.layout, layout);
                         EXPECT_EQ(region.spec.cell_log2, log2);
                         EXPECT_EQ(region.cells, 64u);
                         EXPECT_EQ(peek<std::uint8_t>(m, at(1, 4)), 0x34);
                         EXPECT_EQ(c.r[5], 0u);
                       }});
  // Freeing drops translations, including one that dmov.p copies in the same word, and the box can be allocated again.
  cases.push_back({"sfree",
                   "  salloc r4, p0, p1, column+line, cell=8, layout=row_major\n  sscattr.i64 r1, [p0]\n"
                   "  dmov.p p2, p0 | sfree r4\n  salloc r5, p0, p1, column+line, cell=8, layout=row_major\n  "
                   "sgather.i64 r6, [p2]\n  dhalt\n",
                   [corners](Machine& m, Context& c) { corners(m, c), c.r[6] = 7; },
                   [](const Machine& m, const Context& c) {
                     EXPECT_EQ(c.r[5], 2u) << "handles are not used again";
                     EXPECT_EQ(c.r[6], 0u);
                     EXPECT_FALSE(c.p[0].translated());
                     EXPECT_EQ(m.memory().regions().size(), 1u);
                     EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, 2, 0}));
                   }});
  cases.push_back({"sfree",
                   "  salloc r4, p0, p1, column+line, cell=8, layout=row_major\n  sscattr.i64 r1, [p0]\n  dmov.p p2, "
                   "p0 | sfree r4\n  dhalt\n",
                   corners, [](const Machine& m, const Context& c) {
                     EXPECT_FALSE(c.p[2].translated());
                     EXPECT_EQ(c.p[2].coordinate, at(1, 4));
                     EXPECT_TRUE(m.memory().regions().empty());
                   }});
  cases.push_back({"sflush",
                   "  salloc r4, p0, p1, column+line, cell=8, layout=row_major\n  sscattr.i64 r1, [p0]\n  sflush r4\n  "
                   "sgather.i64 r5, [p0]\n  dhalt\n",
                   corners, [](const Machine&, const Context& c) {
                     EXPECT_EQ(c.r[5], 0x1234u);
                     EXPECT_EQ(c.retired.ops[1], 4u);
                   }});
}

}  // namespace

std::vector<OpcodeCase> memory_cases() {
  Cases cases;
  gathers(cases);
  sixteen_lanes(cases);
  cells(cases);
  pointers(cases);
  regions(cases);
  return cases;
}

}  // namespace vtpu::exec
