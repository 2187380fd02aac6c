#include "vtpu/net/flit/config.h"

#include <fmt/core.h>

#include <string>

namespace vtpu::net::flit {
namespace {

Result<void> in_range(const char* name, int value, int least, int most) {
  if (value >= least && value <= most) return {};
  return Error{name, fmt::format("found {}", value), fmt::format("a number from {} to {}", least, most)};
}

}  // namespace

Result<void> check(const Config& config, const Network& network, int vc_classes) {
  constexpr int kMostCycles = 1 << 16;
  struct Range {
    const char* name;
    int value, least, most;
  };
  for (const Range& range : {Range{"virtual channels", config.vcs, 1, kMostFlitVcs},
                             Range{"flits of a virtual channel's buffer", config.vc_buffer_flits, 1, 65535},
                             Range{"flits of a packet", config.packet_flits, 1, 65535},
                             Range{"crossbar cycles", config.timing.crossbar, 1, kMostCycles},
                             Range{"channel cycles", config.timing.channel, 1, kMostCycles},
                             Range{"credit processing cycles", config.timing.credit_processing, 0, kMostCycles}})
    if (const Result<void> fits = in_range(range.name, range.value, range.least, range.most); !fits) return fits;
  if (config.vcs < vc_classes)
    return Error{"virtual channels", fmt::format("found {}", config.vcs),
                 fmt::format("at least {}, one for each class of the routing", vc_classes)};
  if (network.port_count() > kMostFlitPorts)
    return Error{network.name(), fmt::format("found nodes with {} ports", network.port_count()),
                 fmt::format("at most {} at flit level", kMostFlitPorts)};
  return {};
}

}  // namespace vtpu::net::flit
