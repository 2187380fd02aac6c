// Do the memory kernels visit and compute what their documentation states?
#include "vtpu/measure/memory_kernels.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace vtpu::measure {
namespace {

TEST(Memory, IsZeroedPageAlignedAndOfTheRequestedSize) {
  const Memory memory(3 * 4096);
  const auto cells = memory.as<std::uint64_t>();
  EXPECT_EQ(cells.size(), 3U * 512);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(cells.data()) % 4096, 0U);
  EXPECT_EQ(sequential_sum(cells), 0U);
}

TEST(RandomCycle, VisitsEveryCellOnceBeforeItReturns) {
  for (const std::size_t stride : {1U, 8U}) {
    std::vector<std::uint64_t> cells(1000 * stride);
    Random random(3);
    link_cycle(cells, stride, random);
    std::set<std::uint64_t> seen;
    std::uint64_t at = 0;
    for (int i = 0; i < 1000; ++i) {
      EXPECT_EQ(at % stride, 0U);
      seen.insert(at);
      at = chase(cells, at, 1);
    }
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(at, 0U);
    EXPECT_EQ(chase(cells, 0, 1000), 0U);
  }
}

TEST(AscendingCycle, LinksEachCellToTheNextAndTheLastToTheFirst) {
  std::vector<std::uint64_t> cells(64);
  link_ascending(cells, 8);
  EXPECT_EQ(chase(cells, 0, 1), 8U);
  EXPECT_EQ(chase(cells, 0, 7), 56U);
  EXPECT_EQ(chase(cells, 0, 8), 0U);
}

TEST(Sums, AgreeForEveryLengthAndStride) {
  for (const std::size_t size : {1U, 15U, 16U, 31U, 32U, 100U, 4096U}) {
    std::vector<std::uint64_t> cells(size);
    std::iota(cells.begin(), cells.end(), 5);
    const std::uint64_t expected = std::accumulate(cells.begin(), cells.end(), std::uint64_t{0});
    EXPECT_EQ(sequential_sum(cells), expected);
    EXPECT_EQ(wide_sum(cells), expected);
    EXPECT_EQ(strided_sum(cells, 1), expected);
    EXPECT_EQ(strided_sum(cells, size), cells[0]);
  }
}

TEST(RandomIndices, StayBelowTheirBoundAndReachEveryIndexBelowASmallOne) {
  std::set<std::size_t> seen;
  for (std::uint64_t k = 0; k < 1000; ++k) {
    const std::size_t place = random_place(k, 37);
    EXPECT_LT(place, 37U);
    seen.insert(place);
  }
  EXPECT_EQ(seen.size(), 37U);
  std::vector<std::uint64_t> cells(37);
  std::iota(cells.begin(), cells.end(), 0);
  EXPECT_EQ(random_sum(cells, 100, 50), random_place_sum(37, 100, 50));
}

}  // namespace
}  // namespace vtpu::measure
