#include "vtpu/net/packet/config.h"

#include <string>

namespace vtpu::net::packet {

Result<void> check(const Config& config, const Network& network, int vc_classes) {
  if (config.packet_bytes < 1)
    return Error{"packet_bytes", "found " + std::to_string(config.packet_bytes), "at least 1"};
  if (config.vcs < vc_classes)
    return Error{"vcs", "found " + std::to_string(config.vcs),
                 "at least " + std::to_string(vc_classes) + ", one for each class of the routing"};
  if (config.vcs > 4096) return Error{"vcs", "found " + std::to_string(config.vcs), "at most 4096"};
  if (config.vc_buffer_packets < 1 || config.vc_buffer_packets > 100'000)
    return Error{"vc_buffer_packets", "found " + std::to_string(config.vc_buffer_packets), "1 to 100000"};
  if (!(config.router_ns >= 0 && config.router_ns <= 1e9))
    return Error{"router_ns", "found " + std::to_string(config.router_ns), "0 to 10^9"};
  for (const LinkModel& link : network.link_kinds()) {
    // Times are in picoseconds. A byte takes a second on the slowest link allowed.
    if (!(link.bandwidth_gbytes_per_s >= 1e-9 && link.bandwidth_gbytes_per_s <= 1e9))
      return Error{network.name(), "found a link of " + std::to_string(link.bandwidth_gbytes_per_s) + " GB/s",
                   "10^-9 to 10^9"};
    if (!(link.latency_ns >= 0 && link.latency_ns <= 1e12))
      return Error{network.name(), "found a link of " + std::to_string(link.latency_ns) + " ns", "0 to 10^12"};
  }
  return {};
}

}  // namespace vtpu::net::packet
