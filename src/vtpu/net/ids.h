#pragma once
#include "vtpu/base/index_format.h"

/// The index types of the networks. Counts stay int; so do dimensions and virtual channels.
namespace vtpu::net {

/// A chip of a topology, a machine or a slice; in a network with switches also a switch, numbered after the chips.
using Chip = Index<struct ChipTag>;
/// A port of a chip or switch.
using PortNumber = Index<struct PortTag>;
/// One direction of a link: node · port_count + port it leaves from.
using Channel = Index<struct ChannelTag>;
/// A block of chips, as a machine or a layout of optical switches numbers it.
using Block = Index<struct BlockTag>;
/// An optical circuit switch.
using Ocs = Index<struct OcsTag>;
/// A port of an optical circuit switch.
using OcsPort = Index<struct OcsPortTag>;
/// A place of a job that a unit fills.
using Seat = Index<struct SeatTag>;
/// What fills a seat: a chip or a block.
using Unit = Index<struct UnitTag>;

}  // namespace vtpu::net
