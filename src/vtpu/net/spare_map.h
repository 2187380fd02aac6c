#pragma once
#include <optional>

#include "vtpu/base/result.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/seats.h"

namespace vtpu::net {

/// Which chip holds which name after failures. A name is the index of an active chip and never changes. When its chip
/// fails, the name moves to a spare of the spare volume, and again when that spare fails.
class SpareMap {
 public:
  explicit SpareMap(const Machine& machine);

  /// The effect of a failure. `name` is empty if an idle spare failed; `to` is empty if the spares were exhausted, and
  /// the name then has no chip.
  struct Move {
    int failed_chip = 0;
    std::optional<int> name;
    std::optional<int> to;
    bool operator==(const Move&) const = default;
  };

  /// Marks a chip as failed and moves its name to the first spare that is neither used nor failed. Error: no such chip,
  /// or a chip that has already failed.
  Result<Move> fail(int chip);

  /// The chip that holds a name, or none. `name`: 0..active_count-1.
  std::optional<int> chip_of(int name) const;
  /// The name that a chip holds, or none for an idle spare or a failed chip. `chip`: 0..chip_count-1.
  std::optional<int> name_of(int chip) const;
  int free_spares() const { return seats_.free_units(); }
  int lost_names() const { return seats_.lost_seats(); }

 private:
  int names_;
  int chips_;
  Seats seats_;
};

}  // namespace vtpu::net
