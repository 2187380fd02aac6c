#include "vtpu/base/position.h"
#include "vtpu/net/workload/traffic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vtpu/base/random.h"

namespace vtpu::net::workload {
namespace {

Traffic pattern(const char* name, const Shape& grid) { return *Traffic::make(name, grid, Random(7)); }

std::map<int, double> destinations(const Traffic& traffic, int source) {
  std::map<int, double> probability;
  int last = -1;
  traffic.for_each_destination(source, [&](int destination, double share) {
    EXPECT_GT(destination, last) << traffic.name() << ": destinations come in rising order, each once";
    EXPECT_GT(share, 0) << traffic.name();
    probability[last = destination] = share;
  });
  return probability;
}

/// The only destination of a source.
int only(const Traffic& traffic, int source) {
  const std::map<int, double> all = destinations(traffic, source);
  EXPECT_EQ(all.size(), 1u) << traffic.name();
  return all.begin()->first;
}

std::vector<Traffic> all_patterns() {
  std::vector<Traffic> traffics;
  for (const std::string& name : Traffic::names()) traffics.push_back(pattern(name.c_str(), {4, 4}));
  traffics.push_back(*Traffic::hot_spot(10, {9, 2}, 0.75));
  traffics.push_back(*Traffic::matrix({{0, 1, 3}, {0, 0, 0}, {5, 0.25, 0.25}}));
  return traffics;
}

TEST(EveryTraffic, HasDestinationsWhoseProbabilitiesSumToOneOrSendsNothing) {
  for (const Traffic& traffic : all_patterns())
    for (int source = 0; source < traffic.chip_count(); ++source) {
      double sum = 0;
      for (const auto& [destination, share] : destinations(traffic, source)) {
        EXPECT_TRUE(destination >= 0 && destination < traffic.chip_count());
        sum += share;
      }
      EXPECT_NEAR(sum, traffic.rate(source) > 0 ? 1 : 0, 1e-12) << traffic.name() << " from " << source;
    }
}

TEST(EveryTraffic, DrawsDestinationsAccordingToItsProbabilities) {
  constexpr int kDraws = 20000;
  for (const Traffic& traffic : all_patterns())
    for (const int source : {0, 2}) {
      const std::map<int, double> wanted = destinations(traffic, source);
      std::vector<int> drawn(at(traffic.chip_count()), 0);
      Random random(3);
      for (int i = 0; i < kDraws; ++i) ++drawn[at(traffic.destination(source, random))];
      // The chi-square value that is exceeded once in 1000 times is below this for up to 16 cells.
      double chi_square = 0;
      int found = 0;
      for (const auto& [destination, share] : wanted) {
        const double expected = share * kDraws;
        chi_square += (drawn[at(destination)] - expected) * (drawn[at(destination)] - expected) / expected;
        found += drawn[at(destination)];
      }
      EXPECT_EQ(found, kDraws) << traffic.name() << ": only destinations of positive probability are drawn";
      EXPECT_LT(chi_square, 39.3) << traffic.name() << " from " << source;
    }
}

TEST(EveryTraffic, DrawsTheSameFromTheSameSeed) {
  for (const Traffic& traffic : all_patterns()) {
    Random one(11), other(11);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(traffic.destination(0, one), traffic.destination(0, other));
  }
}

TEST(Traffic, UniformWithoutSelfNeverSendsToTheSender) {
  const Traffic traffic = Traffic::uniform(5, false);
  Random random(1);
  std::set<int> seen;
  for (int i = 0; i < 500; ++i) seen.insert(traffic.destination(3, random));
  EXPECT_EQ(seen, (std::set<int>{0, 1, 2, 4}));
  EXPECT_EQ(destinations(traffic, 3).size(), 4u);
  EXPECT_EQ(destinations(Traffic::uniform(5, true), 3).size(), 5u);
  EXPECT_EQ(Traffic::uniform(1, false).rate(0), 0) << "a single chip has no destination";
}

TEST(Traffic, PermutationSendsToEveryChipOnceAndDependsOnTheSeed) {
  const auto order = [](std::uint64_t seed) {
    const Traffic traffic = *Traffic::make("permutation", {8, 8}, Random(seed));
    std::vector<int> to;
    for (int chip = 0; chip < 64; ++chip) to.push_back(only(traffic, chip));
    return to;
  };
  const std::vector<int> first = order(1);
  EXPECT_EQ(std::set<int>(first.begin(), first.end()).size(), 64u);
  EXPECT_EQ(first, order(1));
  EXPECT_NE(first, order(2));
}

TEST(Traffic, TransposeReversesCoordinates) {
  EXPECT_EQ(only(pattern("transpose", {4, 4}), 1), 4);
  const Shape cube = {2, 3, 2};
  EXPECT_EQ(only(pattern("transpose", cube), cube.index_of({1, 2, 0})), cube.index_of({0, 2, 1}));
  EXPECT_EQ(Traffic::make("transpose", {4, 8}, Random(1)).error().message(),
            "traffic 'transpose': found grid 4x8; expected sides that read the same in both directions");
}

TEST(Traffic, BitPatternsChangeTheBitsOfTheChipsNumber) {
  EXPECT_EQ(only(pattern("bit-complement", {4, 4}), 0b0010), 0b1101);
  EXPECT_EQ(only(pattern("bit-reverse", {4, 4}), 0b0010), 0b0100);
  EXPECT_EQ(only(pattern("bit-reverse", {4, 4}), 0b0001), 0b1000);
  EXPECT_EQ(only(pattern("shuffle", {4, 4}), 0b1001), 0b0011);
  EXPECT_EQ(only(pattern("shuffle", {1}), 0), 0);
  for (const char* name : {"bit-complement", "bit-reverse", "shuffle"})
    EXPECT_EQ(Traffic::make(name, {3, 4}, Random(1)).error().message(),
              std::string("traffic '") + name + "': found 12 chips; expected a power of two");
}

TEST(Traffic, TornadoGoesJustLessThanHalfWayRoundEveryRing) {
  const Shape grid = {8, 5};
  EXPECT_EQ(only(pattern("tornado", grid), grid.index_of({6, 4})), grid.index_of({(6 + 3) % 8, (4 + 2) % 5}));
  EXPECT_EQ(only(pattern("tornado", {2}), 1), 1) << "half-way minus one on a ring of 2 is no hop";
}

TEST(Traffic, NeighbourSendsEvenlyToTheChipsOneHopAway) {
  const Shape grid = {4, 2, 1};
  const std::map<int, double> wanted = {
      {grid.index_of({1, 1, 0}), 1 / 3.0}, {grid.index_of({3, 1, 0}), 1 / 3.0}, {grid.index_of({0, 0, 0}), 1 / 3.0}};
  EXPECT_EQ(destinations(pattern("neighbour", grid), grid.index_of({0, 1, 0})), wanted);
  EXPECT_EQ(pattern("neighbour", {1}).rate(0), 0);
}

TEST(Traffic, HotSpotSendsItsShareToTheHotChipsAndTheRestToAll) {
  const std::map<int, double> all = destinations(*Traffic::hot_spot(4, {1, 3}, 0.5), 0);
  EXPECT_EQ(all.at(0), 0.125);
  EXPECT_EQ(all.at(1), 0.375);
  EXPECT_EQ(destinations(*Traffic::hot_spot(4, {2}, 1), 0).size(), 1u);
  const Shape grid = {4, 6};
  EXPECT_GT(destinations(pattern("hot-spot", grid), 0).at(grid.index_of({2, 3})), 0.1);
  EXPECT_EQ(Traffic::hot_spot(4, {}, 0.5).error().message(), "traffic 'hot-spot': no hot chip; expected at least one");
  EXPECT_EQ(Traffic::hot_spot(4, {4}, 0.5).error().message(), "traffic 'hot-spot': found chip 4; expected 0 to 3");
  EXPECT_FALSE(Traffic::hot_spot(4, {1, 1}, 0.5));
  EXPECT_FALSE(Traffic::hot_spot(4, {1}, std::nan("")));
}

TEST(Traffic, MatrixGivesProbabilitiesWithinARowAndRatesBetweenRows) {
  const Traffic traffic = *Traffic::matrix({{0, 1, 3}, {0, 0, 0}, {2, 0, 0}});
  EXPECT_EQ(destinations(traffic, 0), (std::map<int, double>{{1, 0.25}, {2, 0.75}}));
  EXPECT_EQ(traffic.rate(0), 1);
  EXPECT_EQ(traffic.rate(1), 0);
  EXPECT_EQ(traffic.rate(2), 0.5);
  const std::vector<Demand> twice = {{1, 0, 1}, {0, 1, 1}, {1, 0, 2}, {0, 0, 0}};
  EXPECT_EQ(Traffic::matrix(2, twice)->rate(0), 1 / 3.0) << "weights of repeated pairs are added";
}

TEST(Traffic, MatrixNamesThePairOfAWrongWeight) {
  EXPECT_EQ(Traffic::matrix({{0, 1}, {-1, 0}}).error().message(),
            "traffic matrix, from 1 to 0: found weight -1; expected a number, at least 0");
  EXPECT_EQ(Traffic::matrix({{0, 1}, {1}}).error().message(),
            "traffic matrix, row 1: found 1 weights; expected 2, one for each row");
  EXPECT_EQ(Traffic::matrix({{0, 0}, {0, 0}}).error().message(),
            "traffic matrix: all weights are 0; expected at least one above 0");
  EXPECT_FALSE(Traffic::matrix({{0, std::nan("")}, {1, 0}}));
  EXPECT_FALSE(
      Traffic::matrix({{0, std::numeric_limits<double>::max()}, {1, 0}}).ok() &&
      Traffic::matrix({{std::numeric_limits<double>::max(), std::numeric_limits<double>::max()}, {1, 0}}).ok());
  EXPECT_FALSE(Traffic::matrix(std::vector<std::vector<double>>{}));
}

TEST(Traffic, UnknownNameIsRejectedWithTheNearestKnownOne) {
  const std::string message = Traffic::make("transposed", {4, 4}, Random(1)).error().message();
  EXPECT_NE(message.find("did you mean 'transpose'?"), std::string::npos) << message;
}

}  // namespace
}  // namespace vtpu::net::workload
