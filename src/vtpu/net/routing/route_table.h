#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// One row of a printed routing table: the next hop from a chip towards another.
struct RouteRow {
  Chip source;
  Chip destination;
  Chip next_hop;
  int hops = 0;  ///< from source to destination
  /// Bandwidth of the narrowest channel of the path, in GB/s (10^9 bytes). Packets cut through: all hops of a path
  /// carry a message at the same time, so a longer path costs latency, not bandwidth. (A table that divides by the
  /// number of hops, so that 100 GB/s over 3 hops gives 33, describes store-and-forward of whole messages.)
  double bandwidth_gbytes_per_s = 0;
};

/// The row of a pair of different chips that the routing connects, along its most probable moves (the first of equals).
template <Routing R>
RouteRow route_row(const Network& network, const R& routing, Chip source, Chip destination);

/// The rows of all nodes on the same path, source first.
template <Routing R>
std::vector<RouteRow> route_rows(const Network& network, const R& routing, Chip source, Chip destination);

/// Columns `Source Coord | Dest Coord | Next Hop | Hops | Bandwidth`. Nodes have the names of the network; chips on a
/// grid of three dimensions are named by address as in `1.1.1/1.1`.
std::string to_string(const std::vector<RouteRow>& rows, const Network& network);

/// The paths from 1.1.1 to 1.1.2, 8.8.8 and 16.16.16 on the 16x16x16 torus by dimension order, ties in the positive
/// direction, hop by hop: three tables, one after the other.
std::string example_routes();

// ---- bodies

template <Routing R>
std::vector<RouteRow> route_rows(const Network& network, const R& routing, Chip source, Chip destination) {
  bool started = false;
  typename R::State state{};
  routing.for_each_start(source, destination, [&](const typename R::State& first, double) {
    if (!started) state = first;
    started = true;
  });
  std::vector<Channel> path;  // channels
  Moves moves;
  for (Chip node = source;;) {
    routing.moves(node, state, moves);
    if (moves.empty()) break;
    const Move* best = moves.begin();
    for (const Move& move : moves)
      if (move.probability > best->probability) best = &move;
    path.push_back(network.channel(node, best->port));
    state = routing.after(node, state, *best);
    node = network.target(path.back());
  }
  VTPU_CHECK(!path.empty() && network.target(path.back()) == destination, "a route ends at its destination");
  std::vector<RouteRow> rows(path.size());
  double narrowest = network.link(path.back()).bandwidth_gbytes_per_s;
  for (std::size_t hop = path.size(); hop-- > 0;) {
    const double bandwidth = network.link(path[hop]).bandwidth_gbytes_per_s;
    narrowest = bandwidth < narrowest ? bandwidth : narrowest;
    rows[hop] = {network.source(path[hop]), destination, network.target(path[hop]), static_cast<int>(path.size() - hop),
                 narrowest};
  }
  return rows;
}

template <Routing R>
RouteRow route_row(const Network& network, const R& routing, Chip source, Chip destination) {
  return route_rows(network, routing, source, destination).front();
}

}  // namespace vtpu::net::routing
