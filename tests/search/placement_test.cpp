#include "vtpu/search/placement/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/search/placement/coordinates.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/placement/linear_assignment.h"
#include "vtpu/search/placement/rank_coordinates.h"
#include "vtpu/search/placement/refine.h"
#include "vtpu/search/placement/soft_assignment.h"
#include "vtpu/search/placement/state_search.h"
#include "vtpu/search/placement/tied.h"

namespace vtpu::search {
namespace {

bool is_permutation(std::vector<int> numbers) {
  std::sort(numbers.begin(), numbers.end());
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] != static_cast<int>(i)) return false;
  return true;
}

bool is_permutation(const Placement& placement) {
  std::vector<int> numbers;
  for (const net::Chip chip : placement) numbers.push_back(chip.value());
  return is_permutation(std::move(numbers));
}

EvenPaths ways_on(const net::Network& network) { return *EvenPaths::make(network); }

TEST(Placement, EvenPathsLoadChannelsAsTheRoutingTableDoes) {
  const net::Network network(net::topology::Mesh{{2, 3, 4}});
  const EvenPaths ways = ways_on(network);
  const StepTraffic traffic = permutation_step(24, Random(2), 1);
  const Placement placement = hand_placements({2, 3, 4})[9];
  const Result<net::routing::TableRouting> routing =
      net::routing::TableRouting::make(network, net::routing::Split::even);
  const auto expected = net::routing::expected_load(network, *routing, *placed(traffic, placement));
  const IndexedVector<net::Channel, double> loads = even_loads(ways, traffic, placement);
  EXPECT_EQ(loads.size(), expected.size());
  for (const net::Channel channel : loads.indices()) EXPECT_NEAR(loads[channel], expected[channel], 1e-6);
}

TEST(Placement, PricesAreTheTransposeOfLoads) {
  const EvenPaths ways = ways_on(net::Network(*net::topology::TwistedTorus::make({4, 4, 8})));
  const std::size_t chips = 128;
  Random random(1);
  std::vector<double> traffic(chips * chips);
  IndexedVector<net::Channel, double> price(ways.channels());
  for (double& bytes : traffic) bytes = random.unit();
  for (double& one : price) one = random.unit();
  const IndexedVector<net::Channel, double> loads = ways.loads(traffic);
  const std::vector<double> prices = ways.prices(price);
  EXPECT_NEAR(std::inner_product(loads.begin(), loads.end(), price.begin(), 0.0),
              std::inner_product(traffic.begin(), traffic.end(), prices.begin(), 0.0), 1e-7);
}

TEST(Placement, UsesOfAPairSumToItsHops) {
  const EvenPaths ways = ways_on(net::Network(net::topology::Torus{{4, 4, 4}}));
  const EvenPaths::Uses uses(ways);
  for (const net::Chip to : index_range<net::Chip>(64)) {
    double sum = 0;
    for (const EvenPaths::Use& use : uses.of(net::Chip(5), to)) sum += static_cast<double>(use.share);
    EXPECT_NEAR(sum, ways.distance(net::Chip(5), to), 1e-5);
  }
}

TEST(Placement, RingsAlongAnAxisLoadEachOfItsChannelsWithHalfOfTheBytesOfARank) {
  const net::Network network(net::topology::Torus{{4, 4, 8}});
  const EvenPaths ways = ways_on(network);
  const StepTraffic traffic = *transformer_step({}, {16, 1, 1, 8}, "gpt3");
  double ring = 0;
  for (const net::workload::Demand& demand : traffic.pairs) ring = std::max(ring, demand.weight);
  const Result<StepCost> cost = step_cost(network, ways, traffic, hand_placements({4, 4, 8})[0], 0.01, 50);
  ASSERT_TRUE(cost.ok());
  EXPECT_NEAR(cost->even_bytes, ring, 1e-6 * ring);
  EXPECT_NEAR(cost->balanced_bytes, ring, 1e-4 * ring);
  EXPECT_LE(cost->bound_bytes, cost->balanced_bytes * (1 + 1e-6));
  EXPECT_NEAR(cost->mean_hops, 1, 0.01);
}

