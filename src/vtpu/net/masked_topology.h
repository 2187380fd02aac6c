#pragma once
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/topology.h"

namespace vtpu::net {

/// The nodes and channels that are removed from a topology. They have the numbers that a Network of the topology gives
/// them. A link is removed if either of its two channels is.
class Mask {
 public:
  /// Removes nothing, and fits every topology.
  Mask() = default;
  /// For a topology with these counts; removes nothing yet.
  Mask(int nodes, int ports) : nodes_(nodes, false), channels_(nodes * ports, false) {}

  /// Whether something is removed.
  bool any() const { return removed_ > 0; }
  bool node(Chip node) const { return !nodes_.empty() && nodes_[node]; }
  bool channel(Channel channel) const { return !channels_.empty() && channels_[channel]; }

  /// Only a mask with counts can change (an invariant).
  void set_node(Chip node, bool removed) { set(nodes_[node], removed); }
  void set_channel(Channel channel, bool removed) { set(channels_[channel], removed); }

 private:
  void set(std::vector<bool>::reference entry, bool removed) {
    removed_ += int{removed} - int{static_cast<bool>(entry)};
    entry = removed;
  }

  IndexedVector<Chip, bool> nodes_;  // chips, then switches
  IndexedVector<Channel, bool> channels_;
  int removed_ = 0;  // entries that are set
};

/// A topology without the links that a mask removes. Nodes and ports keep their numbers.
template <Topology T>
class MaskedTopology {
 public:
  explicit MaskedTopology(T whole) : whole_(std::move(whole)), mask_(net::node_count(whole_), whole_.port_count()) {}
  /// The mask has the counts of the topology, or none (an invariant).
  MaskedTopology(T whole, Mask mask) : whole_(std::move(whole)), mask_(std::move(mask)) {}

  const T& whole() const { return whole_; }
  const Mask& mask() const { return mask_; }
  /// Removes a node and all its links.
  void remove_node(Chip node) {
    mask_.set_node(node, true);
    for (const PortNumber number : index_range<PortNumber>(port_count())) remove_link({node, number});
  }
  /// Removes both channels. Does nothing if the port has no link.
  void remove_link(Port port) {
    const Port far = peer(port);
    if (far == kNoPort) return;
    mask_.set_channel(channel(port), true);
    mask_.set_channel(channel(far), true);
  }
  /// For components that fail and are repaired one end at a time: the link is removed while one of its ends is.
  void set_end(Port port, bool removed) { mask_.set_channel(channel(port), removed); }

  static constexpr bool kVertexTransitive = false;
  /// The examples of the topology, each without its first node.
  static std::vector<MaskedTopology> examples() {
    std::vector<MaskedTopology> examples;
    for (T& whole : T::examples()) examples.emplace_back(std::move(whole)).remove_node(Chip(0));
    return examples;
  }
  std::string name() const { return whole_.name(); }
  int chip_count() const { return whole_.chip_count(); }
  int node_count() const { return net::node_count(whole_); }
  int port_count() const { return whole_.port_count(); }
  int dimension_of(PortNumber port) const { return whole_.dimension_of(port); }
  Port peer(Port port) const {
    const Port far = whole_.peer(port);
    return far == kNoPort || mask_.channel(channel(port)) || mask_.channel(channel(far)) ? kNoPort : far;
  }
  LinkModel link(Port port, const LinkModel& usual) const { return link_of(whole_, port, usual); }

 private:
  Channel channel(Port port) const { return Channel(port.chip.value() * port_count() + port.number.value()); }

  T whole_;
  Mask mask_;
};

}  // namespace vtpu::net
