#include "vtpu/net/workload/traffic.h"
#include "vtpu/base/position.h"

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

std::map<Chip, double> destinations(const Traffic& traffic, Chip source) {
  std::map<Chip, double> probability;
  Chip last = Chip::none();
  traffic.for_each_destination(source, [&](Chip destination, double share) {
    EXPECT_GT(destination, last) << traffic.name() << ": destinations come in rising order, each once";
    EXPECT_GT(share, 0) << traffic.name();
    probability[last = destination] = share;
  });
  return probability;
}

/// The only destination of a source.
Chip only(const Traffic& traffic, Chip source) {
  const std::map<Chip, double> all = destinations(traffic, source);
  EXPECT_EQ(all.size(), 1u) << traffic.name();
  return all.begin()->first;
}

std::vector<Traffic> all_patterns() {
  std::vector<Traffic> traffics;
  for (const std::string& name : Traffic::names()) traffics.push_back(pattern(name.c_str(), {4, 4}));
  traffics.push_back(*Traffic::hot_spot(10, {Chip{9}, Chip{2}}, 0.75));
  traffics.push_back(*Traffic::matrix({{0, 1, 3}, {0, 0, 0}, {5, 0.25, 0.25}}));
  return traffics;
}

TEST(EveryTraffic, HasDestinationsWhoseProbabilitiesSumToOneOrSendsNothing) {
  for (const Traffic& traffic : all_patterns())
    for (const Chip source : index_range<Chip>(traffic.chip_count())) {
      double sum = 0;
      for (const auto& [destination, share] : destinations(traffic, source)) {
        EXPECT_TRUE(destination.valid() && destination.value() < traffic.chip_count());
        sum += share;
      }
      EXPECT_NEAR(sum, traffic.rate(source) > 0 ? 1 : 0, 1e-12) << traffic.name() << " from " << source.value();
    }
}

TEST(EveryTraffic, DrawsDestinationsAccordingToItsProbabilities) {
  constexpr int kDraws = 20000;
  for (const Traffic& traffic : all_patterns())
    for (const Chip source : {Chip{0}, Chip{2}}) {
      const std::map<Chip, double> wanted = destinations(traffic, source);
      IndexedVector<Chip, int> drawn(traffic.chip_count(), 0);
      Random random(3);
      for (int i = 0; i < kDraws; ++i) ++drawn[traffic.destination(source, random)];
      // The chi-square value that is exceeded once in 1000 times is below this for up to 16 cells.
      double chi_square = 0;
      int found = 0;
      for (const auto& [destination, share] : wanted) {
        const double expected = share * kDraws;
        chi_square += (drawn[destination] - expected) * (drawn[destination] - expected) / expected;
        found += drawn[destination];
      }
      EXPECT_EQ(found, kDraws) << traffic.name() << ": only destinations of positive probability are drawn";
      EXPECT_LT(chi_square, 39.3) << traffic.name() << " from " << source.value();
    }
}

TEST(EveryTraffic, DrawsTheSameFromTheSameSeed) {
  for (const Traffic& traffic : all_patterns()) {
    Random one(11), other(11);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(traffic.destination(Chip{0}, one), traffic.destination(Chip{0}, other));
  }
}

TEST(Traffic, UniformWithoutSelfNeverSendsToTheSender) {
  const Traffic traffic = Traffic::uniform(5, false);
  Random random(1);
  std::set<Chip> seen;
  for (int i = 0; i < 500; ++i) seen.insert(traffic.destination(Chip{3}, random));
  EXPECT_EQ(seen, (std::set<Chip>{Chip{0}, Chip{1}, Chip{2}, Chip{4}}));
  EXPECT_EQ(destinations(traffic, Chip{3}).size(), 4u);
  EXPECT_EQ(destinations(Traffic::uniform(5, true), Chip{3}).size(), 5u);
  EXPECT_EQ(Traffic::uniform(1, false).rate(Chip{0}), 0) << "a single chip has no destination";
}

TEST(Traffic, PermutationSendsToEveryChipOnceAndDependsOnTheSeed) {
  const auto order = [](std::uint64_t seed) {
    const Traffic traffic = *Traffic::make("permutation", {8, 8}, Random(seed));
    std::vector<Chip> to;
    for (const Chip chip : index_range<Chip>(64)) to.push_back(only(traffic, chip));
    return to;
  };
  const std::vector<Chip> first = order(1);
  EXPECT_EQ(std::set<Chip>(first.begin(), first.end()).size(), 64u);
  EXPECT_EQ(first, order(1));
  EXPECT_NE(first, order(2));
}

