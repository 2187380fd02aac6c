#include "vtpu/phext/curves.h"

#include <gtest/gtest.h>

#include <vector>

#include "vtpu/base/random.h"

namespace vtpu::phext {
namespace {

using Sides = std::vector<std::uint32_t>;

template <class T>
class EveryCurve : public testing::Test {};
using Curves = testing::Types<RowMajor, Morton, Hilbert>;
TYPED_TEST_SUITE(EveryCurve, Curves);

/// Checks every index of a small box: cells are distinct, lie inside, and map back to their index.
template <class T>
void expect_bijection(const Sides& sides) {
  const T curve = T::make(sides).value();
  const RowMajor cells = RowMajor::make(sides).value();
  ASSERT_EQ(curve.dimensions(), sides.size());
  ASSERT_EQ(curve.cells(), cells.cells());
  std::vector<bool> seen(curve.cells());
  for (std::uint64_t index = 0; index < curve.cells(); ++index) {
    const Point point = curve.point(index);
    ASSERT_TRUE(curve.contains(point));
    ASSERT_EQ(curve.index(point), index);
    ASSERT_FALSE(seen[cells.index(point)]);
    seen[cells.index(point)] = true;
  }
}

std::uint32_t steps_between(const Point& a, const Point& b) {
  std::uint32_t steps = 0;
  for (std::size_t i = 0; i < a.size(); ++i) steps += a[i] < b[i] ? b[i] - a[i] : a[i] - b[i];
  return steps;
}

TYPED_TEST(EveryCurve, IsABijectionOnEverySmallBox) {
  for (const Sides& sides : {Sides{1}, Sides{16}, Sides{2, 2}, Sides{32, 32}, Sides{8, 8, 8}, Sides{4, 4, 4, 4, 4},
                             Sides{1, 1, 1}, Sides(11, 2), Sides(11, 1)})
    expect_bijection<TypeParam>(sides);
}

TYPED_TEST(EveryCurve, IsABijectionOnBoxesOfUnequalSides) {
  for (const Sides& sides : {Sides{2, 64}, Sides{64, 2}, Sides{1, 8, 2}, Sides{16, 1, 4, 2}, Sides{4, 32, 8},
                             Sides{2, 1, 4, 1, 2, 1, 2, 8, 1, 2, 4}})
    expect_bijection<TypeParam>(sides);
}

TYPED_TEST(EveryCurve, ComesBackOnLargeBoxes) {
  Random random(7);
  for (const Sides& sides :
       {Sides{1u << 31, 1u << 31}, Sides(11, 32), Sides(9, 128), Sides{1u << 21, 1u << 21, 1u << 21},
        Sides{2048, 2048, 2048, 2048, 2048}, Sides{1u << 31, 2, 1u << 10, 4}}) {
    const TypeParam curve = TypeParam::make(sides).value();
    for (int round = 0; round < 2000; ++round) {
      const std::uint64_t index = random.below(curve.cells());
      const Point point = curve.point(index);
      ASSERT_TRUE(curve.contains(point));
      ASSERT_EQ(curve.index(point), index);
    }
    ASSERT_EQ(curve.index(curve.point(curve.cells() - 1)), curve.cells() - 1);
  }
}

TYPED_TEST(EveryCurve, StartsAtTheOrigin) { EXPECT_EQ(TypeParam::make(Sides(11, 4)).value().point(0), Point{}); }

TYPED_TEST(EveryCurve, RefusesABoxItsIndexCannotNumber) {
  EXPECT_EQ(TypeParam::make(Sides(11, 2048)).error().message(),
            "side 5: the box has more than 2^63 cells; expected an index that fits 64 bits");
  EXPECT_EQ(TypeParam::make(Sides{4, 0}).error().message(), "side 1: found 0; expected at least 1");
  EXPECT_EQ(TypeParam::make(Sides{}).error().message(), "found a box of 0 sides; expected 1 to 11");
  EXPECT_EQ(TypeParam::make(Sides(12, 2)).error().message(), "found a box of 12 sides; expected 1 to 11");
  EXPECT_EQ(TypeParam::make(Sides{1u << 31, 1u << 31, 2}).value().cells(), std::uint64_t{1} << 63);
}

TEST(RowMajor, TakesSidesOfAnyLengthAndVariesTheLastFastest) {
  expect_bijection<RowMajor>({3, 5, 7});
  const RowMajor curve = RowMajor::make(Sides{3, 5, 7}).value();
  EXPECT_EQ(curve.index({1, 2, 3}), 1u * 35 + 2 * 7 + 3);
}

TEST(Morton, InterleavesTheBits) {
  const Morton curve = Morton::make(Sides{4, 4}).value();
  EXPECT_EQ(curve.index({0b10, 0b01}), 0b1001u);
  EXPECT_EQ(curve.index({0b01, 0b11}), 0b0111u);
}

TEST(MortonAndHilbert, RefuseASideThatIsNotAPowerOfTwo) {
  EXPECT_EQ(Morton::make(Sides{4, 3}).error().message(), "side 1: found 3; expected a power of two");
  EXPECT_EQ(Hilbert::make(Sides{6}).error().message(), "side 0: found 6; expected a power of two");
}

TEST(Hilbert, NeighboursOnTheCurveAreOneStepApartWhenTheSidesAreEqual) {
  for (const Sides& sides : {Sides{64}, Sides{64, 64}, Sides{16, 16, 16}, Sides{8, 8, 8, 8}, Sides{4, 4, 4, 4, 4, 4},
                             Sides(11, 2), Sides{1, 16, 1, 16}}) {
    const Hilbert curve = Hilbert::make(sides).value();
    for (std::uint64_t index = 1; index < curve.cells(); ++index)
      ASSERT_EQ(steps_between(curve.point(index - 1), curve.point(index)), 1u) << index;
  }
}

TEST(Hilbert, NeighboursAreOneStepApartInLargeCubesToo) {
  Random random(8);
  for (const Sides& sides : {Sides(11, 32), Sides(5, 2048), Sides{1u << 31, 1u << 31}}) {
    const Hilbert curve = Hilbert::make(sides).value();
    for (int round = 0; round < 5000; ++round) {
      const std::uint64_t index = 1 + random.below(curve.cells() - 1);
      ASSERT_EQ(steps_between(curve.point(index - 1), curve.point(index)), 1u) << index;
    }
  }
}

TEST(Hilbert, WithUnequalSidesEachCubeIsFilledInSingleSteps) {
  const Hilbert curve = Hilbert::make(Sides{4, 16}).value();
  for (std::uint64_t index = 1; index < curve.cells(); ++index) {
    if (index % 16 == 0) continue;
    ASSERT_EQ(steps_between(curve.point(index - 1), curve.point(index)), 1u) << index;
  }
}

}  // namespace
}  // namespace vtpu::phext
