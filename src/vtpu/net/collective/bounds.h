#pragma once
#include <cstdint>

#include "vtpu/net/collective/names.h"
#include "vtpu/net/collective/sparse_exchange.h"

namespace vtpu::net::collective {

/// The machine of an alpha-beta bound: identical chips with identical links.
struct AlphaBeta {
  int chips = 1;
  int links = 1;             ///< links per chip, each full duplex
  double gbytes_per_s = 50;  ///< per link and direction, 1 GB = 10^9 bytes
  double latency_ns = 0;     ///< per link
  /// Hops between the two chips farthest apart; for a collective with a root, from the root to the farthest chip.
  int diameter = 0;
  /// Uniform all-to-all that a chip can inject, including to itself, in link bandwidths, as closed_form_alltoall_bound
  /// states it. 0: unknown; then only the chip's own links count.
  double alltoall_rate = 0;
};

/// Each term is a lower bound on the time of any schedule on any network with these links.
struct LowerBound {
  double latency_ns = 0;    ///< data must cross the diameter
  double bandwidth_ns = 0;  ///< a chip's data leaves or enters through all of its links at once
  double time_ns() const { return latency_ns > bandwidth_ns ? latency_ns : bandwidth_ns; }
};

/// For buffers of S bytes, p links of bandwidth B and N chips, the bandwidth term is
///   S/(pB)                for broadcast and reduce: a whole buffer enters or leaves a chip;
///   (N-1)/N · S/(pB)      for reduce-scatter, all-gather, gather, scatter: all but one block does;
///   2(N-1)/N · S/(pB)     for all-reduce: N - 1 buffers must be added up and N - 1 sums received;
///   S/(rate · B)          for all-to-all, at least (N-1)/N · S/(pB).
/// Sources: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC 69(2),
/// 2009; Chan, Heimlich, Purkayastha and van de Geijn, "Collective communication: theory, practice, and experience",
/// CCPE 19(13), 2007. Sparse exchanges use the other overload.
LowerBound lower_bound(Collective collective, const AlphaBeta& machine, std::uint64_t buffer_bytes);

/// For a sparse exchange: the busiest chip's bytes over all of its links, and the latency of one link if any item
/// moves. `items` name chips of the machine.
LowerBound lower_bound(const SparseExchange& items, const AlphaBeta& machine);

/// The smallest number of rounds in which one chip's data can reach N chips when each chip sends to `ports` others per
/// round: ceil(log_{ports+1} N).
int least_rounds(int chips, int ports);

}  // namespace vtpu::net::collective
