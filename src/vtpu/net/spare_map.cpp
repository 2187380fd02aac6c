#include "vtpu/net/spare_map.h"

#include <fmt/format.h>

#include "vtpu/base/check.h"

namespace vtpu::net {

SpareMap::SpareMap(const Machine& machine)
    : names_(machine.active_count()), chips_(machine.chip_count()), seats_(names_, chips_) {}

Result<SpareMap::Move> SpareMap::fail(int chip) {
  if (chip < 0 || chip >= chips_)
    return Error{"failure", fmt::format("found chip {}", chip), fmt::format("0 to {}", chips_ - 1)};
  if (seats_.failed(chip)) return Error{"failure", fmt::format("chip {} has already failed", chip), "a working chip"};
  const Seats::Move move = seats_.fail(chip);
  return Move{move.unit, move.seat, move.to};
}

std::optional<int> SpareMap::chip_of(int name) const {
  VTPU_CHECK(name >= 0 && name < names_, "the name belongs to this machine");
  return seats_.unit_of(name);
}

std::optional<int> SpareMap::name_of(int chip) const {
  VTPU_CHECK(chip >= 0 && chip < chips_, "the chip belongs to this machine");
  return seats_.seat_of(chip);
}

}  // namespace vtpu::net
