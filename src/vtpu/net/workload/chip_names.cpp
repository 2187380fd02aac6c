#include "vtpu/net/workload/chip_names.h"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "vtpu/base/text.h"
#include "vtpu/net/chip_address.h"

namespace vtpu::net::workload {

Result<Chip> ChipNames::parse(std::string_view name, const std::string& where) const {
  const bool has_addresses = grid_ && grid_->dimensions() == 3;
  if (name.find('.') == std::string_view::npos || !has_addresses) {
    const Result<std::int64_t> number = parse_integer(name, where);
    if (number && *number >= 0 && *number < chips_) return Chip(static_cast<int>(*number));
    return Error{
        where, fmt::format("found '{}'", name),
        fmt::format("a chip from 0 to {}{}", chips_ - 1, has_addresses ? " or an address such as 1.1.1/1.1" : "")};
  }
  const Result<ChipAddress> address = parse_chip_address(name);
  if (!address)
    return Error{fmt::format("{}, {}", where, address.error().where), address.error().found, address.error().expected};
  const std::array<int, 3> parts = {address->volume, address->book, address->chapter};
  constexpr std::array<const char*, 3> kNames = {"volume", "book", "chapter"};
  Coordinates place{};
  for (std::size_t d = 0; d < parts.size(); ++d) {
    const int side = grid_->side(static_cast<int>(d));
    if (parts[d] > side)
      return Error{where, fmt::format("found the {} {} of '{}'", kNames[d], parts[d], name),
                   fmt::format("1 to {} on grid {}", side, to_string(*grid_))};
    place[d] = parts[d] - 1;
  }
  if (address->section != 1 || address->scroll != 1)
    return Error{where, fmt::format("found '{}'", name), "a whole chip, whose address ends in /1.1"};
  return Chip(grid_->index_of(place));
}

}  // namespace vtpu::net::workload
