#include "vtpu/net/fault/detour.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "vtpu/base/position.h"
#include "vtpu/net/collective/closed_ring.h"
#include "vtpu/net/routing/path_split.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::fault {
namespace {

/// Pushes the traffic for the destination of `shortest` along its paths and adds it to the channels' loads.
class LoadPusher {
 public:
  LoadPusher(const Network& network, Paths paths)
      : network_(network),
        paths_(paths),
        equal_(network.channel_count(), 1.0),
        split_(network),
        here_(network.node_count(), 0.0) {}

  void send(Chip source, double weight) { here_[source] += weight; }

  /// If source and destination are neighbours, their links are the shortest paths and no search is needed.
  bool send_to_neighbour(Chip source, Chip destination, double weight, IndexedVector<Channel, double>& load) const {
    std::vector<Channel> links;
    for (const PortNumber port : network_.ports())
      if (const Channel channel = network_.channel(source, port);
          network_.attached(channel) && network_.target(channel) == destination)
        links.push_back(channel);
    if (paths_ == Paths::first && links.size() > 1) links.resize(1);
    for (const Channel channel : links) load[channel] += weight / static_cast<double>(links.size());
    return !links.empty();
  }

  /// Consumes the traffic. Traffic of nodes without a path is dropped.
  void push(const routing::ShortestPaths& shortest, IndexedVector<Channel, double>& load) {
    if (paths_ == Paths::even) {
      split_.compute(shortest, equal_);
      split_.push(shortest, equal_, here_, [&](Channel channel, double part) { load[channel] += part; });
    } else {
      push_first(shortest, load);
    }
    std::fill(here_.begin(), here_.end(), 0.0);
  }

 private:
  /// Sends all of a node's traffic through the lowest port of a shortest path.
  void push_first(const routing::ShortestPaths& shortest, IndexedVector<Channel, double>& load) {
    for (auto node = shortest.order().rbegin(); node != shortest.order().rend(); ++node) {
      bool gone = here_[*node] == 0;
      shortest.for_each_channel(*node, [&](Channel channel) {
        if (gone) return;
        gone = true;
        load[channel] += here_[*node];
        here_[network_.target(channel)] += here_[*node];
      });
    }
  }

  const Network& network_;
  Paths paths_;
  IndexedVector<Channel, double> equal_;
  routing::PathSplit split_;
  IndexedVector<Chip, double> here_;  // traffic to forward
};

void add(IndexedVector<Channel, double>& sum, const IndexedVector<Channel, double>& load) {
  for (const Channel channel : sum.indices()) sum[channel] += load[channel];
}

}  // namespace

PairDistances pair_distances(const Network& network, std::span<const Chip> chips) {
  // 64 searches at a time, one bit per source.
  using Bits = std::uint64_t;
  constexpr std::size_t kBits = 64;
  const int nodes = network.node_count();
  IndexedVector<Chip, Bits> seen(nodes), front(nodes), next(nodes);
  PairDistances sum;
  for (std::size_t first = 0; first < chips.size(); first += kBits) {
    const std::size_t sources = std::min(kBits, chips.size() - first);
    std::fill(seen.begin(), seen.end(), 0);
    std::fill(front.begin(), front.end(), 0);
    for (std::size_t s = 0; s < sources; ++s) {
      front[chips[first + s]] |= Bits{1} << s;
      seen[chips[first + s]] |= Bits{1} << s;
    }
    std::uint64_t reached = 0;
    bool more = true;
    for (int hops = 1; more; ++hops) {
      more = false;
      std::fill(next.begin(), next.end(), 0);
      for (const Channel channel : network.channels())
        if (network.attached(channel)) next[network.target(channel)] |= front[network.source(channel)];
      for (const Chip node : network.nodes()) {
        next[node] &= ~seen[node];
        seen[node] |= next[node];
        more = more || next[node] != 0;
      }
      std::uint64_t found = 0;
      for (const Chip chip : chips) found += static_cast<std::uint64_t>(std::popcount(next[chip]));
      reached += found;
      sum.hops += found * static_cast<std::uint64_t>(hops);
      if (found > 0) sum.longest = std::max(sum.longest, hops);
      std::swap(front, next);
    }
    sum.pairs += reached;
    sum.cut_off += sources * (chips.size() - 1) - reached;
  }
  return sum;
}

IndexedVector<Channel, double> shortest_path_load(const Network& network, std::vector<workload::Demand> demands,
                                                  Paths paths) {
  std::stable_sort(demands.begin(), demands.end(),
                   [](const workload::Demand& a, const workload::Demand& b) { return a.destination < b.destination; });
  IndexedVector<Channel, double> load(network.channel_count(), 0.0);
  routing::ShortestPaths shortest(network);
  LoadPusher pusher(network, paths);
  for (std::size_t first = 0; first < demands.size();) {
    const Chip destination = demands[first].destination;
    bool far = false;
    for (; first < demands.size() && demands[first].destination == destination; ++first) {
      const auto& [source, to, weight] = demands[first];
      if (source == to || pusher.send_to_neighbour(source, to, weight, load)) continue;
      pusher.send(source, weight);
      far = true;
    }
    if (!far) continue;
    shortest.search(destination);
    pusher.push(shortest, load);
  }
  return load;
}

