// Do the dependencies that routings know equal those of all their paths, followed one by one?
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/all.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/channel_order.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/shortest_paths.h"
#include "vtpu/net/topology/all.h"

namespace vtpu::net::routing {
namespace {

void expect_as_walked(const Network& network, const auto& routing) {
  const DeadlockCheck known = check_deadlock(network, routing), walked = walked_dependencies(network, routing).check();
  EXPECT_EQ(known.vertices, walked.vertices) << network.name();
  EXPECT_EQ(known.dependencies, walked.dependencies) << network.name();
  EXPECT_EQ(known.cycle, walked.cycle) << network.name();
}

TEST(Dependencies, OfECubeRoutingAreThoseOfItsPaths) {
  for (int dimensions = 1; dimensions <= 7; ++dimensions) {
    const topology::Hypercube cube{dimensions};
    expect_as_walked(Network(cube), ECube(cube));
  }
}

TEST(Dependencies, OfMinimalAdaptiveRoutingAreThoseOfItsPaths) {
  const auto check = [](const auto& grid) { expect_as_walked(Network(grid), *MinimalAdaptive::make(grid)); };
  for (const Shape& sides : {Shape{2}, Shape{5}, Shape{8}, Shape{2, 2}, Shape{3, 4}, Shape{1, 4, 3}, Shape{2, 3, 4},
                             Shape{4, 4, 4}, Shape{2, 3, 2, 3}}) {
    check(topology::Torus{sides});
    check(topology::Mesh{sides});
  }
  check(*topology::TwistedTorus::make({2, 2, 4}));
}

TEST(Dependencies, OfMinimalAdaptiveRoutingOnALargeTwistedTorusAreProvedWithoutACount) {
  const topology::TwistedTorus torus = *topology::TwistedTorus::make({8, 8, 16});
  const DeadlockCheck check = check_deadlock(Network(torus), *MinimalAdaptive::make(torus));
  EXPECT_TRUE(check.deadlock_free());
  EXPECT_FALSE(check.dependencies);
  // Rows of x and y close after 16 chips, so that up to 8 hops lead out of 8 positions; those of z have 16 positions.
  EXPECT_EQ(check.vertices, 1024u / 8 * 2 * 2 * (7 + 8) + 1024u / 16 * 2 * (15 + 8));
}

/// What a table needs to know, one destination at a time: the largest number of falls of an order's rank along a path,
/// and the channels that follow each other.
struct Oracle {
  int falls = 0;
  std::set<std::pair<Channel, Channel>> pairs;
};

Oracle oracle_of(const Network& network, const TableRouting& table, const ChannelOrder& order) {
  Oracle oracle;
  ShortestPaths shortest(network);
  IndexedVector<Channel, int> falls(network.channel_count(), 0);
  for (const Chip destination : network.chips()) {
    shortest.search(destination);
    for (const Chip node : shortest.order()) {
      if (node == destination) continue;
      table.for_each_port(node, destination, [&](PortNumber port, double) {
        const Channel channel = network.channel(node, port);
        falls[channel] = 0;
        if (network.target(channel) == destination) return;
        table.for_each_port(network.target(channel), destination, [&](PortNumber next_port, double) {
          const Channel next = network.channel(network.target(channel), next_port);
          oracle.pairs.emplace(channel, next);
          falls[channel] = std::max(falls[channel], falls[next] + (order.rank[next] < order.rank[channel] ? 1 : 0));
        });
        oracle.falls = std::max(oracle.falls, falls[channel]);
      });
    }
  }
  return oracle;
}

void expect_as_oracle(const Network& network, const TableRouting& table) {
  SCOPED_TRACE(network.name() + ", " + table.name());
  const ChannelOrder up_down = up_down_order(network), by_port = port_order(network);
  const Oracle of_up_down = oracle_of(network, table, up_down), of_port = oracle_of(network, table, by_port);
  EXPECT_EQ(table.vc_classes(), std::min(of_up_down.falls, of_port.falls) + 1);
  EXPECT_TRUE(table.name().ends_with(of_port.falls < of_up_down.falls ? by_port.name : up_down.name));
  std::set<std::pair<Channel, Channel>> pairs;
  table.for_each_dependency(network,
                            [&](ChannelClass from, ChannelClass to) { pairs.emplace(from.channel, to.channel); });
  EXPECT_EQ(pairs, of_up_down.pairs);
}

/// A random graph in which every node gets `links` links to earlier ones: to any, or rather to those with many links.
topology::GraphTopology random_graph(int nodes, int links, bool scale_free, std::uint64_t seed) {
  Random random(seed);
  const auto below = [&](std::size_t bound) { return static_cast<int>(random.below(bound)); };
  std::vector<topology::GraphNode> list;
  std::vector<topology::GraphLink> joined;
  std::vector<int> ends = {0};
  for (int node = 0; node < nodes; ++node) {
    list.push_back({std::to_string(node), false});
    for (int i = 0; node > 0 && i < links; ++i) {
      const int other =
          scale_free ? ends[static_cast<std::size_t>(below(ends.size()))] : below(static_cast<std::size_t>(node));
      if (other == node) continue;
      joined.push_back({other, node, {}, {}, 0});
      ends.insert(ends.end(), {other, node});
    }
  }
  return *topology::GraphTopology::make("random graph", list, joined);
}

TEST(Dependencies, AndClassesOfATableAreThoseOfItsPathsToEachDestination) {
  topology::for_each_example([](const auto& topology) {
    if (topology.chip_count() > 128) return;
    const Network network(topology);
    if (network.attached_count() == 0) return;
    for_each_routing(topology, network, [&](const auto& routing) {
      if constexpr (std::is_same_v<std::decay_t<decltype(routing)>, TableRouting>) expect_as_oracle(network, routing);
    });
  });
  for (const bool scale_free : {false, true}) {
    const Network network(random_graph(300, 2, scale_free, 5));
    expect_as_oracle(network, *TableRouting::make(network, Split::first));
    expect_as_oracle(network, *TableRouting::make(network, Split::even));
  }
}

TEST(TableRouting, KeepsEveryPathOfAnEvenSplitHoweverSmallItsShare) {
  // From node 0 to the last node: one path by one port, 2^30 paths of the same length by the other.
  constexpr int kDiamonds = 30;
  std::vector<topology::GraphNode> nodes(1, {"0", false});
  std::vector<topology::GraphLink> links;
  const auto add = [&] {
    nodes.push_back({std::to_string(nodes.size()), false});
    return static_cast<int>(nodes.size()) - 1;
  };
  int end = add();
  links.push_back({0, end, {}, {}, 0});
  for (int i = 0; i < kDiamonds; ++i) {
    const int left = add(), right = add(), next = add();
    for (const auto& [a, b] : {std::pair(end, left), {end, right}, {left, next}, {right, next}})
      links.push_back({a, b, {}, {}, 0});
    end = next;
  }
  int alone = 0;
  for (int i = 0; i < 2 * kDiamonds; ++i) {
    const int next = add();
    links.push_back({alone, next, {}, {}, 0});
    alone = next;
  }
  links.push_back({alone, end, {}, {}, 0});
  const Network network(*topology::GraphTopology::make("diamonds", nodes, links));
  const TableRouting table = *TableRouting::make(network, Split::even);
  int ports = 0;
  double sum = 0;
  table.for_each_port(Chip(0), Chip(end), [&](PortNumber, double share) {
    ++ports;
    sum += share;
  });
  EXPECT_EQ(ports, 2);
  EXPECT_EQ(sum, 1);
  expect_as_oracle(network, table);
}

TEST(TableRouting, OfThousandsOfNodesKnowsItsClassesWithoutATableOfAllPairs) {
  const Network network(random_graph(8000, 2, false, 6));
  const TableRouting table = *TableRouting::make(network, Split::even);
  EXPECT_GE(table.vc_classes(), 2);
  EXPECT_TRUE(check_deadlock(network, table).deadlock_free());
}

}  // namespace
}  // namespace vtpu::net::routing
