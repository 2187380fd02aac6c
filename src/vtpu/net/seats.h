#pragma once
#include <optional>
#include <set>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"

namespace vtpu::net {

class Machine;

/// Which unit fills which seat while units fail and are repaired. Seats may be the names of a job and units its chips,
/// or seats the places of a slice's blocks and units the blocks. Seat s starts with unit s; the units after the last
/// seat are spares. Every seat has exactly one working unit or is lost.
class Seats {
 public:
  /// 1 ≤ seats ≤ units (an invariant).
  Seats(int seats, int units);

  /// The effect of a failure. `seat` is empty if an idle unit failed; `to` is empty if no unit was free.
  struct Move {
    Unit unit;
    std::optional<Seat> seat;
    std::optional<Unit> to;
    bool operator==(const Move&) const = default;
  };

  /// Fails a unit and gives its seat to the free unit with the lowest number. The unit has not failed (an invariant).
  Move fail(Unit unit);
  /// Repairs a failed unit. It takes the seat that it had last if that seat is lost, else the first lost seat, else it
  /// is idle. A seat that has another unit keeps it. Returns the seat taken.
  std::optional<Seat> repair(Unit unit);

  /// The unit in a seat, or none if the seat is lost.
  std::optional<Unit> unit_of(Seat seat) const { return unit_of_[seat]; }
  /// The seat of a unit, or none if it is idle or failed.
  std::optional<Seat> seat_of(Unit unit) const { return seat_of_[unit]; }
  bool failed(Unit unit) const { return failed_[unit]; }
  int unit_count() const { return failed_.size(); }
  int free_units() const { return static_cast<int>(free_.size()); }
  int lost_seats() const { return static_cast<int>(lost_.size()); }
  /// Whether every seat has exactly one working unit or counts as lost, and every other working unit is free.
  bool consistent() const;

 private:
  IndexedVector<Seat, std::optional<Unit>> unit_of_;
  IndexedVector<Unit, std::optional<Seat>> seat_of_;
  IndexedVector<Unit, std::optional<Seat>> last_seat_;
  IndexedVector<Unit, bool> failed_;
  std::set<Unit> free_;
  std::set<Seat> lost_;
};

/// The names of a machine as seats and all of its chips as units. A name is the number of an active chip and never
/// changes. When its chip fails, the name moves to a spare of the spare volume, and again when that spare fails.
Seats seats_of_names(const Machine& machine);

/// Seats::fail for a chip that the user states. Error: no such chip, or a chip that has already failed.
Result<Seats::Move> fail_chip(Seats& names, Chip chip);

}  // namespace vtpu::net
