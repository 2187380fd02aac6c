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
  for (int channel = 0; channel < network.channel_count(); ++channel)
    paths.target_.push_back(network.attached(channel) ? network.target(channel) : network.source(channel));
  const std::size_t pairs = at(paths.chips_) * at(paths.chips_);
  paths.distance_.resize(pairs);
  paths.order_.reserve(pairs);
  paths.shares_.resize(pairs * at(paths.ports_), 0);
  net::routing::ShortestPaths shortest(network);
  net::routing::PathSplit split(network);
  const IndexedVector<net::Channel, double> alike(network.channel_count(), 1);
  for (int to = 0; to < paths.chips_; ++to) {
    shortest.search(to);
    if (static_cast<int>(shortest.order().size()) != paths.chips_)
      return Error{network.name(), "found chips without a path between them", "a connected network"};
    split.compute(shortest, alike);
    for (const int node : shortest.order()) {
      paths.order_.push_back(node);
      paths.distance_[at(to) * at(paths.chips_) + at(node)] = shortest.distance(node);
      shortest.for_each_channel(node, [&](int channel) {
        paths.shares_[(at(to) * at(paths.chips_) + at(node)) * at(paths.ports_) + at(network.port(channel))] =
            split.share(channel, alike);
      });
    }
  }
  return paths;
}

std::vector<double> EvenPaths::loads(std::span<const double> traffic) const {
  std::vector<double> loads(at(channels()), 0), flow(at(chips_));
  for (int to = 0; to < chips_; ++to) {
    for (int from = 0; from < chips_; ++from) flow[at(from)] = traffic[at(from) * at(chips_) + at(to)];
    const std::span<const int> nearest_first = order(to);
    for (auto node = nearest_first.rbegin(); node != nearest_first.rend(); ++node) {
      if (flow[at(*node)] == 0) continue;
      const double* share = shares(to, *node);
      for (int port = 0; port < ports_; ++port) {
        if (share[port] == 0) continue;
        const std::size_t channel = at(*node * ports_ + port);
        const double part = flow[at(*node)] * share[port];
        loads[channel] += part;
        flow[at(target_[channel])] += part;
      }
    }
  }
  return loads;
}

std::vector<double> EvenPaths::uniform_loads() const {
  return loads(std::vector<double>(at(chips_) * at(chips_), 1));  // what a chip sends to itself uses no channel
}

std::vector<double> EvenPaths::prices(std::span<const double> by_channel) const {
  std::vector<double> prices(at(chips_) * at(chips_)), price(at(chips_));
  for (int to = 0; to < chips_; ++to) {
    for (const int node : order(to)) {
      const double* share = shares(to, node);
      double sum = 0;
      for (int port = 0; port < ports_; ++port) {
        if (share[port] == 0) continue;
        const std::size_t channel = at(node * ports_ + port);
        sum += share[port] * (by_channel[channel] + price[at(target_[channel])]);
      }
      price[at(node)] = sum;
    }
    for (int from = 0; from < chips_; ++from) prices[at(from) * at(chips_) + at(to)] = price[at(from)];
  }
  return prices;
}

EvenPaths::Uses::Uses(const EvenPaths& paths) : chips_(paths.chips_) {
  const std::size_t chips = at(paths.chips_);
  first_.reserve(chips * chips + 1);
  first_.push_back(0);
  std::vector<double> flow(chips, 0);
  std::vector<std::vector<int>> by_distance;
  for (int from = 0; from < paths.chips_; ++from)
    for (int to = 0; to < paths.chips_; ++to) {
      // Breadth first from the source, so that chips nearer to the destination come later.
      by_distance.assign(at(paths.distance(from, to)) + 1, {});
      by_distance.back().push_back(from);
      flow[at(from)] = 1;
      for (std::size_t left = by_distance.size() - 1; left > 0; --left)
        for (const int node : by_distance[left]) {
          const double* share = paths.shares(to, node);
          for (int port = 0; port < paths.ports_; ++port) {
            if (share[port] == 0) continue;
            const int channel = node * paths.ports_ + port;
            const int next = paths.target_[at(channel)];
            const double part = flow[at(node)] * share[port];
            if (flow[at(next)] == 0) by_distance[left - 1].push_back(next);
            flow[at(next)] += part;
            uses_.push_back({channel, static_cast<float>(part)});
          }
          flow[at(node)] = 0;
        }
      flow[at(to)] = 0;
      first_.push_back(uses_.size());
    }
}

}  // namespace vtpu::search
