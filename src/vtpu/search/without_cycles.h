#pragma once
#include <vector>

#include "vtpu/search/channel_lengths.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// The split in proportion to the flows of a uniform all-to-all. A sum of several splits can contain cycles; flow along
/// cycles is removed, and so are next hops with less than a ten-thousandth of the flow that leaves a place. Overwrites
/// `flows`, in which every chip must reach every other. Adds the split's load at rate 1 to `load`, by channel class.
LiftedSplit without_cycles(const LiftedGraph& graph, FlowSum& flows, std::vector<double>& load);

}  // namespace vtpu::search
