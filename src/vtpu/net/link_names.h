#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"

namespace vtpu::net {

/// The direction of a port on a grid: "+x", "-y"; numbers from the seventh dimension on, "+6".
std::string direction_name(PortNumber port);

/// A channel by its source and direction on a grid, "1.1.1 +x"; elsewhere by both ends, "a -> b". Parallel channels are
/// numbered in the order of their ports, "a -> b (2 of 3)".
std::string channel_name(const Network& network, Channel channel);

/// The channels that a text names, in one direction of a link: what `channel_name` prints, or the names of two adjacent
/// nodes, "a -> b" or "3 7", which name all channels between them. Error: `where`, the text, what would name a link.
Result<std::vector<Channel>> find_channels(const Network& network, std::string_view text, const std::string& where);

}  // namespace vtpu::net
