#include "vtpu/search/workloads.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace vtpu::search {
namespace {

double bytes_between(const StepTraffic& traffic, int source, int destination) {
  for (const net::workload::Demand& demand : traffic.pairs)
    if (demand.source.value() == source && demand.destination.value() == destination) return demand.weight;
  return 0;
}

TEST(Workloads, Gpt3WithEightWayTensorParallelismAndSixteenStagesMatchesTheFormulae) {
  const Result<StepTraffic> traffic = transformer_step({}, {16, 4, 1, 8}, "gpt3");
  ASSERT_TRUE(traffic.ok());
  EXPECT_EQ(traffic->ranks, 512);
  const double activations = 2048.0 * 12288 * 2, sequences = 3.2e6 / 2048 / 4, layers = 6;
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 9, 10), 4 * 2 * 7.0 / 8 * activations * layers * sequences / 2);
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 15, 8), bytes_between(*traffic, 9, 10));
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 9, 9 + 32), activations / 8 * sequences);
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 9 + 32, 9), activations / 8 * sequences);
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 9, 17), 2 * 0.75 * 12.0 * 12288 * 12288 * 2 / 8 * layers / 2);
  EXPECT_EQ(bytes_between(*traffic, 480, 0), 0) << "the last stage does not feed the first";
}

TEST(Workloads, TensorParallelismInTwoDimensionsLoadsBothRings) {
  const Result<StepTraffic> traffic = transformer_step({}, {8, 1, 8, 8}, "gpt3");
  ASSERT_TRUE(traffic.ok());
  const double activations = 2048.0 * 12288 * 2, sequences = 3.2e6 / 2048, layers = 12;
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 0, 1), 2 * 4 * 7.0 / 8 * activations / 8 * layers * sequences / 2);
  EXPECT_DOUBLE_EQ(bytes_between(*traffic, 0, 8), 2 * 12 * 7.0 / 8 * activations / 8 * layers * sequences / 2);
  EXPECT_EQ(bytes_between(*traffic, 0, 9), 0);
}

TEST(Workloads, LayersThatTheStagesDoNotDivideAreRejected) {
  const Result<StepTraffic> traffic = transformer_step({}, {7, 1, 1, 8}, "gpt3");
  ASSERT_FALSE(traffic.ok());
  EXPECT_EQ(traffic.error().message(),
            "partition: found 7 stages of 96 layers; expected a number of layers that the stages divide");
  EXPECT_FALSE(transformer_step({}, {0, 1, 1, 8}, "gpt3").ok());
}

TEST(Workloads, AMixSendsTheSameBytesForAllShares) {
  for (const double share : {0.0, 0.3, 1.0}) {
    const Result<StepTraffic> traffic = mixed_step({4, 4, 8}, share, 1000);
    ASSERT_TRUE(traffic.ok());
    EXPECT_NEAR(traffic->mean_bytes(), 1000, 1e-9);
    EXPECT_NEAR(traffic->most_bytes(), 1000, 1e-9);
  }
  EXPECT_EQ(mixed_step({4, 4, 8}, 1)->pairs.size(), 0u);
  EXPECT_EQ(mixed_step({4, 4, 8}, 0)->pairs.size(), 128u * 6);
  EXPECT_FALSE(mixed_step({4, 4, 8}, 1.5).ok());
}

TEST(Workloads, ARecommenderExchangesRowsAndAllReducesItsDenseGradients) {
  const StepTraffic traffic = recommender_step({}, {4, 4, 8});
  EXPECT_DOUBLE_EQ(traffic.each_pair, 300 * (50.5 + 200) * 4 * 512 / 128);
  EXPECT_NEAR(traffic.mean_bytes() - traffic.each_pair * 127, 2 * 127.0 / 128 * 4e8, 1);
}

TEST(Workloads, APermutationMovesEveryRankAndIsDeterministicForASeed) {
  const StepTraffic traffic = permutation_step(64, Random(3), 5), again = permutation_step(64, Random(3), 5);
  std::set<net::Chip> destinations;
  ASSERT_EQ(traffic.pairs.size(), 64u);
  for (std::size_t i = 0; i < traffic.pairs.size(); ++i) {
    destinations.insert(traffic.pairs[i].destination);
    EXPECT_EQ(traffic.pairs[i].destination, again.pairs[i].destination);
  }
  EXPECT_EQ(destinations.size(), 64u);
}

}  // namespace
}  // namespace vtpu::search
