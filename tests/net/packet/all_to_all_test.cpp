#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/all_to_all.h"
#include "vtpu/net/packet/permutation.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/graph_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::packet {
namespace {

/// Fraction of the time in which a link carries the mean load of the most loaded dimension.
double share_of_bound(const Network& network, const AllToAllResult& run) {
  IndexedVector<PortNumber, double> bytes(network.port_count());
  for (const Channel channel : network.channels())
    bytes[network.port(channel)] += run.channel_bytes[static_cast<std::size_t>(channel.value())];
  return *std::max_element(bytes.begin(), bytes.end()) / network.chip_count() / 50 / run.time_ns;
}

TEST(AllToAll, APermutationVisitsEveryNumberOnce) {
  for (const std::uint32_t size : {1u, 2u, 3u, 128u, 1000u, 4096u}) {
    const Permutation permutation(size, 7);
    std::vector<std::uint32_t> seen;
    for (std::uint32_t i = 0; i < size; ++i) seen.push_back(permutation(i));
    std::sort(seen.begin(), seen.end());
    for (std::uint32_t i = 0; i < size; ++i) EXPECT_EQ(seen[i], i);
  }
}

TEST(AllToAll, AllBytesArriveOverMinimalPaths) {
  const topology::Torus torus{Shape{4, 4, 4}};
  const Network network(torus, {50, 0});
  const Result<AllToAllResult> run =
      run_all_to_all(network, *routing::DimensionOrder::make(torus, routing::Dateline::balanced), {10'000, false}, {});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->injected_bytes, 64u * 63 * 10'000);
  EXPECT_EQ(run->delivered_bytes, run->injected_bytes);
  EXPECT_EQ(run->packets, 64u * 63 * 3);
  EXPECT_EQ(run->packet_hops, 64u * 64 * 3 * 3);  // three hops on average, self included
  EXPECT_DOUBLE_EQ(std::accumulate(run->channel_bytes.begin(), run->channel_bytes.end(), 0.0), 64.0 * 64 * 3 * 10'000);
}

TEST(AllToAll, BytesToSelfUseNoChannel) {
  const topology::Torus torus{Shape{4, 4}};
  const Network network(torus, {50, 0});
  const routing::DimensionOrder routing = *routing::DimensionOrder::make(torus, routing::Dateline::balanced);
  const Result<AllToAllResult> with = run_all_to_all(network, routing, {4096, true}, {});
  const Result<AllToAllResult> without = run_all_to_all(network, routing, {4096, false}, {});
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->delivered_bytes, without->delivered_bytes + 16 * 4096);
  EXPECT_EQ(with->channel_bytes, without->channel_bytes);
}

TEST(AllToAll, AnEmptyExchangeTakesNoTime) {
  const topology::Torus torus{Shape{4, 4}};
  const Network network(torus, {50, 0});
  const Result<AllToAllResult> run =
      run_all_to_all(network, *routing::DimensionOrder::make(torus, routing::Dateline::balanced), {0}, {});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->time_ns, 0);
  EXPECT_EQ(run->packets, 0u);
}

/// With the links and the dateline of experiments/net_alltoall.cpp, but in the engine's own order of service.
template <class T>
Result<double> share_with_packets_in_flight_first(const T& torus, std::uint64_t packets_a_pair) {
  const Network network(torus);
  const auto run = run_all_to_all(network, *routing::DimensionOrder::make(torus, routing::Dateline::plain),
                                  {packets_a_pair * 4096}, {});
  if (!run) return run.error();
  return share_of_bound(network, *run);
}

TEST(AllToAll, TwistedToriComeWithinThreePercentOfTheirBound) {
  for (const auto& [shape, packets] : {std::pair{Shape{4, 4, 8}, 128}, {Shape{4, 8, 8}, 64}}) {
    const topology::TwistedTorus torus = *topology::TwistedTorus::make(shape);
    const Result<double> share = share_with_packets_in_flight_first(torus, static_cast<std::uint64_t>(packets));
    ASSERT_TRUE(share);
    EXPECT_GE(*share, 0.97) << torus.name();
    EXPECT_LE(*share, 1) << torus.name();
  }
}

TEST(AllToAll, ARegularTorusFallsShortByMoreThanATwistedOne) {
  // Half-way ties need both directions of a ring at once. The share depends on bytes per pair (table
  // alltoall_convergence).
  const Result<double> share = share_with_packets_in_flight_first(topology::Torus{Shape{4, 4, 8}}, 128);
  ASSERT_TRUE(share);
  EXPECT_GE(*share, 0.93);
  EXPECT_LE(*share, 0.98);
}

/// Share of the bound on the regular 4x4x8 torus with the earliest round first.
double share_in_order_of_rounds(std::uint64_t packets, const Config& config) {
  const topology::Torus torus{Shape{4, 4, 8}};
  const Network network(torus, {50, 0});
  const Result<AllToAllResult> run =
      run_all_to_all(network, *routing::DimensionOrder::make(torus, routing::Dateline::plain),
                     {.bytes_per_pair = 4096 * packets, .earliest_round_first = true}, config);
  VTPU_CHECK(run.ok(), "an all-to-all on a torus ends");
  return share_of_bound(network, *run);
}

TEST(AllToAll, InOrderOfRoundsALongerRunOnARegularTorusComesNearerToItsBound) {
  const double shorter = share_in_order_of_rounds(32, {}), longer = share_in_order_of_rounds(128, {});
  EXPECT_GE(shorter, 0.98);
  EXPECT_GE(longer, 0.99);
  EXPECT_GT(longer, shorter);
}

TEST(AllToAll, InOrderOfRoundsTheDepthOfBuffersMattersLittle) {
  for (const int buffer : {4, 16, 256})
    EXPECT_NEAR(share_in_order_of_rounds(64, {.vc_buffer_packets = buffer}), 0.99, 0.005) << buffer;
}

TEST(AllToAll, RoundsInOrderNeedAnObliviousRouting) {
  const topology::TwistedTorus torus = *topology::TwistedTorus::make(Shape{2, 2, 4});
  const Network network(torus, {50, 0});
  const Result<AllToAllResult> run = run_all_to_all(network, *routing::MinimalAdaptive::make(torus),
                                                    {.bytes_per_pair = 4096, .earliest_round_first = true}, {});
  ASSERT_FALSE(run);
  EXPECT_NE(run.error().message().find("oblivious"), std::string::npos) << run.error().message();
}

TEST(AllToAll, ATwistOnTheLongWrapsGainsNothing) {
  for (const Shape& sides : {Shape{8, 4, 4}, Shape{8, 8, 4}}) {
    const topology::TwistedTorus torus = *topology::TwistedTorus::with_long_wraps_twisted(sides);
    const Network network(torus, {50, 0});
    const routing::DimensionOrder routing = *routing::DimensionOrder::make(torus, routing::Dateline::plain);
    EXPECT_TRUE(routing::check_deadlock(network, routing).deadlock_free()) << to_string(sides);
    EXPECT_LT(routing::ideal_throughput(network, routing::uniform_load_by_symmetry(network, routing)), 1)
        << to_string(sides);
  }
  EXPECT_FALSE(topology::TwistedTorus::with_long_wraps_twisted(Shape{4, 4, 8}));
}

TEST(AllToAll, PacketsAreCreatedOnlyWhenThereIsSpace) {
  const topology::Torus torus{Shape{4, 4, 4}};
  const Network network(torus, {50, 0});
  const Result<AllToAllResult> run = run_all_to_all(
      network, *routing::DimensionOrder::make(torus, routing::Dateline::balanced), {1 << 20}, {.vc_buffer_packets = 4});
  ASSERT_TRUE(run);
  EXPECT_LT(run->peak_packets, run->packets / 4);
}

TEST(AllToAll, BytesOfPairsWithoutAPathAreLost) {
  struct Cut : routing::DimensionOrder {
    bool reaches(Chip, Chip destination) const { return destination != Chip{0}; }
  };
  const topology::Torus torus{Shape{4, 4}};
  const Network network(torus, {50, 0});
  const Result<AllToAllResult> run =
      run_all_to_all(network, Cut{*routing::DimensionOrder::make(torus, routing::Dateline::balanced)}, {5000}, {});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->lost_bytes, 15u * 5000);
  EXPECT_EQ(run->delivered_bytes, 15u * 15 * 5000);
}

