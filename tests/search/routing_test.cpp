// Do paths under a rule arrive, rise in (class, rank) and stay free of deadlock, and are trees link-disjoint?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/packet/all_to_all.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/search/confirm.h"
#include "vtpu/search/disjoint_trees.h"
#include "vtpu/search/families.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/lifted_graph.h"
#include "vtpu/search/lifted_routing.h"
#include "vtpu/search/mean_distance.h"
#include "vtpu/search/route_rules.h"
#include "vtpu/search/symmetric_state.h"

namespace vtpu::search {
namespace {

SymmetricState random_state(const net::Shape& shape, std::uint64_t seed) {
  SymmetricState state = *torus_state(shape);
  Random random(seed);
  for (int& translation : state.translation)
    translation = static_cast<int>(random.below(static_cast<std::uint64_t>(state.blocks())));
  return state;
}

net::Network network_with(const SymmetricState& state) {
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  return net::Network(*net::topology::OcsTopology::make(circuits.state, circuits.slice, "state"));
}

/// Next hops that come nearer, with equal shares: testing the routing needs no solver.
LiftedSplit nearer(const LiftedGraph& graph) {
  const int blocks = graph.group.order();
  LiftedSplit split(graph.vertices(), blocks);
  for (int destination = 0; destination < graph.positions(); ++destination) {
    constexpr int kFar = 1 << 20;
    std::vector<int> hops(at(graph.vertices() * blocks), kFar);
    const auto of = [&](int vertex, int block) -> int& { return hops[at(vertex * blocks + block)]; };
    for (int vertex = 0; vertex < graph.vertices(); ++vertex)
      if (graph.position[at(vertex)] == destination) of(vertex, 0) = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (const LiftedGraph::Arc& arc : graph.arcs)
        for (int block = 0; block < blocks; ++block) {
          const int by_arc = of(arc.to, graph.group.times(block, arc.translation)) + 1;
          if (by_arc >= of(arc.from, block)) continue;
          of(arc.from, block) = by_arc;
          changed = true;
        }
    }
    for (int vertex = 0; vertex < graph.vertices(); ++vertex)
      for (int block = 0; block < blocks; ++block) {
        std::vector<LiftedSplit::NextHop> next;
        for (int a = 0; a < static_cast<int>(graph.arcs.size()); ++a) {
          const LiftedGraph::Arc& arc = graph.arcs[at(a)];
          const int here = of(vertex, block);
          if (arc.from == vertex && here > 0 && here < kFar &&
              of(arc.to, graph.group.times(block, arc.translation)) == here - 1)
            next.push_back({a, 1});
        }
        for (LiftedSplit::NextHop& hop : next) hop.share = 1.0F / static_cast<float>(next.size());
        split.append(next);
      }
  }
  return split;
}

LiftedRouting routing_of(const SymmetricState& state, const RouteRule& rule, float least_share = 0) {
  const RuledGraph under_rule = ruled(lifted(state), rule);
  return LiftedRouting(state, under_rule, nearer(under_rule.graph), rule, least_share);
}

TEST(RouteRules, AnOrderHasEveryChannelOnce) {
  for (const RouteRule& rule :
       {optical_first(4, 2), optical_first(2, 1), searched_order(lifted(random_state({4, 4, 8}, 1)), 1, 50, 3)}) {
    std::vector<int> ranks = rule.rank;
    std::sort(ranks.begin(), ranks.end());
    for (int i = 0; i < static_cast<int>(ranks.size()); ++i) EXPECT_EQ(ranks[at(i)], i);
  }
}

TEST(RouteRules, APathRisesInClassAndRankWithEveryHop) {
  const RouteRule rule = optical_first(4, 3);
  const RuledGraph under_rule = ruled(lifted(random_state({4, 8, 8}, 2)), rule);
  for (const LiftedGraph::Arc& first : under_rule.graph.arcs)
    for (const LiftedGraph::Arc& second : under_rule.graph.arcs) {
      if (second.from != first.to) continue;
      const int held = under_rule.vc_class[at(first.to)], asked = under_rule.vc_class[at(second.to)];
      EXPECT_LT(std::pair(held, rule.rank[at(first.channel)]), std::pair(asked, rule.rank[at(second.channel)]));
      EXPECT_LT(asked, rule.vc_classes);
    }
}

TEST(RouteRules, OneClassRoutesWithinABlockOnShortestPaths) {
  SymmetricState block = *torus_state({4, 4, 4});
  LiftedGraph mesh = lifted(block);
  std::erase_if(mesh.arcs, [](const LiftedGraph::Arc& arc) {
    const int step = arc.to > arc.from ? arc.to - arc.from : arc.from - arc.to;
    return step % 3 == 0;  // wraps: 3, 12 and 48 places
  });
  MeanDistance mean;
  EXPECT_DOUBLE_EQ(mean(ruled(mesh, optical_first(4, 1)).graph), mean(mesh));
}

TEST(RouteRules, MoreClassesShortenPathsUntilTheRuleCostsNothing) {
  const LiftedGraph plain = lifted(random_state({8, 8, 8}, 3));
  MeanDistance mean;
  double last = std::numeric_limits<double>::infinity();
  for (int classes = 1; classes <= 8; ++classes) {
    const double now = mean(ruled(plain, optical_first(4, classes)).graph);
    EXPECT_LE(now, last) << classes;
    last = now;
  }
  EXPECT_DOUBLE_EQ(last, mean(plain));
}

TEST(RouteRules, ASearchedOrderIsDeterministicForASeedAndNoLongerThanTheFirst) {
  const LiftedGraph plain = lifted(random_state({4, 4, 8}, 4));
  const RouteRule once = searched_order(plain, 1, 200, 9), again = searched_order(plain, 1, 200, 9);
  EXPECT_EQ(once.rank, again.rank);
  MeanDistance mean;
  const auto cut_off = [&](const RouteRule& rule) {
    return mean.distribution(ruled(plain, rule).graph).unreachable_pairs();
  };
  EXPECT_LT(cut_off(once), cut_off(optical_first(4, 1)));
}

TEST(LiftedRouting, EveryPacketArrivesOnANonAbelianGroup) {
  SymmetricState state = random_state({8, 8, 8}, 5);
  state.group = *metacyclic(4, 2, 3, 0);
  const net::Network network = network_with(state);
  const LiftedRouting routing = routing_of(state, optical_first(4, 3));
  Random random(1);
  net::routing::Moves moves;
  for (int trial = 0; trial < 1000; ++trial) {
    net::Chip node(static_cast<int>(random.below(512)));
    const net::Chip destination(static_cast<int>(random.below(512)));
    LiftedRouting::State packet = routing.start(node, destination, random);
    int hops = 0;
    for (routing.moves(node, packet, moves); !moves.empty(); routing.moves(node, packet, moves)) {
      double sum = 0;
      for (const net::routing::Move& move : moves) sum += move.probability;
      ASSERT_NEAR(sum, 1, 1e-6);
      const net::routing::Move move = moves[static_cast<int>(random.below(static_cast<std::uint64_t>(moves.size())))];
      packet = routing.after(node, packet, move);
      node = network.target(network.channel(node, move.port));
      ASSERT_LT(++hops, 40);
    }
    EXPECT_EQ(node, destination);
  }
}

TEST(LiftedRouting, ListsEveryDependencyThatAWalkFindsAndHasNoCycle) {
  const SymmetricState state = random_state({4, 4, 8}, 6);
  const net::Network network = network_with(state);
  const LiftedRouting routing = routing_of(state, optical_first(4, 2));
  net::routing::DependencyGraph listed(network.channel_count(), routing.vc_classes());
  routing.for_each_dependency(
      network, [&](net::routing::ChannelClass from, net::routing::ChannelClass to) { listed.add(from, to); });
  const net::routing::DependencyGraph walked = net::routing::walked_dependencies(network, routing);
  EXPECT_TRUE(listed.contains(walked));
  EXPECT_GT(walked.dependency_count(), 0u);
  EXPECT_TRUE(net::routing::check_deadlock(network, routing).deadlock_free());
}

TEST(LiftedRouting, CanDeadlockWhenItsClassesAreMerged) {
  const SymmetricState state = random_state({4, 4, 8}, 6);
  const net::Network network = network_with(state);
  const LiftedRouting routing = routing_of(state, optical_first(4, 2));
  net::routing::DependencyGraph merged(network.channel_count(), 1);
  routing.for_each_dependency(network, [&](net::routing::ChannelClass from, net::routing::ChannelClass to) {
    merged.add({from.channel, 0}, {to.channel, 0});
  });
  EXPECT_FALSE(merged.find_cycle().empty());
}

TEST(LiftedRouting, LoadsTheChannelsOfAClassEquallyInAllBlocks) {
  const SymmetricState state = random_state({4, 8, 8}, 7);
  const net::Network network = network_with(state);
  const auto load = net::routing::expected_load(network, routing_of(state, optical_first(4, 3)),
                                                net::workload::Traffic::uniform(256, true));
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  std::vector<double> first(at(64 * 6), -1);
  for (const net::Chip chip : network.chips())
    for (const net::PortNumber port : network.ports()) {
      double& same = first[at(circuits.slice.place_of(chip).position * 6 + port.value())];
      if (same < 0) same = load[network.channel(chip, port)];
      EXPECT_NEAR(load[network.channel(chip, port)], same, 1e-9);
    }
}

TEST(LiftedRouting, SmallSharesAreDroppedAndTheRestSumsToOne) {
  const SymmetricState state = random_state({4, 4, 8}, 8);
  FlowOptions options;
  options.iterations = 60;
  const RouteRule rule = optical_first(4, 2);
  const TableSize all = routed(state, rule, options)->routing.table_size();
  const LiftedRouting fewer = routed(state, rule, options, 0.05F)->routing;
  EXPECT_LT(fewer.table_size().next_hops, all.next_hops);
  EXPECT_EQ(fewer.table_size().vertices, all.vertices);
  net::routing::Moves moves;
  Random random(1);
  for (int destination = 1; destination < 128; ++destination) {
    fewer.moves(net::Chip(0), fewer.start(net::Chip(0), net::Chip(destination), random), moves);
    double sum = 0;
    for (const net::routing::Move& move : moves) sum += move.probability;
    EXPECT_NEAR(sum, 1, 1e-6);
  }
}

TEST(LiftedRouting, AllPacketsOfAnAllToAllArrive) {
  const SymmetricState state = random_state({4, 4, 8}, 9);
  const net::Network network = network_with(state);
  const LiftedRouting routing = routing_of(state, optical_first(4, 2));
  net::packet::Config config;
  config.vcs = 2;
  config.vc_buffer_packets = 1;  // the smallest buffer
  const auto run = net::packet::run_all_to_all(network, routing, net::packet::AllToAll{2 * 4096}, config);
  ASSERT_TRUE(run.ok());
  EXPECT_EQ(run->delivered_bytes, std::uint64_t{128} * 127 * 2 * 4096);
}

TEST(Confirm, TheThroughputOfASplitUnderARuleFollowsFromItsLoads) {
  const SymmetricState state = random_state({4, 4, 8}, 10);
  FlowOptions options;
  options.iterations = 60;
  const auto way = routed(state, optical_first(4, 2), options);
  ASSERT_TRUE(way.ok());
  const auto load = net::routing::expected_load(way->network, way->routing, net::workload::Traffic::uniform(128, true));
  EXPECT_NEAR(net::routing::ideal_throughput(way->network, load), way->throughput, 1e-3 * way->throughput);
  EXPECT_LE(way->throughput, way->dual_bound);
}

TEST(Confirm, TooFewClassesAreAnError) { EXPECT_FALSE(routed(random_state({8, 8, 8}, 11), optical_first(4, 1)).ok()); }

/// Checks that trees span the network and are link-disjoint.
void expect_disjoint(const net::Network& network, const std::vector<SpanningTree>& trees) {
  std::set<net::Channel> links;
  for (const SpanningTree& tree : trees)
    for (const net::Chip chip : network.chips()) {
      const net::Channel channel = tree.up[chip];
      EXPECT_EQ(!channel.valid(), chip == tree.root);
      if (!channel.valid()) continue;
      EXPECT_EQ(network.source(channel), chip);
      EXPECT_TRUE(links.insert(std::min(channel, network.reverse(channel))).second);
      net::Chip way = chip;
      int steps = 0;
      while (tree.up[way].valid() && ++steps <= network.chip_count()) way = network.target(tree.up[way]);
      EXPECT_EQ(way, tree.root);
      EXPECT_LE(steps, tree.depth);
    }
}

TEST(DisjointTrees, ChipsWithSixLinksHaveThreeTrees) {
  const net::Network torus{net::topology::Torus{{4, 4, 8}}}, state = network_with(random_state({4, 4, 8}, 12));
  for (const net::Network* network : {&torus, &state}) {
    const std::vector<SpanningTree> trees = disjoint_trees(*network, 3);
    EXPECT_EQ(trees.size(), 3u);
    expect_disjoint(*network, trees);
  }
}

TEST(DisjointTrees, AMeshHasOnlyAsManyTreesAsItsCornersAllow) {
  const net::Network mesh{net::topology::Mesh{{3, 3}}};  // 12 links, 8 per tree
  const std::vector<SpanningTree> trees = disjoint_trees(mesh, 3);
  EXPECT_EQ(trees.size(), 1u);
  expect_disjoint(mesh, trees);
}

TEST(DisjointTrees, AllReduceSendsEveryPartUpAndDownOncePerLink) {
  const net::Network network = network_with(random_state({4, 4, 8}, 13));
  const std::vector<SpanningTree> trees = disjoint_trees(network, 3);
  constexpr std::uint64_t kBytes = 3 << 20;
  constexpr int kPieces = 32;
  const net::workload::Workload work = tree_all_reduce(network, trees, kBytes, kPieces);
  EXPECT_EQ(work.total_bytes(), 2u * 127 * kBytes);
  int depth = 0;
  for (const SpanningTree& tree : trees) depth = std::max(depth, tree.depth);
  const auto routing = net::routing::TableRouting::make(network, net::routing::Split::even);
  const auto run = net::flow::run_flows(network, *routing, work);
  ASSERT_TRUE(run.ok());
  const double part_ns = kBytes / 3 / net::LinkModel{}.bandwidth_gbytes_per_s;
  EXPECT_GE(run->time_ns, part_ns);
  EXPECT_LE(run->time_ns, part_ns * (1 + 2.0 * depth / kPieces) * 1.001);
}

}  // namespace
}  // namespace vtpu::search
