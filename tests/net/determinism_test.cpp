// One seed gives the same bytes with every compiler: the digests below were made with gcc and also hold for clang.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/flit/run_flits.h"
#include "vtpu/net/flit/run_steady_state.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net {
namespace {

std::uint64_t digest(const std::vector<double>& values) {
  std::uint64_t sum = 0;
  for (const double value : values) sum = mix64(sum ^ std::bit_cast<std::uint64_t>(value));
  return sum;
}

/// Random messages among 32 chips; some wait for others.
workload::Workload random_workload() {
  Random random(5);
  workload::Workload workload("random");
  for (int i = 0; i < 400; ++i) {
    std::vector<int> after;
    if (i > 0 && random.below(2) == 0) after.push_back(static_cast<int>(random.below(static_cast<std::uint64_t>(i))));
    workload.add(
        {Chip(static_cast<int>(random.below(32))), Chip(static_cast<int>(random.below(32))), 1 + random.below(20000),
         static_cast<double>(random.below(1000)), static_cast<double>(random.below(50))},
        after);
  }
  return workload;
}

const topology::TwistedTorus kTorus = *topology::TwistedTorus::make({2, 4, 4});
const Network kNetwork(kTorus, {50, 20});

TEST(Determinism, OneSeedGivesTheSameBytesAtEveryLevelWithEveryCompiler) {
  const routing::DimensionOrder routing = *routing::DimensionOrder::make(kTorus, routing::Dateline::balanced);
  const workload::Workload workload = random_workload();
  EXPECT_EQ(digest(flow::run_flows(kNetwork, routing, workload)->delivered_ns), 12710004182252002418u);
  EXPECT_EQ(digest(packet::run_packets(kNetwork, routing, workload, {.packet_bytes = 1024, .seed = 3})->delivered_ns),
            16874416636215807128u);
  EXPECT_EQ(digest(flit::run_flits(kNetwork, routing, workload, {.packet_flits = 16, .timing = {}, .seed = 3}, 64)
                       ->delivered_ns),
            7892359798833849310u);
  flit::SteadyPlan plan;
  plan.offered = 0.4;
  plan.period = 100;
  const workload::SteadyState state = *flit::run_steady_state(kNetwork, routing, workload::Traffic::uniform(32, true),
                                                              {.packet_flits = 3, .timing = {}, .seed = 3}, plan);
  EXPECT_EQ(digest({*state.latency, *state.latency_half_width, *state.latency_p99, state.accepted, *state.hops}),
            18026119954019093842u);
}

TEST(Determinism, ABalancedSplitIsTheSameWithEveryCompiler) {
  const routing::BalancedSplit split =
      *routing::balanced_split(kNetwork, workload::Traffic::uniform(32, true), 0.001, 40);
  EXPECT_EQ(digest({split.throughput, split.dual_bound}), 3335504655827084540u);
}

}  // namespace
}  // namespace vtpu::net
