#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"

namespace vtpu::net::packet {

/// Size of packets, buffers and routers.
struct Config {
  int packet_bytes = 4096;
  /// Virtual channels per channel, divided among the routing's classes.
  int vcs = 4;
  /// Buffer space at the far end of a channel, in packets per virtual channel. One class alone keeps a channel busy if
  /// it has space for latency · bandwidth plus two packets.
  int vc_buffer_packets = 32;
  double router_ns = 0;  ///< time of a head in each node, the destination included, without waiting
  std::uint64_t seed = 1;
};

/// Error: a value out of range; fewer virtual channels than classes; an invalid bandwidth or latency of a link.
Result<void> check(const Config& config, const Network& network, int vc_classes);

}  // namespace vtpu::net::packet
