#pragma once
#include <cstdint>

#include "vtpu/net/collective/names.h"
#include "vtpu/net/collective/sparse_exchange.h"

namespace vtpu::net::collective {

/// The machine of an alpha-beta bound: alike chips with alike links.
struct AlphaBeta {
  int chips = 1;
  int links = 1;             ///< a chip has, each full duplex
  double gbytes_per_s = 50;  ///< of a link in one direction, 1 GB = 10^9 bytes
  double latency_ns = 0;     ///< of a link
  int diameter = 0;          ///< links between the two chips farthest apart; of a collective with a root, from there
  double alltoall_rate =
      0;  ///< uniform all-to-all a chip can inject, itself among the destinations, in bandwidths of a
          ///< link, as closed_form_alltoall_bound says; 0: unknown, only the chip's own links count
};

/// No schedule on any network of these links takes less than either term.
struct LowerBound {
  double latency_ns = 0;    ///< data crosses the diameter
  double bandwidth_ns = 0;  ///< a chip's data leaves or enters by all of its links at once
  double time_ns() const { return latency_ns > bandwidth_ns ? latency_ns : bandwidth_ns; }
};

/// For buffers of S bytes, p links of bandwidth B and N chips, the bandwidth term is
///   S/(pB)                for broadcast and reduce: all of it enters a chip, or leaves it;
///   (N-1)/N · S/(pB)      for reduce-scatter, all-gather, gather, scatter: all but one block does;
///   2(N-1)/N · S/(pB)     for all-reduce: N - 1 buffers have to be added up and N - 1 sums to be received;
///   S/(rate · B)          for all-to-all, no less than (N-1)/N · S/(pB).
/// Sources: Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC 69(2),
/// 2009; Chan, Heimlich, Purkayastha and van de Geijn, "Collective communication: theory, practice, and experience",
/// CCPE 19(13), 2007. A sparse exchange has the other form.
LowerBound lower_bound(Collective collective, const AlphaBeta& machine, std::uint64_t buffer_bytes);

/// The busiest chip's bytes by all of its links, and the latency of one link, where any item moves. `items` name chips
/// of the machine.
LowerBound lower_bound(const SparseExchange& items, const AlphaBeta& machine);

/// Rounds in which data of one chip can reach N when a chip serves `ports` others a round: ceil(log_{ports+1} N).
int least_rounds(int chips, int ports);

}  // namespace vtpu::net::collective
