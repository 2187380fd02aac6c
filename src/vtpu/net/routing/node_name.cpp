#include "vtpu/net/routing/node_name.h"

#include <fmt/format.h>

namespace vtpu::net::routing {

std::string node_name(const Network& network, int node, const Shape* grid) {
  if (node >= network.chip_count()) return fmt::format("switch {}", node - network.chip_count());
  if (grid == nullptr || grid->dimensions() != 3) return fmt::format("chip {}", node);
  const Coordinates place = grid->coordinates_of(node);
  return fmt::format("{}.{}.{}", place[0] + 1, place[1] + 1, place[2] + 1);
}

std::string port_name(const Network& network, int port, const Shape* grid) {
  if (grid == nullptr || network.port_count() != 2 * grid->dimensions()) return fmt::format("port {}", port);
  return fmt::format("{}{}", port % 2 == 0 ? '+' : '-', "xyz345"[port / 2]);
}

}  // namespace vtpu::net::routing