TEST(Placement, HandPlacementsUseEveryChipOnceAndStartWithRowMajor) {
  const std::vector<Placement> placements = hand_placements({4, 4, 8});
  EXPECT_EQ(placements.size(), 24u);
  for (const Placement& placement : placements) EXPECT_TRUE(is_permutation(placement));
  for (int rank = 0; rank < 128; ++rank)
    EXPECT_EQ(placements[0][static_cast<std::size_t>(rank)], net::Chip(rank));
}

TEST(Placement, LinearAssignmentHasTheLeastCost) {
  Random random(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const int n = 6;
    std::vector<double> cost(36);
    for (double& one : cost) one = random.unit();
    const auto sum = [&](const std::vector<int>& columns) {
      double total = 0;
      for (int row = 0; row < n; ++row)
        total += cost[static_cast<std::size_t>(row * n + columns[static_cast<std::size_t>(row)])];
      return total;
    };
    const std::vector<int> found = linear_assignment(cost, n);
    EXPECT_TRUE(is_permutation(found));
    std::vector<int> other(n);
    std::iota(other.begin(), other.end(), 0);
    double least = sum(other);
    while (std::next_permutation(other.begin(), other.end())) least = std::min(least, sum(other));
    EXPECT_NEAR(sum(found), least, 1e-12);
  }
}

TEST(Placement, TheGradientOfHopMisfitMatchesFiniteDifferences) {
  const EvenPaths ways = ways_on(net::Network(net::topology::Torus{{2, 3, 4}}));
  Coordinates chips = Coordinates::random(24, 0.5, Random(1));
  std::vector<double> gradient, unused;
  hop_misfit(ways, chips, gradient);
  for (const std::size_t i : {0u, 77u, 640u, 1535u}) {
    constexpr double kStep = 1e-5;
    const double value = chips.values()[i];
    chips.values()[i] = value + kStep;
    const double above = hop_misfit(ways, chips, unused);
    chips.values()[i] = value - kStep;
    const double below = hop_misfit(ways, chips, unused);
    chips.values()[i] = value;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-7);
  }
}

TEST(Placement, TheGradientOfThePlacementLossMatchesFiniteDifferencesAndIsNotZero) {
  const EvenPaths ways = ways_on(net::Network(net::topology::Mesh{{2, 3, 4}}));
  const Coordinates chips = chip_coordinates(ways, 100, Random(1));
  Coordinates ranks = Coordinates::random(24, 0.5, Random(2));
  StepTraffic traffic = permutation_step(24, Random(3), 1);
  traffic.each_pair = 0.01;
  const PlacementLoss loss(ways, traffic, 4);
  std::vector<double> gradient, unused;
  loss(ranks, chips, 1.5, gradient);
  double largest = 0;
  for (const std::size_t i : {3u, 100u, 777u, 1500u}) {
    constexpr double kStep = 1e-5;
    const double value = ranks.values()[i];
    ranks.values()[i] = value + kStep;
    const double above = loss(ranks, chips, 1.5, unused);
    ranks.values()[i] = value - kStep;
    const double below = loss(ranks, chips, 1.5, unused);
    ranks.values()[i] = value;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-7);
    largest = std::max(largest, std::abs(gradient[i]));
  }
  EXPECT_GT(largest, 1e-4);
}

TEST(Placement, SquaredDistancesOfTrainedChipsReproduceTheHopsOfATorus) {
  const EvenPaths ways = ways_on(net::Network(net::topology::Torus{{4, 4, 4}}));
  const Coordinates chips = chip_coordinates(ways, 300, Random(1));
  std::vector<double> gradient;
  EXPECT_LT(hop_misfit(ways, chips, gradient), 0.01) << "of hops whose variance is 3";
}

TEST(Placement, SoftAssignmentsFillAllChipsEqually) {
  Random random(6);
  std::vector<double> squared(64);
  for (double& one : squared) one = 3 * random.unit();
  const SoftAssignment soft(squared, 8, 0.5, 30);
  for (std::size_t i = 0; i < 8; ++i) {
    double row = 0, column = 0;
    for (std::size_t j = 0; j < 8; ++j) {
      row += soft.parts()[i * 8 + j];
      column += soft.parts()[j * 8 + i];
    }
    EXPECT_NEAR(row, 1, 1e-3);
    EXPECT_NEAR(column, 1, 1e-12);
  }
}

