#include "vtpu/net/flow/symmetric.h"

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/index_format.h"
#include "vtpu/base/position.h"

namespace vtpu::net::flow {
namespace {

Error asymmetric(const Network& network, const std::string& found) {
  return {network.name(), found, "a network whose translations keep port numbers, such as a torus"};
}

/// Checks that every chip has the ports of chip 0 with the same links, and that there are no switches.
Result<void> check_ports(const Network& network) {
  if (network.node_count() != network.chip_count()) return asymmetric(network, "found switches");
  for (const Channel channel : network.channels()) {
    const PortNumber port = network.port(channel);
    const Channel like = network.channel(Chip(0), port);
    if (network.attached(channel) != network.attached(like) ||
        (network.attached(channel) && network.link(channel) != network.link(like)))
      return asymmetric(network,
                        fmt::format("found port {} of chip {} unlike that of chip 0", port, network.source(channel)));
  }
  return {};
}

}  // namespace

Result<std::vector<Translation>> translations(const Network& network) {
  if (const Result<void> ports = check_ports(network); !ports) return ports.error();
  std::vector<Translation> moves;
  for (const PortNumber first : network.ports()) {
    const Channel to_first = network.channel(Chip(0), first);
    if (!network.attached(to_first)) continue;
    // The image of chip 0 determines a translation: each link from a mapped chip determines the image of one more chip.
    Translation move(network.chip_count(), Chip::none());
    std::vector<Chip> reached = {Chip(0)};
    move[Chip(0)] = network.target(to_first);
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const PortNumber port : network.ports()) {
        if (!network.attached(network.channel(Chip(0), port))) continue;
        const Chip next = network.target(network.channel(reached[i], port));
        const Chip moved = network.target(network.channel(move[reached[i]], port));
        if (!move[next].valid()) {
          move[next] = moved;
          reached.push_back(next);
        } else if (move[next] != moved) {
          return asymmetric(network, fmt::format("found that no translation takes chip 0 to chip {}", move.front()));
        }
      }
    if (reached.size() != move.raw().size()) return asymmetric(network, "found chips that chip 0 cannot reach");
    moves.push_back(std::move(move));
  }
  return moves;
}

Result<void> check_first_chip(const workload::Workload& of_first_chip) {
  for (int id = 0; id < of_first_chip.size(); ++id)
    if (const Chip source = of_first_chip.message(id).source; source != Chip(0))
      return Error{fmt::format("message {} of '{}'", id, of_first_chip.name()), fmt::format("found source {}", source),
                   "source 0: only messages of the first chip"};
  return {};
}

Paths port_paths(const Network& network, const workload::Workload& workload, const Paths& over_channels) {
  Paths paths(at(workload.size()));
  IndexedVector<PortNumber, double> weights(network.port_count());
  std::vector<Use> uses;
  for (int path = 0; path < over_channels.size(); ++path) {
    weights.assign(weights.size(), 0.0);
    for (const Use& use : over_channels.uses(path)) weights[network.port(Channel(use.resource))] += use.weight;
    uses.clear();
    for (const PortNumber port : network.ports())
      if (weights[port] > 0) uses.push_back({port.value(), weights[port]});
    paths.add(uses, over_channels.latency_ns(path));
  }
  for (int id = 0; id < workload.size(); ++id) paths.set(id, over_channels.of(id));
  return paths;
}

std::vector<std::uint64_t> times_chips(const Network& network, const workload::Workload& of_first_chip) {
  std::vector<std::uint64_t> bytes;
  for (int id = 0; id < of_first_chip.size(); ++id)
    bytes.push_back(of_first_chip.message(id).bytes * static_cast<std::uint64_t>(network.chip_count()));
  return bytes;
}

workload::Completion for_all_chips(const Network& network, const workload::Workload& of_first_chip, const Paths& paths,
                                   const std::vector<std::uint64_t>& bytes, workload::Completion of_ports) {
  workload::Completion all = std::move(of_ports);
  std::vector<double> port_bytes = std::move(all.channel_bytes);
  if (bytes != times_chips(network, of_first_chip)) {
    port_bytes.assign(port_bytes.size(), 0.0);
    for (int id = 0; id < of_first_chip.size(); ++id)
      if (const int path = paths.of(id); path >= 0)
        for (const Use& use : paths.uses(path))
          port_bytes[at(use.resource)] += use.weight * static_cast<double>(bytes[at(id)]) / network.chip_count();
  }
  all.channel_bytes.assign(at(network.channel_count()), 0.0);
  for (const Channel channel : network.channels())
    all.channel_bytes[at(channel.value())] = port_bytes[at(network.port(channel).value())];
  all.injected_bytes = all.delivered_bytes = all.lost_bytes = 0;
  for (int id = 0; id < of_first_chip.size(); ++id) {
    all.injected_bytes += bytes[at(id)];
    (all.loss[at(id)] == workload::Loss::none ? all.delivered_bytes : all.lost_bytes) += bytes[at(id)];
  }
  return all;
}

}  // namespace vtpu::net::flow
