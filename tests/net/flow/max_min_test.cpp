#include "vtpu/net/flow/max_min.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/flow/paths.h"
#include "vtpu/net/flow/shared_rates.h"

namespace vtpu::net::flow {
namespace {

MaxMinProblem problem_of(std::vector<double> capacity, const std::vector<std::vector<Use>>& flows) {
  MaxMinProblem problem;
  problem.capacity = std::move(capacity);
  for (const std::vector<Use>& uses : flows) problem.add_flow(uses);
  return problem;
}

std::vector<Use> random_uses(int resources, Random& random) {
  std::vector<int> all(static_cast<std::size_t>(resources));
  for (int r = 0; r < resources; ++r) all[static_cast<std::size_t>(r)] = r;
  random.shuffle(all);
  std::vector<Use> uses;
  for (std::size_t i = 0; i <= random.below(4); ++i)
    uses.push_back({all[i], 0.25 * static_cast<double>(1 + random.below(8))});
  return uses;
}

TEST(MaxMin, TheLongFlowOfAParkingLotGetsHalfOfEachLink) {
  const MaxMinProblem lot = problem_of({1, 1, 1}, {{{0, 1}, {1, 1}, {2, 1}}, {{0, 1}}, {{1, 1}}, {{2, 1}}});
  EXPECT_EQ(max_min_rates(lot), (std::vector<double>{0.5, 0.5, 0.5, 0.5}));
}

TEST(MaxMin, OtherFlowsTakeWhatAFlowLimitedElsewhereLeaves) {
  const MaxMinProblem uneven = problem_of({10, 3}, {{{0, 1}, {1, 1}}, {{0, 1}}, {{1, 1}}, {{1, 1}}});
  EXPECT_EQ(max_min_rates(uneven), (std::vector<double>{1, 9, 1, 1}));
}

TEST(MaxMin, AFlowOverTwoPathsHasTheirTotalRate) {
  EXPECT_EQ(max_min_rates(problem_of({50, 50}, {{{0, 0.5}, {1, 0.5}}})), (std::vector<double>{100}));
}

TEST(MaxMin, AFlowThatCrossesAResourceTwiceGetsHalfTheRate) {
  EXPECT_EQ(max_min_rates(problem_of({50}, {{{0, 2}}})), (std::vector<double>{25}));
}

TEST(MaxMin, AGroupHasTheRateOfItsSingleFlows) {
  MaxMinProblem group;
  group.capacity = {12};
  const std::vector<Use> use = {{0, 1}};
  group.add_flow(use, 5);
  group.add_flow(use);
  EXPECT_EQ(max_min_rates(group), (std::vector<double>{2, 2}));
}

TEST(MaxMin, FlowsThatFillResourcesTogetherGetTheSameBits) {
  // Thirds and tenths do not add up exactly, so the levels of the two links differ in their last bits.
  std::vector<std::vector<Use>> flows;
  for (int i = 0; i < 30; ++i) flows.push_back({{0, 0.1}});
  for (int i = 0; i < 9; ++i) flows.push_back({{1, 1.0 / 3}});
  const std::vector<double> rates = max_min_rates(problem_of({1, 1}, flows));
  for (const double rate : rates) EXPECT_EQ(rate, rates.front());
}

TEST(MaxMin, RatesOfRandomProblemsAreMaxMinFair) {
  Random random(1);
  for (int round = 0; round < 300; ++round) {
    MaxMinProblem problem;
    for (int r = 0; r < 12; ++r) problem.capacity.push_back(static_cast<double>(1 + random.below(100)));
    for (std::size_t f = 0; f < 1 + random.below(60); ++f)
      problem.add_flow(random_uses(12, random), 1 + static_cast<int>(random.below(3)));
    EXPECT_TRUE(is_max_min(problem, max_min_rates(problem)));
  }
}

TEST(MaxMin, TheCheckRejectsRatesThatAreTooHighTooLowOrUnfair) {
  const MaxMinProblem shared = problem_of({10}, {{{0, 1}}, {{0, 1}}});
  EXPECT_TRUE(is_max_min(shared, std::vector<double>{5, 5}));
  EXPECT_FALSE(is_max_min(shared, std::vector<double>{6, 6}));
  EXPECT_FALSE(is_max_min(shared, std::vector<double>{4, 4}));
  EXPECT_FALSE(is_max_min(shared, std::vector<double>{4, 6}));
}

TEST(SharedRates, StayMaxMinFairWhileFlowsStartAndEnd) {
  Random random(2);
  constexpr int kResources = 40, kPaths = 120;
  std::vector<double> capacity;
  for (int r = 0; r < kResources; ++r) capacity.push_back(static_cast<double>(1 + random.below(100)));
  Paths paths(0);
  for (int w = 0; w < kPaths; ++w) paths.add(random_uses(kResources, random), 0);
  SharedRates rates(capacity, paths);
  std::vector<int> flows(kPaths, 0);
  for (int round = 0; round < 1500; ++round) {
    for (std::size_t change = 0; change <= random.below(3); ++change) {
      const int path = static_cast<int>(random.below(kPaths));
      int& count = flows[static_cast<std::size_t>(path)];
      if (count > 0 && random.below(2) == 0) {
        --count;
        rates.leave(path);
      } else {
        ++count;
        rates.join(path);
      }
    }
    rates.update();
    MaxMinProblem whole;
    whole.capacity = capacity;
    std::vector<double> now;
    for (int path = 0; path < kPaths; ++path)
      if (flows[static_cast<std::size_t>(path)] > 0) {
        whole.add_flow(paths.uses(path), flows[static_cast<std::size_t>(path)]);
        now.push_back(rates.rate(path));
      }
    ASSERT_TRUE(is_max_min(whole, now)) << round;
  }
}

TEST(SharedRates, AChangeElsewhereDoesNotAffectAFlow) {
  Paths paths(0);
  paths.add(std::vector<Use>{{0, 1}}, 0);
  paths.add(std::vector<Use>{{1, 1}}, 0);
  SharedRates rates({10, 20}, paths);
  rates.join(0);
  rates.update();
  rates.join(1);
  const auto due = rates.update();
  EXPECT_EQ(std::vector<int>(due.begin(), due.end()), std::vector<int>{1});
  EXPECT_EQ(rates.rate(0), 10);
  EXPECT_EQ(rates.rate(1), 20);
}

TEST(SharedRates, AFlowThatReplacesAnotherOnTheSamePathKeepsItsRate) {
  Paths paths(0);
  paths.add(std::vector<Use>{{0, 1}}, 0);
  paths.add(std::vector<Use>{{0, 1}}, 0);
  SharedRates rates({10}, paths);
  rates.join(0);
  rates.join(1);
  rates.update();
  rates.leave(0);
  rates.join(0);
  const auto due = rates.update();
  EXPECT_EQ(std::vector<int>(due.begin(), due.end()), std::vector<int>{0});
  EXPECT_EQ(rates.rate(0), 5);
}

}  // namespace
}  // namespace vtpu::net::flow
