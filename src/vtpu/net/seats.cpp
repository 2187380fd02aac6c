#include "vtpu/net/seats.h"

#include <fmt/core.h>

#include "vtpu/base/check.h"
#include "vtpu/net/machine.h"

namespace vtpu::net {

Seats::Seats(int seats, int units) : unit_of_(seats), seat_of_(units), last_seat_(units), failed_(units, false) {
  VTPU_CHECK(1 <= seats && seats <= units, "every seat starts with a unit");
  for (const Seat seat : unit_of_.indices()) {
    const Unit unit(seat.value());
    unit_of_[seat] = unit;
    seat_of_[unit] = last_seat_[unit] = seat;
  }
  for (const Unit unit : IndexRange(Unit(seats), Unit(units))) free_.insert(unit);
}

Seats::Move Seats::fail(Unit unit) {
  VTPU_CHECK(failed_.contains(unit) && !failed_[unit], "only a working unit fails");
  failed_[unit] = true;
  Move move{unit, seat_of_[unit], std::nullopt};
  seat_of_[unit].reset();
  if (!move.seat) {
    free_.erase(unit);
    return move;
  }
  unit_of_[*move.seat].reset();
  if (free_.empty()) {
    lost_.insert(*move.seat);
    return move;
  }
  move.to = *free_.begin();
  free_.erase(free_.begin());
  unit_of_[*move.seat] = move.to;
  seat_of_[*move.to] = last_seat_[*move.to] = move.seat;
  return move;
}

std::optional<Seat> Seats::repair(Unit unit) {
  VTPU_CHECK(failed_.contains(unit) && failed_[unit], "only a failed unit is repaired");
  failed_[unit] = false;
  if (lost_.empty()) {
    free_.insert(unit);
    return std::nullopt;
  }
  const std::optional<Seat> last = last_seat_[unit];
  const Seat seat = last && lost_.contains(*last) ? *last : *lost_.begin();
  lost_.erase(seat);
  unit_of_[seat] = unit;
  seat_of_[unit] = last_seat_[unit] = seat;
  return seat;
}

bool Seats::consistent() const {
  std::size_t seated = 0;
  for (const Seat seat : unit_of_.indices()) {
    const std::optional<Unit> unit = unit_of_[seat];
    if (unit.has_value() == lost_.contains(seat)) return false;
    if (!unit) continue;
    ++seated;
    if (failed_[*unit] || seat_of_[*unit] != seat) return false;
  }
  std::size_t used = 0, idle = 0;
  for (const Unit unit : failed_.indices()) {
    used += seat_of_[unit].has_value();
    const bool free = !failed_[unit] && !seat_of_[unit];
    if (free != free_.contains(unit)) return false;
    idle += free;
  }
  return used == seated && idle == free_.size();
}

Seats seats_of_names(const Machine& machine) { return Seats(machine.active_count(), machine.chip_count()); }

Result<Seats::Move> fail_chip(Seats& names, Chip chip) {
  const Unit unit(chip.value());
  if (!unit.valid() || unit.value() >= names.unit_count())
    return Error{"failure", fmt::format("found chip {}", chip.value()), fmt::format("0 to {}", names.unit_count() - 1)};
  if (names.failed(unit))
    return Error{"failure", fmt::format("chip {} has already failed", chip.value()), "a working chip"};
  return names.fail(unit);
}

}  // namespace vtpu::net
