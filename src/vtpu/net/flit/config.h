#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"

namespace vtpu::net::flit {

/// Cycles of what lies between two routers. Routing, virtual-channel allocation and switch allocation take one cycle
/// each; they are stages of the pipeline, and losers of an allocation try again in the next cycle.
struct Timing {
  int crossbar = 1;           ///< from a won switch allocation to the router's output
  int channel = 1;            ///< along a link, and as long between a chip and its router
  int credit_processing = 0;  ///< of a credit at the upstream end, behind its cycles on the channel

  /// From a flit's switch allocation to its arrival in the next buffer.
  int hop() const { return crossbar + channel + 1; }
  int injection() const { return channel + 1; }
  /// From the switch allocation that empties a place in a buffer to the upstream router's use of it.
  int credit() const { return channel + 1 + credit_processing; }
  /// Creation to delivery of a packet that meets no other: 7 + 5 · links + (flits - 1) with the values above.
  int zero_load(int links, int flits) const { return injection() + (links + 1) * (2 + hop()) + flits - 1; }
};

struct Config {
  int vcs = 4;              ///< virtual channels of a channel, 1..32
  int vc_buffer_flits = 8;  ///< places in the buffer of each, 1..65535
  int packet_flits = 1;     ///< flits of a packet; of the longest packet where messages are cut up; 1..65535
  Timing timing;
  std::uint64_t seed = 1;
};

inline constexpr int kMostFlitPorts = 62;
inline constexpr int kMostFlitVcs = 32;

/// Error: the value that is out of range; fewer virtual channels than the routing's classes; a network whose nodes
/// have more than 62 ports.
Result<void> check(const Config& config, const Network& network, int vc_classes);

}  // namespace vtpu::net::flit
