#pragma once
#include "vtpu/base/index.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::routing {

/// How packets for one destination split over shortest paths if the probability of a path is proportional to the
/// product of its channels' weights. Equal weights make all paths equally likely. Source: Xu, Chiang and Rexford,
/// "Link-state routing with hop-by-hop forwarding can achieve optimal traffic engineering", IEEE/ACM ToN 19(6), 2011,
/// here restricted to shortest paths.
class PathSplit {
 public:
  explicit PathSplit(const Network& network) : network_(network), paths_(network.node_count(), 0) {}

  /// `weights`: by channel, > 0.
  void compute(const ShortestPaths& shortest, const IndexedVector<Channel, double>& weights) {
    for (const Chip node : shortest.order()) {
      double sum = shortest.distance(node) == 0 ? 1 : 0;
      shortest.for_each_channel(node, [&](Channel channel) { sum += weights[channel] * paths_[target(channel)]; });
      paths_[node] = sum;
    }
  }

  /// The share of a node's packets that leaves by a channel of a shortest path; weights as in compute().
  double share(Channel channel, const IndexedVector<Channel, double>& weights) const {
    return weights[channel] * paths_[target(channel)] / paths_[network_.source(channel)];
  }

  /// Pushes the flow of all nodes to the destination, farthest node first. `flow`: by node; traffic that passes through
  /// a node is added to it, and nodes without a path keep their flow. visit(channel, amount) is called for each channel
  /// with a flow.
  template <class Visit>
  void push(const ShortestPaths& shortest, const IndexedVector<Channel, double>& weights,
            IndexedVector<Chip, double>& flow, Visit visit) const {
    for (auto node = shortest.order().rbegin(); node != shortest.order().rend(); ++node) {
      const double here = flow[*node];
      if (here == 0) continue;
      shortest.for_each_channel(*node, [&](Channel channel) {
        const double part = here * share(channel, weights);
        visit(channel, part);
        flow[target(channel)] += part;
      });
    }
  }

 private:
  Chip target(Channel channel) const { return network_.target(channel); }

  const Network& network_;
  IndexedVector<Chip, double> paths_;  // summed weight of a node's paths
};

}  // namespace vtpu::net::routing
