#include "vtpu/net/routing/shortest_paths.h"

#include <algorithm>

namespace vtpu::net::routing {

ShortestPaths::ShortestPaths(const Network& network)
    : network_(network), distance_(network.node_count(), kNone) {}

void ShortestPaths::search(Chip destination) {
  std::fill(distance_.begin(), distance_.end(), kNone);
  order_.assign(1, destination);
  distance_[destination] = 0;
  for (std::size_t next = 0; next < order_.size(); ++next) {
    const Chip node = order_[next];
    for (const PortNumber port : index_range<PortNumber>(network_.port_count())) {
      // Links are full duplex, so the neighbours over outgoing channels are also those over incoming ones.
      const Channel channel = network_.channel(node, port);
      if (!network_.attached(channel)) continue;
      int& there = distance_[network_.target(channel)];
      if (there != kNone) continue;
      there = distance(node) + 1;
      order_.push_back(network_.target(channel));
    }
  }
}

}  // namespace vtpu::net::routing
