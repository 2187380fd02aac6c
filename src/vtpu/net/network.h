#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

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
      : Network(topology.name(), topology.chip_count(), net::node_count(topology), topology.port_count()) {
    for (int number = 0; number < ports_; ++number) dimensions_[at(number)] = topology.dimension_of(number);
    for_each_link(topology, [&](Port from, Port to) { attach(from, to, link_of(topology, from, usual)); });
  }

  const std::string& name() const { return name_; }
  int chip_count() const { return chips_; }
  int node_count() const { return nodes_; }
  int port_count() const { return ports_; }
  /// Number of channels, including gaps.
  int channel_count() const { return nodes_ * ports_; }
  /// Number of attached channels.
  int attached_count() const { return attached_; }

  int channel(int node, int port) const { return node * ports_ + port; }
  bool attached(int channel) const { return reverse_[at(channel)] >= 0; }
  int source(int channel) const { return channel / ports_; }
  int port(int channel) const { return channel % ports_; }
  /// The node at which a channel arrives; attached channels only.
  int target(int channel) const { return target_[at(channel)]; }
  /// The other direction of the same link. A channel arrives at the port that its reverse leaves from.
  int reverse(int channel) const { return reverse_[at(channel)]; }
  int dimension(int channel) const { return dimensions_[at(port(channel))]; }
  const LinkModel& link(int channel) const { return kinds_[kind_[at(channel)]]; }
  /// All distinct link models, in the order of their first occurrence.
  const std::vector<LinkModel>& link_kinds() const { return kinds_; }

 private:
  Network(std::string name, int chips, int nodes, int ports);
  void attach(Port from, Port to, const LinkModel& link);
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }

  std::string name_;
  int chips_;
  int nodes_;
  int ports_;
  int attached_ = 0;
  std::vector<int> dimensions_;     // by port
  std::vector<int> target_;         // by channel; -1: not attached
  std::vector<int> reverse_;        // by channel; -1: not attached
  std::vector<std::uint8_t> kind_;  // by channel
  std::vector<LinkModel> kinds_;
};

}  // namespace vtpu::net
