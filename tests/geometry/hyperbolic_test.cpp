// Compares hyperbolic distances with closed forms and with each other, and the rank correlation with small examples.
#include "vtpu/geometry/hyperbolic.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vtpu::geometry {
namespace {

using Point = std::vector<double>;

TEST(PoincareDistance, FromTheOriginIsTwiceTheArtanhOfTheRadius) {
  const Point origin(16, 0.0);
  for (const double radius : {1e-9, 0.01, 0.5, 0.999, 1 - 1e-9}) {
    Point x(16, 0.0);
    x[3] = radius;
    const double wanted = 2 * std::atanh(radius);
    EXPECT_NEAR(poincare_distance(origin, x), wanted, 1e-7 * wanted) << radius;
  }
}

TEST(PoincareDistance, IsSymmetricAndObeysTheTriangleInequality) {
  const EmbeddedTree tree = embed_random_tree(24, 3, 16, 0.7, Random(1));
  for (const Point& a : tree.points)
    for (const Point& b : tree.points) {
      EXPECT_EQ(poincare_distance(a, b), poincare_distance(b, a));
      for (const Point& c : tree.points)
        EXPECT_LE(poincare_distance(a, c), poincare_distance(a, b) + poincare_distance(b, c) + 1e-9);
    }
}

TEST(LorentzDistance, AgreesWithThePoincareDistanceNearTheOrigin) {
  const EmbeddedTree tree = embed_random_tree(40, 3, 16, 0.3, Random(2));  // radii up to 3.3
  for (const Point& a : tree.points)
    for (const Point& b : tree.points)
      EXPECT_NEAR(lorentz_distance(on_hyperboloid(a), on_hyperboloid(b)), poincare_distance(a, b), 1e-6);
}

TEST(LorentzDistance, OfAPointToItselfIsZeroDespiteRounding) {
  const Point x = on_hyperboloid(Point{0.3, -0.9});
  EXPECT_NEAR(lorentz_distance(x, x), 0, 1e-6);
}

TEST(EmbedRandomTree, PutsALeafAtMostElevenStepsFromTheOriginWhereverItIsReached) {
  // With one branch, all leaves are the same.
  const EmbeddedTree tree = embed_random_tree(2, 1, 16, 0.5, Random(3));
  EXPECT_EQ(tree.coordinates[0], tree.coordinates[1]);
  EXPECT_EQ(tree.points[0], tree.points[1]);
  EXPECT_LE(poincare_distance(Point(16, 0.0), tree.points[0]), 11 * 0.5 + 1e-9);
}

TEST(EmbedRandomTree, PutsSiblingsAtMostTwoStepsApart) {
  const EmbeddedTree tree = embed_random_tree(4000, 2, 16, 0.5, Random(4));
  int siblings = 0;
  for (std::size_t i = 0; i < tree.points.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (tree.coordinates[i].with(phext::Axis::column, 0) == tree.coordinates[j].with(phext::Axis::column, 0)) {
        EXPECT_LE(poincare_distance(tree.points[i], tree.points[j]), 1 + 1e-9);
        ++siblings;
      }
  EXPECT_GT(siblings, 0);
}

TEST(RankCorrelation, IsOneForOneOrderAndMinusOneForItsReverse) {
  EXPECT_DOUBLE_EQ(rank_correlation(Point{1, 5, 7}, Point{-3, 0, 100}), 1);
  EXPECT_DOUBLE_EQ(rank_correlation(Point{1, 5, 7}, Point{9, 8, 2}), -1);
}

TEST(RankCorrelation, GivesEqualValuesTheMeanOfTheirRanks) {
  // Ranks 0.5, 0.5, 2 against 0, 1, 2.
  EXPECT_NEAR(rank_correlation(Point{4, 4, 9}, Point{1, 2, 3}), std::sqrt(0.75), 1e-12);
  EXPECT_EQ(rank_correlation(Point{4, 4, 4}, Point{1, 2, 3}), 0);
}

}  // namespace
}  // namespace vtpu::geometry
