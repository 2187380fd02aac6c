#include "vtpu/net/flit/simulator.h"

#include <fmt/core.h>

#include "vtpu/base/index_format.h"

namespace vtpu::net::flit {

Error deadlock_error(const std::string& routing, std::uint64_t cycle, const std::vector<FlitVc>& waits,
                     PortNumber own_port) {
  const auto name = [own_port](const FlitVc& vc) {
    return vc.port == own_port ? fmt::format("node {} injection VC {}", vc.node, vc.vc)
                               : fmt::format("node {} port {} VC {}", vc.node, vc.port, vc.vc);
  };
  std::string text;
  for (const FlitVc& vc : waits) text += name(vc) + " -> ";
  text += name(waits[0]);
  return {fmt::format("{}, cycle {}", routing, cycle), "deadlock: " + text,
          "a routing whose channel dependencies have no cycle"};
}

Error no_path(const std::string& routing, Chip source, Chip destination) {
  return {routing, fmt::format("no path from chip {} to chip {}", source, destination),
          "traffic between chips that the routing connects"};
}

Error stopped(std::uint64_t cycle) { return {fmt::format("cycle {}", cycle), "stopped on request", ""}; }

}  // namespace vtpu::net::flit
