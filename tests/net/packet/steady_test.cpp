#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/run_steady_state.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/batch_means.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::packet {
namespace {

const topology::Torus kTorus{Shape{8, 8}};

workload::SteadyState run(double offered, const SteadyPlan& plan = {}, double latency_ns = 0) {
  const Network network(kTorus, {50, latency_ns});
  SteadyPlan at = plan;
  at.offered = offered;
  const Result<workload::SteadyState> state =
      run_steady_state(network, *routing::DimensionOrder::make(kTorus, routing::Dateline::balanced),
                       workload::Traffic::uniform(64, false), {}, at);
  EXPECT_TRUE(state) << (state ? "" : state.error().message());
  return state ? *state : workload::SteadyState{};
}

TEST(SteadyPackets, AtLowLoadPacketsTakeOneSlotPlusTheirPathsLatency) {
  // The latency of a link is 100 slots.
  const workload::SteadyState state = run(0.001, {.warm_up = 100, .measured = 50'000}, 8192);
  EXPECT_TRUE(state.stable);
  EXPECT_NEAR(*state.latency, 1 + 100 * *state.hops, 0.02);
  EXPECT_NEAR(*state.hops, 4.0 * 64 / 63, 0.1);
  EXPECT_NEAR(*state.network_latency, *state.latency, 0.02);
}

TEST(SteadyPackets, AStableNetworkAcceptsTheOfferedLoad) {
  for (const double offered : {0.2, 0.6, 0.9}) {
    const workload::SteadyState state = run(offered, {.warm_up = 500, .measured = 4000});
    EXPECT_TRUE(state.stable) << offered;
    EXPECT_NEAR(state.accepted, offered, 0.01) << offered;
    EXPECT_GT(*state.latency_p99, *state.latency);
    EXPECT_GT(*state.latency_half_width, 0);
    EXPECT_LT(*state.latency_half_width, 0.2 * *state.latency);
    const double load = std::accumulate(state.channel_load.begin(), state.channel_load.end(), 0.0) / 256;
    EXPECT_NEAR(load, offered * *state.hops / 4, 0.01) << offered;
  }
}

TEST(SteadyPackets, SaturationIsAResult) {
  const workload::SteadyState state = run(1.2, {.warm_up = 500, .measured = 2000});  // the bound is 8/8 of a link
  EXPECT_FALSE(state.stable);
  EXPECT_GT(state.accepted, 0.7);
  EXPECT_LT(state.accepted, 1.02);
}

TEST(SteadyPackets, AChipCanOfferMoreThanOneLinksBandwidth) {
  const Network network(kTorus, {50, 0});
  const Result<workload::SteadyState> state =
      run_steady_state(network, *routing::DimensionOrder::make(kTorus, routing::Dateline::balanced),
                       *workload::Traffic::make("neighbour", kTorus.sides, Random(1)), {}, {.offered = 0.9});
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->stable);
  EXPECT_NEAR(state->accepted, 0.9, 0.02);
}

TEST(SteadyPackets, ADeadlockIsAnErrorNotAHang) {
  const topology::Torus ring{Shape{8}};
  const Network network(ring, {50, 500});
  Config config;
  config.vcs = 1;
  config.vc_buffer_packets = 1;
  const Result<workload::SteadyState> state =
      run_steady_state(network, *routing::DimensionOrder::make(ring, routing::Dateline::none),
                       *workload::Traffic::make("tornado", ring.sides, Random(1)), config, {.offered = 1});
  ASSERT_FALSE(state);
  EXPECT_NE(state.error().message().find("deadlock"), std::string::npos) << state.error().message();
}

TEST(SteadyPackets, EqualSeedsGiveEqualResults) {
  const workload::SteadyState once = run(0.5, {.warm_up = 100, .measured = 1000}, 77);
  const workload::SteadyState again = run(0.5, {.warm_up = 100, .measured = 1000}, 77);
  EXPECT_EQ(once.latency, again.latency);
  EXPECT_EQ(once.channel_load, again.channel_load);
}

TEST(SteadyPackets, ErrorsNameTheInvalidField) {
  const Network network(kTorus);
  const routing::DimensionOrder routing = *routing::DimensionOrder::make(kTorus, routing::Dateline::balanced);
  const auto error = [&](int chips, const SteadyPlan& plan) {
    const Result<workload::SteadyState> state =
        run_steady_state(network, routing, workload::Traffic::uniform(chips, true), {}, plan);
    return state ? "" : state.error().message();
  };
  EXPECT_NE(error(63, {}).find("63 chips"), std::string::npos);
  EXPECT_NE(error(64, {.offered = 5}).find("offered"), std::string::npos);
  EXPECT_NE(error(64, {.measured = 3}).find("measured"), std::string::npos);
}

TEST(BatchMeans, TheIntervalComesFromTheMeansOfBatches) {
  std::vector<workload::Batch> batches = {{10, 10}, {10, 30}};
  EXPECT_DOUBLE_EQ(*workload::batch_means(batches).mean, 2);
  // The means are 1 and 3: their standard deviation, divided by the root of 2, is 1.
  EXPECT_NEAR(*workload::batch_means(batches).half_width, 12.706, 1e-9);
  EXPECT_TRUE(grows(batches));
  batches.pop_back();
  EXPECT_FALSE(workload::batch_means(batches).half_width);
}

TEST(BatchMeans, WithoutObservationsThereIsNoMeanAndNoGrowth) {
  std::vector<workload::Batch> batches(4);
  EXPECT_FALSE(workload::batch_means(batches).mean);
  EXPECT_FALSE(fills_both_halves(batches) || grows(batches));
  batches[3].add(5);
  EXPECT_EQ(workload::batch_means(batches).mean, 5);
  EXPECT_FALSE(fills_both_halves(batches) || grows(batches));
  batches[0].add(1);
  EXPECT_TRUE(fills_both_halves(batches) && grows(batches));
}

}  // namespace
}  // namespace vtpu::net::packet
