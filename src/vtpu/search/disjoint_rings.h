#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/network.h"

namespace vtpu::search {

struct RingSearch {
  int count = 0;                     ///< rings; 0: as many as the chip with the fewest links allows
  std::int64_t steps = 100'000'000;  ///< squares looked at before the search gives up
  std::uint64_t seed = 1;
};

struct FoundRings {
  std::vector<net::collective::Ring> rings;  ///< each begins at chip 0
  std::int64_t steps = 0;                    ///< squares looked at
};

/// Rings through all chips that share no link.
///
/// `count` rings form a subgraph in which every chip has 2·count links. An Euler circuit orients such a subgraph so
/// that count links leave and count enter every chip, and the bipartite graph of its arcs splits into count perfect
/// matchings (Petersen, "Die Theorie der regulären Graphs", Acta Mathematica 15, 1891). Each of them covers the chips
/// by cycles. Annealing then exchanges the links of squares whose sides alternate between two of these covers, or
/// between one cover and the unused links; the cost is the number of cycles. It ends when each cover is one ring.
///
/// `watch`: gets the progress, 0..1; returning false stops the search. Error: why no such rings exist; or that the
/// search has ended without any, in which case there may be some. The network has no switches (an invariant). The same
/// seed gives the same rings.
Result<FoundRings> disjoint_rings(const net::Network& network, const RingSearch& options,
                                  const std::function<bool(double)>& watch = {});

}  // namespace vtpu::search