TEST(Traffic, TransposeReversesCoordinates) {
  EXPECT_EQ(only(pattern("transpose", {4, 4}), Chip{1}), Chip{4});
  const Shape cube = {2, 3, 2};
  EXPECT_EQ(only(pattern("transpose", cube), Chip(cube.index_of({1, 2, 0}))), Chip(cube.index_of({0, 2, 1})));
  EXPECT_EQ(Traffic::make("transpose", {4, 8}, Random(1)).error().message(),
            "traffic 'transpose': found grid 4x8; expected sides that read the same in both directions");
}

TEST(Traffic, BitPatternsChangeTheBitsOfTheChipsNumber) {
  EXPECT_EQ(only(pattern("bit-complement", {4, 4}), Chip{0b0010}), Chip{0b1101});
  EXPECT_EQ(only(pattern("bit-reverse", {4, 4}), Chip{0b0010}), Chip{0b0100});
  EXPECT_EQ(only(pattern("bit-reverse", {4, 4}), Chip{0b0001}), Chip{0b1000});
  EXPECT_EQ(only(pattern("shuffle", {4, 4}), Chip{0b1001}), Chip{0b0011});
  EXPECT_EQ(only(pattern("shuffle", {1}), Chip{0}), Chip{0});
  for (const char* name : {"bit-complement", "bit-reverse", "shuffle"})
    EXPECT_EQ(Traffic::make(name, {3, 4}, Random(1)).error().message(),
              std::string("traffic '") + name + "': found 12 chips; expected a power of two");
}

TEST(Traffic, TornadoGoesJustLessThanHalfWayRoundEveryRing) {
  const Shape grid = {8, 5};
  EXPECT_EQ(only(pattern("tornado", grid), Chip(grid.index_of({6, 4}))),
            Chip(grid.index_of({(6 + 3) % 8, (4 + 2) % 5})));
  EXPECT_EQ(only(pattern("tornado", {2}), Chip{1}), Chip{1}) << "half-way minus one on a ring of 2 is no hop";
}

TEST(Traffic, NeighbourSendsEvenlyToTheChipsOneHopAway) {
  const Shape grid = {4, 2, 1};
  const std::map<Chip, double> wanted = {{Chip(grid.index_of({1, 1, 0})), 1 / 3.0},
                                         {Chip(grid.index_of({3, 1, 0})), 1 / 3.0},
                                         {Chip(grid.index_of({0, 0, 0})), 1 / 3.0}};
  EXPECT_EQ(destinations(pattern("neighbour", grid), Chip(grid.index_of({0, 1, 0}))), wanted);
  EXPECT_EQ(pattern("neighbour", {1}).rate(Chip{0}), 0);
}

TEST(Traffic, HotSpotSendsItsShareToTheHotChipsAndTheRestToAll) {
  const std::map<Chip, double> all = destinations(*Traffic::hot_spot(4, {Chip{1}, Chip{3}}, 0.5), Chip{0});
  EXPECT_EQ(all.at(Chip{0}), 0.125);
  EXPECT_EQ(all.at(Chip{1}), 0.375);
  EXPECT_EQ(destinations(*Traffic::hot_spot(4, {Chip{2}}, 1), Chip{0}).size(), 1u);
  const Shape grid = {4, 6};
  EXPECT_GT(destinations(pattern("hot-spot", grid), Chip{0}).at(Chip(grid.index_of({2, 3}))), 0.1);
  EXPECT_EQ(Traffic::hot_spot(4, {}, 0.5).error().message(), "traffic 'hot-spot': no hot chip; expected at least one");
  EXPECT_EQ(Traffic::hot_spot(4, {Chip{4}}, 0.5).error().message(),
            "traffic 'hot-spot': found chip 4; expected 0 to 3");
  EXPECT_FALSE(Traffic::hot_spot(4, {Chip{1}, Chip{1}}, 0.5));
  EXPECT_FALSE(Traffic::hot_spot(4, {Chip{1}}, std::nan("")));
}

TEST(Traffic, MatrixGivesProbabilitiesWithinARowAndRatesBetweenRows) {
  const Traffic traffic = *Traffic::matrix({{0, 1, 3}, {0, 0, 0}, {2, 0, 0}});
  EXPECT_EQ(destinations(traffic, Chip{0}), (std::map<Chip, double>{{Chip{1}, 0.25}, {Chip{2}, 0.75}}));
  EXPECT_EQ(traffic.rate(Chip{0}), 1);
  EXPECT_EQ(traffic.rate(Chip{1}), 0);
  EXPECT_EQ(traffic.rate(Chip{2}), 0.5);
  const std::vector<Demand> twice = {
      {Chip{1}, Chip{0}, 1}, {Chip{0}, Chip{1}, 1}, {Chip{1}, Chip{0}, 2}, {Chip{0}, Chip{0}, 0}};
  EXPECT_EQ(Traffic::matrix(2, twice)->rate(Chip{0}), 1 / 3.0) << "weights of repeated pairs are added";
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
