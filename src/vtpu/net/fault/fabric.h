#pragma once
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/machine_topology.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/ocs/ocs_state.h"

namespace vtpu::net::fault {

/// The links between a machine's chips while links, fibres and switches fail and are repaired, and while blocks are
/// spliced in. The caller keeps track of which chips work, as a vector by chip.
class Fabric {
 public:
  /// The state must have the machine's layout (an invariant).
  Fabric(const Machine& machine, ocs::OcsState state);

  const ocs::OcsState& state() const { return state_; }
  /// Sets new circuits. Failed components stay failed.
  void set_state(ocs::OcsState state);

  /// Fails a working link, fibre or switch, or repairs a failed one (invariants).
  void fail(Component component) { change(component, 1); }
  void repair(Component component) { change(component, -1); }

  /// Whether two working chips communicate through this link, fibre or switch.
  bool in_use(Component component, const IndexedVector<Chip, bool>& works) const;
  /// Number of links between working chips that are configured but do not carry data.
  int dark_links(const IndexedVector<Chip, bool>& works) const;
  /// The working chips in the largest group in which every chip reaches every other; of several largest groups, the one
  /// with the lowest chip number.
  IndexedVector<Chip, bool> largest_part(const IndexedVector<Chip, bool>& works) const;

 private:
  static constexpr int kPorts = 6;

  void change(Component component, int by);
  std::vector<Port> ends_of(Component component) const;
  /// The far port if the link carries data between two working chips, otherwise none.
  Port working_peer(Port port, const IndexedVector<Chip, bool>& works) const;

  Machine machine_;
  ocs::OcsState state_;
  MaskedTopology<MachineTopology> links_;
  // A mask alone cannot undo failures: the end of a fibre needs the fibre and its switch, which are repaired
  // separately.
  IndexedVector<Channel, int> failed_;  // by end: number of failed components that it needs
};

}  // namespace vtpu::net::fault
