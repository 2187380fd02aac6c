#pragma once
#include <string>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::fault {

/// How spare blocks are used. In series: they extend the rings, and each of their chips can replace one that failed. In
/// place: a spare block takes the place of a whole block.
enum class SpareUse { in_series, in_place };

/// All chips of a machine, including spares, numbered as in Machine and joined by the switches' circuits. Ports are
/// those of the 3D torus.
class MachineTopology {
 public:
  /// The state must have the machine's layout (an invariant).
  MachineTopology(std::string name, const Machine& machine, const ocs::OcsState& state,
                  SpareUse use = SpareUse::in_series);

  /// Replaces the circuits. The state must have the machine's layout (an invariant).
  void set_state(const ocs::OcsState& state);
  /// The chip's end of a fibre (component.h numbers them).
  Port fibre_end(int fibre) const { return fibre_ends_[static_cast<std::size_t>(fibre)]; }
  /// Chips from this number on are in series.
  Chip first_in_series() const { return first_in_series_; }

  /// The same chips with other links. `peers`: by channel, the port at the other end or none; as `peer` (an invariant).
  MachineTopology with_peers(IndexedVector<Channel, Port> peers) const;

  static constexpr bool kVertexTransitive = false;
  static std::vector<MachineTopology> examples();
  std::string name() const { return name_; }
  int chip_count() const { return peers_.size() / kPorts; }
  int port_count() const { return kPorts; }
  int dimension_of(PortNumber port) const { return port.value() / 2; }
  Port peer(Port port) const { return peers_[channel(port)]; }

 private:
  static constexpr int kPorts = 6;
  static Channel channel(Port port) { return Channel(port.chip.value() * kPorts + port.number.value()); }

  std::string name_;
  Chip first_in_series_;
  std::vector<Port> fibre_ends_;
  IndexedVector<Channel, Port> peers_;
};
static_assert(Topology<MachineTopology>);

}  // namespace vtpu::net::fault
