#include "vtpu/memory/box_index.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "model.h"

namespace vtpu::memory {
namespace {

/// The index according to the curve of phext.
std::uint64_t by_curve(const RegionSpec& spec, PackedCoordinate c) {
  std::vector<std::uint32_t> sides;
  phext::Point point{};
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    if ((spec.mask & bit_of(axis)) == 0) continue;
    point[sides.size()] = c.get(axis) - spec.first.get(axis);
    sides.push_back(spec.last.get(axis) - spec.first.get(axis) + 1);
  }
  switch (spec.layout) {
    case Layout::morton: return phext::Morton::make(sides).value().index(point);
    case Layout::hilbert: return phext::Hilbert::make(sides).value().index(point);
    default: return phext::RowMajor::make(sides).value().index(point);
  }
}

constexpr Layout kDense[] = {Layout::row_major, Layout::morton, Layout::hilbert};

/// Boxes whose sides are powers of two: over one axis and over all, across the word boundary within the book axis, at
/// the edges of the range, aligned and unaligned.
std::vector<RegionSpec> small_boxes(Layout layout) {
  std::vector<RegionSpec> boxes = {
      box({{Axis::column, 0, 64}}, layout),
      box({{Axis::column, 5, 64}}, layout),
      box({{Axis::line, 3, 16}, {Axis::column, 2000, 32}}, layout),
      box({{Axis::book, 1, 64}}, layout),
      box({{Axis::book, 2047 - 127, 128}}, layout),
      box({{Axis::book, 256, 16}, {Axis::chapter, 0, 8}, {Axis::volume, 9, 4}}, layout),
      box({{Axis::library, 2040, 8}, {Axis::column, 0, 8}}, layout, 3, 2047),
      box({{Axis::library, 0, 4}, {Axis::shelf, 0, 2}, {Axis::series, 1, 1}, {Axis::scroll, 6, 16}}, layout, 3, 0),
      box({{Axis::scroll, 7, 1}}, layout),
  };
  RegionSpec all = box({}, layout);
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    all.mask |= 1u << i;
    all.last = all.last.with(static_cast<Axis>(i), 2);
  }
  boxes.push_back(all);
  return boxes;
}

void expect_the_curve(const RegionSpec& spec, BoxIndex::Form form) {
  const auto index = BoxIndex::make(spec, form);
  ASSERT_TRUE(index.has_value());
  const auto cells = cells_of(spec);
  ASSERT_EQ(index->cells(), cells.size());
  std::set<std::uint64_t> seen;
  for (const PackedCoordinate c : cells) {
    const std::uint64_t found = index->find(c.with_flags(85));
    ASSERT_EQ(found, by_curve(spec, c)) << c.raw_text();
    ASSERT_EQ(index->coordinate(found), c);
    ASSERT_EQ(index->coordinate(found).flags(), 0u);
    ASSERT_TRUE(seen.insert(found).second);
    ASSERT_LT(found, index->cells());
  }
}

TEST(BoxIndex, EqualsTheCurveOnEveryCellOfSmallBoxes) {
  for (const Layout layout : kDense)
    for (const RegionSpec& spec : small_boxes(layout))
      for (const auto form : {BoxIndex::Form::fastest, BoxIndex::Form::portable}) expect_the_curve(spec, form);
}

TEST(BoxIndex, RowMajorBoxesMayHaveAnySides) {
  for (const auto form : {BoxIndex::Form::fastest, BoxIndex::Form::portable}) {
    expect_the_curve(box({{Axis::line, 3, 7}, {Axis::column, 60, 13}}, Layout::row_major), form);
    expect_the_curve(box({{Axis::book, 9, 3}, {Axis::line, 1, 8}, {Axis::column, 0, 5}}, Layout::row_major), form);
  }
}

TEST(BoxIndex, EveryNeighbourOutsideIsOutside) {
  for (const Layout layout : kDense)
    for (const RegionSpec& spec : small_boxes(layout))
      for (const auto form : {BoxIndex::Form::fastest, BoxIndex::Form::portable}) {
        const auto index = BoxIndex::make(spec, form);
        ASSERT_TRUE(index.has_value());
        for (const PackedCoordinate c : {spec.first, spec.last})
          for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
            for (std::uint32_t x = 0; x <= PackedCoordinate::kMax; ++x) {
              const PackedCoordinate there = c.with(static_cast<Axis>(i), x);
              ASSERT_EQ(index->find(there) != BoxIndex::kOutside, inside(spec, there)) << there.raw_text();
            }
      }
}

