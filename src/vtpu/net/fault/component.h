#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/machine.h"

namespace vtpu::net::fault {

inline constexpr double kSecondsPerDay = 86400;

/// Components that can fail. A host serves the four chips of one tray. A block is one electrical mesh of chips. A rack
/// shares power and cooling and holds one block (jouppi2023tpuv4, Section 2.2), so it takes down the same chips but has
/// its own law. A volume is an address volume; the spare volume counts too. A link is an electrical link inside a
/// block. A fibre joins one chip's port on a block face to its switch.
enum class ComponentKind { chip, host, link, fibre, ocs, block, rack, volume };

inline constexpr std::array kComponentKinds = {ComponentKind::chip,  ComponentKind::host,  ComponentKind::link,
                                               ComponentKind::fibre, ComponentKind::ocs,   ComponentKind::block,
                                               ComponentKind::rack,  ComponentKind::volume};

const char* name_of(ComponentKind kind);

/// One component of the machine. Numbers start at 0: chips and blocks as Machine numbers them; host = block · trays +
/// tray - 1; fibre = switch · ports + port; rack = block; volume = address volume - 1; link as in `link_ends`.
struct Component {
  ComponentKind kind = ComponentKind::chip;
  int id = 0;
  auto operator<=>(const Component&) const = default;
};

int component_count(const Machine& machine, ComponentKind kind);

/// The chips that are down while the component is down, in rising order; none for links, fibres and switches.
std::vector<Chip> chips_of(const Machine& machine, Component component);

/// One end of an electrical link: a chip and its port, 2·d for '+' in dimension d, 2·d + 1 for '-'.
struct LinkEnd {
  Chip chip;
  PortNumber port;
};
/// Both ends of a link inside a block. Links of a block are numbered by dimension, then by the position of the end
/// whose '+' port they use.
std::array<LinkEnd, 2> link_ends(const Machine& machine, int link);

/// "chip 8.8.8/1.1", "host 12", "volume 17": chips and volumes by address, other components by number.
std::string to_string(const Machine& machine, Component component);

/// Parses a kind and a component's name in the form of `to_string`; a chip may also be given by number or
/// without the section and scroll of its address. Error: `where`,
/// and an unknown kind with the nearest known one, or a component that the machine does not have.
Result<Component> parse_component(const Machine& machine, std::string_view kind, std::string_view name,
                                  const std::string& where);

}  // namespace vtpu::net::fault
