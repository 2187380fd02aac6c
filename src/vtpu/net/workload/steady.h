#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace vtpu::net::workload {

/// The result of a run in steady state. Packets are injected continuously at an offered load, and the packets of a
/// measured interval are followed to their delivery. Times are in cycles of one flit per channel. A value is empty if
/// too few packets were measured for it.
struct SteadyState {
  double offered = 0;   ///< flits/chip/cycle requested
  double accepted = 0;  ///< flits/chip/cycle delivered in the measured interval
  /// Whether the queues of the measured interval do not grow. At most one of these two holds. Saturated: latency has no
  /// meaning and grows with the run. Neither: too few packets to tell; each half of the interval needs some.
  bool stable = false;
  bool saturated = false;
  std::optional<double> latency;             ///< mean over measured packets, from creation to the last flit's delivery
  std::optional<double> latency_half_width;  ///< of its 95 % interval, by batch means
  std::optional<double> latency_p99;         ///< 99th percentile of packet latency
  std::optional<double> network_latency;     ///< mean latency from leaving the source queue
  std::optional<double> hops;                ///< mean links of measured packets
  std::uint64_t packets = 0;                 ///< measured
  std::uint64_t cycles = 0;                  ///< simulated
  std::uint64_t flit_hops = 0;               ///< flits over channels in all simulated cycles
  std::vector<double> channel_load;          ///< by channel: flits/cycle in the measured interval
};

}  // namespace vtpu::net::workload
