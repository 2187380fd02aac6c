// Does the index find the region of every coordinate, whatever boxes come and go, and how much does it visit for that?
#include "vtpu/memory/region_index.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <bit>
#include <map>

#include "model.h"
#include "vtpu/memory/region.h"
#include "vtpu/study/access/region_families.h"

namespace vtpu::memory {
namespace {

namespace families = study::access::families;
using families::any_in;
using study::access::kRegionFamilies;
using study::access::RegionFamily;

/// Boxes in an index, each with a region that has the box's number as its handle.
struct Indexed {
  RegionIndex index;
  Quota quota{std::uint64_t{1} << 30};
  std::map<std::uint64_t, std::unique_ptr<Region>> regions;

  void insert(std::uint64_t handle, const Box& box) {
    auto& region = regions[handle] =
        std::make_unique<ScrollRegion>(handle, std::map<phext::Coordinate, std::string>(), charge(quota, 0));
    index.insert(box, *region, false);
  }
  bool overlaps(const Box& box) const {
    std::uint64_t visited = 0;
    return index.overlaps(box, visited);
  }
  std::optional<std::uint64_t> find(PackedCoordinate c) const {
    std::uint64_t visited = 0;
    const Region* const found = index.find(c, visited);
    if (found == nullptr) return {};
    return found->handle();
  }
};

TEST(RegionIndex, FindsWhatAComparisonWithEveryBoxFindsWhileBoxesComeAndGo) {
  for (const RegionFamily& family : kRegionFamilies) {
    SCOPED_TRACE(family.name);
    const std::vector<Box> boxes = family.make(300);
    Random random(3);
    Indexed all;
    std::vector<bool> present(boxes.size());
    const auto naive = [&](const auto& matches) -> std::optional<std::uint64_t> {
      for (std::size_t i = 0; i < boxes.size(); ++i)
        if (present[i] && matches(boxes[i])) return i;
      return {};
    };
    for (int step = 0; step < 2000; ++step) {
      // The number of boxes rises to all of them, and falls to none.
      const std::size_t i = random.below(boxes.size());
      const bool grows = step % 1000 < 500 ? random.below(8) > 0 : random.below(8) == 0;
      if (present[i] && !grows)
        all.index.erase(boxes[i]), present[i] = false;
      else if (!present[i] && grows && !all.overlaps(boxes[i]))
        all.insert(i, boxes[i]), present[i] = true;
      const PackedCoordinate c =
          any_in(random.below(3) == 0 ? families::everything() : boxes[random.below(300)], random);
      ASSERT_EQ(all.find(c), naive([&](const Box& box) { return box.contains(c); }));
      Box query = boxes[random.below(boxes.size())];
      const auto axis = static_cast<Axis>(random.below(PackedCoordinate::kAxes));
      query.last =
          query.last.with(axis, std::min(2047u, query.last.get(axis) + static_cast<std::uint32_t>(random.below(4))));
      ASSERT_EQ(all.overlaps(query), naive([&](const Box& box) { return box.overlaps(query); }).has_value());
    }
  }
}

/// The most inner nodes that any of many look-ups visits, of coordinates inside and outside the boxes.
std::uint64_t most_visited(const RegionFamily& family, std::size_t count) {
  Indexed all;
  const std::vector<Box> boxes = family.make(count);
  for (std::size_t i = 0; i < boxes.size(); ++i)
    if (!all.overlaps(boxes[i])) all.insert(i, boxes[i]);
  Random random(5);
  std::uint64_t most = 0;
  for (int k = 0; k < 1000; ++k) {
    PackedCoordinate c = any_in(boxes[random.below(boxes.size())], random);
    const auto axis = static_cast<Axis>(random.below(PackedCoordinate::kAxes));
    if (k % 2 == 0) c = c.with(axis, static_cast<std::uint32_t>(random.below(100)));
    std::uint64_t visited = 0;
    all.index.find(c, visited);
    most = std::max(most, visited);
  }
  EXPECT_LE(most, all.index.most_visited());
  return most;
}

TEST(RegionIndex, VisitsAMultipleOfTheLogarithmWherePlanesSeparateTheBoxes) {
  for (const RegionFamily& family : kRegionFamilies)
    for (const std::size_t count : {10u, 1000u, 8000u}) {
      const std::uint64_t most = most_visited(family, count);
      SCOPED_TRACE(fmt::format("{}, {} boxes", family.name, count));
      if (family.name != "crossing")
        EXPECT_LE(most, 3u * std::bit_width(count));
      else
        EXPECT_LE(most * most, std::max<std::size_t>(count, 16)) << "planes cut half of the boxes";
    }
}

RegionSpec sparse_over(const Box& box) {
  RegionSpec spec;
  spec.layout = Layout::sparse;
  spec.first = box.first, spec.last = box.last;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    if (box.first.get(axis) != box.last.get(axis)) spec.mask |= bit_of(axis);
  }
  if (spec.mask == 0) spec.mask = bit_of(Axis::column);
  return spec;
}
std::uint64_t make(PageTable& table, const Box& box) { return table.allocate(sparse_over(box)).handle; }
void write_one(PageTable& table, PackedCoordinate c) {
  const auto cache = std::make_unique<TranslationCache>();
  *table.cell(c, 3, true, *cache).at = std::byte{1};
}
PackedCoordinate after(PackedCoordinate c) { return PackedCoordinate::from_bits(c.bits() + 1); }

TEST(Search, FindsTheOccupiedCellsOfManyRegionsInOrder) {
  for (const RegionFamily& family : kRegionFamilies) {
    SCOPED_TRACE(family.name);
    PageTable table;
    Random random(11);
    std::vector<Box> boxes;
    std::vector<std::uint64_t> handles;
    for (const Box& box : family.make(300))
      if (const std::uint64_t handle = make(table, box)) boxes.push_back(box), handles.push_back(handle);
    std::map<PackedCoordinate, std::size_t> occupied;  // and the region
    for (int k = 0; k < 200; ++k) {
      const std::size_t i = random.below(boxes.size() / 2) * 2;  // every second region stays empty
      const PackedCoordinate c = any_in(boxes[i], random);
      write_one(table, c);
      occupied[c] = i;
    }
    for (int k = 0; k < 100; ++k) {
      const std::size_t i = random.below(boxes.size());
      if (table.free(handles[i]) == std::nullopt)
        std::erase_if(occupied, [&](const auto& one) { return one.second == i; });
      PackedCoordinate from = any_in(boxes[i], random);
      const PackedCoordinate last = any_in(boxes[random.below(boxes.size())], random);
      if (k % 4 == 0) from = {};
      std::uint64_t looked_at = 0;
      OccupiedCells cells(table, from, last, looked_at);
      for (auto expected = occupied.lower_bound(from); expected != occupied.end() && expected->first <= last;
           ++expected)
        ASSERT_EQ(cells.next(), expected->first);
      ASSERT_EQ(cells.next(), std::nullopt);
    }
  }
}

TEST(Search, DoesNotVisitEmptyRegionsAgainForEachCell) {
  // The cells of one region lie between those that two thousand empty ones might have.
  PageTable table;
  const std::vector<Box> boxes = families::interleaved(2048);
  for (const Box& box : boxes) ASSERT_NE(make(table, box), 0u);
  std::vector<PackedCoordinate> written;
  for (std::uint32_t library = 0; library < 1000; ++library)
    write_one(table, written.emplace_back(boxes[777].first.with(Axis::library, library)));
  std::uint64_t looked_at = 0;
  OccupiedCells cells(table, {}, families::everything().last, looked_at);
  for (const PackedCoordinate c : written) ASSERT_EQ(cells.next(), c);
  ASSERT_EQ(cells.next(), std::nullopt);
  EXPECT_LT(looked_at, 2 * written.size());
  // A search that begins anew after every cell passes one path of the index for each.
  looked_at = 0;
  PackedCoordinate from;
  for (const PackedCoordinate c : written) {
    ASSERT_EQ(table.next_occupied(from, families::everything().last, looked_at), c);
    from = after(c);
  }
  EXPECT_LT(looked_at, 20 * written.size());
}

}  // namespace
}  // namespace vtpu::memory
