#include "vtpu/net/routing/channel_order.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vtpu::net::routing {
namespace {

/// Hops from the nearest of `roots`; 0 for nodes that no root reaches.
IndexedVector<Chip, int> distances_from(const Network& network, std::vector<Chip> roots) {
  IndexedVector<Chip, int> distance(network.node_count(), -1);
  for (const Chip root : roots) distance[root] = 0;
  for (std::size_t next = 0; next < roots.size(); ++next)
    for (const PortNumber port : network.ports()) {
      const Channel channel = network.channel(roots[next], port);
      if (!network.attached(channel) || distance[network.target(channel)] >= 0) continue;
      distance[network.target(channel)] = distance[roots[next]] + 1;
      roots.push_back(network.target(channel));
    }
  for (int& d : distance) d = std::max(d, 0);
  return distance;
}

/// Ranks channels by `key(channel)`, equal keys by number.
template <class Key>
IndexedVector<Channel, std::uint32_t> ranks_by(const Network& network, Key key) {
  std::vector<std::pair<decltype(key(Channel())), Channel>> sorted;
  for (const Channel channel : network.channels())
    if (network.attached(channel)) sorted.emplace_back(key(channel), channel);
  std::sort(sorted.begin(), sorted.end());
  IndexedVector<Channel, std::uint32_t> rank(network.channel_count(), 0);
  for (std::size_t i = 0; i < sorted.size(); ++i) rank[sorted[i].second] = static_cast<std::uint32_t>(i);
  return rank;
}

}  // namespace

ChannelOrder up_down_order(const Network& network) {
  const bool switches = network.node_count() > network.chip_count();
  std::vector<Chip> roots = {Chip(0)};
  for (Chip chip(1); switches && chip.value() < network.chip_count(); ++chip) roots.push_back(chip);
  IndexedVector<Chip, int> height = distances_from(network, std::move(roots));
  if (!switches)
    for (int& h : height) h = -h;
  const auto place = [&](Chip node) { return std::tuple(height[node], node.value()); };
  return {"up, then down", ranks_by(network, [&](Channel channel) {
            const auto from = place(network.source(channel)), to = place(network.target(channel));
            const bool down = to < from;
            const int sign = down ? -1 : 1;
            return std::tuple(down, sign * std::get<0>(from), sign * std::get<1>(from));
          })};
}

ChannelOrder port_order(const Network& network) {
  return {"by port", ranks_by(network, [&](Channel channel) {
            const int node = network.source(channel).value(), port = network.port(channel).value();
            return std::tuple(port, port % 2 == 0 ? node : -node);
          })};
}

}  // namespace vtpu::net::routing
