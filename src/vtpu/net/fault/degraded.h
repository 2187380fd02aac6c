#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/topology.h"

/// The network that remains after failures: spare blocks in its rings; failed chips, links and switches removed.
namespace vtpu::net::fault {

/// How spare blocks are used. In series: they extend the rings, and each of their chips can replace one that failed. In
/// place: a spare block takes the place of a whole block.
enum class SpareUse { in_series, in_place };

/// All chips of a machine, including spares, numbered as in Machine and joined by the switches' circuits, except for
/// the removed chips and links. Ports are those of the 3D torus.
class DegradedTopology {
 public:
  /// The state must have the machine's layout (an invariant).
  DegradedTopology(std::string name, const Machine& machine, const ocs::OcsState& state,
                   SpareUse use = SpareUse::in_series);

  /// Removes all links of a failed chip; the other chips keep their numbers.
  void remove_chip(int chip);
  /// Does nothing if the port has no link.
  void remove_link(Port port);
  /// The topology that the other chips see if chips in series only forward straight through: a line of chips in series
  /// between two others becomes one link, and the chips in series have no links.
  DegradedTopology without_spares() const;
  /// The output ports that such a link really uses: the given port, then one port of each chip on the line.
  std::vector<Port> line_from(Port port) const;
  /// Chips from this number on are in series.
  int first_in_series() const { return first_in_series_; }

  static constexpr bool kVertexTransitive = false;
  static std::vector<DegradedTopology> examples();
  std::string name() const { return name_; }
  int chip_count() const { return static_cast<int>(peers_.size()) / kPorts; }
  int port_count() const { return kPorts; }
  int dimension_of(int port) const { return port / 2; }
  Port peer(Port port) const { return peers_[index(port)]; }

 private:
  static constexpr int kPorts = 6;
  static std::size_t index(Port port) { return static_cast<std::size_t>(port.chip * kPorts + port.number); }

  std::string name_;
  int first_in_series_;
  std::vector<Port> peers_;
};
static_assert(Topology<DegradedTopology>);

/// All active blocks joined as the torus of the machine's shape; spare blocks have no circuits.
ocs::OcsState whole_torus(const Machine& machine);

/// Where spare blocks enter the rings. In every switch a spare block is placed between two blocks of one ring: the
/// circuit b+ c- is replaced by b+ s- and s+ c-, so the ring becomes one block longer.
enum class SpliceRule {
  bundled,  ///< all switches of a dimension open the same ring between the same two blocks
  spread    ///< each switch of a dimension opens a different ring while there are enough, so that a spare block
            ///< has neighbours all over the machine
};
std::string to_string(SpliceRule rule);

/// Splices the machine's first `spare_blocks` spare blocks into the rings of whole_torus. Error: more spare blocks than
/// the machine has.
Result<ocs::OcsState> splice_in_series(const Machine& machine, SpliceRule rule, int spare_blocks);

/// Removes all circuits of a failed switch. `ocs`: a switch of the layout (an invariant).
void darken(ocs::OcsState& state, int ocs);

}  // namespace vtpu::net::fault
