#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/machine.h"

namespace vtpu::net::fault {

/// What can fail. A host serves the four chips of one tray; a block is one electrical mesh of chips; a rack is what
/// shares power and cooling, one block each (jouppi2023tpuv4, Section 2.2), so it takes the same chips and has a law of
/// its own; a volume is an address volume, the spare one included. A link is an electrical one inside a block; a fibre
/// joins one chip's port on a block face to its switch.
enum class ComponentKind { chip, host, link, fibre, ocs, block, rack, volume };

inline constexpr std::array kComponentKinds = {ComponentKind::chip,  ComponentKind::host,  ComponentKind::link,
                                               ComponentKind::fibre, ComponentKind::ocs,   ComponentKind::block,
                                               ComponentKind::rack,  ComponentKind::volume};

const char* name_of(ComponentKind kind);

/// One of the machine's parts. Numbers from 0: chips and blocks as Machine has them; host = block · trays + tray - 1;
/// fibre = switch · ports + port; rack = block; volume = address volume - 1; link as `link_ends` reads it.
struct Component {
  ComponentKind kind = ComponentKind::chip;
  int id = 0;
  auto operator<=>(const Component&) const = default;
};

int component_count(const Machine& machine, ComponentKind kind);

/// The chips that do not work while the component does not, in rising order; none for links, fibres and switches.
std::vector<int> chips_of(const Machine& machine, Component component);

/// One end of an electrical link: a chip and its port, 2·d for '+' in dimension d, 2·d + 1 for '-'.
struct LinkEnd {
  int chip = 0;
  int port = 0;
};
/// Both ends of a link inside a block. Links of a block are numbered by dimension, then by the position of the end
/// whose '+' port they leave from.
std::array<LinkEnd, 2> link_ends(const Machine& machine, int link);

/// "chip 8.8.8/1.1", "host 12", "volume 17": chips and volumes by address, the rest by number.
std::string to_string(const Machine& machine, Component component);

/// Reads a kind and the part's name as `to_string` writes them; a chip may also be given by number.
/// Error: `where`, a kind that is not known with the nearest one, a part the machine does not have.
Result<Component> parse_component(const Machine& machine, std::string_view kind, std::string_view name,
                                  const std::string& where);

}  // namespace vtpu::net::fault
