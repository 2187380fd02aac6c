#include "vtpu/memory/page_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <set>
#include <vector>

#include "model.h"

namespace vtpu::memory {
namespace {

std::uint64_t load(const std::byte* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
void store(std::byte* at, std::uint64_t value) { std::memcpy(at, &value, sizeof value); }

Pointer pointer_to(PackedCoordinate c) {
  Pointer pointer;
  pointer.coordinate = c;
  return pointer;
}

struct Machine {
  PageTable table;
  TranslationCache cache;

  explicit Machine(PageTable::Limits limits = {}) : table(limits) {}
  std::byte* cell(PackedCoordinate c, bool write) { return table.cell(c, 3, write, cache).at; }
};

constexpr Layout kDenseLayouts[] = {Layout::row_major, Layout::morton, Layout::hilbert};
constexpr Layout kAll[] = {Layout::row_major, Layout::morton, Layout::hilbert, Layout::sparse};

TEST(DenseBox, EveryCellHasADistinctAddressWithinTheBox) {
  for (const Layout layout : kDenseLayouts)
    for (const RegionSpec& spec :
         {box({{Axis::line, 5, 8}, {Axis::column, 60, 16}}, layout),
          box({{Axis::book, 0, 4}, {Axis::scroll, 3, 2}, {Axis::column, 1, 8}}, layout),
          box({{Axis::library, 7, 4}, {Axis::shelf, 7, 4}, {Axis::series, 7, 4}, {Axis::line, 7, 4}}, layout)}) {
      auto m = std::make_unique<Machine>();
      ASSERT_FALSE(m->table.allocate(spec).fault);
      std::set<std::byte*> places;
      const auto cells = cells_of(spec);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        std::byte* at = m->cell(cells[i], true);
        ASSERT_TRUE(places.insert(at).second);
        store(at, 1000 + i);
      }
      EXPECT_EQ(*places.rbegin() - *places.begin(), static_cast<std::ptrdiff_t>(8 * (cells.size() - 1)));
      for (std::size_t i = 0; i < cells.size(); ++i) {
        Pointer pointer = pointer_to(cells[i]);
        const auto place = m->table.access(pointer, 0, 8, false, m->cache);
        ASSERT_FALSE(place.fault);
        ASSERT_EQ(load(place.at), 1000 + i);
        ASSERT_EQ(load(m->table.peek(cells[i]).data()), 1000 + i);
      }
    }
}

TEST(DenseBox, RowMajorCellsLieInTheOrderOfTheirCoordinates) {
  auto m = std::make_unique<Machine>();
  const RegionSpec spec = box({{Axis::line, 5, 7}, {Axis::column, 60, 11}}, Layout::row_major);
  ASSERT_FALSE(m->table.allocate(spec).fault);
  const std::byte* first = m->cell(spec.first, true);
  const auto cells = cells_of(spec);
  for (std::size_t i = 0; i < cells.size(); ++i) EXPECT_EQ(m->cell(cells[i], true), first + 8 * i);
}

TEST(DenseBox, APointerCoversExactlyTheWholeBox) {
  for (const Layout layout : kDenseLayouts) {
    auto m = std::make_unique<Machine>();
    const RegionSpec spec = box({{Axis::line, 0, 4}, {Axis::column, 0, 8}}, layout);
    ASSERT_FALSE(m->table.allocate(spec).fault);
    Pointer pointer = pointer_to(spec.first.with(Axis::line, 2).with(Axis::column, 5));
    const std::int64_t here = m->cell(pointer.coordinate, false) - m->cell(spec.first, false);
    for (const bool translated : {false, true}) {
      ASSERT_EQ(pointer.translated(), translated);
      EXPECT_FALSE(m->table.check(pointer, -here, 4 * 8 * 8, false));
      EXPECT_FALSE(m->table.check(pointer, 256 - here, 0, true));
      EXPECT_EQ(m->table.check(pointer, -here - 1, 1, false), MemoryFault::out_of_bounds);
      EXPECT_EQ(m->table.check(pointer, -here, 4 * 8 * 8 + 1, false), MemoryFault::out_of_bounds);
      EXPECT_EQ(m->table.check(pointer, 256 - here, 1, false), MemoryFault::out_of_bounds);
      EXPECT_EQ(m->table.check(pointer, 257 - here, 0, false), MemoryFault::out_of_bounds);
      for (const std::int64_t far : {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX}) {
        EXPECT_EQ(m->table.check(pointer, far, 8, true), MemoryFault::out_of_bounds);
        EXPECT_EQ(m->table.check(pointer, far, ~std::uint64_t{0}, true), MemoryFault::out_of_bounds);
      }
      EXPECT_EQ(m->table.check(pointer, 0, ~std::uint64_t{0}, true), MemoryFault::out_of_bounds);
      const auto counters = m->cache.counters;
      EXPECT_EQ(m->table.access(pointer, 257, 8, true, m->cache).fault, MemoryFault::out_of_bounds);
      EXPECT_EQ(pointer.translated(), translated);
      EXPECT_EQ(m->cache.counters, counters);
      ASSERT_FALSE(m->table.access(pointer, 0, 8, false, m->cache).fault);
    }
    EXPECT_EQ(pointer.end - pointer.begin, 256);
  }
}

TEST(SparseRegion, UnwrittenCellsReadAsZeroAndCreateNoPage) {
  auto m = std::make_unique<Machine>();
  const RegionSpec spec = box({{Axis::library, 0, 2048}, {Axis::column, 0, 2048}}, Layout::sparse, 6);
  ASSERT_FALSE(m->table.allocate(spec).fault);
  Random random(2);
  for (int i = 0; i < 200; ++i) {
    Pointer pointer = pointer_to(any_inside(spec, random));
    const auto place = m->table.access(pointer, 0, 64, false, m->cache);
    ASSERT_FALSE(place.fault);
    for (int k = 0; k < 64; ++k) ASSERT_EQ(place.at[k], std::byte{0});
    ASSERT_FALSE(pointer.translated());
    ASSERT_TRUE(m->table.peek(pointer.coordinate).empty());
  }
  EXPECT_EQ(m->table.regions()[0].pages_made, 0u);
  EXPECT_EQ(m->table.regions()[0].bytes, 0u);
  EXPECT_EQ(m->cache.counters.misses, 200u);
  EXPECT_EQ(m->cache.counters.hits, 0u);
}

TEST(SparseRegion, AWholePageOfZerosIsReadableThroughOnePointer) {
  auto m = std::make_unique<Machine>();
  const RegionSpec spec = box({{Axis::column, 0, 2048}}, Layout::sparse, 6);
  ASSERT_FALSE(m->table.allocate(spec).fault);
  Pointer pointer = pointer_to(spec.first.with(Axis::column, 64 + 10));
  const auto place = m->table.access(pointer, -640, 4096, false, m->cache);
  ASSERT_FALSE(place.fault);
  for (int k = 0; k < 4096; ++k) ASSERT_EQ(place.at[k], std::byte{0});
  EXPECT_EQ(m->table.check(pointer, -641, 1, false), MemoryFault::out_of_bounds);
  EXPECT_EQ(m->table.check(pointer, -640, 4097, false), MemoryFault::out_of_bounds);
}

TEST(SparseRegion, TheFirstWriteCreatesAPageOfSixtyFourCells) {
  auto m = std::make_unique<Machine>();
  const RegionSpec spec = box({{Axis::line, 0, 100}, {Axis::column, 0, 2048}}, Layout::sparse);
  ASSERT_FALSE(m->table.allocate(spec).fault);
  std::byte* first = m->cell(spec.first, true);
  EXPECT_EQ(m->table.regions()[0].pages_made, 1u);
  EXPECT_EQ(m->table.regions()[0].bytes, 512u);
  for (std::uint32_t column = 1; column < 64; ++column)
    EXPECT_EQ(m->cell(spec.first.with(Axis::column, column), true), first + 8 * column);
  EXPECT_EQ(m->table.regions()[0].pages_made, 1u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0u);
  m->cell(spec.first.with(Axis::column, 64), true);
  m->cell(spec.first.with(Axis::line, 1), true);
  EXPECT_EQ(m->table.regions()[0].pages_made, 3u);
  EXPECT_EQ(m->cache.counters, (TranslationCounters{63, 3, 0}));
}

TEST(SparseRegion, APageEndsWithTheBox) {
  auto m = std::make_unique<Machine>();
  const RegionSpec spec = box({{Axis::column, 70, 20}}, Layout::sparse);
  ASSERT_FALSE(m->table.allocate(spec).fault);
  for (const bool made : {false, true}) {
    Pointer pointer = pointer_to(spec.first.with(Axis::column, 75));
    EXPECT_FALSE(m->table.check(pointer, -40, 160, false));
    EXPECT_EQ(m->table.check(pointer, -41, 1, false), MemoryFault::out_of_bounds);
    EXPECT_EQ(m->table.check(pointer, -40, 161, false), MemoryFault::out_of_bounds);
    if (!made) m->cell(spec.last, true);
  }
  EXPECT_EQ(m->table.check_cell(spec.first.with(Axis::column, 69), 3, false), MemoryFault::unmapped);
  EXPECT_EQ(m->table.check_cell(spec.first.with(Axis::column, 90), 3, false), MemoryFault::unmapped);
}

TEST(Cell, AnAccessWithAnotherCellSizeIsAFault) {
  for (const Layout layout : kAll) {
    auto m = std::make_unique<Machine>();
    const RegionSpec spec = box({{Axis::column, 0, 64}}, layout, 3);
    ASSERT_FALSE(m->table.allocate(spec).fault);
    for (unsigned log2 = 0; log2 <= 6; ++log2) {
      const auto expected = log2 == 3 ? std::nullopt : std::optional(MemoryFault::cell_size);
      EXPECT_EQ(m->table.check_cell(spec.first, log2, true), expected);
      EXPECT_EQ(m->table.cell(spec.first, log2, true, m->cache).fault, expected);
    }
    EXPECT_EQ(m->table.cell(spec.first.with(Axis::line, 9), 3, true, m->cache).fault, MemoryFault::unmapped);
    EXPECT_EQ(m->cache.counters, (TranslationCounters{0, 1, 0}));
  }
}

TEST(Translation, AFlaggedCoordinateIsTheSameCell) {
  for (const Layout layout : kAll) {
    auto m = std::make_unique<Machine>();
    const RegionSpec spec = box({{Axis::line, 0, 4}, {Axis::column, 0, 64}}, layout);
    ASSERT_FALSE(m->table.allocate(spec).fault);
    const PackedCoordinate c = spec.first.with(Axis::line, 3).with(Axis::column, 33);
    EXPECT_EQ(m->cell(c.with_flags(127), true), m->cell(c, true));
    EXPECT_EQ(m->table.peek(c.with_flags(5)).data(), m->cell(c, true));
  }
}

TEST(Translation, ATranslatedPointerCountsNothingAndAForgottenOneHits) {
  auto m = std::make_unique<Machine>();
  const RegionSpec spec = box({{Axis::column, 0, 64}}, Layout::row_major);
  ASSERT_FALSE(m->table.allocate(spec).fault);
  Pointer pointer = pointer_to(spec.first);
  for (int i = 0; i < 10; ++i) ASSERT_FALSE(m->table.access(pointer, 8 * i, 8, true, m->cache).fault);
  EXPECT_EQ(m->cache.counters, (TranslationCounters{0, 1, 0}));
  pointer.forget();
  ASSERT_FALSE(m->table.access(pointer, 0, 8, true, m->cache).fault);
  EXPECT_EQ(m->cache.counters, (TranslationCounters{1, 1, 0}));
}

TEST(Step, KeepsTheTranslationExactlyWhereItStillCovers) {
  Random random(9);
  for (const Layout layout : kAll)
    for (const unsigned log2 : {0u, 3u, 6u}) {
      auto m = std::make_unique<Machine>();
      const RegionSpec spec = box({{Axis::book, 1, 4}, {Axis::line, 8, 8}, {Axis::column, 32, 128}}, layout, log2);
      ASSERT_FALSE(m->table.allocate(spec).fault);
      for (int round = 0; round < 3000; ++round) {
        Pointer pointer = pointer_to(any_inside(spec, random));
        const PackedCoordinate from = pointer.coordinate;
        ASSERT_FALSE(m->table.access(pointer, 0, 1, true, m->cache).fault);
        const auto axis = static_cast<Axis>(random.below(11));
        const std::int64_t distance = static_cast<std::int64_t>(random.below(200)) - 100;
        const phext::Step expected = phext::step(from, axis, distance);
        ASSERT_EQ(PageTable::step(pointer, axis, distance), expected.saturated);
        ASSERT_EQ(pointer.coordinate, expected.to);
        const bool same_page = expected.to.with(Axis::column, 0) == from.with(Axis::column, 0) &&
                               expected.to.get(Axis::column) / 64 == from.get(Axis::column) / 64;
        ASSERT_EQ(pointer.translated(), inside(spec, expected.to) && (layout != Layout::sparse || same_page));
        if (pointer.translated()) {
          ASSERT_EQ(pointer.base, m->table.cell(expected.to, log2, true, m->cache).at);
        } else {
          ASSERT_EQ(pointer.begin, nullptr);
          ASSERT_EQ(pointer.end, nullptr);
          ASSERT_EQ(pointer.region, nullptr);
        }
      }
    }
}

TEST(Step, AnUntranslatedPointerOnlyMoves) {
  Pointer pointer = pointer_to(packed({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5}));
  EXPECT_FALSE(PageTable::step(pointer, Axis::column, 7));
  EXPECT_EQ(pointer.coordinate.get(Axis::column), 12u);
  EXPECT_TRUE(PageTable::step(pointer, Axis::column, INT64_MAX));
  EXPECT_EQ(pointer.coordinate.get(Axis::column), PackedCoordinate::kMax);
  EXPECT_TRUE(PageTable::step(pointer, Axis::column, INT64_MIN));
  EXPECT_EQ(pointer.coordinate.get(Axis::column), 0u);
}

TEST(Neighbourhood, HasTheCellsThatSingleLookUpsFindWhileRegionsComeAndGo) {
  Random random(21);
  PageTable table;
  auto cache = std::make_unique<TranslationCache>();
  std::vector<std::uint64_t> handles;
  int compared = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random.below(n)); };
    if (random.below(4) == 0) {
      const Layout layout = below(2) == 0 ? Layout::sparse : Layout::row_major;
      const auto made = table.allocate(box({{Axis::shelf, below(3), 1 + below(3)},
                                            {Axis::line, below(4), 1 + below(3)},
                                            {Axis::column, below(2) * 60, 1 + below(9)}},
                                           layout, below(5) == 0 ? 2 : 3, below(4) == 0 ? 0 : 2047));
      if (!made.fault) handles.push_back(made.handle);
    } else if (random.below(5) == 0 && !handles.empty()) {
      const std::size_t i = random.below(handles.size());
      EXPECT_EQ(table.free(handles[i]), std::nullopt);
      handles.erase(handles.begin() + static_cast<std::ptrdiff_t>(i));
      cache->clear();
    }
    Numbers numbers;
    numbers.fill(random.below(4) == 0 ? 0 : 2047);
    numbers[1] = below(5), numbers[9] = below(6), numbers[10] = below(2) * 60 + below(9);
    const PackedCoordinate c = packed(numbers).with_flags(below(2));
    if (const auto place = table.cell(c, 3, true, *cache); !place.fault) store(place.at, random.next());
    const auto cell_at = [&](PackedCoordinate at) -> std::optional<std::uint64_t> {
      if (table.check_cell(at, 3, false)) return {};
      const auto bytes = table.peek(at);
      return bytes.empty() ? 0 : load(bytes.data());
    };
    const auto value = [](const std::byte* cell) { return cell == nullptr ? std::nullopt : std::optional(load(cell)); };
    const auto got = table.neighbourhood(c, 64);
    ASSERT_EQ(got.fault, table.check_cell(c, 3, false));
    if (got.fault) continue;
    ++compared;
    ASSERT_EQ(value(got.here), cell_at(c));
    for (std::size_t k = 0; k < got.around.size(); ++k) {
      const auto to = phext::step(c, static_cast<Axis>(k / 2), k % 2 == 0 ? -1 : 1);
      ASSERT_EQ(value(got.around[k]), to.saturated ? std::nullopt : cell_at(to.to)) << k;
    }
  }
  EXPECT_GT(compared, 100);
}

