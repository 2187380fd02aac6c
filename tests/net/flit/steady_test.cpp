#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/flit/run_steady_state.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::flit {
namespace {

routing::DimensionOrder dimension_order(const topology::Torus& torus, routing::Dateline dateline) {
  return *routing::DimensionOrder::make(torus, dateline);
}

workload::SteadyState on_torus(const topology::Torus& torus, routing::Dateline dateline, const Config& config,
                               const SteadyPlan& plan) {
  return *run_steady_state(Network(torus), dimension_order(torus, dateline),
                           workload::Traffic::uniform(torus.chip_count(), true), config, plan);
}

SteadyPlan short_plan(double offered) {
  SteadyPlan plan;
  plan.offered = offered;
  plan.period = 400;
  plan.batches = 10;
  plan.warm_up_limit = 20;
  return plan;
}

/// Mean latency in cycles reported by BookSim2 (master of June 2017) for uniform traffic on a torus with one node per
/// router, channels of one cycle (use_noc_latency=0) and its default input-queued router: 4 virtual channels of 8
/// flits, dim_order or dim_order_bal.
struct ReferenceLatency {
  routing::Dateline dateline;
  int packet_flits;
  double offered;
  double cycles;
};
constexpr ReferenceLatency kTorus8x8[] = {
    {routing::Dateline::plain, 1, 0.1, 27.372},    {routing::Dateline::plain, 1, 0.3, 29.196},
    {routing::Dateline::plain, 1, 0.4, 31.648},    {routing::Dateline::plain, 8, 0.1, 36.080},
    {routing::Dateline::plain, 8, 0.3, 43.349},    {routing::Dateline::balanced, 1, 0.1, 27.304},
    {routing::Dateline::balanced, 1, 0.3, 29.027},
};

TEST(FlitSteady, LatencyBelowSaturationMatchesTheReferenceRouter) {
  for (const ReferenceLatency& reference : kTorus8x8) {
    Config config;
    config.packet_flits = reference.packet_flits;
    const workload::SteadyState state = on_torus({{8, 8}}, reference.dateline, config, short_plan(reference.offered));
    EXPECT_TRUE(state.stable);
    EXPECT_NEAR(*state.latency, reference.cycles, 0.015 * reference.cycles + *state.latency_half_width)
        << reference.packet_flits << " flits at " << reference.offered;
    EXPECT_NEAR(state.accepted, reference.offered, 0.03 * reference.offered + 0.003);
  }
}

TEST(FlitSteady, AcceptedLoadBeyondSaturationCollapsesAsInTheReferenceRouter) {
  const Config config;
  const workload::SteadyState full = on_torus({{8, 8}}, routing::Dateline::plain, config, short_plan(1));
  EXPECT_FALSE(full.stable);
  EXPECT_NEAR(full.accepted, 0.423, 0.03);
  Config two_vcs;
  two_vcs.vcs = 2;
  EXPECT_NEAR(on_torus({{8, 8}}, routing::Dateline::plain, two_vcs, short_plan(1)).accepted, 0.213, 0.02);
}

TEST(FlitSteady, LatencyAtLowLoadFollowsFromTheMeanNumberOfHops) {
  Config config;
  config.packet_flits = 3;
  const workload::SteadyState state = on_torus({{4, 4}}, routing::Dateline::plain, config, short_plan(0.01));
  EXPECT_TRUE(state.stable);
  EXPECT_GT(state.packets, 100U);
  EXPECT_NEAR(*state.latency, 7 + 5 * *state.hops + 2, 0.2);
  EXPECT_GE(*state.latency, 7 + 5 * *state.hops + 2);
  EXPECT_LE(*state.network_latency, *state.latency);
  EXPECT_GE(*state.latency_p99, *state.latency);
}

TEST(FlitSteady, PacketsToTheirOwnChipGoThroughItsRouterInSevenCycles) {
  const topology::Torus torus{{4, 4}};
  const std::vector<workload::Demand> to_itself = {{Chip(3), Chip(3), 1}};
  const workload::SteadyState state =
      *run_steady_state(Network(torus), dimension_order(torus, routing::Dateline::plain),
                        *workload::Traffic::matrix(16, to_itself), {}, short_plan(1));
  EXPECT_TRUE(state.stable);
  EXPECT_EQ(*state.latency, 7);
  EXPECT_EQ(*state.latency_half_width, 0);
  EXPECT_EQ(*state.hops, 0);
  EXPECT_EQ(state.accepted, 1.0 / 16);
}

TEST(FlitSteady, OnlyALoadBeyondSaturationIsReportedAsUnstable) {
  SteadyPlan plan = short_plan(0.5);
  plan.period = 600;
  EXPECT_TRUE(on_torus({{8, 8}}, routing::Dateline::plain, {}, plan).stable);
  plan.offered = 0.56;
  EXPECT_FALSE(on_torus({{8, 8}}, routing::Dateline::plain, {}, plan).stable);
}

TEST(FlitSteady, ChannelLoadsAddUpToAcceptedLoadTimesHops) {
  const topology::Torus torus{{4, 4}};
  const workload::SteadyState state = on_torus(torus, routing::Dateline::balanced, {}, short_plan(0.2));
  double sum = 0;
  for (const double load : state.channel_load) sum += load;
  EXPECT_EQ(state.channel_load.size(), static_cast<std::size_t>(Network(torus).channel_count()));
  EXPECT_NEAR(sum, state.accepted * torus.chip_count() * *state.hops, 0.02 * sum);
}

TEST(FlitSteady, EqualSeedsGiveEqualResultsAndOthersDoNot) {
  const auto run = [](std::uint64_t seed) {
    Config config;
    config.seed = seed;
    config.packet_flits = 4;
    return on_torus({{4, 4}}, routing::Dateline::plain, config, short_plan(0.3));
  };
  const workload::SteadyState first = run(1);
  const workload::SteadyState again = run(1);
  EXPECT_EQ(first.latency, again.latency);
  EXPECT_EQ(first.flit_hops, again.flit_hops);
  EXPECT_EQ(first.channel_load, again.channel_load);
  EXPECT_NE(first.flit_hops, run(2).flit_hops);
}

TEST(FlitSteady, WithoutPacketsNothingIsMeasuredAndTheStateIsNeitherStableNorSaturated) {
  for (const double offered : {0.0, 1e-300, 1e-12, 1e-9}) {
    const workload::SteadyState state = on_torus({{4, 4}}, routing::Dateline::plain, {}, short_plan(offered));
    EXPECT_FALSE(state.stable || state.saturated);
    EXPECT_EQ(state.packets, 0U);
    EXPECT_EQ(state.accepted, 0);
    EXPECT_FALSE(state.latency || state.latency_half_width || state.latency_p99 || state.network_latency || state.hops);
  }
}

TEST(FlitSteady, PacketsInOnlyOneHalfOfTheIntervalDoNotTellWhetherTheNetworkIsStable) {
  // About one packet in the measured interval.
  int with_packets = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Config config;
    config.seed = seed;
    const workload::SteadyState state = on_torus({{4, 4}}, routing::Dateline::plain, config, short_plan(1.5e-5));
    EXPECT_FALSE(state.saturated);
    EXPECT_EQ(state.latency.has_value(), state.packets > 0);
    EXPECT_FALSE(state.packets < 2 && (state.stable || state.latency_half_width));
    with_packets += state.packets > 0;
  }
  EXPECT_GT(with_packets, 5);
}

