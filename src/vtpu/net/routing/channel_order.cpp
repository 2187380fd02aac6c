#include "vtpu/net/routing/channel_order.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

#include "vtpu/base/position.h"

namespace vtpu::net::routing {
namespace {

/// Hops from the nearest of `roots`; 0 for nodes that no root reaches.
std::vector<int> distances_from(const Network& network, std::vector<int> roots) {
  std::vector<int> distance(at(network.node_count()), -1);
  for (const int root : roots) distance[at(root)] = 0;
  for (std::size_t next = 0; next < roots.size(); ++next)
    for (int port = 0; port < network.port_count(); ++port) {
      const int channel = network.channel(roots[next], port);
      if (!network.attached(channel) || distance[at(network.target(channel))] >= 0) continue;
      distance[at(network.target(channel))] = distance[at(roots[next])] + 1;
      roots.push_back(network.target(channel));
    }
  for (int& d : distance) d = std::max(d, 0);
  return distance;
}

/// Ranks channels by `key(channel)`, equal keys by number.
template <class Key>
std::vector<std::uint32_t> ranks_by(const Network& network, Key key) {
  std::vector<std::pair<decltype(key(0)), int>> sorted;
  for (int channel = 0; channel < network.channel_count(); ++channel)
    if (network.attached(channel)) sorted.emplace_back(key(channel), channel);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> rank(at(network.channel_count()), 0);
  for (std::size_t i = 0; i < sorted.size(); ++i) rank[at(sorted[i].second)] = static_cast<std::uint32_t>(i);
  return rank;
}

}  // namespace

ChannelOrder up_down_order(const Network& network) {
  const bool switches = network.node_count() > network.chip_count();
  std::vector<int> roots = {0};
  for (int chip = 1; switches && chip < network.chip_count(); ++chip) roots.push_back(chip);
  std::vector<int> height = distances_from(network, std::move(roots));
  if (!switches)
    for (int& h : height) h = -h;
  const auto place = [&](int node) { return std::tuple(height[at(node)], node); };
  return {"up, then down", ranks_by(network, [&](int channel) {
            const auto from = place(network.source(channel)), to = place(network.target(channel));
            const bool down = to < from;
            const int sign = down ? -1 : 1;
            return std::tuple(down, sign * std::get<0>(from), sign * std::get<1>(from));
          })};
}

ChannelOrder port_order(const Network& network) {
  return {"by port", ranks_by(network, [&](int channel) {
            const int node = network.source(channel), port = network.port(channel);
            return std::tuple(port, port % 2 == 0 ? node : -node);
          })};
}

}  // namespace vtpu::net::routing
