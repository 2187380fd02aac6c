#include "vtpu/net/routing/route_table.h"

#include <fmt/core.h>

#include "vtpu/net/chip_address.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/node_name.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::routing {
namespace {

std::string address(const Network& network, Chip node, const Shape& grid) {
  if (node.value() >= network.chip_count() || grid.dimensions() != 3) return node_name(network, node, nullptr);
  const Coordinates place = grid.coordinates_of(node.value());
  return to_string(ChipAddress{place[0] + 1, place[1] + 1, place[2] + 1, 1, 1});
}

}  // namespace

std::string to_string(const std::vector<RouteRow>& rows, const Network& network, const Shape& grid) {
  std::string text = fmt::format("{:<14} | {:<14} | {:<14} | {:>4} | {}\n", "Source Coord", "Dest Coord", "Next Hop",
                                 "Hops", "Bandwidth");
  for (const RouteRow& row : rows)
    text += fmt::format("{:<14} | {:<14} | {:<14} | {:>4} | {} GB/s\n", address(network, row.source, grid),
                        address(network, row.destination, grid), address(network, row.next_hop, grid), row.hops,
                        row.bandwidth_gbytes_per_s);
  return text;
}

std::string example_routes() {
  const topology::Torus torus{{16, 16, 16}};
  const Network network(torus);
  const DimensionOrder routing = *DimensionOrder::make(torus, Dateline::plain, Ties::positive);
  std::string text;
  for (const Coordinates& to : {Coordinates{0, 0, 1}, Coordinates{7, 7, 7}, Coordinates{15, 15, 15}}) {
    if (!text.empty()) text += '\n';
    text += to_string(route_rows(network, routing, Chip(0), Chip(torus.sides.index_of(to))), network, torus.sides);
  }
  return text;
}

}  // namespace vtpu::net::routing
