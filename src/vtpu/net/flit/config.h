#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"

namespace vtpu::net::flit {

/// Delays between two routers in cycles. Routing, virtual-channel allocation and switch allocation are pipeline stages
/// of one cycle each; the losers of an allocation try again in the next cycle.
struct Timing {
  int crossbar = 1;           ///< from a won switch allocation to the router's output
  int channel = 1;            ///< along a link, and also between a chip and its router
  int credit_processing = 0;  ///< of a credit at the upstream end, after its cycles on the channel

  /// From a flit's switch allocation to its arrival in the next buffer.
  int hop() const { return crossbar + channel + 1; }
  int injection() const { return channel + 1; }
  /// From the switch allocation that frees a buffer slot to its use by the upstream router.
  int credit() const { return channel + 1 + credit_processing; }
  /// From creation to delivery of an unhindered packet: 7 + 5 · links + (flits - 1) with the values above.
  int zero_load(int links, int flits) const { return injection() + (links + 1) * (2 + hop()) + flits - 1; }
};

struct Config {
  int vcs = 4;              ///< virtual channels per channel, 1..32
  int vc_buffer_flits = 8;  ///< buffer slots per virtual channel, 1..65535
  int packet_flits = 1;     ///< flits per packet, or per longest packet when messages are divided; 1..65535
  Timing timing;
  /// Duration of a cycle. Above 0, flits and credits also take the latency of their link, in whole cycles, rounded up.
  /// 0: `timing` alone states how long a link takes, whatever its latency.
  double cycle_ns = 0;
  std::uint64_t seed = 1;

  /// The cycles that a link's latency adds to those of `timing`.
  std::uint64_t link_cycles(const LinkModel& link) const;
  /// The same for the slowest link of a network.
  std::uint64_t most_link_cycles(const Network& network) const;
};

inline constexpr int kMostFlitPorts = 62;
inline constexpr int kMostFlitVcs = 32;
inline constexpr std::uint64_t kMostLinkCycles = 1'000'000;  // each takes a list for the flits that arrive then

/// Error: the value that is out of range; fewer virtual channels than the routing's classes; a network with more than
/// 62 ports per node, or with a link of more than a million cycles.
Result<void> check(const Config& config, const Network& network, int vc_classes);

}  // namespace vtpu::net::flit
