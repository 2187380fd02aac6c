#include "vtpu/net/flit/config.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace vtpu::net::flit {
namespace {

Result<void> in_range(const char* name, int value, int least, int most) {
  if (value >= least && value <= most) return {};
  return Error{name, fmt::format("found {}", value), fmt::format("a number from {} to {}", least, most)};
}

}  // namespace

std::uint64_t Config::link_cycles(const LinkModel& link) const {
  if (!(cycle_ns > 0)) return 0;
  const double exact = link.latency_ns / cycle_ns;
  const double nearest = std::round(exact);  // not rounded up because of a rounding error
  const double whole = std::abs(exact - nearest) <= 1e-9 * nearest ? nearest : std::ceil(exact);
  return whole < 1e18 ? static_cast<std::uint64_t>(whole) : std::uint64_t{1} << 60;
}

std::uint64_t Config::most_link_cycles(const Network& network) const {
  std::uint64_t most = 0;
  for (const LinkModel& link : network.link_kinds()) most = std::max(most, link_cycles(link));
  return most;
}

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
  for (const LinkModel& link : network.link_kinds())
    if (config.link_cycles(link) > kMostLinkCycles)
      return Error{network.name(),
                   fmt::format("found a link of {} ns, {} cycles of {} ns", link.latency_ns, config.link_cycles(link),
                               config.cycle_ns),
                   fmt::format("at most {} cycles at flit level; larger flits take longer cycles", kMostLinkCycles)};
  return {};
}

}  // namespace vtpu::net::flit
