#pragma once
#include <concepts>
#include <string>
#include <vector>

#include "vtpu/net/ids.h"

namespace vtpu::net {

/// One end of a link: a chip and the number of its port.
struct Port {
  Chip chip = Chip::none();
  PortNumber number = PortNumber::none();
  auto operator<=>(const Port&) const = default;
};

/// The value of `peer` for a port to which nothing is attached.
inline constexpr Port kNoPort = {};

/// A topology is a pairing of ports. Every chip has ports 0..port_count()-1; `peer` gives the port at the other end of
/// the link, or kNoPort. `peer` is an involution without fixed points: what leaves port p of chip c arrives at peer(c,
/// p), and the reverse direction uses the same link. Links are full duplex. `dimension_of` groups port numbers: on
/// grids, 2·d is the '+' side of dimension d and 2·d + 1 its '-' side. A ring of 1 has no link; a ring of 2 has two
/// parallel ones, since each chip has two ports to join.
template <class T>
concept Topology = std::copyable<T> && requires(const T& topology, Port port, PortNumber number) {
  { topology.name() } -> std::same_as<std::string>;
  { topology.chip_count() } -> std::same_as<int>;
  { topology.port_count() } -> std::same_as<int>;
  { topology.peer(port) } -> std::same_as<Port>;
  { topology.dimension_of(number) } -> std::same_as<int>;
  /// True if a group of translations that keep port numbers maps every chip to every other; tests verify it.
  { T::kVertexTransitive } -> std::convertible_to<bool>;
  /// A few values of the type, for tests and experiments that walk all topologies.
  { T::examples() } -> std::same_as<std::vector<T>>;
};

/// The number of chips and switches. Chips come first, 0..chip_count()-1; only they send and receive. A topology with
/// switches (a fat tree) declares node_count() and numbers its switches from chip_count() on; `Port::chip` may then
/// name a switch.
template <Topology T>
int node_count(const T& topology) {
  if constexpr (requires { topology.node_count(); })
    return topology.node_count();
  else
    return topology.chip_count();
}

/// Capacity of a link in one direction. Default bandwidth: ICI link of TPU v4 (jouppi2023tpuv4, Table 4). No latency is
/// published, so the default is 0 and counts hops only.
struct LinkModel {
  double bandwidth_gbytes_per_s = 50;  // 1 GB = 10^9 bytes
  double latency_ns = 0;
  bool operator==(const LinkModel&) const = default;
};

/// The link that leaves from a port: `usual`, unless the topology defines its own by a method `link(Port, usual)`.
template <Topology T>
LinkModel link_of(const T& topology, Port port, const LinkModel& usual) {
  if constexpr (requires { topology.link(port, usual); })
    return topology.link(port, usual);
  else
    return usual;
}

/// Calls visit(port, peer) for each directed link once, in the order of nodes and ports.
template <Topology T, class Visit>
void for_each_link(const T& topology, Visit visit) {
  const int nodes = node_count(topology);
  const int ports = topology.port_count();
  for (const Chip chip : index_range<Chip>(nodes))
    for (const PortNumber number : index_range<PortNumber>(ports))
      if (const Port peer = topology.peer({chip, number}); peer != kNoPort) visit(Port{chip, number}, peer);
}

}  // namespace vtpu::net
