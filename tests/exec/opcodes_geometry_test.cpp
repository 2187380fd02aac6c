// Cases of the geometric opcodes, compared with sets and sums computed directly.
#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <limits>

#include "both_engines.h"
#include "opcode_cases.h"
#include "places.h"
#include "vtpu/base/random.h"

namespace vtpu::exec {
namespace {

using Cases = std::vector<OpcodeCase>;

/// Some cells of two regions, one dense and one sparse, that differ in section, scroll, line and column.
std::vector<PackedCoordinate> occupied() {
  std::vector<PackedCoordinate> all;
  for (const auto& [line, column] :
       {std::pair{1, 1}, {1, 2}, {1, 4}, {2, 1}, {2, 2}, {2, 3}, {3, 3}, {4, 7}, {5, 7}, {5, 8}, {8, 8}})
    all.push_back(at(static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column)));
  for (const auto& [scroll, column] : {std::pair{2, 2}, {2, 3}, {3, 300}, {4, 1}})
    all.push_back(at(2, static_cast<std::uint32_t>(column)).with(Axis::scroll, static_cast<std::uint32_t>(scroll)));
  return all;
}
void make_occupied(Machine& machine) {
  allocate(machine, at(1, 1), at(8, 8), 3, memory::Layout::hilbert);
  allocate(machine, at(1, 1).with(Axis::scroll, 2), at(9, 900).with(Axis::scroll, 9), 3, memory::Layout::sparse);
  for (const PackedCoordinate c : occupied()) poke(machine, c, std::uint64_t{1} << 56);
}

bool alike(PackedCoordinate a, PackedCoordinate b, unsigned axes) {
  for (unsigned i = 0; i < axes; ++i)
    if (a.get(static_cast<Axis>(i)) != b.get(static_cast<Axis>(i))) return false;
  return true;
}
bool near(PackedCoordinate a, PackedCoordinate b) {
  for (unsigned i = 0; i < 11; ++i)
    if (std::abs(static_cast<int>(a.get(static_cast<Axis>(i))) - static_cast<int>(b.get(static_cast<Axis>(i)))) > 1)
      return false;
  return true;
}

void hyper(Cases& cases) {
  for (const PackedCoordinate where :
       {at(2, 2), at(7, 7), at(2, 3).with(Axis::scroll, 2), at(1, 1).with(Axis::library, 2)})
    for (unsigned depth = 0; depth <= 11; ++depth) {
      const auto given = [where](Machine& m, Context& c) {
        make_occupied(m), c.p[0].coordinate = where.with_flags(2), c.r[4] = 99;
      };
      std::uint64_t count = 0;
      std::optional<PackedCoordinate> next;
      for (const PackedCoordinate c : occupied())
        if (alike(c, where, depth)) {
          ++count;
          if (c > where && (!next || c < *next)) next = c;
        }
      cases.push_back({"shyper", fmt::format("  shyper r4, p0, {}\n  dhalt\n", depth), given,
                       [count](const Machine&, const Context& c) { EXPECT_EQ(c.r[4], count); }});
      cases.push_back({"shyper.next", fmt::format("  shyper.next p1, r4, p0, {}\n  dhalt\n", depth), given,
                       [next, where](const Machine&, const Context& c) {
                         EXPECT_EQ(c.r[4], next ? 1u : 0u);
                         EXPECT_EQ(c.p[1].coordinate.raw_text(), next.value_or(where).raw_text());
                       }});
    }
  // Visits all of them, up to the last possible coordinate.
  cases.push_back({"shyper.next",
                   "a:\n  shyper.next p0, r4, p0, 0\n  dbr.z r4, out\n  dadd.i64 r5, r5, #1\n  dbr a\nout:\n  dhalt\n",
                   [](Machine& m, Context& c) {
                     make_occupied(m);
                     PackedCoordinate last;
                     for (unsigned i = 0; i < 11; ++i) last = last.with(static_cast<Axis>(i), 2047);
                     allocate(m, last.with(Axis::column, 2040), last, 3);
                     poke(m, last, std::uint64_t{1});
                     c.r[4] = 0;
                   },
                   [](const Machine&, const Context& c) { EXPECT_EQ(c.r[5], occupied().size() + 1); }});
}

void simplices(Cases& cases) {
  const auto all = occupied();
  for (const PackedCoordinate where :
       {at(2, 2), at(1, 4), at(5, 7), at(8, 8), at(7, 7), at(2, 2).with(Axis::scroll, 2)})
    for (unsigned rank = 0; rank <= 3; ++rank) {
      // Subsets of size rank + 1 that contain `where` and are pairwise adjacent.
      std::uint64_t count = 0;
      for (std::uint32_t subset = 0; subset < 1u << all.size(); ++subset) {
        if (static_cast<unsigned>(std::popcount(subset)) != rank + 1) continue;
        bool good = true, here = false;
        for (std::size_t i = 0; i < all.size(); ++i)
          for (std::size_t j = 0; good && j < all.size(); ++j)
            if ((subset >> i & 1) != 0 && (subset >> j & 1) != 0) good = near(all[i], all[j]), here |= all[i] == where;
        count += good && here;
      }
      cases.push_back({"ssimplex", fmt::format("  ssimplex r4, p0, {}\n  dhalt\n", rank),
                       [where](Machine& m, Context& c) { make_occupied(m), c.p[0].coordinate = where; },
                       [count](const Machine&, const Context& c) { EXPECT_EQ(c.r[4], count); }});
    }
}

void distances(Cases& cases) {
  for (unsigned differing = 0; differing <= 11; ++differing)
    cases.push_back({"shypdist", "  shypdist r4, p0, p1\n  dhalt\n",
                     [differing](Machine&, Context& c) {
                       c.p[0].coordinate = at(9, 9).with_flags(1);
                       c.p[1].coordinate = at(9, 9);
                       for (unsigned i = 0; i < differing; ++i)
                         c.p[1].coordinate = c.p[1].coordinate.with(static_cast<Axis>((7 * i) % 11), 1000 + i);
                     },
                     [differing](const Machine&, const Context& c) { EXPECT_EQ(c.r[4], differing); }});
}

void laplace(Cases& cases) {
  // Three axes of four cells; no cell's value is the sum of others.
  const auto value = [](std::uint32_t s, std::uint32_t l, std::uint32_t c) {
    return std::sqrt(static_cast<double>(100 * s + 10 * l + c)) * (c % 2 == 0 ? 1 : -1e3);
  };
  for (const memory::Layout layout : {memory::Layout::morton, memory::Layout::sparse})
    for (const std::array<std::uint32_t, 3> where :
         {std::array<std::uint32_t, 3>{1, 1, 1}, {0, 0, 0}, {3, 3, 3}, {2, 0, 3}, {1, 2, 2}}) {
      const auto given = [=](Machine& m, Context& c) {
        allocate(m, PackedCoordinate(),
                 PackedCoordinate().with(Axis::series, 3).with(Axis::line, 3).with(Axis::column, 3), 3, layout);
        // Neighbours with another cell size do not count.
        allocate(
            m, PackedCoordinate().with(Axis::shelf, 1).with(Axis::series, 1).with(Axis::line, 1).with(Axis::column, 1),
            PackedCoordinate().with(Axis::shelf, 1).with(Axis::series, 1).with(Axis::line, 1).with(Axis::column, 2), 2);
        for (std::uint32_t s = 0; s < 4; ++s)
          for (std::uint32_t l = 0; l < 4; ++l)
            for (std::uint32_t k = 0; k < 4; ++k)
              poke(m, PackedCoordinate().with(Axis::series, s).with(Axis::line, l).with(Axis::column, k),
                   value(s, l, k));
        c.p[0].coordinate =
            PackedCoordinate().with(Axis::series, where[0]).with(Axis::line, where[1]).with(Axis::column, where[2]);
      };
      double sum = 0;
      for (std::size_t axis = 0; axis < 3; ++axis)
        for (const int step : {-1, 1}) {
          auto there = where;
          there[axis] += static_cast<std::uint32_t>(step);
          if (there[axis] < 4) sum += value(there[0], there[1], there[2]) - value(where[0], where[1], where[2]);
        }
      cases.push_back({"slaplace", "  slaplace r4, p0\n  dhalt\n", given, [sum](const Machine&, const Context& c) {
                         EXPECT_EQ(c.r[4], std::bit_cast<std::uint64_t>(sum));
                       }});
    }
  // A single cell has no neighbours, so the sum is 0. The last cell of an axis has no upper neighbour.
  cases.push_back({"slaplace", "  slaplace r4, p0\n  dhalt\n",
                   [](Machine& m, Context& c) {
                     allocate(m, at(1, 2046), at(1, 2047), 3);
                     poke(m, at(1, 2047), 2.0), poke(m, at(1, 2046), 0.5);
                     c.p[0].coordinate = at(1, 2047);
                   },
                   [](const Machine&, const Context& c) { EXPECT_EQ(c.r[4], std::bit_cast<std::uint64_t>(-1.5)); }});
}

void tensor(Cases& cases) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{64}}) {
    const auto numbers = [](std::size_t seed) {
      Random random(seed);
      std::vector<float> x(1024 + 64);
      for (float& one : x) one = static_cast<float>(random.unit() * 8 - 4);
      return x;
    };
    std::array<float, 16> want;
    for (std::size_t i = 0; i < 16; ++i) {
      want[i] = numbers(1)[i];
      for (std::size_t k = 0; k < count; ++k) want[i] = std::fma(numbers(2)[k], numbers(3)[16 * k + i], want[i]);
    }
    cases.push_back({"stensor", fmt::format("  stensor v4, p0, p1, {}\n  dhalt\n", count),
                     [numbers](Machine& m, Context& c) {
                       allocate(m, at(1, 1), at(1, 64), 2);
                       allocate(m, at(2, 1), at(2, 64), 6);
                       const std::vector<float> a = numbers(2), b = numbers(3);
                       poke(m, at(1, 1), std::as_bytes(std::span(a).first(64)));
                       poke(m, at(2, 1), std::as_bytes(std::span(b).first(1024)));
                       std::memcpy(c.v[4].bytes.data(), numbers(1).data(), 64);
                       c.p[0].coordinate = at(1, 1), c.p[1].coordinate = at(2, 1);
                     },
                     [want, count](const Machine&, const Context& c) {
                       EXPECT_EQ(lanes<float>(c.v[4]), want);
                       EXPECT_EQ(c.cache->counters, (memory::TranslationCounters{0, count == 0 ? 0u : 2u, 0}));
                       EXPECT_EQ(c.p[1].translated(), count != 0);
                     }});
  }
}

}  // namespace

std::vector<OpcodeCase> geometry_cases() {
  Cases cases;
  hyper(cases);
  simplices(cases);
  distances(cases);
  laplace(cases);
  tensor(cases);
  return cases;
}

}  // namespace vtpu::exec