TEST(Placement, TrainingMovesCommunicatingRanksTogetherAndIsDeterministicForASeed) {
  const EvenPaths ways = ways_on(net::Network(net::topology::Torus{{4, 4, 4}}));
  const Coordinates chips = chip_coordinates(ways, 200, Random(1));
  const StepTraffic traffic = permutation_step(64, Random(5));
  Training training;
  training.steps = 60;
  const Placement placement = nearest_chips(rank_coordinates(ways, traffic, chips, training, Random(2)), chips);
  EXPECT_TRUE(is_permutation(placement));
  EXPECT_LT(even_cost(ways, traffic, placement).mean_hops,
            0.75 * even_cost(ways, traffic, hand_placements({4, 4, 4})[0]).mean_hops);
  EXPECT_EQ(placement, nearest_chips(rank_coordinates(ways, traffic, chips, training, Random(2)), chips));
}

TEST(Placement, RefinementIsNeverWorseAndKeepsAllRanks) {
  const EvenPaths ways = ways_on(net::Network(net::topology::Torus{{4, 4, 4}}));
  const EvenPaths::Uses uses(ways);
  const StepTraffic traffic = permutation_step(64, Random(5));
  const Placement start = hand_placements({4, 4, 4})[0];
  const Placement end = refined(ways, uses, traffic, start, {.swaps = 20'000}, Random(1));
  EXPECT_TRUE(is_permutation(end));
  EXPECT_LT(load_norm(even_loads(ways, traffic, end)), 0.8 * load_norm(even_loads(ways, traffic, start)));
}

TEST(Placement, TranslationsOfATwistedTorusMapAnyChipToAnyOther) {
  const SymmetricState state = *twisted_torus_state({4, 4, 8});
  EXPECT_EQ(translations_of(state).size(), 128u);
  SymmetricState other = state;
  other.translation[net::Ocs(5)] = 0;
  const ChipMaps maps = translations_of(other);
  ASSERT_EQ(maps.size(), 2u) << "of the blocks alone";
  const net::Network network = network_of(other);
  for (const net::Channel channel : network.channels()) {
    const net::Chip from = maps[1][network.source(channel)];
    EXPECT_EQ(network.target(network.channel(from, network.port(channel))), maps[1][network.target(channel)]);
  }
}

TEST(Placement, TiedPlacementsUseEveryChipOnceAndLoadAllGroupsEqually) {
  const SymmetricState state = *twisted_torus_state({4, 4, 8});
  const EvenPaths ways = ways_on(network_of(state));
  const EvenPaths::Uses uses(ways);
  const StepTraffic traffic = *transformer_step({}, {16, 1, 1, 8}, "gpt3");
  const auto found = tied(uses, ways, traffic, translations_of(state), 8, {.starts = 3, .changes = 200}, Random(1));
  ASSERT_FALSE(found.empty());
  const Placement placement = found[0].placement();
  EXPECT_TRUE(is_permutation(placement));
  for (std::size_t group = 1; group < 16; ++group)
    for (std::size_t rank = 1; rank < 8; ++rank)
      EXPECT_EQ(ways.distance(placement[group * 8], placement[group * 8 + rank]),
                ways.distance(placement[0], placement[rank]));
}

TEST(Placement, ASearchOverStatesIsNeverWorseThanItsStartAndDeterministicForASeed) {
  const StepTraffic traffic = *mixed_step({4, 4, 8}, 1);
  const PlacedState start{*torus_state({4, 4, 8}), hand_placements({4, 4, 8})[0]};
  const StateSearch search{.rounds = 1, .changes = 40, .refinement = {.swaps = 0}};
  const PlacedState found = searched(start, traffic, search, Random(1));
  const auto norm = [&](const PlacedState& placed_state) {
    return load_norm(even_loads(ways_on(network_of(placed_state.state)), traffic, placed_state.placement));
  };
  EXPECT_LT(norm(found), norm(start)) << "a regular torus is not the best there is for all-to-all";
  EXPECT_EQ(found.state.translation, searched(start, traffic, search, Random(1)).state.translation);
}

}  // namespace
}  // namespace vtpu::search
