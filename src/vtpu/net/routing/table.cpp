#include "vtpu/net/routing/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vtpu/base/check.h"
#include "vtpu/net/routing/path_split.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::routing {

Result<TableRouting> TableRouting::make(const Network& network, Split split) {
  const IndexedVector<Channel, double> weights(network.channel_count(), 1);
  return build(network, weights, split, split == Split::first ? "first path" : "all paths evenly");
}

Result<TableRouting> TableRouting::make(const Network& network, const IndexedVector<Channel, double>& weights,
                                        const std::string& name) {
  return build(network, weights, Split::even, name);
}

Result<TableRouting> TableRouting::build(const Network& network, const IndexedVector<Channel, double>& weights,
                                         Split split, const std::string& name) {
  const int most = std::min(1 << kPortBits, Moves::kMost);
  if (network.port_count() > most)
    return Error{network.name(), fmt::format("{} ports per node", network.port_count()),
                 fmt::format("at most {} for a routing table", most)};
  TableRouting table;
  table.nodes_ = network.node_count();
  table.ports_ = network.port_count();
  table.cells_.reserve(at(network.chip_count()) * at(table.nodes_));
  ShortestPaths shortest(network);
  PathSplit paths(network);
  std::vector<PortNumber> ports;
  std::vector<double> shares;
  for (const Chip destination : network.chips()) {
    shortest.search(destination);
    if (split == Split::even) paths.compute(shortest, weights);
    for (const Chip node : network.nodes()) {
      ports.clear();
      shares.clear();
      shortest.for_each_channel(node, [&](Channel channel) {
        if (split == Split::first && !ports.empty()) return;
        ports.push_back(network.port(channel));
        shares.push_back(split == Split::first ? 1 : paths.share(channel, weights));
      });
      table.add_cell(ports, shares);
    }
  }
  ChannelOrder best = up_down_order(network);
  table.classes_ = table.classes_needed(network, best);
  if (ChannelOrder other = port_order(network); table.classes_ > 1) {
    if (const int needed = table.classes_needed(network, other); needed < table.classes_) {
      table.classes_ = needed;
      best = std::move(other);
    }
  }
  table.rank_ = std::move(best.rank);
  table.name_ = fmt::format("shortest paths, {}, classes {}", name, best.name);
  return table;
}

/// Rounds shares to whole parts of kShares. The rounding error goes to the largest share; ports whose share rounds to 0
/// are omitted.
void TableRouting::add_cell(const std::vector<PortNumber>& ports, const std::vector<double>& shares) {
  if (ports.empty()) {
    cells_.push_back(kNoPath);
    return;
  }
  std::vector<std::uint32_t> parts;
  std::uint32_t sum = 0;
  for (const double share : shares) {
    parts.push_back(static_cast<std::uint32_t>(std::lround(share * kShares)));
    sum += parts.back();
  }
  const auto largest = std::max_element(parts.begin(), parts.end());
  *largest += kShares - sum;
  if (*largest >= kShares) {
    const PortNumber port = ports[static_cast<std::size_t>(largest - parts.begin())];
    cells_.push_back(kOnePort + static_cast<std::uint32_t>(port.value()));
    return;
  }
  VTPU_CHECK(entries_.size() + parts.size() < kOnePort, "a routing table has fewer than 2^32 entries");
  cells_.push_back(static_cast<std::uint32_t>(entries_.size()));
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i] > 0) entries_.push_back(parts[i] << kPortBits | static_cast<std::uint32_t>(ports[i].value()));
}

int TableRouting::classes_needed(const Network& network, const ChannelOrder& order) const {
  ShortestPaths shortest(network);
  IndexedVector<Channel, int> falls(network.channel_count(), 0);  // largest number of rank decreases after it
  int most = 0;
  for (const Chip destination : network.chips()) {
    shortest.search(destination);
    for (const Chip node : shortest.order()) {
      if (node == destination) continue;
      for_each_port(node, destination, [&](PortNumber port, double) {
        const Channel channel = network.channel(node, port);
        const Chip next_node = network.target(channel);
        int falls_after = 0;
        if (next_node != destination)
          for_each_port(next_node, destination, [&](PortNumber next_port, double) {
            const Channel next = network.channel(next_node, next_port);
            falls_after = std::max(falls_after, falls[next] + (order.rank[next] < order.rank[channel] ? 1 : 0));
          });
        falls[channel] = falls_after;
        most = std::max(most, falls_after);
      });
    }
  }
  return most + 1;
}

void TableRouting::for_each_dependency(const Network& network,
                                       const std::function<void(ChannelClass, ChannelClass)>& visit) const {
  // The same pair of channels recurs in the tables of many destinations; it is reported once.
  std::vector<bool> seen(at(network.channel_count()) * at(ports_), false);
  for (const Chip destination : network.chips())
    for (const Chip node : network.nodes()) {
      if (node == destination || !reaches(node, destination)) continue;
      for_each_port(node, destination, [&](PortNumber port, double) {
        const Channel channel = network.channel(node, port);
        const Chip next_node = network.target(channel);
        if (next_node == destination) return;
        for_each_port(next_node, destination, [&](PortNumber next_port, double) {
          std::vector<bool>::reference pair = seen[at(channel.value()) * at(ports_) + at(next_port.value())];
          if (pair) return;
          pair = true;
          const int fall = rank(next_node, next_port) < rank(node, port) ? 1 : 0;
          for (int held = 0; held + fall < classes_; ++held)
            visit({channel, held}, {network.channel(next_node, next_port), held + fall});
        });
      });
    }
}

}  // namespace vtpu::net::routing
