#include "vtpu/net/flow/symmetric.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"

namespace vtpu::net::flow {
namespace {

Error asymmetric(const Network& network, const std::string& found) {
  return {network.name(), found, "a network whose translations keep port numbers, such as a torus"};
}

/// Checks that every chip has the ports of chip 0 with the same links, and that there are no switches.
Result<void> check_ports(const Network& network) {
  if (network.node_count() != network.chip_count()) return asymmetric(network, "found switches");
  for (int channel = 0; channel < network.channel_count(); ++channel) {
    const int like = network.port(channel);
    if (network.attached(channel) != network.attached(like) ||
        (network.attached(channel) && network.link(channel) != network.link(like)))
      return asymmetric(network,
                        fmt::format("found port {} of chip {} unlike that of chip 0", like, network.source(channel)));
  }
  return {};
}

}  // namespace

Result<std::vector<std::vector<int>>> translations(const Network& network) {
  if (const Result<void> ports = check_ports(network); !ports) return ports.error();
  std::vector<std::vector<int>> moves;
  for (int first = 0; first < network.port_count(); ++first) {
    if (!network.attached(first)) continue;
    // The image of chip 0 determines a translation: each link from a mapped chip determines the image of one more chip.
    std::vector<int> move(at(network.chip_count()), -1);
    std::vector<int> reached = {0};
    move[0] = network.target(first);
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (int port = 0; port < network.port_count(); ++port) {
        if (!network.attached(port)) continue;
        const int next = network.target(network.channel(reached[i], port));
        const int moved = network.target(network.channel(move[at(reached[i])], port));
        if (move[at(next)] < 0) {
          move[at(next)] = moved;
          reached.push_back(next);
        } else if (move[at(next)] != moved) {
          return asymmetric(network, fmt::format("found that no translation takes chip 0 to chip {}", move[0]));
        }
      }
    if (reached.size() != move.size()) return asymmetric(network, "found chips that chip 0 cannot reach");
    moves.push_back(std::move(move));
  }
  return moves;
}

Result<void> check_first_chip(const workload::Workload& of_first_chip) {
  for (int id = 0; id < of_first_chip.size(); ++id)
    if (const int source = of_first_chip.message(id).source; source != 0)
      return Error{fmt::format("message {} of '{}'", id, of_first_chip.name()), fmt::format("found source {}", source),
                   "source 0: only messages of the first chip"};
  return {};
}

Paths port_paths(const Network& network, const workload::Workload& workload, const Paths& over_channels) {
  Paths paths(at(workload.size()));
  std::vector<double> weights(at(network.port_count()));
  std::vector<Use> uses;
  for (int path = 0; path < over_channels.size(); ++path) {
    weights.assign(weights.size(), 0.0);
    for (const Use& use : over_channels.uses(path)) weights[at(network.port(use.resource))] += use.weight;
    uses.clear();
    for (int port = 0; port < network.port_count(); ++port)
      if (weights[at(port)] > 0) uses.push_back({port, weights[at(port)]});
    paths.add(uses, over_channels.latency_ns(path));
  }
  for (int id = 0; id < workload.size(); ++id) paths.set(id, over_channels.of(id));
  return paths;
}

workload::Completion for_all_chips(const Network& network, workload::Completion of_ports) {
  workload::Completion all = std::move(of_ports);
  const std::vector<double> port_bytes = std::move(all.channel_bytes);
  all.channel_bytes.assign(at(network.channel_count()), 0.0);
  for (int channel = 0; channel < network.channel_count(); ++channel)
    all.channel_bytes[at(channel)] = port_bytes[at(network.port(channel))];
  const auto chips = static_cast<std::uint64_t>(network.chip_count());
  all.injected_bytes *= chips;
  all.delivered_bytes *= chips;
  all.lost_bytes *= chips;
  return all;
}

}  // namespace vtpu::net::flow
