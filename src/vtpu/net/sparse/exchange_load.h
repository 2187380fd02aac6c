#pragma once
#include <span>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/sparse/exchange.h"

namespace vtpu::net::sparse {

/// What a phase puts on a network.
struct PhaseLoad {
  std::vector<double> channel_bytes;  ///< expected, by channel
  double byte_hops = 0;
  double message_hops = 0;
  int farthest = 0;  ///< hops of the longest way in use

  /// Until the busiest channel has sent all it carries and the last byte has gone the longest way, at the same latency
  /// for all hops; no phase can end earlier under the same split over paths.
  double time_ns(const Network& network, double hop_ns) const;
};

/// The phases of exchanges over shortest paths, a path being as likely as the product of its channels' weights
/// (routing/path_split.h; all 1: every path of a pair alike). All phases are gone through together, one search for each
/// destination. `weights`: by channel. Every destination can be reached (an invariant).
std::vector<PhaseLoad> phase_loads(const Network& network, const std::vector<double>& weights,
                                   std::span<const ExchangePhase* const> phases);

}  // namespace vtpu::net::sparse
