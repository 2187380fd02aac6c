#pragma once
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/fault/machine_topology.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/topology.h"

/// The network that remains after failures: spare blocks in its rings; failed chips, links and switches removed.
namespace vtpu::net::fault {

/// A machine without the chips and links that have failed.
using DegradedTopology = MaskedTopology<MachineTopology>;

/// The topology that the other chips see if chips in series only forward straight through: a line of chips in series
/// between two others becomes one link, and the chips in series have no links.
MachineTopology without_spares(const DegradedTopology& topology);
/// The output ports that such a link really uses: the given port, then one port of each chip on the line.
std::vector<Port> line_from(const DegradedTopology& topology, Port port);

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
void darken(ocs::OcsState& state, Ocs ocs);

}  // namespace vtpu::net::fault
