#pragma once
#include <string>

#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::routing {

/// A node as texts name it: `volume.book.chapter` for chips of a grid of three dimensions, else "chip 5", "switch 3".
/// `grid`: of the chips; null where there is none.
std::string node_name(const Network& network, int node, const Shape* grid);

/// A port likewise: "+x" or "-x" (y, z, then 3, 4, 5) on a grid, else "port 4".
std::string port_name(const Network& network, int port, const Shape* grid);

}  // namespace vtpu::net::routing
