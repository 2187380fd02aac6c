#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/topology.h"

/// What is left of a network: spare blocks in its rings, failed chips, links and switches out of them.
namespace vtpu::net::fault {

/// What spare blocks are there for: to stand between others in a ring, their chips each for one that failed, or to
/// stand where a whole block stood.
enum class SpareUse { in_series, in_place };

/// All chips of a machine, spares among them, numbered as Machine numbers them and joined as the switches say, without
/// the chips and links that are taken out. Ports are those of the 3D torus.
class DegradedTopology {
 public:
  /// The state's layout is that of the machine (an invariant).
  DegradedTopology(std::string name, const Machine& machine, const ocs::OcsState& state,
                   SpareUse use = SpareUse::in_series);

  /// A chip that has failed: its links go, its number stays.
  void remove_chip(int chip);
  /// Nothing where there is no link.
  void remove_link(Port port);
  /// As the chips that are not in series see each other if those that are only pass on what goes straight through them:
  /// a line of these between two others is one link, and they themselves have none.
  DegradedTopology without_spares() const;
  /// The ports that what leaves a port of such a link really leaves by: itself, and those of the chips on the line.
  std::vector<Port> line_from(Port port) const;
  /// Chips from here on stand in series.
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

/// All active blocks as the torus of the machine's shape; spare blocks dark.
ocs::OcsState whole_torus(const Machine& machine);

/// Where spare blocks enter the rings. In every switch a spare block stands between two blocks of one ring: the circuit
/// b+ c- becomes b+ s- and s+ c-, so that the ring is one block longer.
enum class SpliceRule {
  bundled,  ///< all switches of a dimension open the same ring between the same two blocks
  spread    ///< each switch of a dimension opens another ring, as far as there are rings, so that a spare block has
            ///< neighbours all over the machine
};
std::string to_string(SpliceRule rule);

/// Splices the first `spare_blocks` spare blocks of a machine into the rings of whole_torus. Error: more of them than
/// the machine has.
Result<ocs::OcsState> splice_in_series(const Machine& machine, SpliceRule rule, int spare_blocks);

/// Sets all ports of a switch dark: it has failed. `ocs`: of the layout (an invariant).
void darken(ocs::OcsState& state, int ocs);

}  // namespace vtpu::net::fault
