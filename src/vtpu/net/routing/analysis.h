#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/index.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dependency_graph.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/routing/state_graph.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"

/// Static analysis of a routing, without simulation: the channels that a flow uses and its share on each, the load of a
/// traffic pattern, and whether packets can wait for each other in a cycle.
namespace vtpu::net::routing {

struct ChannelShare {
  Channel channel;
  double share = 0;  ///< expected crossings per packet, > 0; above 1 if a path crosses a channel twice
};

/// How a flow from source to destination spreads over channels, in rising order of channels. All moves of an adaptive
/// routing count equally, except escapes (probability 0), which do not count. Requires routing.reaches(source,
/// destination).
template <Routing R>
std::vector<ChannelShare> channel_shares(const Network& network, const R& routing, Chip source, Chip destination);

/// Expected load of every channel in flits/cycle, when every chip injects one flit per cycle by the pattern. Packets
/// that cannot reach their destination are not injected.
template <Routing R>
IndexedVector<Channel, double> expected_load(const Network& network, const R& routing,
                                             const workload::Traffic& traffic);

/// The same for uniform traffic with self, computed from one source: the load of a channel is what that source puts on
/// all channels with the same port number. Correct if translations that keep port numbers map any chip to any other and
/// the routing's paths onto each other, as the grids' own routings do on tori.
template <Routing R>
IndexedVector<Channel, double> uniform_load_by_symmetry(const Network& network, const R& routing);

/// Injection rate per chip at which the most loaded channel is full, in bandwidths of the network's first kind of link:
/// the smallest relative bandwidth / load. At least one channel has a load (an invariant).
double ideal_throughput(const Network& network, const IndexedVector<Channel, double>& expected_load);

/// Follows every path of every packet: exact, and slow for large networks.
template <Routing R>
DependencyGraph walked_dependencies(const Network& network, const R& routing);

/// Uses what the routing knows about its own dependencies, and follows all paths otherwise. A routing may
///   - add them by `add_dependencies(network, dependencies)`, exactly; false: it does not know them;
///   - list them by `for_each_dependency(network, visit)`, with visit(ChannelClass, ChannelClass). The list may be a
///     superset of the real dependencies: if the superset has no cycle, neither do they;
///   - prove their absence of cycles without listing them, by `check_dependencies(network)`; nothing: it does not know.
template <Routing R>
DeadlockCheck check_deadlock(const Network& network, const R& routing);

/// "deadlock-free: …" or the cycle, one line per channel: "1.1.1 +x class 0, then".
std::string to_string(const DeadlockCheck& check, const Network& network);

// ---- bodies

namespace detail {

/// Adds to `load` the flow from the weighted vertices of a graph along its edges. The weights are consumed.
template <Routing R>
void flow_through(const StateGraph<R>& graph, std::vector<double>& weights, IndexedVector<Channel, double>& load) {
  for (const std::uint32_t v : graph.order())
    for (const auto& edge : graph.out_edges(graph.vertices()[v])) {
      const double share = weights[v] * edge.probability;
      load[edge.channel] += share;
      weights[edge.to] += share;
    }
}

/// Adds the states in which packets of a flow may start; their weights sum to `weight`.
template <Routing R>
void add_starts(StateGraph<R>& graph, const R& routing, Chip source, Chip destination, double weight,
                std::vector<double>& weights) {
  routing.for_each_start(source, destination, [&](const typename R::State& state, double probability) {
    const std::uint32_t v = graph.add(source, state);
    if (weights.size() <= v) weights.resize(v + 1, 0);
    weights[v] += weight * probability;
  });
}

/// From every escape to the escapes that a packet can request next, directly or after adaptive moves.
template <Routing R>
void add_escape_dependencies(const StateGraph<R>& graph, DependencyGraph& dependencies) {
  std::vector<std::uint32_t> seen(graph.vertices().size(), 0), waiting;
  std::uint32_t round = 0;
  for (const auto& held : graph.edges()) {
    if (!held.escape) continue;
    dependencies.use({held.channel, held.vc_class});
    ++round;
    waiting.assign(1, held.to);
    seen[held.to] = round;
    while (!waiting.empty()) {
      const std::uint32_t v = waiting.back();
      waiting.pop_back();
      for (const auto& edge : graph.out_edges(graph.vertices()[v])) {
        if (edge.escape) {
          dependencies.add({held.channel, held.vc_class}, {edge.channel, edge.vc_class});
        } else if (seen[edge.to] != round) {
          seen[edge.to] = round;
          waiting.push_back(edge.to);
        }
      }
    }
  }
}

/// From every channel class to those that a packet can request at the channel's target.
template <Routing R>
void add_dependencies(const StateGraph<R>& graph, DependencyGraph& dependencies) {
  for (const auto& held : graph.edges()) {
    dependencies.use({held.channel, held.vc_class});
    for (const auto& next : graph.out_edges(graph.vertices()[held.to]))
      dependencies.add({held.channel, held.vc_class}, {next.channel, next.vc_class});
  }
}

}  // namespace detail

template <Routing R>
std::vector<ChannelShare> channel_shares(const Network& network, const R& routing, Chip source, Chip destination) {
  StateGraph<R> graph(network, routing);
  std::vector<double> weights;
  detail::add_starts(graph, routing, source, destination, 1, weights);
  graph.explore();
  weights.resize(graph.vertices().size(), 0);
  std::vector<ChannelShare> shares;
  for (const std::uint32_t v : graph.order())
    for (const auto& edge : graph.out_edges(graph.vertices()[v])) {
      if (edge.probability == 0) continue;
      shares.push_back({edge.channel, weights[v] * edge.probability});
      weights[edge.to] += shares.back().share;
    }
  std::stable_sort(shares.begin(), shares.end(), [](const auto& a, const auto& b) { return a.channel < b.channel; });
  std::size_t kept = 0;
  for (const ChannelShare& share : shares) {
    if (share.share == 0) continue;
    if (kept > 0 && shares[kept - 1].channel == share.channel)
      shares[kept - 1].share += share.share;
    else
      shares[kept++] = share;
  }
  shares.resize(kept);
  return shares;
}

template <Routing R>
IndexedVector<Channel, double> expected_load(const Network& network, const R& routing,
                                             const workload::Traffic& traffic) {
  // Paths to one destination share states, but traffic is listed by source. So the traffic is read once for each block
  // of destinations; the block size bounds the list of pairs.
  constexpr int kPairs = 1 << 22;
  const int chips = network.chip_count();
  const int block = std::max(1, kPairs / chips);
  IndexedVector<Channel, double> load(network.channel_count(), 0);
  std::vector<double> weights;
  std::vector<std::vector<std::pair<Chip, double>>> sources(static_cast<std::size_t>(std::min(block, chips)));
  StateGraph<R> graph(network, routing);
  for (int first = 0; first < chips; first += block) {
    for (auto& of_destination : sources) of_destination.clear();
    for (const Chip source : network.chips())
      traffic.for_each_destination(source, [&](Chip destination, double probability) {
        const int place = destination.value() - first;
        if (place < 0 || place >= block || destination == source) return;
        sources[static_cast<std::size_t>(place)].emplace_back(source, probability * traffic.rate(source));
      });
    for (const Chip destination : IndexRange(Chip(first), Chip(std::min(first + block, chips)))) {
      graph.clear();
      weights.clear();
      for (const auto& [source, weight] : sources[static_cast<std::size_t>(destination.value() - first)])
        if (routing.reaches(source, destination))
          detail::add_starts(graph, routing, source, destination, weight, weights);
      graph.explore();
      weights.resize(graph.vertices().size(), 0);
      detail::flow_through(graph, weights, load);
    }
  }
  return load;
}

template <Routing R>
IndexedVector<Channel, double> uniform_load_by_symmetry(const Network& network, const R& routing) {
  const int chips = network.chip_count();
  IndexedVector<Channel, double> load(network.channel_count(), 0);
  std::vector<double> weights;
  StateGraph<R> graph(network, routing);
  for (const Chip destination : IndexRange(Chip(1), Chip(chips))) {
    graph.clear();
    weights.clear();
    detail::add_starts(graph, routing, Chip(0), destination, 1.0 / chips, weights);
    graph.explore();
    weights.resize(graph.vertices().size(), 0);
    detail::flow_through(graph, weights, load);
  }
  IndexedVector<PortNumber, double> of_port(network.port_count(), 0);
  for (const Channel channel : network.channels()) of_port[network.port(channel)] += load[channel];
  for (const Channel channel : network.channels())
    load[channel] = network.attached(channel) ? of_port[network.port(channel)] : 0;
  return load;
}

template <Routing R>
DependencyGraph walked_dependencies(const Network& network, const R& routing) {
  DependencyGraph dependencies(network.channel_count(), routing.vc_classes());
  StateGraph<R> graph(network, routing);
  for (const Chip destination : network.chips()) {
    graph.clear();
    for (const Chip source : network.chips())
      if (source != destination && routing.reaches(source, destination))
        routing.for_each_start(source, destination, [&](const auto& state, double) { graph.add(source, state); });
    graph.explore();
    if constexpr (R::kAdaptive)
      detail::add_escape_dependencies(graph, dependencies);
    else
      detail::add_dependencies(graph, dependencies);
  }
  return dependencies;
}

template <Routing R>
DeadlockCheck check_deadlock(const Network& network, const R& routing) {
  constexpr auto ignore = [](ChannelClass, ChannelClass) {};
  if constexpr (requires { routing.check_dependencies(network); }) {
    if (auto check = routing.check_dependencies(network)) return *std::move(check);
  } else if constexpr (requires { routing.for_each_dependency(network, ignore); }) {
    DependencyGraph dependencies(network.channel_count(), routing.vc_classes());
    routing.for_each_dependency(network, [&](ChannelClass from, ChannelClass to) { dependencies.add(from, to); });
    return dependencies.check();
  } else if constexpr (requires(DependencyGraph & graph) { routing.add_dependencies(network, graph); }) {
    DependencyGraph dependencies(network.channel_count(), routing.vc_classes());
    if (routing.add_dependencies(network, dependencies)) return dependencies.check();
  }
  return walked_dependencies(network, routing).check();
}

}  // namespace vtpu::net::routing