TEST(FlitSteady, AVeryLongRunOfAnIdleNetworkEndsAtOnce) {
  SteadyPlan plan = short_plan(1e-9);
  plan.period = 10'000'000;
  plan.batches = 10'000;
  const workload::SteadyState state = on_torus({{4, 4}}, routing::Dateline::plain, {}, plan);
  // 1600 packets are expected, with a standard deviation of 40.
  EXPECT_NEAR(static_cast<double>(state.packets), 1600, 200);
  EXPECT_TRUE(state.stable);
  EXPECT_NEAR(*state.latency, 7 + 5 * *state.hops, 1e-6);
}

TEST(FlitSteady, TheLatencyOfALinkIsAddedForEachHopWhenTheDurationOfACycleIsKnown) {
  const topology::Torus torus{{4, 4}};
  const auto run = [&](double latency_ns, double cycle_ns) {
    Config config;
    config.cycle_ns = cycle_ns;
    SteadyPlan plan = short_plan(0.001);
    plan.period = 4000;
    return run_steady_state(Network(torus, {50, latency_ns}), dimension_order(torus, routing::Dateline::plain),
                            workload::Traffic::uniform(16, true), config, plan);
  };
  const workload::SteadyState late = *run(100, 2.5);
  EXPECT_TRUE(late.stable);
  EXPECT_NEAR(*late.latency, 7 + 45 * *late.hops, 0.5);
  EXPECT_NEAR(*run(101, 2.5)->latency, 7 + 46 * *late.hops, 0.5) << "whole cycles, rounded up";
  EXPECT_NEAR(*run(100, 0)->latency, 7 + 5 * *late.hops, 0.5);
  EXPECT_NE(run(1e9, 1).error().message().find("found a link of 1000000000 ns, 1000000000 cycles of 1 ns"),
            std::string::npos);
}

