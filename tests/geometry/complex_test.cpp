// Compares complexes with sets of vertices that are computed directly, and the counts of ssimplex with both.
#include "vtpu/geometry/complex.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "../exec/places.h"
#include "vtpu/base/random.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/geometry/clique_complex.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/validator.h"

namespace vtpu::geometry {
namespace {

using phext::Axis;
using phext::PackedCoordinate;
using Set = std::vector<std::uint32_t>;  ///< of vertices, ascending

/// Lists of facets by rank.
using Lists = std::map<std::uint32_t, std::vector<std::uint32_t>>;

std::vector<Complex::Facets> spans_of(const Lists& lists) {
  std::vector<Complex::Facets> spans;
  for (const auto& [rank, vertices] : lists) spans.push_back({rank, vertices});
  return spans;
}

/// All non-empty subsets of all facets, and all vertices.
std::set<Set> oracle(std::uint32_t vertices, const Lists& lists) {
  std::set<Set> all;
  for (std::uint32_t v = 0; v < vertices; ++v) all.insert({v});
  for (const auto& [rank, list] : lists)
    for (std::size_t i = 0; i < list.size(); i += rank + 1)
      for (std::uint32_t subset = 1; subset < 2u << rank; ++subset) {
        Set face;
        for (std::uint32_t k = 0; k <= rank; ++k)
          if (subset >> k & 1) face.push_back(list[i + k]);
        std::sort(face.begin(), face.end());
        all.insert(face);
      }
  return all;
}

/// Facets with random vertices; with few of them, faces are shared often.
Lists random_facets(Random& random, std::uint32_t vertices, std::uint32_t highest, std::size_t count) {
  Lists lists;
  for (std::size_t f = 0; f < count; ++f) {
    const auto rank = static_cast<std::uint32_t>(random.below(highest + 1));
    std::vector<std::uint32_t> all(vertices);
    for (std::uint32_t v = 0; v < vertices; ++v) all[v] = v;
    random.shuffle(all);
    lists[rank].insert(lists[rank].end(), all.begin(), all.begin() + rank + 1);
  }
  return lists;
}

Set set_of(const Complex& complex, Simplex s) {
  const auto span = complex.vertices(s);
  return {span.begin(), span.end()};
}
bool contains(const Set& large, const Set& small) {
  return std::includes(large.begin(), large.end(), small.begin(), small.end());
}

/// Compares everything that a complex answers with the sets of the oracle.
void expect_equal(const Complex& complex, const std::set<Set>& sets) {
  ASSERT_EQ(complex.count(), sets.size());
  for (const Set& set : sets) {
    const auto s = complex.find(set);
    ASSERT_TRUE(s.has_value());
    EXPECT_EQ(set_of(complex, *s), set);
    std::multiset<Set> faces, cofaces, of_next_rank, star, link;
    for (const Set& other : sets) {
      if (other.size() < set.size() && contains(set, other)) faces.insert(other);
      if (!contains(other, set)) continue;
      star.insert(other);
      if (other.size() == set.size()) continue;
      cofaces.insert(other);
      if (other.size() == set.size() + 1) of_next_rank.insert(other);
      Set rest;
      std::set_difference(other.begin(), other.end(), set.begin(), set.end(), std::back_inserter(rest));
      link.insert(rest);
    }
    std::multiset<Set> found;
    const auto collect = [&](Simplex one) { found.insert(set_of(complex, one)); };
    complex.for_each_face(*s, collect);
    EXPECT_EQ(found, faces);
    found.clear(), complex.for_each_coface(*s, collect);
    EXPECT_EQ(found, cofaces);
    found.clear(), complex.for_each_in_star(*s, collect);
    EXPECT_EQ(found, star);
    found.clear(), complex.for_each_in_link(*s, collect);
    EXPECT_EQ(found, link);
    found.clear();
    for (const std::uint32_t index : complex.cofaces(*s)) collect({s->rank + 1, index});
    EXPECT_EQ(found, of_next_rank);
    EXPECT_TRUE(std::ranges::is_sorted(complex.cofaces(*s)));
    for (std::uint32_t i = 0; s->rank > 0 && i <= s->rank; ++i) {
      Set face = set;
      face.erase(face.begin() + i);
      EXPECT_EQ(set_of(complex, {s->rank - 1, complex.boundary(*s)[i]}), face);
    }
  }
  for (std::uint32_t v = 0; v < complex.count(0); ++v)
    for (std::uint32_t rank = 0; rank <= Complex::kMaxRank; ++rank) {
      std::multiset<Set> wanted, found;
      for (const Set& set : sets)
        if (set.size() == rank + 1 && contains(set, {v})) wanted.insert(set);
      std::vector<std::uint32_t> indices;
      complex.containing(v, rank, indices);
      for (const std::uint32_t index : indices) found.insert(set_of(complex, {rank, index}));
      EXPECT_EQ(found, wanted);
    }
}

TEST(Complex, AnswersWhatSetsOfVerticesAnswerOnRandomComplexes) {
  Random random(1);
  for (int round = 0; round < 60; ++round) {
    const auto vertices = static_cast<std::uint32_t>(random.below(12) + 8);
    const auto lists = random_facets(random, vertices, static_cast<std::uint32_t>(random.below(6)), random.below(30));
    const auto complex = Complex::from_facets(vertices, spans_of(lists));
    ASSERT_TRUE(complex.ok()) << complex.error().message();
    expect_equal(*complex, oracle(vertices, lists));
  }
}

TEST(Complex, HoldsSimplicesOfTheHighestRank) {
  const Lists lists = {{7, {7, 3, 1, 0, 2, 6, 5, 4, 8, 7, 3, 1, 0, 2, 6, 5}}};
  const auto complex = Complex::from_facets(9, spans_of(lists));
  ASSERT_TRUE(complex.ok());
  expect_equal(*complex, oracle(9, lists));
}

TEST(Complex, IsTheSameForVerticesOfManySimplicesAndForDistantNumbers) {
  // More faces in the bucket of a vertex than are sorted by counting, and distances that do not fit one key.
  Random random(2);
  Lists lists;
  for (int i = 0; i < 40; ++i) {
    const auto far = static_cast<std::uint32_t>(2'000'000 + random.below(30));
    lists[3].insert(lists[3].end(), {0, 1 + static_cast<std::uint32_t>(random.below(4)), far, far + 40});
  }
  const auto complex = Complex::from_facets(2'000'100, spans_of(lists));
  ASSERT_TRUE(complex.ok());
  std::set<Set> sets = oracle(0, lists);
  EXPECT_EQ(complex->count() - complex->count(0),
            static_cast<std::size_t>(std::ranges::count_if(sets, [](const Set& set) { return set.size() > 1; })));
  for (const Set& set : sets) {
    const auto s = complex->find(set);
    ASSERT_TRUE(s.has_value());
    std::size_t star = 0;
    complex->for_each_in_star(*s, [&](Simplex) { ++star; });
    EXPECT_EQ(star, static_cast<std::size_t>(
                        std::ranges::count_if(sets, [&](const Set& other) { return contains(other, set); })));
  }
}

TEST(Complex, OfNothingHasNoSimplices) {
  const auto complex = Complex::from_facets(0, {});
  ASSERT_TRUE(complex.ok());
  EXPECT_EQ(complex->count(), 0u);
  EXPECT_FALSE(complex->find(Set{0}).has_value());
}

TEST(Complex, FindsNothingThatItDoesNotHold) {
  const std::vector<std::uint32_t> triangle = {0, 1, 2};
  const Complex::Facets facets[] = {{2, triangle}};
  const auto complex = Complex::from_facets(5, facets);
  ASSERT_TRUE(complex.ok());
  for (const Set& set : {Set{}, Set{5}, Set{0, 3}, Set{0, 0}, Set{0, 1, 3}, Set{0, 1, 2, 3}, Set{7, 9}})
    EXPECT_FALSE(complex->find(set).has_value());
  std::vector<std::uint32_t> found;
  complex->containing(5, 1, found);
  EXPECT_TRUE(found.empty());
}

TEST(Complex, RejectsFacetsThatAreNoSimplicesNamingListAndFacet) {
  const auto error = [](std::uint32_t vertices, std::uint32_t rank, const std::vector<std::uint32_t>& list) {
    const Complex::Facets facets[] = {{rank, list}};
    const auto made = Complex::from_facets(vertices, facets);
    return made ? std::string() : made.error().message();
  };
  EXPECT_EQ(error(3, 1, {0, 1, 2}), "list 0 of facets: 3 vertices; expected a multiple of 2");
  EXPECT_EQ(error(3, 1, {0, 1, 2, 3}), "list 0 of facets, facet 1: vertex 3; expected at most 2");
  EXPECT_EQ(error(3, 2, {0, 1, 0}), "list 0 of facets, facet 0: vertex 0 twice; expected different vertices");
  EXPECT_EQ(error(20, 8, {}), "list 0 of facets: rank 8; expected at most 7");
}

PackedCoordinate at(std::uint32_t scroll, std::uint32_t line, std::uint32_t column) {
  return PackedCoordinate().with(Axis::scroll, scroll).with(Axis::line, line).with(Axis::column, column);
}

TEST(Complex, OverCoordinatesNumbersThemInOrderOfAppearanceAndIgnoresFlags) {
  const std::vector<PackedCoordinate> edges = {at(1, 1, 5), at(1, 1, 2), at(1, 1, 2).with_flags(3), at(2, 1, 1)};
  const Complex::FacetsOfCoordinates facets[] = {{1, edges}};
  const auto complex = Complex::from_coordinates(facets);
  ASSERT_TRUE(complex.ok());
  EXPECT_EQ(complex->count(0), 3u);
  EXPECT_EQ(complex->count(1), 2u);
  EXPECT_EQ(complex->vertex(at(2, 1, 1)), 2u);
  EXPECT_EQ(complex->coordinate(1), at(1, 1, 2));
  EXPECT_FALSE(complex->vertex(at(9, 9, 9)).has_value());
}

/// Coordinates close together in four dimensions.
std::vector<PackedCoordinate> random_occupied(Random& random, std::size_t count) {
  std::vector<PackedCoordinate> occupied;
  for (std::size_t i = 0; i < count; ++i)
    occupied.push_back(at(1 + static_cast<std::uint32_t>(random.below(3)),
                          1 + static_cast<std::uint32_t>(random.below(4)),
                          1 + static_cast<std::uint32_t>(random.below(5)))
                           .with(Axis::book, static_cast<std::uint32_t>(random.below(2))));
  return occupied;
}
bool near(const PackedCoordinate& a, const PackedCoordinate& b) {
  for (unsigned axis = 0; axis < PackedCoordinate::kAxes; ++axis) {
    const auto x = static_cast<int>(a.get(static_cast<Axis>(axis))),
               y = static_cast<int>(b.get(static_cast<Axis>(axis)));
    if (std::abs(x - y) > 1) return false;
  }
  return true;
}

TEST(CliqueComplex, HoldsTheSetsOfMutualNeighbours) {
  Random random(3);
  for (int round = 0; round < 10; ++round) {
    auto occupied = random_occupied(random, 14);
    const auto complex = clique_complex(occupied, 4);
    ASSERT_TRUE(complex.ok());
    std::sort(occupied.begin(), occupied.end());
    occupied.erase(std::unique(occupied.begin(), occupied.end()), occupied.end());
    std::set<Set> sets;
    for (std::uint32_t subset = 1; subset < 1u << occupied.size(); ++subset) {
      Set set;
      for (std::uint32_t i = 0; i < occupied.size(); ++i)
        if (subset >> i & 1) set.push_back(i);
      if (set.size() > 5) continue;
      bool good = true;
      for (const std::uint32_t i : set)
        for (const std::uint32_t j : set) good &= near(occupied[i], occupied[j]);
      if (good) sets.insert(set);
    }
    expect_equal(*complex, sets);
  }
}

TEST(CliqueComplex, HasAtEachCoordinateAsManySimplicesAsSsimplexCounts) {
  Random random(4);
  const auto occupied = random_occupied(random, 40);
  const auto complex = clique_complex(occupied, 3);
  ASSERT_TRUE(complex.ok());
  for (std::uint32_t rank = 0; rank <= 3; ++rank) {
    const auto program = isa::assemble(fmt::format("  ssimplex r4, p0, {}\n  dhalt\n", rank), "test.sasm");
    ASSERT_TRUE(program.ok()) << program.error().message();
    const auto valid = isa::ValidProgram::make(*program);
    ASSERT_TRUE(valid.ok());
    exec::Machine machine;
    exec::allocate(machine, at(1, 1, 1), at(3, 4, 5).with(Axis::book, 1), 3, memory::Layout::sparse);
    for (const PackedCoordinate c : occupied) exec::poke(machine, c, std::uint64_t{1});
    exec::Interpreter interpreter(*valid);
    for (std::uint32_t v = 0; v < complex->count(0); ++v) {
      exec::Context& sentron = machine.spawn();
      sentron.p[0].coordinate = complex->coordinate(v);
      ASSERT_EQ(interpreter.run(machine, sentron), exec::Status::halted);
      std::vector<std::uint32_t> found;
      complex->containing(v, rank, found);
      EXPECT_EQ(sentron.r[4], found.size());
    }
  }
}

}  // namespace
}  // namespace vtpu::geometry
