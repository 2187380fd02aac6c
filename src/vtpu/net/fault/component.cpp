#include "vtpu/net/fault/component.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/base/text.h"
#include "vtpu/net/chip_address.h"
#include "vtpu/net/ocs/ocs_state.h"

namespace vtpu::net::fault {
namespace {

int trays_of(const Machine& machine) { return machine.block_shape().count() / 4; }

/// Number of electrical links of a block along one dimension.
int links_along(const Machine& machine) {
  const int side = machine.config().block_side;
  return (side - 1) * side * side;
}

}  // namespace

const char* name_of(ComponentKind kind) {
  switch (kind) {
    case ComponentKind::chip: return "chip";
    case ComponentKind::host: return "host";
    case ComponentKind::link: return "link";
    case ComponentKind::fibre: return "fibre";
    case ComponentKind::ocs: return "ocs";
    case ComponentKind::block: return "block";
    case ComponentKind::rack: return "rack";
    case ComponentKind::volume: return "volume";
  }
  return "";
}

int component_count(const Machine& machine, ComponentKind kind) {
  const ocs::OcsLayout layout = ocs::OcsLayout::of(machine);
  switch (kind) {
    case ComponentKind::chip: return machine.chip_count();
    case ComponentKind::host: return machine.block_count() * trays_of(machine);
    case ComponentKind::link: return machine.block_count() * 3 * links_along(machine);
    case ComponentKind::fibre: return layout.ocs_count() * layout.ports_per_ocs();
    case ComponentKind::ocs: return layout.ocs_count();
    case ComponentKind::block:
    case ComponentKind::rack: return machine.block_count();
    case ComponentKind::volume: return machine.active_shape().side(0) + (machine.spare_count() > 0 ? 1 : 0);
  }
  return 0;
}

std::vector<Chip> chips_of(const Machine& machine, Component component) {
  VTPU_CHECK(component.id >= 0 && component.id < component_count(machine, component.kind),
             "a component of this machine");
  std::vector<Chip> chips;
  const int racks = machine.config().racks_per_row;
  switch (component.kind) {
    case ComponentKind::chip: chips = {Chip(component.id)}; break;
    case ComponentKind::host: {
      const int block = component.id / trays_of(machine);
      for (int slot = 1; slot <= 4; ++slot)
        chips.push_back(*machine.chip_at(
            RackPlace{block / racks + 1, block % racks + 1, component.id % trays_of(machine) + 1, slot}));
      break;
    }
    case ComponentKind::block:
    case ComponentKind::rack:
      for (int position = 0; position < machine.block_shape().count(); ++position)
        chips.push_back(machine.chip_at(BlockPlace{Block(component.id), position}));
      break;
    case ComponentKind::volume: {
      const int plane = machine.active_shape().stride(0);
      const int first = component.id * plane;
      const int last = std::min(first + plane, machine.chip_count());
      for (int chip = first; chip < last; ++chip) chips.emplace_back(chip);
      break;
    }
    case ComponentKind::link:
    case ComponentKind::fibre:
    case ComponentKind::ocs: break;
  }
  std::sort(chips.begin(), chips.end());
  return chips;
}

std::array<LinkEnd, 2> link_ends(const Machine& machine, int link) {
  VTPU_CHECK(link >= 0 && link < component_count(machine, ComponentKind::link), "a link of this machine");
  const int along = links_along(machine);
  const Block block(link / (3 * along));
  const int dimension = link / along % 3;
  const int side = machine.config().block_side;
  int rest = link % along;
  Coordinates from{};
  for (int d = 2; d >= 0; --d) {
    const int values = d == dimension ? side - 1 : side;
    from[static_cast<std::size_t>(d)] = rest % values;
    rest /= values;
  }
  Coordinates to = from;
  ++to[static_cast<std::size_t>(dimension)];
  const Shape& shape = machine.block_shape();
  return {{{machine.chip_at(BlockPlace{block, shape.index_of(from)}), PortNumber(2 * dimension)},
           {machine.chip_at(BlockPlace{block, shape.index_of(to)}), PortNumber(2 * dimension + 1)}}};
}

std::string to_string(const Machine& machine, Component component) {
  if (component.kind == ComponentKind::chip) return "chip " + to_string(machine.address_of(Chip(component.id)));
  return fmt::format("{} {}", name_of(component.kind),
                     component.kind == ComponentKind::volume ? component.id + 1 : component.id);
}

Result<Component> parse_component(const Machine& machine, std::string_view kind, std::string_view name,
                                  const std::string& where) {
  std::vector<std::string> kinds;
  for (const ComponentKind known : kComponentKinds) {
    kinds.emplace_back(name_of(known));
    if (kind != kinds.back()) continue;
    if (known == ComponentKind::chip && name.find('.') != std::string_view::npos) {
      // The section and scroll of the chip itself may be left out.
      const bool is_short = std::count(name.begin(), name.end(), '.') == 2 && name.find('/') == std::string_view::npos;
      const Result<ChipAddress> address = parse_chip_address(std::string(name) + (is_short ? "/1.1" : ""));
      const Result<Chip> chip = address ? machine.chip_at(*address) : Result<Chip>(address.error());
      if (!chip) return Error{where + ", " + chip.error().where, chip.error().found, chip.error().expected};
      return Component{known, chip->value()};
    }
    const Result<std::int64_t> number = parse_integer(name, where);
    if (!number) return number.error();
    const int first = known == ComponentKind::volume ? 1 : 0;
    const int count = component_count(machine, known);
    if (*number < first || *number >= first + count)
      return Error{where, fmt::format("found {} {}", kind, *number), fmt::format("{} to {}", first, first + count - 1)};
    return Component{known, static_cast<int>(*number) - first};
  }
  return Error{where, "found " + quoted_with_hint(kind, kinds), fmt::format("one of {}", join(kinds, ", "))};
}

}  // namespace vtpu::net::fault