IndexedVector<Channel, double> shortest_path_load(const Network& network, std::span<const Chip> sources,
                                                  std::span<const Chip> destinations, double weight, Paths paths) {
  IndexedVector<Channel, double> load(network.channel_count(), 0.0);
  routing::ShortestPaths shortest(network);
  LoadPusher pusher(network, paths);
  for (const Chip destination : destinations) {
    for (const Chip source : sources) pusher.send(source, weight);
    shortest.search(destination);
    pusher.push(shortest, load);
  }
  return load;
}

SparedRoutes::SparedRoutes(DegradedTopology topology)
    : topology_(std::move(topology)), network_(topology_), seen_(without_spares(topology_)) {}

IndexedVector<Channel, double> SparedRoutes::along_lines(const IndexedVector<Channel, double>& seen) const {
  IndexedVector<Channel, double> load(seen.size(), 0.0);
  for (const Channel channel : seen_.channels())
    if (seen[channel] > 0)
      for (const Port port : line_from(topology_, {seen_.source(channel), seen_.port(channel)}))
        load[network_.channel(port.chip, port.number)] += seen[channel];
  return load;
}

IndexedVector<Channel, double> SparedRoutes::load(const std::vector<workload::Demand>& demands) const {
  std::vector<workload::Demand> stay, moved;
  for (const workload::Demand& demand : demands)
    (std::max(demand.source, demand.destination) < topology_.whole().first_in_series() ? stay : moved)
        .push_back(demand);
  IndexedVector<Channel, double> sum = along_lines(shortest_path_load(seen_, std::move(stay), Paths::even));
  add(sum, shortest_path_load(network_, std::move(moved), Paths::even));
  return sum;
}

IndexedVector<Channel, double> SparedRoutes::uniform_load(std::span<const Chip> chips) const {
  std::vector<Chip> stay, moved;
  for (const Chip chip : chips) (chip < topology_.whole().first_in_series() ? stay : moved).push_back(chip);
  const double weight = 1 / static_cast<double>(chips.size());
  IndexedVector<Channel, double> sum = along_lines(shortest_path_load(seen_, stay, stay, weight, Paths::even));
  if (moved.empty()) return sum;
  add(sum, shortest_path_load(network_, moved, moved, weight, Paths::even));
  // Paths are equally likely in both directions, so the return traffic puts the same load on the reverse channels.
  const IndexedVector<Channel, double> there = shortest_path_load(network_, stay, moved, weight, Paths::even);
  for (const Channel channel : network_.channels())
    if (network_.attached(channel)) sum[channel] += there[channel] + there[network_.reverse(channel)];
  return sum;
}

flow::Paths SparedRoutes::paths(const workload::Workload& workload) const {
  flow::Paths paths(at(workload.size()));
  std::map<std::pair<Chip, Chip>, int> known;
  std::vector<flow::Use> uses;
  for (int id = 0; id < workload.size(); ++id) {
    const workload::Message& message = workload.message(id);
    const auto [entry, is_new] = known.try_emplace({message.source, message.destination}, flow::Paths::kNone);
    if (message.source == message.destination) {
      entry->second = flow::Paths::kToItself;
    } else if (is_new) {
      const IndexedVector<Channel, double> load =
          this->load(std::vector{workload::Demand{message.source, message.destination, 1}});
      uses.clear();
      double latency_ns = 0;
      for (const Channel channel : network_.channels())
        if (load[channel] > 0) {
          uses.push_back({channel.value(), load[channel]});
          latency_ns += load[channel] * network_.link(channel).latency_ns;
        }
      if (!uses.empty()) entry->second = paths.add(uses, latency_ns);
    }
    paths.set(id, entry->second);
  }
  return paths;
}

double total(const IndexedVector<Channel, double>& load) {
  double sum = 0;
  for (const double of_channel : load) sum += of_channel;
  return sum;
}

double largest(const IndexedVector<Channel, double>& load) {
  return load.empty() ? 0 : *std::max_element(load.begin(), load.end());
}

std::vector<workload::Demand> neighbour_demands(const Shape& torus, std::span<const std::optional<Chip>> chip_of) {
  std::vector<workload::Demand> demands;
  for (int place = 0; place < torus.count(); ++place)
    for (int d = 0; d < torus.dimensions(); ++d)
      for (const int step : {1, torus.side(d) - 1}) {
        int to = place;
        do {
          Coordinates neighbour = torus.coordinates_of(to);
          neighbour[at(d)] = (neighbour[at(d)] + step) % torus.side(d);
          to = torus.index_of(neighbour);
        } while (to != place && !chip_of[at(to)]);
        if (to != place && chip_of[at(place)]) demands.push_back({*chip_of[at(place)], *chip_of[at(to)], 1});
      }
  return demands;
}

std::vector<workload::Demand> ring_demands(const Shape& torus, std::span<const std::optional<Chip>> chip_of) {
  std::vector<Chip> ring;
  for (const int place : collective::closed_ring(torus))
    if (chip_of[at(place)]) ring.push_back(*chip_of[at(place)]);
  std::vector<workload::Demand> demands;
  for (std::size_t i = 0; i < ring.size() && ring.size() > 1; ++i)
    demands.push_back({ring[i], ring[(i + 1) % ring.size()], 1});
  return demands;
}

}  // namespace vtpu::net::fault
