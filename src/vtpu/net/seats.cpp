#include "vtpu/net/seats.h"

#include "vtpu/base/check.h"

namespace vtpu::net {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

Seats::Seats(int seats, int units)
    : unit_of_(at(seats)), seat_of_(at(units)), last_seat_(at(units)), failed_(at(units), false) {
  VTPU_CHECK(1 <= seats && seats <= units, "every seat starts with a unit");
  for (int seat = 0; seat < seats; ++seat) unit_of_[at(seat)] = seat_of_[at(seat)] = last_seat_[at(seat)] = seat;
  for (int unit = seats; unit < units; ++unit) free_.insert(unit);
}

Seats::Move Seats::fail(int unit) {
  VTPU_CHECK(unit >= 0 && at(unit) < failed_.size() && !failed_[at(unit)], "only a working unit fails");
  failed_[at(unit)] = true;
  Move move{unit, seat_of_[at(unit)], std::nullopt};
  seat_of_[at(unit)].reset();
  if (!move.seat) {
    free_.erase(unit);
    return move;
  }
  unit_of_[at(*move.seat)].reset();
  if (free_.empty()) {
    lost_.insert(*move.seat);
    return move;
  }
  move.to = *free_.begin();
  free_.erase(free_.begin());
  unit_of_[at(*move.seat)] = move.to;
  seat_of_[at(*move.to)] = last_seat_[at(*move.to)] = move.seat;
  return move;
}

std::optional<int> Seats::repair(int unit) {
  VTPU_CHECK(unit >= 0 && at(unit) < failed_.size() && failed_[at(unit)], "only a failed unit is repaired");
  failed_[at(unit)] = false;
  if (lost_.empty()) {
    free_.insert(unit);
    return std::nullopt;
  }
  const std::optional<int> last = last_seat_[at(unit)];
  const int seat = last && lost_.contains(*last) ? *last : *lost_.begin();
  lost_.erase(seat);
  unit_of_[at(seat)] = unit;
  seat_of_[at(unit)] = last_seat_[at(unit)] = seat;
  return seat;
}

bool Seats::consistent() const {
  std::size_t seated = 0;
  for (std::size_t seat = 0; seat < unit_of_.size(); ++seat) {
    const std::optional<int> unit = unit_of_[seat];
    if (unit.has_value() == lost_.contains(static_cast<int>(seat))) return false;
    if (!unit) continue;
    ++seated;
    if (failed_[at(*unit)] || seat_of_[at(*unit)] != static_cast<int>(seat)) return false;
  }
  std::size_t used = 0, idle = 0;
  for (std::size_t unit = 0; unit < failed_.size(); ++unit) {
    used += seat_of_[unit].has_value();
    const bool free = !failed_[unit] && !seat_of_[unit];
    if (free != free_.contains(static_cast<int>(unit))) return false;
    idle += free;
  }
  return used == seated && idle == free_.size();
}

}  // namespace vtpu::net
