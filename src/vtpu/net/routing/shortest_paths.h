#pragma once
#include <vector>

#include "vtpu/net/network.h"

namespace vtpu::net::routing {

/// Shortest paths by hops from all nodes to one chip at a time, by breadth-first search against the direction of links.
class ShortestPaths {
 public:
  static constexpr int kNone = -1;

  explicit ShortestPaths(const Network& network);

  void search(int destination);

  /// Hops to the destination; kNone where there is no path.
  int distance(int node) const { return distance_[static_cast<std::size_t>(node)]; }
  /// Nodes with a path, nearest first; the first is the destination itself.
  const std::vector<int>& order() const { return order_; }

  /// visit(channel) for each outgoing channel of a node that begins a shortest path, in the order of ports.
  template <class Visit>
  void for_each_channel(int node, Visit visit) const {
    const int here = distance(node);
    for (int port = 0; port < network_.port_count(); ++port) {
      const int channel = network_.channel(node, port);
      if (network_.attached(channel) && here > 0 && distance(network_.target(channel)) == here - 1) visit(channel);
    }
  }

 private:
  const Network& network_;
  std::vector<int> distance_;
  std::vector<int> order_;
};

}  // namespace vtpu::net::routing
