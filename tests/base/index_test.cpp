// First, so that the bounds are checked in release builds of this test as well.
#define VTPU_CHECK_BOUNDS 1
#include "vtpu/base/index.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <concepts>
#include <type_traits>
#include <unordered_set>

#include "vtpu/base/index_format.h"

namespace vtpu {
namespace {

using Chip = Index<struct ChipTag>;
using Port = Index<struct PortTag>;

template <class A, class B>
concept Comparable = requires(A a, B b) { a == b; } || requires(A a, B b) { a < b; };
template <class A, class B>
concept Mixable = std::is_convertible_v<A, B> || std::is_constructible_v<B, A> || std::is_assignable_v<B&, A> ||
                  Comparable<A, B>;
template <class Vector, class Position>
concept Subscriptable = requires(Vector vector, Position position) { vector[position]; };
template <class A, class B>
concept Summable = requires(A a, B b) { a + b; };

// Mixing indices with each other or with integers does not compile, except for the explicit construction from int.
static_assert(Mixable<Chip, Chip> && !Mixable<Chip, Port> && !Mixable<Port, Chip>);
static_assert(!Comparable<Chip, int> && !Summable<Chip, int> && !Summable<Chip, Chip>);
static_assert(!std::is_convertible_v<int, Chip> && !std::is_convertible_v<Chip, int>);
static_assert(std::is_constructible_v<Chip, int> && !std::is_constructible_v<int, Chip>);
static_assert(Subscriptable<IndexedVector<Chip, double>, Chip>);
static_assert(!Subscriptable<IndexedVector<Chip, double>, Port>);
static_assert(!Subscriptable<IndexedVector<Chip, double>, int>);
static_assert(!std::is_convertible_v<IndexedVector<Chip, int>, IndexedVector<Port, int>>);

static_assert(sizeof(Chip) == sizeof(int) && std::is_trivially_copyable_v<Chip>);
static_assert(std::totally_ordered<Chip> && std::input_iterator<IndexRange<Chip>::Iterator>);

constexpr int sum_of(int count) {
  int sum = 0;
  for (const Chip chip : index_range<Chip>(count)) sum += chip.value();
  return sum;
}
static_assert(sum_of(5) == 10 && sum_of(0) == 0 && sum_of(-3) == 0);

TEST(Index, StepsAndComparesAsItsNumber) {
  Chip chip(3);
  EXPECT_EQ((chip++).value(), 3);
  EXPECT_EQ((++chip).value(), 5);
  EXPECT_EQ((chip--).value(), 5);
  EXPECT_EQ((--chip).value(), 3);
  EXPECT_LT(Chip(2), chip);
  EXPECT_EQ(Chip(3), chip);
  EXPECT_EQ(Chip(), Chip(0));
}

TEST(Index, NoneIsTheOnlySentinelAndIsNotValid) {
  EXPECT_FALSE(Chip::none().valid());
  EXPECT_EQ(Chip::none().value(), -1);
  EXPECT_TRUE(Chip(0).valid());
}

TEST(Index, CanBeHashedAndFormatted) {
  const std::unordered_set<Chip> chips = {Chip(1), Chip(2), Chip(1)};
  EXPECT_EQ(chips.size(), 2u);
  EXPECT_EQ(fmt::format("chip {:3}", Chip(7)), "chip   7");
}

TEST(IndexedVector, GivesTheIndexOfWhatItAppends) {
  IndexedVector<Chip, std::string> names;
  EXPECT_EQ(names.push_back("a"), Chip(0));
  EXPECT_EQ(names.emplace_back(2, 'b'), Chip(1));
  EXPECT_EQ(names[Chip(1)], "bb");
  EXPECT_EQ(names.size(), 2);
  EXPECT_EQ(names.front(), "a");
  EXPECT_EQ(names.back(), "bb");
  EXPECT_EQ(names.raw(), (std::vector<std::string>{"a", "bb"}));
}

TEST(IndexedVector, IteratesOverItsElementsAndOverItsIndices) {
  IndexedVector<Chip, int> ports(3, 4);
  for (const Chip chip : ports.indices()) ports[chip] += chip.value();
  int sum = 0;
  for (const int count : ports) sum += count;
  EXPECT_EQ(sum, 15);
  EXPECT_EQ(ports, (IndexedVector<Chip, int>{4, 5, 6}));
}

TEST(IndexedVector, OfBoolWritesThroughItsReference) {
  IndexedVector<Chip, bool> failed(2);
  failed[Chip(1)] = true;
  EXPECT_FALSE(failed[Chip(0)]);
  EXPECT_TRUE(failed[Chip(1)]);
}

TEST(IndexedVector, KnowsWhichIndicesLieWithinIt) {
  const IndexedVector<Chip, int> vector(2);
  EXPECT_TRUE(vector.contains(Chip(1)));
  EXPECT_FALSE(vector.contains(Chip(2)));
  EXPECT_FALSE(vector.contains(Chip::none()));
}

TEST(IndexedVectorDeathTest, AnAccessOutOfBoundsNamesTheInvariantInCheckedBuilds) {
  const IndexedVector<Chip, int> vector(2);
  EXPECT_DEATH(static_cast<void>(vector[Chip(2)]), "an index lies within its vector");
  EXPECT_DEATH(static_cast<void>(vector[Chip::none()]), "an index lies within its vector");
}

}  // namespace
}  // namespace vtpu
