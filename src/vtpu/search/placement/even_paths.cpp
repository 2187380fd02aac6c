#include "vtpu/search/placement/even_paths.h"

#include <algorithm>

#include "vtpu/net/routing/path_split.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::search {

Result<EvenPaths> EvenPaths::make(const net::Network& network) {
  if (network.node_count() != network.chip_count())
    return Error{network.name(), "found switches", "a network without switches"};
  EvenPaths paths;
  paths.chips_ = network.chip_count();
  paths.ports_ = network.port_count();
  for (const net::Channel channel : network.channels())
    paths.target_.push_back(network.attached(channel) ? network.target(channel) : network.source(channel));
  const std::size_t pairs = at(paths.chips_) * at(paths.chips_);
  paths.distance_.resize(pairs);
  paths.order_.reserve(pairs);
  paths.shares_.resize(pairs * at(paths.ports_), 0);
  net::routing::ShortestPaths shortest(network);
  net::routing::PathSplit split(network);
  const IndexedVector<net::Channel, double> alike(network.channel_count(), 1);
  for (const net::Chip to : network.chips()) {
    shortest.search(to);
    if (static_cast<int>(shortest.order().size()) != paths.chips_)
      return Error{network.name(), "found chips without a path between them", "a connected network"};
    split.compute(shortest, alike);
    for (const net::Chip node : shortest.order()) {
      paths.order_.push_back(node);
      paths.distance_[paths.pair(to, node)] = shortest.distance(node);
      shortest.for_each_channel(node, [&](net::Channel channel) {
        paths.shares_[paths.pair(to, node) * at(paths.ports_) + at(network.port(channel).value())] =
            split.share(channel, alike);
      });
    }
  }
  return paths;
}

IndexedVector<net::Channel, double> EvenPaths::loads(std::span<const double> traffic) const {
  IndexedVector<net::Channel, double> loads(channels(), 0);
  IndexedVector<net::Chip, double> flow(chips_);
  for (const net::Chip to : flow.indices()) {
    for (const net::Chip from : flow.indices()) flow[from] = traffic[pair(from, to)];
    const std::span<const net::Chip> nearest_first = order(to);
    for (auto node = nearest_first.rbegin(); node != nearest_first.rend(); ++node) {
      if (flow[*node] == 0) continue;
      const double* share = shares(to, *node);
      for (int port = 0; port < ports_; ++port) {
        if (share[port] == 0) continue;
        const net::Channel out = channel(*node, port);
        const double part = flow[*node] * share[port];
        loads[out] += part;
        flow[target_[out]] += part;
      }
    }
  }
  return loads;
}

IndexedVector<net::Channel, double> EvenPaths::uniform_loads() const {
  return loads(std::vector<double>(at(chips_) * at(chips_), 1));  // what a chip sends to itself uses no channel
}

std::vector<double> EvenPaths::prices(const IndexedVector<net::Channel, double>& by_channel) const {
  std::vector<double> prices(at(chips_) * at(chips_));
  IndexedVector<net::Chip, double> price(chips_);
  for (const net::Chip to : price.indices()) {
    for (const net::Chip node : order(to)) {
      const double* share = shares(to, node);
      double sum = 0;
      for (int port = 0; port < ports_; ++port) {
        if (share[port] == 0) continue;
        const net::Channel out = channel(node, port);
        sum += share[port] * (by_channel[out] + price[target_[out]]);
      }
      price[node] = sum;
    }
    for (const net::Chip from : price.indices()) prices[pair(from, to)] = price[from];
  }
  return prices;
}

EvenPaths::Uses::Uses(const EvenPaths& paths) : chips_(paths.chips_) {
  const std::size_t chips = at(paths.chips_);
  first_.reserve(chips * chips + 1);
  first_.push_back(0);
  IndexedVector<net::Chip, double> flow(paths.chips_, 0);
  std::vector<std::vector<net::Chip>> by_distance;
  for (const net::Chip from : flow.indices())
    for (const net::Chip to : flow.indices()) {
      // Breadth first from the source, so that chips nearer to the destination come later.
      by_distance.assign(at(paths.distance(from, to)) + 1, {});
      by_distance.back().push_back(from);
      flow[from] = 1;
      for (std::size_t left = by_distance.size() - 1; left > 0; --left)
        for (const net::Chip node : by_distance[left]) {
          const double* share = paths.shares(to, node);
          for (int port = 0; port < paths.ports_; ++port) {
            if (share[port] == 0) continue;
            const net::Channel channel = paths.channel(node, port);
            const net::Chip next = paths.target_[channel];
            const double part = flow[node] * share[port];
            if (flow[next] == 0) by_distance[left - 1].push_back(next);
            flow[next] += part;
            uses_.push_back({channel, static_cast<float>(part)});
          }
          flow[node] = 0;
        }
      flow[to] = 0;
      first_.push_back(uses_.size());
    }
}

}  // namespace vtpu::search
