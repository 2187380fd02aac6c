#pragma once
#include <optional>
#include <set>
#include <vector>

namespace vtpu::net {

/// Which unit fills which seat while units fail and are repaired. Seats may be the names of a job and units its chips,
/// or seats the places of a slice's blocks and units the blocks. Seat s starts with unit s; the units after the last
/// seat are spares. Every seat has exactly one working unit or is lost.
class Seats {
 public:
  /// 1 ≤ seats ≤ units (an invariant).
  Seats(int seats, int units);

  /// The effect of a failure. `seat` is empty if an idle unit failed; `to` is empty if no unit was free.
  struct Move {
    int unit = 0;
    std::optional<int> seat;
    std::optional<int> to;
    bool operator==(const Move&) const = default;
  };

  /// Fails a unit and gives its seat to the free unit with the lowest number. The unit has not failed (an invariant).
  Move fail(int unit);
  /// Repairs a failed unit. It takes the seat that it had last if that seat is lost, else the first lost seat, else it
  /// is idle. A seat that has another unit keeps it. Returns the seat taken.
  std::optional<int> repair(int unit);

  /// The unit in a seat, or none if the seat is lost.
  std::optional<int> unit_of(int seat) const { return unit_of_[static_cast<std::size_t>(seat)]; }
  /// The seat of a unit, or none if it is idle or failed.
  std::optional<int> seat_of(int unit) const { return seat_of_[static_cast<std::size_t>(unit)]; }
  bool failed(int unit) const { return failed_[static_cast<std::size_t>(unit)]; }
  int free_units() const { return static_cast<int>(free_.size()); }
  int lost_seats() const { return static_cast<int>(lost_.size()); }
  /// Whether every seat has exactly one working unit or counts as lost, and every other working unit is free.
  bool consistent() const;

 private:
  std::vector<std::optional<int>> unit_of_;
  std::vector<std::optional<int>> seat_of_;
  std::vector<std::optional<int>> last_seat_;  // by unit
  std::vector<bool> failed_;
  std::set<int> free_;
  std::set<int> lost_;
};

}  // namespace vtpu::net
