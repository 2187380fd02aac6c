#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/search/anneal.h"
#include "vtpu/search/families.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/mean_distance.h"

namespace vtpu::search {
namespace {

TEST(BalancedFlow, ReachesTheClosedFormsOfTori) {
  struct Known {
    net::Shape shape;
    double regular, twisted;  // 8 over the longest side; six links over the mean distance
  };
  for (const Known& known : {Known{{4, 4, 8}, 1, 6 / 3.4375}, Known{{4, 8, 8}, 1, 6 / 4.3125}}) {
    const LiftedFlow regular = *balanced_flow(lifted(*torus_state(known.shape)), {.gap = 0.002});
    EXPECT_NEAR(regular.throughput, known.regular, 1e-3);
    EXPECT_GE(regular.dual_bound, known.regular * (1 - 1e-9));
    const LiftedFlow twisted = *balanced_flow(lifted(*twisted_torus_state(known.shape)), {.gap = 0.002});
    EXPECT_NEAR(twisted.throughput, known.twisted, 1e-3);
    EXPECT_LE(twisted.gap(), 0.002);
  }
}

TEST(BalancedFlow, IsNotWorseThanTheBestSplitOverShortestPathsAlone) {
  const SymmetricState state =
      random_state(BlockGroup::cyclic(std::vector<int>{2}), {4, 4, 8}, {.mirrored = 0.3, .alike = Alike::rotated}, 4);
  const net::ocs::StateOfSlice circuits = circuits_of(state);
  const net::Network network(*net::topology::OcsTopology::make(circuits.state, circuits.slice, "state"));
  const auto shortest =
      net::routing::balanced_split(network, net::workload::Traffic::uniform(network.chip_count(), true), 0.01);
  ASSERT_TRUE(shortest);
  const LiftedFlow flow = *balanced_flow(lifted(state), {.gap = 0.01});
  EXPECT_GE(flow.dual_bound, shortest->throughput * (1 - 1e-6));
  EXPECT_GE(flow.throughput, shortest->throughput * 0.97);
}

/// Propagates the split for every destination independently of the library: every chip's traffic arrives, and the
/// channel loads equal those of the flow.
void expect_consistent(const LiftedGraph& graph, const LiftedFlow& flow) {
  const std::size_t blocks = static_cast<std::size_t>(graph.group.order());
  std::vector<double> load(static_cast<std::size_t>(graph.channels()), 0);
  const double demand = 1.0 / (graph.positions() * static_cast<double>(blocks));
  for (int destination = 0; destination < graph.positions(); ++destination) {
    std::vector<double> here(static_cast<std::size_t>(graph.vertices()) * blocks, 0);
    for (const int start : graph.start)
      for (std::size_t block = 0; block < blocks; ++block)
        here[static_cast<std::size_t>(start) * blocks + block] = demand;
    double arrived = 0;
    // Everything moves one hop at a time; without cycles, all traffic arrives after at most one hop per place.
    for (std::size_t hop = 0; hop < here.size() && arrived < graph.positions() * double(blocks) * demand - 1e-9;
         ++hop) {
      std::vector<double> next(here.size(), 0);
      for (int vertex = 0; vertex < graph.vertices(); ++vertex)
        for (std::size_t block = 0; block < blocks; ++block) {
          const double flowing = here[static_cast<std::size_t>(vertex) * blocks + block];
          if (flowing == 0) continue;
          if (block == 0 && graph.position[static_cast<std::size_t>(vertex)] == destination) {
            arrived += flowing;
            continue;
          }
          double shares = 0;
          for (const LiftedSplit::NextHop& out : flow.split.next_hops(destination, vertex, static_cast<int>(block))) {
            const LiftedGraph::Arc& arc = graph.arcs[static_cast<std::size_t>(out.arc)];
            ASSERT_EQ(arc.from, vertex);
            const double part = flowing * static_cast<double>(out.share);
            shares += static_cast<double>(out.share);
            load[static_cast<std::size_t>(arc.channel)] += part;
            next[static_cast<std::size_t>(arc.to) * blocks +
                 static_cast<std::size_t>(graph.group.times(static_cast<int>(block), arc.translation))] += part;
          }
          ASSERT_NEAR(shares, 1, 1e-5);
        }
      here = std::move(next);
    }
    ASSERT_NEAR(arrived, graph.positions() * double(blocks) * demand, 1e-5);
  }
  for (std::size_t c = 0; c < load.size(); ++c) ASSERT_NEAR(load[c], flow.load[c], 1e-5);
  EXPECT_NEAR(flow.throughput * *std::max_element(load.begin(), load.end()), 1, 1e-4);
}

TEST(BalancedFlow, ItsSplitDeliversEverythingWithTheLoadsItReports) {
  for (const BlockGroup& group : {BlockGroup::cyclic(std::vector<int>{2, 2}), *metacyclic(3, 2, 2, 0)}) {
    const net::Shape shape = group.order() == 4 ? net::Shape{4, 8, 8} : net::Shape{4, 8, 12};
    const LiftedGraph graph = lifted(random_state(group, shape, {.mirrored = 0.3}, 11));
    expect_consistent(graph, *balanced_flow(graph, {.gap = 0.01, .iterations = 40}));
  }
}

TEST(BalancedFlow, ObeysItsDualBoundAndTheMeanDistanceBound) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const LiftedGraph graph =
        lifted(random_state(BlockGroup::cyclic(std::vector<int>{4}), {4, 8, 8}, {.alike = Alike::rotated}, seed));
    const LiftedFlow flow = *balanced_flow(graph, {.gap = 0.01, .iterations = 60, .keep_split = false});
    EXPECT_LE(flow.throughput, flow.dual_bound * (1 + 1e-9));
    EXPECT_LE(flow.throughput, 6 / MeanDistance()(graph) * (1 + 1e-9));
    const LiftedFlow again = *balanced_flow(graph, {.gap = 0.01, .iterations = 60, .keep_split = false});
    EXPECT_EQ(again.throughput, flow.throughput);
    EXPECT_EQ(again.dual_bound, flow.dual_bound);
  }
}

TEST(BalancedFlow, RejectsAGraphWithAMissingPath) {
  SymmetricState state = *torus_state({4, 4, 8});
  state.translation.assign(48, 0);
  EXPECT_NE(balanced_flow(lifted(state)).error().message().find("cannot reach"), std::string::npos);
}

}  // namespace
}  // namespace vtpu::search