TEST(BoxIndex, AnAxisBelowItsCornerIsNotCompensatedByTheNext) {
  // The subtraction borrows from the next axis, which would then appear to be inside.
  const RegionSpec spec = box({{Axis::line, 8, 8}, {Axis::column, 8, 8}}, Layout::row_major);
  const auto index = BoxIndex::make(spec);
  for (std::uint32_t line = 0; line < 40; ++line)
    for (std::uint32_t column = 0; column <= PackedCoordinate::kMax; ++column) {
      const PackedCoordinate c = spec.first.with(Axis::line, line).with(Axis::column, column);
      ASSERT_EQ(index->find(c) != BoxIndex::kOutside, inside(spec, c));
    }
}

TEST(BoxIndex, BothFormsAgreeOnRandomBoxesAndCoordinates) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    RegionSpec spec;
    for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
      const auto axis = static_cast<Axis>(i);
      const std::uint32_t side = 1u << random.below(6);
      const auto first = static_cast<std::uint32_t>(random.below(PackedCoordinate::kMax + 2 - side));
      const bool on = random.below(2) == 0;
      if (on) spec.mask |= bit_of(axis);
      spec.first = spec.first.with(axis, first);
      spec.last = spec.last.with(axis, on ? first + side - 1 : first);
    }
    spec.layout = kDense[random.below(3)];
    const auto fast = BoxIndex::make(spec);
    const auto portable = BoxIndex::make(spec, BoxIndex::Form::portable);
    ASSERT_EQ(fast.has_value(), portable.has_value());
    if (!fast) continue;
    ASSERT_FALSE(portable->picks_bits());
    std::vector<PackedCoordinate> at;
    for (int i = 0; i < 200; ++i) {
      PackedCoordinate c = any_inside(spec, random).with_flags(static_cast<std::uint32_t>(random.below(128)));
      if (random.below(4) == 0)
        c = c.with(static_cast<Axis>(random.below(11)),
                   static_cast<std::uint32_t>(random.below(PackedCoordinate::kMax + 1)));
      at.push_back(c);
    }
    std::vector<std::uint64_t> together(at.size()), slowly(at.size());
    fast->find(at, together, 123);
    portable->find(at, slowly, 123);
    ASSERT_EQ(together, slowly);
    for (std::size_t i = 0; i < at.size(); ++i) {
      const std::uint64_t expected = inside(spec, at[i]) ? by_curve(spec, at[i]) : BoxIndex::kOutside;
      ASSERT_EQ(fast->find(at[i]), expected);
      ASSERT_EQ(together[i], expected == BoxIndex::kOutside ? 123 : expected);
    }
  }
}

TEST(BoxIndex, TheLargestBoxIsNumberedToItsEnd) {
  const RegionSpec spec = box({{Axis::collection, 0, 256},
                               {Axis::volume, 0, 2048},
                               {Axis::book, 0, 2048},
                               {Axis::scroll, 0, 2048},
                               {Axis::line, 0, 2048},
                               {Axis::column, 0, 2048}},
                              Layout::row_major);
  for (const auto form : {BoxIndex::Form::fastest, BoxIndex::Form::portable}) {
    const auto index = BoxIndex::make(spec, form);
    ASSERT_TRUE(index.has_value());
    EXPECT_EQ(index->cells(), std::uint64_t{1} << 63);
    EXPECT_EQ(index->find(spec.last), index->cells() - 1);
    EXPECT_EQ(index->coordinate(index->cells() - 1), spec.last);
  }
}

TEST(BoxIndex, NoIndexExistsWithoutADenseBox) {
  EXPECT_FALSE(BoxIndex::make(box({{Axis::column, 0, 8}}, Layout::sparse)).has_value());
  EXPECT_FALSE(BoxIndex::make(box({{Axis::column, 0, 7}}, Layout::morton)).has_value());
  EXPECT_FALSE(BoxIndex::make(box({}, Layout::row_major)).has_value());
  RegionSpec backwards = box({{Axis::column, 4, 4}}, Layout::row_major);
  std::swap(backwards.first, backwards.last);
  EXPECT_FALSE(BoxIndex::make(backwards).has_value());
}

}  // namespace
}  // namespace vtpu::memory
