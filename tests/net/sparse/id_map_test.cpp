#include "vtpu/net/sparse/id_map.h"

#include <gtest/gtest.h>

#include <set>

#include "vtpu/base/random.h"

namespace vtpu::net::sparse {
namespace {

const Shape kMapCube{16, 16, 16};

TEST(IdMap, TheSourcesExampleIdSplitsIntoItsDigitsWithoutPadding) {
  EXPECT_EQ(to_string(base100_coordinate(847'293'102)), "8.47.29/31.2");
}

TEST(IdMap, Base100PartsAreTheDigitsFromTheHighest) {
  EXPECT_EQ(base100_coordinate(0).parts, (std::array<int, 5>{0, 0, 0, 0, 0}));
  EXPECT_EQ(base100_coordinate(123'456'789).parts, (std::array<int, 5>{1, 23, 45, 67, 89}));
  EXPECT_EQ(base100_coordinate(kBase100Ids - 1).parts, (std::array<int, 5>{99, 99, 99, 99, 99}));
}

TEST(IdMap, ABase100CoordinateWithAZeroPartIsNotValid) {
  EXPECT_FALSE(base100_coordinate(800'293'102).valid());
  EXPECT_TRUE(base100_coordinate(847'293'102).valid());
}

TEST(IdMap, Base100GoesThereAndBack) {
  Random random(1);
  for (int draw = 0; draw < 20'000; ++draw) {
    const std::uint64_t id = random.below(kBase100Ids);
    EXPECT_EQ(base100_id(base100_coordinate(id)), id);
  }
}

TEST(IdMap, TheMixingMapGoesThereAndBackAtTheEndsAndInBetween) {
  for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{1}, kMixedIds - 2, kMixedIds - 1}) {
    EXPECT_EQ(mixed_id(mixed_coordinate(id)), id);
  }
  Random random(2);
  for (int draw = 0; draw < 50'000; ++draw) {
    const std::uint64_t id = random.below(kMixedIds);
    const SparseCoordinate coordinate = mixed_coordinate(id);
    EXPECT_EQ(mixed_id(coordinate), id);
    EXPECT_TRUE(coordinate.valid());
  }
}

TEST(IdMap, TheMixingMapReachesEveryCoordinateFromSomeId) {
  Random random(3);
  for (int draw = 0; draw < 50'000; ++draw) {
    SparseCoordinate coordinate;
    for (int& part : coordinate.parts) part = static_cast<int>(random.below(kMixedSide)) + 1;
    const std::uint64_t id = mixed_id(coordinate);
    ASSERT_LT(id, kMixedIds);
    EXPECT_EQ(mixed_coordinate(id), coordinate);
  }
}

TEST(IdMap, TheMixingMapGivesConsecutiveIdsDistinctCoordinates) {
  std::set<SparseCoordinate> seen;
  for (std::uint64_t id = 500'000'000; id < 500'050'000; ++id) seen.insert(mixed_coordinate(id));
  EXPECT_EQ(seen.size(), 50'000u);
}

TEST(IdMap, TheMixingMapIsTheSameEverywhere) {
  EXPECT_EQ(to_string(mixed_coordinate(0)), "6.26.4/82.24");
  EXPECT_EQ(to_string(mixed_coordinate(847'293'102)), "96.30.26/55.83");
}

TEST(IdMap, PartOneFoldsOntoTheFirstPlaceAndZeroOntoTheLast) {
  EXPECT_EQ(owner_chip({{1, 1, 1, 5, 7}}, kMapCube), 0);
  EXPECT_EQ(owner_chip({{17, 33, 49, 1, 1}}, kMapCube), 0);
  EXPECT_EQ(owner_chip({{16, 16, 16, 1, 1}}, kMapCube), 4095);
  EXPECT_EQ(owner_chip({{0, 0, 0, 0, 0}}, kMapCube), 4095);
}

TEST(IdMap, SixteenPlacesShareThePartsOfTheMixingMapEvenlyAndThoseOfBase100Unevenly) {
  std::array<int, 16> mixed{};
  std::array<int, 16> base100{};
  const Shape line{16, 1, 1};
  for (int part = 1; part <= kMixedSide; ++part) {
    ++mixed[static_cast<std::size_t>(owner_chip({{part, 1, 1, 1, 1}}, line))];
  }
  for (int part = 0; part < 100; ++part) ++base100[static_cast<std::size_t>(owner_chip({{part, 1, 1, 1, 1}}, line))];
  EXPECT_EQ(std::set<int>(mixed.begin(), mixed.end()), std::set<int>{6});
  EXPECT_EQ(std::set<int>(base100.begin(), base100.end()), (std::set<int>{6, 7}));
}

}  // namespace
}  // namespace vtpu::net::sparse
