// Tests of every routing on every example of every topology.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/all.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/shortest_paths.h"
#include "vtpu/net/routing/state_graph.h"
#include "vtpu/net/topology/all.h"

namespace vtpu::net::routing {
namespace {

constexpr int kSmall = 64;  // chips; on larger networks a sample of pairs is tested

/// visit(topology, network, routing) for every combination with at most `chips` chips.
template <class Visit>
void for_each_network_and_routing(int chips, Visit visit) {
  int visited = 0;
  topology::for_each_example([&](const auto& topology) {
    if (topology.chip_count() > chips) return;
    const Network network(topology);
    if (network.attached_count() == 0) return;
    for_each_routing(topology, network, [&](const auto& routing) {
      SCOPED_TRACE(network.name() + ", " + routing.name());
      visit(network, routing);
      ++visited;
    });
  });
  EXPECT_GT(visited, 50);
}

/// visit(source, destination): all pairs of a small network, a sample of a large one.
template <class Visit>
void for_each_pair(const Network& network, Visit visit) {
  const int chips = network.chip_count();
  if (chips <= kSmall) {
    for (const Chip destination : network.chips())
      for (const Chip source : network.chips()) visit(source, destination);
    return;
  }
  Random random(7);
  for (int i = 0; i < 200; ++i)
    visit(Chip(static_cast<int>(random.below(static_cast<std::uint64_t>(chips)))),
          Chip(static_cast<int>(random.below(static_cast<std::uint64_t>(chips)))));
}

template <class State>
std::string bytes_of(const State& state) {
  std::string bytes(sizeof state, '\0');
  std::memcpy(bytes.data(), &state, sizeof state);
  return bytes;
}

TEST(EveryRouting, TakesConnectedPathsToTheDestinationThatAreShortestExceptForValiant) {
  for_each_network_and_routing(256, [&](const Network& network, const auto& routing) {
    using R = std::decay_t<decltype(routing)>;
    StateGraph<R> graph(network, routing);
    ShortestPaths shortest(network);
    int failures = 0;
    Chip searched = Chip::none();
    for_each_pair(network, [&](Chip source, Chip destination) {
      if (std::is_same_v<R, Valiant> && network.chip_count() > 32 && (source.value() + destination.value()) % 8 != 0)
        return;
      if (searched != destination) shortest.search(destination);
      searched = destination;
      if (!routing.reaches(source, destination)) {
        failures += shortest.distance(source) != ShortestPaths::kNone;
        return;
      }
      graph.clear();
      std::vector<double> weights;
      detail::add_starts(graph, routing, source, destination, 1, weights);
      graph.explore();
      weights.resize(graph.vertices().size(), 0);
      double hops = 0, arrived = 0;
      for (const std::uint32_t v : graph.order()) {
        const auto& vertex = graph.vertices()[v];
        double leaving = 0;
        for (const auto& edge : graph.out_edges(vertex)) {
          leaving += edge.probability;
          weights[edge.to] += weights[v] * edge.probability;
          hops += weights[v] * edge.probability;
          failures += edge.vc_class < 0 || edge.vc_class >= routing.vc_classes();
        }
        const bool ends = vertex.first_edge == vertex.last_edge;
        if (ends) arrived += weights[v];
        failures += ends ? vertex.node != destination : std::abs(leaving - 1) > 1e-9;
      }
      failures += std::abs(arrived - 1) > 1e-9;
      if (!std::is_same_v<R, Valiant>) failures += std::abs(hops - shortest.distance(source)) > 1e-9;
    });
    EXPECT_EQ(failures, 0);
  });
}

TEST(EveryRouting, DrawsItsStartsWithTheListedProbabilities) {
  for_each_network_and_routing(128, [&](const Network& network, const auto& routing) {
    using R = std::decay_t<decltype(routing)>;
    if (std::is_same_v<R, Valiant> && network.chip_count() > 16) return;  // too many starts to draw each one often
    Random random(3);
    for (int pair = 0; pair < 3; ++pair) {
      const Chip source(static_cast<int>(random.below(static_cast<std::uint64_t>(network.chip_count()))));
      const Chip destination(static_cast<int>(random.below(static_cast<std::uint64_t>(network.chip_count()))));
      if (!routing.reaches(source, destination)) continue;
      std::map<std::string, double> listed, drawn;
      double sum = 0;
      routing.for_each_start(source, destination, [&](const auto& state, double probability) {
        listed[bytes_of(state)] += probability;
        sum += probability;
      });
      EXPECT_NEAR(sum, 1, 1e-12);
      const int draws = listed.size() == 1 ? 3 : 4000;
      for (int i = 0; i < draws; ++i) drawn[bytes_of(routing.start(source, destination, random))] += 1.0 / draws;
      int unlisted = 0, off = 0;
      for (const auto& [state, share] : drawn) unlisted += listed.count(state) == 0;
      for (const auto& [state, share] : listed)
        off += std::abs(share - drawn[state]) > 6 * std::sqrt(share * (1 - share) / draws) + 1e-9;
      EXPECT_EQ(unlisted, 0);
      EXPECT_EQ(off, 0);
    }
  });
}

TEST(EveryRouting, IsFreeOfDeadlock) {
  for_each_network_and_routing(256, [&](const Network& network, const auto& routing) {
    using R = std::decay_t<decltype(routing)>;
    if (R::kAdaptive && network.chip_count() > 128) return;
    const DeadlockCheck check = check_deadlock(network, routing);
    EXPECT_TRUE(check.deadlock_free()) << to_string(check, network);
  });
}

TEST(EveryRouting, ListsAllDependenciesOfItsPaths) {
  for_each_network_and_routing(32, [&](const Network& network, const auto& routing) {
    const DependencyGraph walked = walked_dependencies(network, routing);
    EXPECT_TRUE(walked.find_cycle().empty());
    if constexpr (requires { routing.for_each_dependency(network, [](ChannelClass, ChannelClass) {}); }) {
      DependencyGraph listed(network.channel_count(), routing.vc_classes());
      routing.for_each_dependency(network, [&](ChannelClass from, ChannelClass to) { listed.add(from, to); });
      EXPECT_TRUE(listed.contains(walked));
    }
  });
}

TEST(EveryRouting, GivesEveryClassDisjointVirtualChannels) {
  for_each_network_and_routing(64, [&](const Network&, const auto& routing) {
    for (int vcs = routing.vc_classes(); vcs <= routing.vc_classes() + 5; ++vcs) {
      std::set<int> taken;
      for (int c = 0; c < routing.vc_classes(); ++c) {
        const VcRange range = routing.vcs_of(c, vcs);
        ASSERT_LE(range.first, range.last);
        for (int vc = range.first; vc <= range.last; ++vc) EXPECT_TRUE(taken.insert(vc).second);
      }
      EXPECT_EQ(taken.size(), static_cast<std::size_t>(vcs));
    }
  });
}

TEST(EveryRouting, HasATotalLoadEqualToItsHops) {
  for_each_network_and_routing(32, [&](const Network& network, const auto& routing) {
    const workload::Traffic traffic = workload::Traffic::uniform(network.chip_count(), true);
    double loads = 0, shares = 0;
    for (const double load : expected_load(network, routing, traffic)) loads += load;
    for (const Chip source : network.chips())
      for (const Chip destination : network.chips())
        if (source != destination && routing.reaches(source, destination))
          for (const ChannelShare& share : channel_shares(network, routing, source, destination))
            shares += share.share / network.chip_count();
    EXPECT_NEAR(loads, shares, 1e-6);
  });
}

TEST(MinimalAdaptiveRouting, OffersAnEscapeInEveryState) {
  for_each_network_and_routing(128, [&](const Network& network, const auto& routing) {
    using R = std::decay_t<decltype(routing)>;
    if constexpr (R::kAdaptive) {
      StateGraph<R> graph(network, routing);
      int without = 0;
      for_each_pair(network, [&](Chip source, Chip destination) {
        if (source == destination) return;
        graph.clear();
        routing.for_each_start(source, destination, [&](const auto& state, double) { graph.add(source, state); });
        graph.explore();
        for (const auto& vertex : graph.vertices()) {
          int escapes = 0;
          for (const auto& edge : graph.out_edges(vertex)) escapes += edge.escape;
          without += vertex.node != destination && escapes != 1;
        }
      });
      EXPECT_EQ(without, 0);
    }
  });
}

}  // namespace
}  // namespace vtpu::net::routing
