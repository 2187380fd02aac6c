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
  /// Measures packets created in the `batches` batches of `period` cycles from `begin` on.
  SteadyStatistics(std::uint64_t begin, int period, int batches);

  std::uint64_t end() const { return begin_ + period_ * batches_.size(); }
  bool measures(std::uint64_t created) const { return created >= begin_ && created < end(); }
  /// Adds a measured packet that was delivered in cycle `now`.
  void add(const Delivery& packet, std::uint64_t now);
  /// Whether there are enough packets to tell whether queues build up.
  bool enough() const { return fills_both_halves(batches_); }
  /// Whether packets of the later half took much longer than those of the earlier half, as when queues build up.
  bool growing() const { return grows(batches_); }
  /// Sets the fields of `state` that concern packets.
  void report(workload::SteadyState& state) const;

 private:
  std::uint64_t begin_;
  std::uint64_t period_;
  std::vector<workload::Batch> batches_;  // latencies by creation time
  double network_latency_ = 0;            // sum
  double hops_ = 0;                       // sum
  std::vector<std::uint64_t> counts_;     // packets by latency in cycles; the last entry counts all longer ones
};

}  // namespace vtpu::net::flit
