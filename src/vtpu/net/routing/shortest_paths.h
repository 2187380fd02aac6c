#pragma once
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/network.h"

namespace vtpu::net::routing {

/// Shortest paths by hops from all nodes to one chip at a time, by breadth-first search against the direction of links.
class ShortestPaths {
 public:
  static constexpr int kNone = -1;

  explicit ShortestPaths(const Network& network);

  void search(Chip destination);

  /// Hops to the destination; kNone where there is no path.
  int distance(Chip node) const { return distance_[node]; }
  /// Nodes with a path, nearest first; the first is the destination itself.
  const std::vector<Chip>& order() const { return order_; }

  /// visit(channel) for each outgoing channel of a node that begins a shortest path, in the order of ports.
  template <class Visit>
  void for_each_channel(Chip node, Visit visit) const {
    const int here = distance(node);
    for (const PortNumber port : index_range<PortNumber>(network_.port_count())) {
      const Channel channel = network_.channel(node, port);
      if (network_.attached(channel) && here > 0 && distance(network_.target(channel)) == here - 1) visit(channel);
    }
  }

 private:
  const Network& network_;
  IndexedVector<Chip, int> distance_;
  std::vector<Chip> order_;
};

}  // namespace vtpu::net::routing