TEST(FlitSteady, RingsWithoutDatelinesDeadlockAndTheErrorNamesACycle) {
  const topology::Torus ring{{8}};
  Config config;
  config.vcs = 1;
  config.vc_buffer_flits = 2;
  config.packet_flits = 8;
  const Result<workload::SteadyState> state =
      run_steady_state(Network(ring), dimension_order(ring, routing::Dateline::none),
                       workload::Traffic::uniform(8, false), config, short_plan(1));
  ASSERT_FALSE(state.ok());
  EXPECT_NE(state.error().message().find("deadlock: "), std::string::npos) << state.error().message();
  EXPECT_NE(state.error().message().find(" VC 0, then "), std::string::npos) << state.error().message();
}

TEST(FlitSteady, ADeadlockIsFoundWhileOtherTrafficContinues) {
  // Two rings of eight: every chip of the first sends to all chips of its ring, every chip of the second to itself.
  const topology::Torus torus{{2, 8}};
  std::vector<workload::Demand> demands;
  for (const Chip from : index_range<Chip>(8)) {
    for (const Chip to : index_range<Chip>(8))
      if (to != from) demands.push_back({from, to, 1});
    const Chip other(8 + from.value());
    demands.push_back({other, other, 7});
  }
  Config config;
  config.vcs = 1;
  config.packet_flits = 40;
  SteadyPlan plan = short_plan(1);
  plan.latency_limit = 1e6;
  plan.warm_up = plan.warm_up_limit = 50;
  const Result<workload::SteadyState> state =
      run_steady_state(Network(torus), dimension_order(torus, routing::Dateline::none),
                       *workload::Traffic::matrix(16, demands), config, plan);
  ASSERT_FALSE(state.ok());
  EXPECT_NE(state.error().message().find("deadlock: "), std::string::npos) << state.error().message();
  EXPECT_NE(state.error().message().find("cycle 16384"), std::string::npos) << state.error().message();
}

TEST(FlitSteady, ErrorsNameTheInvalidField) {
  const topology::Torus torus{{4, 4}};
  const auto run = [&](const Config& config, const SteadyPlan& plan, int chips) {
    const Result<workload::SteadyState> state =
        run_steady_state(Network(torus), dimension_order(torus, routing::Dateline::plain),
                         workload::Traffic::uniform(chips, true), config, plan);
    return state ? "" : state.error().message();
  };
  Config one_vc;
  one_vc.vcs = 1;
  EXPECT_EQ(run(one_vc, short_plan(0.1), 16),
            "virtual channels: found 1; expected at least 2, one for each class of the routing");
  EXPECT_EQ(run({}, short_plan(1.5), 16), "offered load: found 1.5; expected 0 to 1 flits/chip/cycle");
  EXPECT_EQ(run({}, short_plan(0.1), 9), "uniform: found traffic for 9 chips; expected as many as torus 4x4 has, 16");
  Config no_buffer;
  no_buffer.vc_buffer_flits = 0;
  EXPECT_EQ(run(no_buffer, short_plan(0.1), 16),
            "flits of a virtual channel's buffer: found 0; expected a number from 1 to 65535");
}

TEST(FlitSteady, AWatcherCanStopTheRun) {
  const topology::Torus torus{{4, 4}};
  int calls = 0;
  const Result<workload::SteadyState> state = run_steady_state(
      Network(torus), dimension_order(torus, routing::Dateline::plain), workload::Traffic::uniform(16, true), {},
      short_plan(0.1), [&calls](double done) { return ++calls < 3 && done <= 1; });
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().message(), "cycle 1200: stopped on request");
}

}  // namespace
}  // namespace vtpu::net::flit
