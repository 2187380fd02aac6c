#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::search {

/// A spanning tree of chips: each chip's link towards the root, as the channel it sends by; -1 at the root.
struct SpanningTree {
  int root = 0;
  int depth = 0;        ///< links between the root and the chip farthest from it
  std::vector<int> up;  ///< by chip
};

/// As many spanning trees as `count` that share no link, or fewer where there are no more: augmenting paths over
/// forests (Roskind and Tarjan, "A note on finding minimum-cost edge-disjoint spanning trees", Mathematics of
/// Operations Research 10(4), 1985), from forests grown breadth first. A network that k links do not cut has k/2 of
/// them (Nash-Williams, 1961): three where chips have six links and no fewer cut it apart. Networks without switches.
std::vector<SpanningTree> disjoint_trees(const net::Network& network, int count);

/// An all-reduce of a buffer over trees that share no link, each with an equal part of it: sums go up and come back
/// down in `pieces` pieces, one behind the other. A link carries one part each way, so that three trees keep all links
/// of chips with six busy: the least time that any all-reduce takes there, but for filling the trees.
net::workload::Workload tree_all_reduce(const net::Network& network, const std::vector<SpanningTree>& trees,
                                        std::uint64_t buffer_bytes, int pieces);

}  // namespace vtpu::search
