#pragma once
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/node_names.h"
#include "vtpu/net/topology.h"

namespace vtpu::net {

/// A topology in arrays, on which routings and simulators run. Nodes are the chips, 0..chip_count()-1, then the
/// switches. A *channel* is one direction of a link; its number is that of the port it leaves from, node · port_count()
/// + port, so unattached ports leave gaps.
class Network {
 public:
  // The requirement excludes Network itself: otherwise whether Network satisfies Topology would depend on this
  // constructor.
  template <class T>
    requires(!std::is_same_v<T, Network>) && Topology<T>
  explicit Network(const T& topology, const LinkModel& usual = {})
      : Network(topology.name(), topology.chip_count(), net::node_count(topology), topology.port_count(),
                names_of(topology)) {
    for (const PortNumber number : dimensions_.indices()) dimensions_[number] = topology.dimension_of(number);
    for_each_link(topology, [&](Port from, Port to) { attach(from, to, link_of(topology, from, usual)); });
  }

  const std::string& name() const { return name_; }
  /// The names of the nodes, for whatever prints or reads one.
  const NodeNames& names() const { return names_; }
  int chip_count() const { return chips_; }
  int node_count() const { return nodes_; }
  int port_count() const { return ports_; }
  /// Number of channels, including gaps.
  int channel_count() const { return nodes_ * ports_; }
  /// Number of attached channels.
  int attached_count() const { return attached_; }

  IndexRange<Chip> chips() const { return index_range<Chip>(chips_); }
  /// Chips, then switches.
  IndexRange<Chip> nodes() const { return index_range<Chip>(nodes_); }
  IndexRange<PortNumber> ports() const { return index_range<PortNumber>(ports_); }
  /// Including gaps.
  IndexRange<Channel> channels() const { return index_range<Channel>(channel_count()); }

  Channel channel(Chip node, PortNumber port) const { return Channel(node.value() * ports_ + port.value()); }
  bool attached(Channel channel) const { return reverse_[channel].valid(); }
  Chip source(Channel channel) const { return Chip(channel.value() / ports_); }
  PortNumber port(Channel channel) const { return PortNumber(channel.value() % ports_); }
  /// The node at which a channel arrives; attached channels only.
  Chip target(Channel channel) const { return target_[channel]; }
  /// The other direction of the same link. A channel arrives at the port that its reverse leaves from.
  Channel reverse(Channel channel) const { return reverse_[channel]; }
  int dimension(Channel channel) const { return dimensions_[port(channel)]; }
  const LinkModel& link(Channel channel) const { return kinds_[kind_[channel]]; }
  /// All distinct link models, in the order of their first occurrence.
  const std::vector<LinkModel>& link_kinds() const { return kinds_; }

 private:
  Network(std::string name, int chips, int nodes, int ports, NodeNames names);
  void attach(Port from, Port to, const LinkModel& link);

  std::string name_;
  int chips_;
  int nodes_;
  int ports_;
  int attached_ = 0;
  NodeNames names_;
  IndexedVector<PortNumber, int> dimensions_;
  IndexedVector<Channel, Chip> target_;      // none: not attached
  IndexedVector<Channel, Channel> reverse_;  // none: not attached
  IndexedVector<Channel, std::uint8_t> kind_;
  std::vector<LinkModel> kinds_;
};

}  // namespace vtpu::net
