#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/net/network.h"

namespace vtpu::net::routing {

/// A total order of channels. Packets that go up a class of virtual channels whenever the order falls along their way
/// cannot wait for each other in a circle: (class, rank) only rises. How many classes that takes depends on the order
/// and the paths.
struct ChannelOrder {
  std::string name;
  std::vector<std::uint32_t> rank;  ///< by channel
};

/// Up and then down: channels that lead up, lowest first, before those that lead down, highest first. The height of a
/// node is its distance from the chips where there are switches, which takes one class on a fat tree, and otherwise
/// minus its distance from chip 0. Source: Schroeder et al., "Autonet: a high-speed, self-configuring local area
/// network using point-to-point links", IEEE JSAC 9(8), 1991.
ChannelOrder up_down_order(const Network& network);

/// By port, along each port's direction: even ports by rising numbers of nodes, odd ones by falling numbers. Suits
/// grids, and what is wired much like them.
ChannelOrder port_order(const Network& network);

}  // namespace vtpu::net::routing
