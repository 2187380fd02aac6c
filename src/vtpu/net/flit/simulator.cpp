#include "vtpu/net/flit/simulator.h"

#include <fmt/core.h>

#include "vtpu/base/index_format.h"
#include "vtpu/net/link_names.h"

namespace vtpu::net::flit {

Error deadlock_error(const std::string& routing, std::uint64_t cycle, const std::vector<FlitVc>& waits,
                     const Network& network) {
  const auto name = [&network](const FlitVc& vc) {
    return vc.port.value() == network.port_count()
               ? fmt::format("{} injection VC {}", network.names().printed(vc.node), vc.vc)
               : fmt::format("{} VC {}", channel_name(network, network.channel(vc.node, vc.port)), vc.vc);
  };
  std::string text;
  for (const FlitVc& vc : waits) text += name(vc) + ", then ";
  text += name(waits[0]);
  return {fmt::format("{}, cycle {}", routing, cycle), "deadlock: " + text,
          "a routing whose channel dependencies have no cycle"};
}

Error no_path(const std::string& routing, const NodeNames& names, Chip source, Chip destination) {
  return {routing, fmt::format("no path from chip {} to chip {}", names.printed(source), names.printed(destination)),
          "traffic between chips that the routing connects"};
}

Error stopped(std::uint64_t cycle) { return {fmt::format("cycle {}", cycle), "stopped on request", ""}; }

}  // namespace vtpu::net::flit