TEST(NextOccupied, ExaminesEachCellOnceAndStopsAtTheLimit) {
  for (const Layout layout : kDenseLayouts) {
    auto m = std::make_unique<Machine>();
    const RegionSpec spec = box({{Axis::line, 2, 8}, {Axis::column, 4, 32}}, layout);
    ASSERT_FALSE(m->table.allocate(spec).fault);
    const PackedCoordinate there = spec.first.with(Axis::line, 4).with(Axis::column, 9);
    store(m->cell(there, true), 1u << 24);
    const auto looked = [&](PackedCoordinate from, PackedCoordinate last, bool found) {
      std::uint64_t looked_at = 100;
      const auto at = m->table.next_occupied(from, last, looked_at);
      EXPECT_EQ(at.has_value(), found);
      if (at) {
        EXPECT_EQ(*at, there);
      }
      return looked_at - 100;
    };
    Numbers most;
    most.fill(PackedCoordinate::kMax);
    EXPECT_EQ(looked({}, packed(most), true), 2 * 32 + 6u);
    EXPECT_EQ(looked(there, there, true), 1u);
    EXPECT_EQ(looked(there.with(Axis::column, 10), packed(most), false), 6 * 32 - 6u);
    EXPECT_EQ(looked({}, there.with(Axis::column, 8), false), 2 * 32 + 5u);
    EXPECT_EQ(looked({}, there.with(Axis::column, 0), false), 2 * 32u);
    EXPECT_EQ(looked(spec.last.with(Axis::column, 100), packed(most), false), 0u);
  }
}

