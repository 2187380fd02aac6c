#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"

namespace vtpu::net::packet {

/// How packets are made and where they wait.
struct Config {
  int packet_bytes = 4096;
  /// Virtual channels of a channel, shared out over the routing's classes.
  int vcs = 4;
  /// Room at the far end of a channel, packets a virtual channel. A channel is kept busy by one class alone if that
  /// class has room for latency · bandwidth and two packets more.
  int vc_buffer_packets = 32;
  double router_ns = 0;  ///< what a head spends in a node besides waiting, the destination's included
  std::uint64_t seed = 1;
};

/// Error: a value out of range; fewer virtual channels than classes; a link whose bandwidth or latency is no such.
Result<void> check(const Config& config, const Network& network, int vc_classes);

}  // namespace vtpu::net::packet
