#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/net/collective/balanced_orders.h"
#include "vtpu/net/collective/bounds.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/statistics.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::collective {
namespace {

AlphaBeta machine_of(const Shape& grid) {
  int links = 0, diameter = 0;
  for (int d = 0; d < grid.dimensions(); ++d) {
    links += grid.side(d) > 1 ? 2 : 0;
    diameter += grid.side(d) / 2;
  }
  return {.chips = grid.count(),
          .links = links,
          .diameter = diameter,
          .alltoall_rate = closed_form_alltoall_bound(topology::Torus{grid})};
}

/// The bandwidth bound over the time of a symmetric program at flow level.
double share_of_bound(Collective collective, Algorithm algorithm, const Shape& grid, std::uint64_t bytes,
                      double latency_ns = 0) {
  const workload::Workload first = make_chip_program(collective, algorithm, grid)->of_first_chip(bytes);
  const Network network(topology::Torus{grid}, {.latency_ns = latency_ns});
  const auto done = flow::run_symmetric_flows(
      network, *routing::DimensionOrder::make(topology::Torus{grid}, routing::Dateline::plain), first);
  return lower_bound(collective, machine_of(grid), bytes).bandwidth_ns / done->time_ns;
}

/// A message that occupies a link for [begin, end), in bytes at one byte per tick, when nothing else is on the link.
struct Use {
  std::uint64_t begin, end;
};

/// The uses by directed link (chip, port), when every message starts as soon as the messages that it waits for have
/// arrived. All messages go to neighbours; sides are above 2, so that the neighbour determines the direction.
std::vector<std::vector<Use>> uses_of_links(const Schedule& schedule, const Shape& grid, std::uint64_t bytes) {
  std::vector<std::uint64_t> arrived(at(schedule.size()));
  std::vector<std::vector<Use>> uses(at(grid.count() * 2 * grid.dimensions()));
  for (int id = 0; id < schedule.size(); ++id) {
    std::uint64_t begin = 0;
    for (const int earlier : schedule.after(id)) begin = std::max(begin, arrived[at(earlier)]);
    arrived[at(id)] = begin + schedule.bytes(id, bytes);
    const auto [source, destination] = std::pair(schedule.transfer(id).source, schedule.transfer(id).destination);
    if (source == destination) continue;
    for (int d = 0; d < grid.dimensions(); ++d) {
      const int step = grid.coordinate_of(destination, d) - grid.coordinate_of(source, d);
      if (step == 0) continue;
      const bool up = step == 1 || step == 1 - grid.side(d);
      uses[at(source * 2 * grid.dimensions() + 2 * d + (up ? 0 : 1))].push_back({begin, arrived[at(id)]});
    }
  }
  return uses;
}

TEST(BucketCollectives, KeepEveryLinkOfATorusOfEqualSidesBusyFromBeginningToEnd) {
  for (const char* text : {"5", "4x4", "3x3x3", "4x4x4", "8x8x8", "3x3x3x3"})
    for (const Collective collective : {Collective::all_reduce, Collective::reduce_scatter, Collective::all_gather}) {
      const Shape grid = *parse_shape(text);
      const Schedule schedule = *make_schedule(collective, Algorithm::bucket, grid);
      const std::uint64_t chunk = 100, bytes = chunk * static_cast<std::uint64_t>(schedule.pieces());
      const std::uint64_t bound = (collective == Collective::all_reduce ? 2 : 1) * chunk *
                                  static_cast<std::uint64_t>(grid.count() - 1);  // 2(N-1)/N · S/p in bytes per link
      for (std::vector<Use>& uses : uses_of_links(schedule, grid, bytes)) {
        std::sort(uses.begin(), uses.end(), [](const Use& a, const Use& b) { return a.begin < b.begin; });
        std::uint64_t busy_until = 0;
        for (const Use& use : uses) {
          ASSERT_EQ(use.begin, busy_until) << text;  // neither shared nor idle
          busy_until = use.end;
        }
        ASSERT_EQ(busy_until, bound) << text;
      }
    }
}

TEST(BucketAllReduce, ReachesTheBandwidthBoundAtFlowLevelWithAllLinksEquallyLoaded) {
  const Shape grid{4, 4, 4};
  const Schedule schedule = *make_schedule(Collective::all_reduce, Algorithm::bucket, grid);
  const std::uint64_t bytes = std::uint64_t{3} << 30;
  const Network network(topology::Torus{grid});
  const auto done =
      flow::run_flows(network, *routing::DimensionOrder::make(topology::Torus{grid}, routing::Dateline::plain),
                      to_workload(schedule, bytes));
  ASSERT_TRUE(done);
  EXPECT_NEAR(done->time_ns / lower_bound(Collective::all_reduce, machine_of(grid), bytes).bandwidth_ns, 1, 1e-9);
  for (const double carried : done->channel_bytes) EXPECT_NEAR(carried, 2 * 63.0 / 64 * double(bytes) / 6, 1e-3);
}

TEST(BucketAllReduce, OfOneGibibyteReachesTheBoundUpToTheRoundingOfChunks) {
  const std::uint64_t bytes = std::uint64_t{1} << 30;
  for (const int side : {4, 8, 16})
    EXPECT_NEAR(share_of_bound(Collective::all_reduce, Algorithm::bucket, {side, side, side}, bytes), 1, 2e-5) << side;
}

TEST(OrdersOfDimensions, LoadTheRingsOfAllDimensionsEqually) {
  for (const char* text : {"7", "4x4x4", "2x3", "2x64", "4x4x8", "2x2x4", "16x64x64", "2x3x5x7", "2x2x2x2x4"}) {
    const Shape grid = *parse_shape(text);
    std::vector<int> dimensions(at(grid.dimensions()));
    std::iota(dimensions.begin(), dimensions.end(), 0);
    std::vector<double> load(dimensions.size(), 0.0);
    for (const auto& [order, share] : balanced_orders(grid, dimensions)) {
      EXPECT_GT(share, 0) << text;
      double held = share / grid.count();  // blocks that a chip passes on, in buffers
      for (std::size_t i = order.size(); i-- > 0; held *= grid.side(order[i]))
        load[at(order[i])] += held * (grid.side(order[i]) - 1);
    }
    for (const double each : load) EXPECT_NEAR(each, (1 - 1.0 / grid.count()) / grid.dimensions(), 1e-12) << text;
  }
}

TEST(BucketAllReduce, LoadsAllLinksEquallyAtUnequalSides) {
  const std::uint64_t bytes = std::uint64_t{1} << 30;
  const Shape grid{3, 4, 5};
  const Network network(topology::Torus{grid});
  const Schedule schedule = *make_schedule(Collective::all_reduce, Algorithm::bucket, grid);
  const auto done =
      flow::run_flows(network, *routing::DimensionOrder::make(topology::Torus{grid}, routing::Dateline::plain),
                      to_workload(schedule, bytes));
  for (const double carried : done->channel_bytes) EXPECT_NEAR(carried / (2 * 59.0 / 60 * double(bytes) / 6), 1, 1e-5);
}

TEST(BucketCollectives, ComeWithin2PercentOfTheBoundAtUnequalSides) {
  const std::uint64_t bytes = std::uint64_t{1} << 30;
  for (const char* text : {"4x4x8", "4x8x8", "8x8x16", "8x16x16", "16x16x32", "16x64x64"})
    for (const Collective collective : {Collective::all_reduce, Collective::reduce_scatter, Collective::all_gather}) {
      const Shape grid = *parse_shape(text);
      const std::string label = to_string(collective) + " on " + text;
      EXPECT_GE(share_of_bound(collective, Algorithm::bucket, grid, bytes), 0.98) << label;
      EXPECT_LE(share_of_bound(collective, Algorithm::bucket, grid, bytes), 1) << label;
      EXPECT_GE(share_of_bound(collective, Algorithm::bucket, grid, bytes, 500), 0.95) << label;
    }
}

TEST(BucketCollectives, KeepTheirSharesOfTheBoundOnSmallTori) {
  const auto share = [&](Collective collective, const Shape& grid) {
    return share_of_bound(collective, Algorithm::bucket, grid, std::uint64_t{1} << 40);
  };
  EXPECT_NEAR(share(Collective::all_reduce, {4, 4, 8}), 1, 1e-5);
  EXPECT_NEAR(share(Collective::all_reduce, {4, 8, 8}), 0.98877, 1e-5);
  EXPECT_NEAR(share(Collective::all_reduce, {4, 8}), 1, 1e-5);
  EXPECT_NEAR(share(Collective::all_reduce, {3, 5}), 1, 1e-5);
  EXPECT_NEAR(share(Collective::all_reduce, {2, 4}), 0.96413, 1e-5);
  EXPECT_NEAR(share(Collective::reduce_scatter, {4, 8}), 0.96749, 1e-5);
  // Here data that continues along rings of 2 waits for rings of which other streams take half.
  EXPECT_NEAR(share(Collective::all_gather, {2, 4}), 0.83791, 1e-5);
}

TEST(RingsAndAllToAlls, ReachTheirSharesOfTheBound) {
  const std::uint64_t bytes = std::uint64_t{3} << 40;
  EXPECT_NEAR(share_of_bound(Collective::all_reduce, Algorithm::ring, {16}, bytes), 0.5, 1e-6);
  EXPECT_NEAR(share_of_bound(Collective::all_reduce, Algorithm::bidirectional_ring, {16}, bytes), 1, 1e-6);
  for (const char* text : {"4x4x4", "4x4x8", "3x5x7"})
    EXPECT_NEAR(share_of_bound(Collective::all_to_all, Algorithm::direct, *parse_shape(text), bytes), 1, 1e-6) << text;
  EXPECT_NEAR(share_of_bound(Collective::all_to_all, Algorithm::dimension_wise, {8, 8, 8}, bytes), 1, 1e-6);
}

TEST(Rounds, AreTheLongestChainOfMessages) {
  const auto rounds_of = [](Collective collective, Algorithm algorithm, const Shape& grid, int pieces = 1) {
    return rounds(*make_schedule(collective, algorithm, grid, {.pieces = pieces}));
  };
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::recursive_doubling, {16}), 4);
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::ring, {16}), 30);
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::bidirectional_ring, {16}), 30);
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::recursive_halving_doubling, {16}), 8);
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::binomial_tree, {16}), 8);
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::direct, {16}), 2);
  EXPECT_EQ(rounds_of(Collective::all_reduce, Algorithm::bucket, {4, 4}), 12);
  EXPECT_EQ(rounds_of(Collective::broadcast, Algorithm::binomial_tree, {5, 6}), 3 + 3);
  EXPECT_EQ(rounds_of(Collective::reduce, Algorithm::binomial_tree, {5, 6}), 3 + 3);
  EXPECT_EQ(rounds_of(Collective::broadcast, Algorithm::ring, {8}, 10), 10 + 8 - 2);
  EXPECT_EQ(rounds_of(Collective::broadcast, Algorithm::ring, {1}), 0);
  EXPECT_EQ(rounds_of(Collective::all_to_all, Algorithm::dimension_wise, {4, 4, 4}), 3);
  EXPECT_EQ(rounds(*make_chip_program(Collective::all_reduce, Algorithm::bucket, {16, 16, 16})), 2 * (15 + 15 + 15));
}

