#include "vtpu/memory/coordinate_map.h"

#include <gtest/gtest.h>

#include <unordered_map>
#include <vector>

#include "model.h"

namespace vtpu::memory {
namespace {

struct Hash {
  std::size_t operator()(const PackedCoordinate& c) const { return c.hash(); }
};

PackedCoordinate any_coordinate(Random& random, std::uint32_t range) {
  Numbers numbers{};
  for (const std::size_t i : {2, 5, 9, 10}) numbers[i] = static_cast<std::uint32_t>(random.below(range));
  return packed(numbers);
}

TEST(CoordinateMap, AnEmptyMapFindsNothing) {
  CoordinateMap map;
  EXPECT_EQ(map.size(), 0u);
  EXPECT_EQ(map.find(PackedCoordinate()), nullptr);
  EXPECT_FALSE(map.erase(PackedCoordinate()));
  std::vector<PackedCoordinate> at(40);
  std::vector<std::uint64_t> values(40);
  map.find(at, values, 7);
  EXPECT_EQ(values, std::vector<std::uint64_t>(40, 7));
}

TEST(CoordinateMap, HoldsTheSmallestAndTheLargestCoordinate) {
  CoordinateMap map;
  Numbers greatest;
  greatest.fill(PackedCoordinate::kMax);
  map.insert(PackedCoordinate(), 1);
  map.insert(packed(greatest), 2);
  EXPECT_EQ(*map.find(PackedCoordinate()), 1u);
  EXPECT_EQ(*map.find(packed(greatest)), 2u);
}

TEST(CoordinateMap, FlagsAreNotPartOfAKey) {
  CoordinateMap map;
  const PackedCoordinate c = packed({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  map.insert(c.with_flags(127), 3);
  map.insert(c, 4);
  EXPECT_EQ(map.size(), 1u);
  EXPECT_EQ(*map.find(c.with_flags(1)), 4u);
  EXPECT_TRUE(map.erase(c.with_flags(64)));
}

TEST(CoordinateMap, EqualsTheStandardMapUnderRandomOperations) {
  for (const std::uint32_t range : {2u, 4u, 9u}) {
    Random random(range);
    CoordinateMap map;
    std::unordered_map<PackedCoordinate, std::uint64_t, Hash> naive;
    for (int round = 0; round < 60000; ++round) {
      const PackedCoordinate c = any_coordinate(random, range);
      switch (random.below(5)) {
        case 0:
        case 1: {
          const std::uint64_t value = random.next();
          map.insert(c, value);
          naive[c] = value;
          break;
        }
        case 2: ASSERT_EQ(map.erase(c), naive.erase(c) == 1); break;
        default: {
          const auto found = naive.find(c);
          const std::uint64_t* value = map.find(c);
          ASSERT_EQ(value != nullptr, found != naive.end());
          if (value != nullptr) {
            ASSERT_EQ(*value, found->second);
          }
        }
      }
      ASSERT_EQ(map.size(), naive.size());
    }
    for (const auto& [c, value] : naive) ASSERT_EQ(*map.find(c), value);
  }
}

TEST(CoordinateMap, FindsABatchAsItFindsSingleCoordinates) {
  Random random(3);
  CoordinateMap map(5000);
  for (int i = 0; i < 5000; ++i) map.insert(any_coordinate(random, 12), random.next());
  for (const std::size_t size : {0, 1, 15, 16, 17, 4000}) {
    std::vector<PackedCoordinate> at;
    for (std::size_t i = 0; i < size; ++i)
      at.push_back(any_coordinate(random, 13).with_flags(static_cast<std::uint32_t>(i % 128)));
    std::vector<std::uint64_t> values(size);
    map.find(at, values, 77);
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t* one = map.find(at[i]);
      ASSERT_EQ(values[i], one == nullptr ? 77 : *one);
    }
  }
}

TEST(CoordinateMap, FindsAllCoordinatesOfAFullBox) {
  const RegionSpec spec = box({{Axis::line, 0, 300}, {Axis::column, 0, 300}}, Layout::row_major);
  CoordinateMap map;
  const auto cells = cells_of(spec);
  for (std::size_t i = 0; i < cells.size(); ++i) map.insert(cells[i], i);
  ASSERT_EQ(map.size(), cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) ASSERT_EQ(*map.find(cells[i]), i);
  for (std::size_t i = 0; i < cells.size(); i += 2) ASSERT_TRUE(map.erase(cells[i]));
  for (std::size_t i = 0; i < cells.size(); ++i) ASSERT_EQ(map.find(cells[i]) != nullptr, i % 2 == 1);
}

}  // namespace
}  // namespace vtpu::memory
