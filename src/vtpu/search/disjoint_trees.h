#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::search {

/// A spanning tree of chips, as the channel by which each chip sends towards the root; none at the root.
struct SpanningTree {
  net::Chip root;
  int depth = 0;  ///< hops from the root to the farthest chip
  IndexedVector<net::Chip, net::Channel> up;
};

/// Up to `count` spanning trees that share no link; fewer where the network has no more. Method: augmenting paths over
/// forests grown breadth first (Roskind and Tarjan, "A note on finding minimum-cost edge-disjoint spanning trees",
/// Mathematics of Operations Research 10(4), 1985). A k-edge-connected network has at least k/2 such trees
/// (Nash-Williams, 1961), so a 6-edge-connected one has three. The network must have no switches.
std::vector<SpanningTree> disjoint_trees(const net::Network& network, int count);

/// An all-reduce of a buffer over trees that share no link; each tree reduces and broadcasts an equal part of the
/// buffer in `pieces` pipelined pieces. A link carries one part in each direction. On chips with six links, three trees
/// keep all links busy, so the time is the lower bound of any all-reduce plus the time to fill the trees. `on_a_link`: a
/// piece waits on each link until no more than this number would be under way; two hide the latency of long links.
net::workload::Workload tree_all_reduce(const net::Network& network, const std::vector<SpanningTree>& trees,
                                        std::uint64_t buffer_bytes, int pieces, int on_a_link = 1);

}  // namespace vtpu::search
