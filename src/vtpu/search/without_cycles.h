#pragma once
#include <vector>

#include "vtpu/search/channel_lengths.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// The split in proportion to flows of a uniform all-to-all, which several splits together can send in circles: what
/// goes round is taken off, and so are ways of less than a ten-thousandth of what leaves a place. `flows` is used up.
/// `load`: by channel class, the split's load at rate 1 is added. Every chip reaches every other in `flows`.
LiftedSplit without_cycles(const LiftedGraph& graph, FlowSum& flows, std::vector<double>& load);

}  // namespace vtpu::search