TEST(AllToAll, AnIsolatedChipLosesItsBytesAndOthersContinue) {
  std::vector<topology::GraphNode> nodes(103);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].name = std::to_string(i);
  // 0 and 1 are connected, 2 is isolated, and 3 to 102 form a separate ring.
  std::vector<topology::GraphLink> links(101);
  links[100].b = 1;
  for (int i = 0; i < 100; ++i) {
    links[static_cast<std::size_t>(i)].a = 3 + i;
    links[static_cast<std::size_t>(i)].b = 3 + (i + 1) % 100;
  }
  const topology::GraphTopology graph = *topology::GraphTopology::make("parts", nodes, links);
  const Network network(graph, {50, 0});
  const Result<AllToAllResult> run =
      run_all_to_all(network, *routing::TableRouting::make(network, routing::Split::first), {4096}, {});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->delivered_bytes, (2u + 100u * 99) * 4096);
  EXPECT_EQ(run->lost_bytes, 103u * 102 * 4096 - run->delivered_bytes);
}

TEST(AllToAll, AnAdaptiveRoutingDeliversEverything) {
  const topology::TwistedTorus torus = *topology::TwistedTorus::make(Shape{4, 4, 8});
  const Network network(torus, {50, 70});
  const Result<AllToAllResult> run =
      run_all_to_all(network, *routing::MinimalAdaptive::make(torus), {8192}, {.vc_buffer_packets = 2});
  ASSERT_TRUE(run) << run.error().message();
  EXPECT_EQ(run->delivered_bytes, 128u * 127 * 8192);
}

TEST(AllToAll, EqualSeedsGiveEqualRuns) {
  const topology::Torus torus{Shape{4, 4, 4}};
  const Network network(torus, {50, 33});
  const routing::DimensionOrder routing = *routing::DimensionOrder::make(torus, routing::Dateline::balanced);
  const Result<AllToAllResult> once = run_all_to_all(network, routing, {20'000}, {});
  const Result<AllToAllResult> again = run_all_to_all(network, routing, {20'000}, {});
  const Result<AllToAllResult> other = run_all_to_all(network, routing, {20'000}, {.seed = 2});
  ASSERT_TRUE(once && again && other);
  EXPECT_EQ(once->time_ns, again->time_ns);
  EXPECT_EQ(once->channel_bytes, again->channel_bytes);
  EXPECT_NE(once->channel_bytes, other->channel_bytes);
}

}  // namespace
}  // namespace vtpu::net::packet
