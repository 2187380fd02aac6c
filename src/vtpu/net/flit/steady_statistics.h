#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/net/flit/simulator.h"
#include "vtpu/net/workload/batch_means.h"
#include "vtpu/net/workload/steady.h"

namespace vtpu::net::flit {

/// Latencies of measured packets: mean, interval by batch means, 99th percentile.
class SteadyStatistics {
 public:
  /// Packets created from `begin` on for `batches` batches of `period` cycles are measured.
  SteadyStatistics(std::uint64_t begin, int period, int batches);

  std::uint64_t end() const { return begin_ + period_ * batches_.size(); }
  bool measures(std::uint64_t created) const { return created >= begin_ && created < end(); }
  /// A measured packet that was delivered in cycle `now`.
  void add(const Delivery& packet, std::uint64_t now);
  /// Whether packets of the later half took much longer than those of the earlier, as where queues build up.
  bool growing() const { return grows(batches_); }
  /// Fills in what concerns packets.
  void report(workload::SteadyState& state) const;

 private:
  std::uint64_t begin_;
  std::uint64_t period_;
  std::vector<workload::Batch> batches_;  // latencies, by when the packet was created
  double network_latency_ = 0;         // sum
  double hops_ = 0;                    // sum
  std::vector<std::uint64_t> counts_;  // packets by latency in cycles, the last for all longer ones
};

}  // namespace vtpu::net::flit
