#pragma once
#include <cstdint>
#include <vector>

namespace vtpu::net::workload {

/// The result of a run in steady state. Packets are injected continuously at an offered load, and the packets of a
/// measured interval are followed to their delivery. Times are in cycles of one flit per channel.
struct SteadyState {
  double offered = 0;                ///< flits/chip/cycle requested
  double accepted = 0;               ///< flits/chip/cycle delivered in the measured interval
  bool stable = false;               ///< false: saturated; latency then has no meaning and grows with the run
  double latency = 0;                ///< mean over measured packets, from creation to the last flit's delivery
  double latency_half_width = 0;     ///< of its 95 % interval, by batch means
  double latency_p99 = 0;            ///< 99th percentile of packet latency
  double network_latency = 0;        ///< mean latency from leaving the source queue
  double hops = 0;                   ///< mean links of measured packets
  std::uint64_t packets = 0;         ///< measured
  std::uint64_t cycles = 0;          ///< simulated
  std::uint64_t flit_hops = 0;       ///< flits over channels in all simulated cycles
  std::vector<double> channel_load;  ///< by channel: flits/cycle in the measured interval
};

}  // namespace vtpu::net::workload
