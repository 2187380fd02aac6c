#include "vtpu/net/machine.h"

#include <fmt/core.h>

#include "vtpu/base/check.h"

namespace vtpu::net {
namespace {

constexpr const char* kDimensionNames[3] = {"volumes", "books", "chapters"};

Result<void> check_part(const char* where, const char* name, int value, int low, int high) {
  if (value >= low && value <= high) return {};
  return Error{where, fmt::format("found {} {}", name, value), fmt::format("{} to {}", low, high)};
}

}  // namespace

Machine::Machine(const MachineConfig& config, Shape active, Shape block, Shape block_grid, Shape spare_plane)
    : config_(config), active_(active), block_(block), block_grid_(block_grid), spare_plane_(spare_plane) {}

Result<Machine> Machine::make(const MachineConfig& config) {
  constexpr int kLargestPart = 999;  // of each part of an address
  const int side = config.block_side;
  if (side < 2 || side > 16 || side % 2 != 0)
    return Error{"machine, block_side", fmt::format("found {}", side), "an even number from 2 to 16"};
  for (std::size_t d = 0; d < 3; ++d) {
    const int chips = config.sides[d];
    // The number of volumes stops one short of the largest part, because the spare volume needs the next number.
    const int limit = d == 0 ? kLargestPart - 1 : kLargestPart;
    if (chips < side || chips > limit || chips % side != 0)
      return Error{fmt::format("machine, {}", kDimensionNames[d]), fmt::format("found {}", chips),
                   fmt::format("a multiple of the block side {} up to {}", side, limit)};
  }
  if (config.links_per_chip < 1 || config.links_per_chip > kLargestPart)
    return Error{"machine, links_per_chip", fmt::format("found {}", config.links_per_chip), "1 to 999"};
  if (config.racks_per_row < 1)
    return Error{"machine, racks_per_row", fmt::format("found {}", config.racks_per_row), "at least 1"};
  const Result<Shape> active = Shape::make(config.sides);
  if (!active) return active.error();
  const Shape block = {side, side, side};
  const Shape spare_plane = {config.sides[1], config.sides[2]};
  const int fitting = spare_plane.count() / block.count();
  if (config.spare_blocks < 0 || config.spare_blocks > fitting)
    return Error{"machine, spare_blocks", fmt::format("found {}", config.spare_blocks),
                 fmt::format("0 to {}, which volume {} has addresses for", fitting, config.sides[0] + 1)};
  const Shape grid = {config.sides[0] / side, config.sides[1] / side, config.sides[2] / side};
  return Machine(config, *active, block, grid, spare_plane);
}

Result<Machine> Machine::of_size(int active_chips) {
  MachineConfig config;
  for (int chips = 4096, doublings = 0; chips <= 65536; chips *= 2, ++doublings) {
    if (chips == active_chips) return make(config);
    config.sides[doublings % 2 == 0 ? 2 : 1] *= 2;
    config.spare_blocks *= 2;
  }
  return Error{"machine, active chips", fmt::format("found {}", active_chips), "4096, 8192, 16384, 32768 or 65536"};
}

ChipAddress Machine::address_of(Chip chip) const {
  VTPU_CHECK(chip.valid() && chip.value() < chip_count(), "the machine has this chip");
  if (chip.value() < active_count()) {
    const Coordinates at = active_.coordinates_of(chip.value());
    return {at[0] + 1, at[1] + 1, at[2] + 1, 1, 1};
  }
  const Coordinates at = spare_plane_.coordinates_of(chip.value() - active_count());
  return {spare_volume(), at[0] + 1, at[1] + 1, 1, 1};
}

Result<Chip> Machine::chip_at(const ChipAddress& address) const {
  constexpr const char* kWhere = "chip address";
  const auto parts = {
      check_part(kWhere, "volume", address.volume, 1, spare_count() > 0 ? spare_volume() : active_.side(0)),
      check_part(kWhere, "book", address.book, 1, active_.side(1)),
      check_part(kWhere, "chapter", address.chapter, 1, active_.side(2)),
      check_part(kWhere, "section", address.section, 1, config_.links_per_chip),
      check_part(kWhere, "scroll", address.scroll, 1, 1)};
  for (const Result<void>& part : parts)
    if (!part) return part.error();
  if (address.volume < spare_volume())
    return Chip(active_.index_of({address.volume - 1, address.book - 1, address.chapter - 1}));
  const int spare = spare_plane_.index_of({address.book - 1, address.chapter - 1});
  if (spare >= spare_count())
    return Error{kWhere, "found spare " + to_string(address), fmt::format("one of the first {} spares", spare_count())};
  return Chip(active_count() + spare);
}

BlockPlace Machine::block_place_of(Chip chip) const {
  VTPU_CHECK(chip.valid() && chip.value() < chip_count(), "the machine has this chip");
  if (chip.value() >= active_count()) {
    const int spare = chip.value() - active_count();
    return {Block(active_block_count() + spare / block_.count()), spare % block_.count()};
  }
  const int side = config_.block_side;
  Coordinates block{}, position{};
  for (std::size_t d = 0; d < 3; ++d) {
    const int at = active_.coordinate_of(chip.value(), static_cast<int>(d));
    block[d] = at / side;
    position[d] = at % side;
  }
  return {Block(block_grid_.index_of(block)), block_.index_of(position)};
}

Chip Machine::chip_at(const BlockPlace& place) const {
  VTPU_CHECK(place.block.valid() && place.block.value() < block_count(), "the machine has this block");
  VTPU_CHECK(place.position >= 0 && place.position < block_.count(), "the position lies in a block");
  if (place.block.value() >= active_block_count())
    return Chip(active_count() + (place.block.value() - active_block_count()) * block_.count() + place.position);
  const Coordinates block = block_grid_.coordinates_of(place.block.value());
  const Coordinates position = block_.coordinates_of(place.position);
  Coordinates at{};
  for (std::size_t d = 0; d < 3; ++d) at[d] = block[d] * config_.block_side + position[d];
  return Chip(active_.index_of(at));
}

RackPlace Machine::rack_place_of(Chip chip) const {
  const BlockPlace place = block_place_of(chip);
  const Coordinates at = block_.coordinates_of(place.position);
  const int half = config_.block_side / 2;
  const int block = place.block.value();
  return {block / config_.racks_per_row + 1, block % config_.racks_per_row + 1,
          (at[2] * half + at[0] / 2) * half + at[1] / 2 + 1, (at[0] % 2) * 2 + at[1] % 2 + 1};
}

Result<Chip> Machine::chip_at(const RackPlace& place) const {
  constexpr const char* kWhere = "rack place";
  const int half = config_.block_side / 2;
  const int rows = (block_count() + config_.racks_per_row - 1) / config_.racks_per_row;
  const auto parts = {
      check_part(kWhere, "row", place.row, 1, rows), check_part(kWhere, "rack", place.rack, 1, config_.racks_per_row),
      check_part(kWhere, "tray", place.tray, 1, block_.count() / 4), check_part(kWhere, "slot", place.slot, 1, 4)};
  for (const Result<void>& part : parts)
    if (!part) return part.error();
  const int block = (place.row - 1) * config_.racks_per_row + place.rack - 1;
  if (block >= block_count())
    return Error{kWhere, fmt::format("found rack {} of row {}", place.rack, place.row),
                 fmt::format("one of {} racks", block_count())};
  const int tray = place.tray - 1;
  const int slot = place.slot - 1;
  const Coordinates at = {(tray / half % half) * 2 + slot / 2, (tray % half) * 2 + slot % 2, tray / (half * half)};
  return chip_at(BlockPlace{Block(block), block_.index_of(at)});
}

}  // namespace vtpu::net