TEST(Digest, DependsOnTheContentsAlone) {
  for (const Layout layout : kAll) {
    const RegionSpec spec = box({{Axis::line, 0, 16}, {Axis::column, 0, 256}}, layout);
    auto a = std::make_unique<Machine>(), b = std::make_unique<Machine>();
    ASSERT_FALSE(a->table.allocate(spec).fault);
    ASSERT_FALSE(b->table.allocate(spec).fault);
    EXPECT_EQ(a->table.digest(), b->table.digest());
    Random random(4);
    std::vector<std::pair<PackedCoordinate, std::uint64_t>> writes;
    std::set<PackedCoordinate> seen;
    for (int i = 0; i < 100; ++i) {
      const PackedCoordinate c = any_inside(spec, random);
      if (seen.insert(c).second) writes.emplace_back(c, random.next());
    }
    for (const auto& [c, value] : writes) store(a->cell(c, true), value);
    EXPECT_NE(a->table.digest(), b->table.digest());
    random.shuffle(writes);
    for (const auto& [c, value] : writes) store(b->cell(c, true), ~value);
    b->cell(any_inside(spec, random), true);  // possibly creates a page of zeros
    for (const auto& [c, value] : writes) store(b->cell(c, true), value);
    EXPECT_EQ(a->table.digest(), b->table.digest());
    b->cell(writes[0].first, true)[7] ^= std::byte{1};
    EXPECT_NE(a->table.digest(), b->table.digest());
  }
}

TEST(Digest, AMovedTableKeepsItsMemory) {
  Machine m;
  const RegionSpec spec = box({{Axis::column, 0, 64}}, Layout::sparse);
  ASSERT_FALSE(m.table.allocate(spec).fault);
  store(m.cell(spec.first, true), 5);
  const std::uint64_t digest = m.table.digest();
  PageTable moved = std::move(m.table);
  EXPECT_EQ(moved.digest(), digest);
  EXPECT_EQ(load(moved.peek(spec.first).data()), 5u);
}

}  // namespace
}  // namespace vtpu::memory
