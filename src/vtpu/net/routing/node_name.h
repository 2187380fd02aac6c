#pragma once
#include <string>

#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::routing {

/// The name of a node in text: `volume.book.chapter` for chips on a grid of three dimensions, else "chip 5" or "switch
/// 3". `grid`: of the chips, or null.
std::string node_name(const Network& network, Chip node, const Shape* grid);

/// The name of a port: "+x" or "-x" (also y, z, then 3, 4, 5) on a grid, else "port 4".
std::string port_name(const Network& network, PortNumber port, const Shape* grid);

}  // namespace vtpu::net::routing
