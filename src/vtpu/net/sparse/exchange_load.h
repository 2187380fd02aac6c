#pragma once
#include <span>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/network.h"
#include "vtpu/net/sparse/exchange.h"

namespace vtpu::net::sparse {

/// The load of a phase on a network.
struct PhaseLoad {
  IndexedVector<Channel, double> channel_bytes;  ///< expected
  double byte_hops = 0;
  double message_hops = 0;
  int farthest = 0;  ///< hops of the longest path in use

  /// Time until the busiest channel has sent all its bytes and the last byte has crossed the longest path, with the
  /// same latency for all hops. No phase can end earlier under the same split over paths.
  double time_ns(const Network& network, double hop_ns) const;
};

/// The loads of phases over shortest paths. The probability of a path is proportional to the product of its channels'
/// weights (routing/path_split.h; with all weights 1 all paths of a pair are equally likely). All phases are processed
/// together, with one search per destination. `weights`: by channel. Every destination must be reachable (an
/// invariant).
std::vector<PhaseLoad> phase_loads(const Network& network, const IndexedVector<Channel, double>& weights,
                                   std::span<const ExchangePhase* const> phases);

}  // namespace vtpu::net::sparse
