#pragma once
#include <cstddef>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::routing {

/// How packets for one destination split over shortest paths if the probability of a path is proportional to the
/// product of its channels' weights. Equal weights make all paths equally likely. Source: Xu, Chiang and Rexford,
/// "Link-state routing with hop-by-hop forwarding can achieve optimal traffic engineering", IEEE/ACM ToN 19(6), 2011,
/// here restricted to shortest paths.
class PathSplit {
 public:
  explicit PathSplit(const Network& network)
      : network_(network), paths_(static_cast<std::size_t>(network.node_count()), 0) {}

  /// `weights`: by channel, > 0.
  void compute(const ShortestPaths& shortest, const std::vector<double>& weights) {
    for (const int node : shortest.order()) {
      double sum = shortest.distance(node) == 0 ? 1 : 0;
      shortest.for_each_channel(node, [&](int channel) { sum += weights[at(channel)] * paths_[at(target(channel))]; });
      paths_[at(node)] = sum;
    }
  }

  /// The share of a node's packets that leaves by a channel of a shortest path; weights as in compute().
  double share(int channel, const std::vector<double>& weights) const {
    return weights[at(channel)] * paths_[at(target(channel))] / paths_[at(network_.source(channel))];
  }

  /// Pushes the flow of all nodes to the destination, farthest node first. `flow`: by node; traffic that passes through
  /// a node is added to it, and nodes without a path keep their flow. visit(channel, amount) is called for each channel
  /// with a flow.
  template <class Visit>
  void push(const ShortestPaths& shortest, const std::vector<double>& weights, std::vector<double>& flow,
            Visit visit) const {
    for (auto node = shortest.order().rbegin(); node != shortest.order().rend(); ++node) {
      const double here = flow[at(*node)];
      if (here == 0) continue;
      shortest.for_each_channel(*node, [&](int channel) {
        const double part = here * share(channel, weights);
        visit(channel, part);
        flow[at(target(channel))] += part;
      });
    }
  }

 private:
  int target(int channel) const { return network_.target(channel); }

  const Network& network_;
  std::vector<double> paths_;  // by node: summed weight of its paths
};

}  // namespace vtpu::net::routing