TEST(HopsOfASchedule, AreOneOnRingsAndTheDistanceOfTheChipsElsewhere) {
  const Shape grid{16, 16, 16};
  const HopStatistics bucket = hop_statistics(*make_chip_program(Collective::all_reduce, Algorithm::bucket, grid));
  EXPECT_EQ(bucket.messages, 2'211'840);
  EXPECT_EQ(bucket.best, 1);
  EXPECT_EQ(bucket.worst, 1);
  const HopStatistics direct = hop_statistics(*make_chip_program(Collective::all_to_all, Algorithm::direct, grid));
  EXPECT_EQ(direct.messages, 4096 * 4095);
  EXPECT_EQ(direct.worst, 24);
  EXPECT_DOUBLE_EQ(direct.average, 12.0 * 4096 / 4095);
  const Schedule doubling = *make_schedule(Collective::all_reduce, Algorithm::recursive_doubling, {16});
  const HopStatistics hops = hop_statistics(doubling, [](int from, int to) { return torus_distance({16}, from, to); });
  EXPECT_EQ(hops.messages, 64);
  EXPECT_EQ(hops.worst, 8);
  EXPECT_DOUBLE_EQ(hops.average, (1 + 2 + 4 + 8) / 4.0);
}

TEST(LowerBounds, FollowTheirFormulas) {
  const AlphaBeta machine{
      .chips = 64, .links = 6, .gbytes_per_s = 50, .latency_ns = 500, .diameter = 6, .alltoall_rate = 2};
  const std::uint64_t bytes = 300 * 64;
  EXPECT_DOUBLE_EQ(lower_bound(Collective::broadcast, machine, bytes).bandwidth_ns, 64);
  EXPECT_DOUBLE_EQ(lower_bound(Collective::all_gather, machine, bytes).bandwidth_ns, 63);
  EXPECT_DOUBLE_EQ(lower_bound(Collective::all_reduce, machine, bytes).bandwidth_ns, 126);
  EXPECT_DOUBLE_EQ(lower_bound(Collective::all_to_all, machine, bytes).bandwidth_ns, 192);
  EXPECT_DOUBLE_EQ(lower_bound(Collective::broadcast, machine, bytes).latency_ns, 3000);
  EXPECT_DOUBLE_EQ(lower_bound(Collective::broadcast, machine, bytes).time_ns(), 3000);
  EXPECT_DOUBLE_EQ(lower_bound(Collective::broadcast, {.chips = 1}, bytes).time_ns(), 0);
  const SparseExchange items = {{0, 1, 600}, {0, 2, 300}, {3, 1, 900}, {4, 4, 9000}};
  EXPECT_DOUBLE_EQ(lower_bound(items, machine).bandwidth_ns, 5);
  EXPECT_EQ(least_rounds(16, 1), 4);
  EXPECT_EQ(least_rounds(17, 1), 5);
  EXPECT_EQ(least_rounds(49, 6), 2);
  EXPECT_EQ(least_rounds(1, 6), 0);
}

TEST(NoSchedule, IsFasterThanTheLowerBound) {
  const std::uint64_t bytes = 1'000'000;
  for (const char* text : {"4", "4x4", "2x4", "3x3"})
    for (const Collective collective : all_collectives()) {
      if (collective == Collective::sparse_exchange) continue;
      for (const Algorithm algorithm : algorithms_of(collective)) {
        const Shape grid = *parse_shape(text);
        const auto schedule = make_schedule(collective, algorithm, grid, {.pieces = 4});
        if (!schedule) continue;
        AlphaBeta machine = machine_of(grid);
        machine.latency_ns = 500;
        const Network network(topology::Torus{grid}, {.latency_ns = machine.latency_ns});
        const auto done =
            flow::run_flows(network, *routing::DimensionOrder::make(topology::Torus{grid}, routing::Dateline::plain),
                            to_workload(*schedule, bytes));
        const double bound = lower_bound(collective, machine, bytes).time_ns();
        EXPECT_GE(done->time_ns, bound * (1 - 1e-9)) << schedule->name() << " on " << text;
      }
    }
}

}  // namespace
}  // namespace vtpu::net::collective
