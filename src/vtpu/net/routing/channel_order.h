#pragma once
#include <cstdint>
#include <string>

#include "vtpu/base/index.h"
#include "vtpu/net/network.h"

namespace vtpu::net::routing {

/// A total order of channels. Packets that move to a higher class of virtual channels whenever the rank falls along
/// their path cannot wait for each other in a cycle, because (class, rank) only rises. The number of classes that this
/// takes depends on the order and the paths.
struct ChannelOrder {
  std::string name;
  IndexedVector<Channel, std::uint32_t> rank;
};

/// Up and then down: first the channels that lead up, lowest first, then those that lead down, highest first. If there
/// are switches, the height of a node is its distance from the chips, which needs one class on a fat tree; otherwise it
/// is minus the distance from chip 0. Source: Schroeder et al., "Autonet: a high-speed, self-configuring local area
/// network using point-to-point links", IEEE JSAC 9(8), 1991.
ChannelOrder up_down_order(const Network& network);

/// By port, along each port's direction: even ports by rising node numbers, odd ones by falling node numbers. Suits
/// grids and networks wired much like them.
ChannelOrder port_order(const Network& network);

}  // namespace vtpu::net::routing
