#include "vtpu/net/routing/route_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::routing {
std::string to_string(const std::vector<RouteRow>& rows, const Network& network) {
  std::size_t width = 14;
  for (const RouteRow& row : rows)
    for (const Chip node : {row.source, row.destination, row.next_hop})
      width = std::max(width, network.names().address(node).size());
  const auto line = [width](const std::string& source, const std::string& destination, const std::string& next,
                            const std::string& hops, const std::string& bandwidth) {
    return fmt::format("{:<{}} | {:<{}} | {:<{}} | {:>4} | {}\n", source, width, destination, width, next, width, hops,
                       bandwidth);
  };
  std::string text = line("Source Coord", "Dest Coord", "Next Hop", "Hops", "Bandwidth");
  for (const RouteRow& row : rows)
    text += line(network.names().address(row.source), network.names().address(row.destination),
                 network.names().address(row.next_hop), std::to_string(row.hops),
                 fmt::format("{} GB/s", row.bandwidth_gbytes_per_s));
  return text;
}

std::string example_routes() {
  const topology::Torus torus{{16, 16, 16}};
  const Network network(torus);
  const DimensionOrder routing = *DimensionOrder::make(torus, Dateline::plain, Ties::positive);
  std::string text;
  for (const Coordinates& to : {Coordinates{0, 0, 1}, Coordinates{7, 7, 7}, Coordinates{15, 15, 15}}) {
    if (!text.empty()) text += '\n';
    text += to_string(route_rows(network, routing, Chip(0), Chip(torus.sides.index_of(to))), network);
  }
  return text;
}

}  // namespace vtpu::net::routing
