#include "vtpu/net/routing/node_name.h"

#include <fmt/core.h>

#include "vtpu/base/index_format.h"

namespace vtpu::net::routing {

std::string node_name(const Network& network, Chip node, const Shape* grid) {
  if (node.value() >= network.chip_count()) return fmt::format("switch {}", node.value() - network.chip_count());
  if (grid == nullptr || grid->dimensions() != 3) return fmt::format("chip {}", node);
  const Coordinates place = grid->coordinates_of(node.value());
  return fmt::format("{}.{}.{}", place[0] + 1, place[1] + 1, place[2] + 1);
}

std::string port_name(const Network& network, PortNumber port, const Shape* grid) {
  if (grid == nullptr || network.port_count() != 2 * grid->dimensions()) return fmt::format("port {}", port);
  return fmt::format("{}{}", port.value() % 2 == 0 ? '+' : '-', "xyz345"[port.value() / 2]);
}

}  // namespace vtpu::net::routing
