#include <gtest/gtest.h>

#include <vector>

#include "model.h"
#include "vtpu/memory/page_table.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {
namespace {

/// The fault of an allocation. Checks that `check_allocation` predicts it and that it changes nothing.
std::optional<MemoryFault> fault_of(PageTable& table, const RegionSpec& spec) {
  const auto foretold = table.check_allocation(spec);
  const std::size_t before = table.regions().size();
  const auto allocated = table.allocate(spec);
  EXPECT_EQ(allocated.fault, foretold);
  EXPECT_EQ(table.regions().size(), before + (allocated.fault ? 0 : 1));
  EXPECT_EQ(allocated.handle == 0, allocated.fault.has_value());
  return allocated.fault;
}

TEST(Allocation, CornersOutOfOrderOrUnequalOffTheMaskAreNotABox) {
  PageTable table;
  RegionSpec spec = box({{Axis::column, 4, 4}}, Layout::sparse);
  std::swap(spec.first, spec.last);
  EXPECT_EQ(fault_of(table, spec), MemoryFault::bad_box);
  spec = box({{Axis::line, 1, 2}, {Axis::column, 4, 4}}, Layout::row_major);
  spec.mask = bit_of(Axis::column);
  EXPECT_EQ(fault_of(table, spec), MemoryFault::bad_box);
}

TEST(Allocation, AMaskWithNoAxisOrATwelfthIsNotABox) {
  PageTable table;
  for (const std::uint32_t mask : {0u, 1u << 11, ~0u}) {
    RegionSpec spec = box({}, Layout::sparse);
    spec.mask = mask;
    EXPECT_EQ(fault_of(table, spec), MemoryFault::bad_box) << mask;
  }
}

TEST(Allocation, CellsHaveOneToSixtyFourBytes) {
  for (unsigned log2 = 0; log2 < 9; ++log2) {
    PageTable table;
    EXPECT_EQ(fault_of(table, box({{Axis::column, 0, 8}}, Layout::row_major, log2)),
              log2 <= 6 ? std::nullopt : std::optional(MemoryFault::bad_box));
  }
}

TEST(Allocation, ACurveOverASideThatIsNotAPowerOfTwoIsRefused) {
  for (const Layout layout : {Layout::row_major, Layout::morton, Layout::hilbert, Layout::sparse}) {
    PageTable table;
    const bool curve = layout == Layout::morton || layout == Layout::hilbert;
    EXPECT_EQ(fault_of(table, box({{Axis::line, 0, 3}, {Axis::column, 0, 8}}, layout)),
              curve ? std::optional(MemoryFault::bad_box) : std::nullopt);
  }
}

TEST(Allocation, BoxesThatShareACoordinateOverlap) {
  PageTable table;
  EXPECT_EQ(fault_of(table, box({{Axis::line, 10, 10}, {Axis::column, 10, 10}}, Layout::row_major)), std::nullopt);
  EXPECT_EQ(fault_of(table, box({{Axis::line, 19, 5}, {Axis::column, 19, 5}}, Layout::sparse)), MemoryFault::overlap);
  EXPECT_EQ(fault_of(table, box({{Axis::line, 0, 40}, {Axis::column, 0, 40}}, Layout::row_major)),
            MemoryFault::overlap);
  EXPECT_EQ(fault_of(table, box({{Axis::line, 19, 5}, {Axis::column, 20, 5}}, Layout::sparse)), std::nullopt);
  EXPECT_EQ(fault_of(table, box({{Axis::line, 0, 10}, {Axis::column, 0, 40}}, Layout::sparse)), std::nullopt);
  EXPECT_EQ(fault_of(table, box({{Axis::line, 10, 10}, {Axis::column, 10, 10}}, Layout::row_major, 3, 2)),
            std::nullopt);
}

TEST(Allocation, BytesOrRegionsBeyondTheLimitsAreRefused) {
  PageTable table(PageTable::Limits{.bytes = 3 * (4096 + kRegionBytes), .regions = 3});
  EXPECT_EQ(fault_of(table, box({{Axis::column, 0, 2048}}, Layout::row_major, 4)), MemoryFault::quota);
  EXPECT_EQ(fault_of(table, box({{Axis::column, 0, 513}}, Layout::row_major, 3)), std::nullopt);  // two pages of 4 KiB
  EXPECT_EQ(fault_of(table, box({{Axis::column, 1000, 513}}, Layout::row_major, 3)), MemoryFault::quota);
  EXPECT_EQ(fault_of(table, box({{Axis::column, 1000, 512}}, Layout::row_major, 3)), std::nullopt);
  EXPECT_EQ(fault_of(table, box({{Axis::column, 0, 2048}}, Layout::sparse, 3, 2)), std::nullopt);
  EXPECT_EQ(fault_of(table, box({{Axis::column, 0, 1}}, Layout::sparse, 3, 3)), MemoryFault::quota);
  PageTable regions(PageTable::Limits{.bytes = 100 << 20, .regions = 3});
  for (std::uint32_t k = 0; k < 4; ++k)
    EXPECT_EQ(fault_of(regions, box({{Axis::column, k, 1}}, Layout::sparse)),
              k < 3 ? std::nullopt : std::optional(MemoryFault::quota));
}

TEST(Allocation, ABoxOfTheWholeSpaceIsRefusedWhenDenseAndAcceptedWhenSparse) {
  RegionSpec spec;
  spec.mask = (1u << 11) - 1;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
    spec.last = spec.last.with(static_cast<Axis>(i), PackedCoordinate::kMax);
  PageTable table(PageTable::Limits{.bytes = ~std::uint64_t{0}});
  spec.layout = Layout::row_major;
  EXPECT_EQ(fault_of(table, spec), MemoryFault::bad_box);  // it has too many cells to number
  spec.layout = Layout::sparse;
  EXPECT_EQ(fault_of(table, spec), std::nullopt);
  EXPECT_EQ(table.regions()[0].cells, ~std::uint64_t{0});
}

TEST(Allocation, HandlesCountFromOneAndAreNotReused) {
  PageTable table;
  const RegionSpec spec = box({{Axis::column, 0, 8}}, Layout::row_major);
  for (std::uint64_t handle = 1; handle < 5; ++handle) {
    EXPECT_FALSE(table.has(handle));
    EXPECT_EQ(table.allocate(spec).handle, handle);
    EXPECT_TRUE(table.has(handle));
    EXPECT_EQ(table.allocate(spec).fault, MemoryFault::overlap);
    EXPECT_EQ(table.free(handle), std::nullopt);
    EXPECT_FALSE(table.has(handle));
    EXPECT_EQ(table.free(handle), MemoryFault::bad_handle);
    EXPECT_EQ(table.flush(handle), MemoryFault::bad_handle);
  }
}

TEST(Allocation, FreeingReturnsTheQuotaAndUnmapsTheRegion) {
  // One page of 4 KiB with its index: a block of nodes and a table.
  PageTable table(PageTable::Limits{.bytes = kRegionBytes + 3 * 4096});
  TranslationCache cache;
  const RegionSpec sparse = box({{Axis::column, 0, 2048}}, Layout::sparse, 6);
  for (int round = 0; round < 3; ++round) {
    const auto handle = table.allocate(sparse).handle;
    EXPECT_FALSE(table.cell(sparse.first, 6, true, cache).fault);
    EXPECT_EQ(table.cell(sparse.last, 6, true, cache).fault, MemoryFault::quota);
    EXPECT_EQ(table.free(handle), std::nullopt);
    cache.forget(handle);
    EXPECT_EQ(table.quota().held(), 0u);
    EXPECT_FALSE(table.mapped(sparse.first));
    EXPECT_EQ(table.cell(sparse.first, 6, false, cache).fault, MemoryFault::unmapped);
  }
}

TEST(Allocation, FlagsOfTheCornersAreIgnored) {
  PageTable table;
  RegionSpec spec = box({{Axis::column, 0, 8}}, Layout::row_major);
  spec.first = spec.first.with_flags(9);
  spec.last = spec.last.with_flags(100);
  EXPECT_EQ(fault_of(table, spec), std::nullopt);
  EXPECT_EQ(table.regions()[0].spec.first.flags(), 0u);
  EXPECT_EQ(table.regions()[0].spec.last.flags(), 0u);
}

}  // namespace
}  // namespace vtpu::memory
