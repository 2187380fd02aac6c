// Are the distances of searches that share work those of one search after the other?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/wide_search.h"

namespace vtpu::net::topology {
namespace {

/// One search from each chip.
template <Topology T>
DistanceDistribution by_single_searches(const T& topology) {
  DistanceDistribution found{topology.chip_count(), {}};
  for (int source = 0; source < topology.chip_count(); ++source) {
    std::vector<int> distance(at(node_count(topology)), -1), order = {source};
    distance[at(source)] = 0;
    for (std::size_t next = 0; next < order.size(); ++next)
      for (const PortNumber number : index_range<PortNumber>(topology.port_count())) {
        const Port peer = topology.peer({Chip(order[next]), number});
        if (peer == kNoPort || distance[at(peer.chip.value())] >= 0) continue;
        distance[at(peer.chip.value())] = distance[at(order[next])] + 1;
        order.push_back(peer.chip.value());
      }
    for (const int node : order) {
      if (node >= topology.chip_count()) continue;
      const std::size_t hops = at(distance[at(node)]);
      if (found.pairs_at.size() <= hops) found.pairs_at.resize(hops + 1, 0);
      ++found.pairs_at[hops];
    }
  }
  return found;
}

TEST(Distances, OfManySearchesAtOnceAreThoseOfSingleOnes) {
  for_each_example([](const auto& topology) {
    if (topology.chip_count() > 1024) return;
    EXPECT_EQ(distances(topology, Sources::all), by_single_searches(topology)) << topology.name();
  });
}

TEST(Distances, AfterFailuresAreThoseOfNewSearches) {
  for_each_example([](const auto& topology) {
    if (topology.chip_count() > 256 || topology.port_count() == 0) return;
    const DistanceDistribution before = distances(topology, Sources::all);
    for (const int failures : {1, 3, 20})
      for (std::uint64_t seed = 0; seed < 3; ++seed) {
        Random random(seed);
        const auto below = [&](int bound) { return static_cast<int>(random.below(static_cast<std::uint64_t>(bound))); };
        MaskedTopology faulty(topology);
        for (int i = 0; i < failures; ++i)
          faulty.remove_link({Chip(below(node_count(topology))), PortNumber(below(topology.port_count()))});
        for (int i = 1; i < failures; i *= 3) faulty.remove_node(Chip(below(node_count(topology))));
        EXPECT_EQ(distances_after_failures(link_graph(topology), link_graph(faulty), before),
                  distances(faulty, Sources::all))
            << topology.name() << " with " << failures << " failures, seed " << seed;
      }
  });
}

TEST(Distances, OfALargeTorusWithFailuresTakeFewSearches) {
  const Torus torus{{128, 128}};
  MaskedTopology faulty(torus);
  faulty.remove_link({Chip(0), PortNumber(0)});
  int searches = 0;
  const DistanceDistribution found = distances_after_failures(link_graph(torus), link_graph(faulty), closed_form(torus),
                                                              [&](int, int all) { searches = all; });
  // On each side of the link, the 63 chips of its ring whose only shortest path to its far end crosses it.
  EXPECT_EQ(searches, 126);
  EXPECT_EQ(std::accumulate(found.pairs_at.begin(), found.pairs_at.end(), std::uint64_t{0}), std::uint64_t{1} << 28);
  EXPECT_EQ(found.diameter(), 128);
  EXPECT_EQ(found.pairs_at[1], 4u * 16384 - 2);
}

TEST(CloseOrder, HoldsEveryNodeOnce) {
  for_each_example([](const auto& topology) {
    Arcs arcs;
    for (const Chip node : index_range<Chip>(node_count(topology))) {
      for (const PortNumber number : index_range<PortNumber>(topology.port_count()))
        if (const Port peer = topology.peer({node, number}); peer != kNoPort)
          arcs.heads.push_back(static_cast<std::uint32_t>(peer.chip.value()));
      arcs.first.push_back(static_cast<std::uint32_t>(arcs.heads.size()));
    }
    std::vector<std::uint32_t> order = close_order(arcs, at(topology.chip_count()));
    std::sort(order.begin(), order.end());
    std::vector<std::uint32_t> all(at(topology.chip_count()));
    std::iota(all.begin(), all.end(), 0u);
    EXPECT_EQ(order, all) << topology.name();
  });
}

}  // namespace
}  // namespace vtpu::net::topology
