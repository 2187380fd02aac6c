#pragma once
#include <optional>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/fabric.h"
#include "vtpu/net/fault/policy.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/seats.h"

namespace vtpu::net::fault {

/// Where a job's names are while chips fail: the actual state, and the state that the last health check found. Without
/// spares and with spare chips, a unit is a chip and its seat a name. With spare blocks, a unit is a block and its seat
/// a place of the torus. The job's fabric is the torus of the active blocks. Spare chips: the spare blocks are spliced
/// into its rings. Spare blocks: they have no circuits until they are needed.
class Placement {
 public:
  /// Error: more spare blocks than rings to put them in.
  static Result<Placement> make(const Machine& machine, Spares spares);

  int unit_chips() const { return unit_chips_; }
  ComponentKind unit_kind() const { return unit_chips_ == 1 ? ComponentKind::chip : ComponentKind::block; }
  int lost_names() const { return seats_.lost_seats() * unit_chips_; }
  /// Whether a chip's unit has a seat.
  bool seated(Chip chip) const;
  bool consistent() const { return seats_.consistent(); }

  /// Fails a working component. Returns whether that stops the job, that is, whether it takes a chip that the job's
  /// fabric needs or a link between two of its working chips.
  bool fail(Component component);
  /// Repairs a failed component.
  void repair(Component component);
  /// Failed links of the job's fabric between working chips.
  int dark_links() const { return fabric_.dark_links(in_job()); }

  /// The effect of a health check on one unit.
  struct Change {
    enum class What { moved, lost, struck_off, returned };
    What what = What::moved;
    Unit unit;
    Seat seat = Seat::none();  ///< the seat that was moved or lost, or that a returning unit took
    Unit to = Unit::none();    ///< the unit that the seat moved to
  };
  struct Stock {
    std::vector<Change> changes;
    int circuits = 0;  ///< circuits that were set up
    int cut_off = 0;   ///< working chips that cannot reach the largest part
  };
  /// A health check: compares the working chips with the tables and moves names accordingly. Repaired units return
  /// first. Splicing in a block can put other chips out of reach; they are then treated as failed too.
  Stock take_stock();

 private:
  Placement(const Machine& machine, Spares spares, ocs::OcsState state);

  IndexedVector<Chip, bool> in_job() const;
  bool unit_usable(const IndexedVector<Chip, bool>& usable, Unit unit) const;
  bool compare(bool with_repairs, Stock& stock);
  bool take_out(Unit unit, Stock& stock);
  bool give_back(Unit unit, Stock& stock);
  bool splice(Seat seat, Unit unit, Stock& stock);

  Machine machine_;
  Spares spares_;
  int unit_chips_;
  Seats seats_;
  Fabric fabric_;
  IndexedVector<Seat, Block> holder_;  // by place of a block: the block whose circuits are there
  IndexedVector<Chip, bool> works_;    // no component that it needs is down
  IndexedVector<Chip, bool> joined_;   // its block is in the job's fabric
  IndexedVector<Chip, bool> usable_;   // worked and was reachable at the last check
  IndexedVector<Chip, int> causes_;    // number of components that it needs and that are down
};

}  // namespace vtpu::net::fault
