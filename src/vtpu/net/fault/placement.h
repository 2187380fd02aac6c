#pragma once
#include <optional>
#include <vector>

#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/fabric.h"
#include "vtpu/net/fault/policy.h"
#include "vtpu/net/seats.h"

namespace vtpu::net::fault {

/// Where a job's names are, on chips of which some do not work: what is so, and what the last health check knew.
/// Without spares and with spare chips a unit is a chip and its seat a name; with spare blocks a unit is a block and
/// its seat a place of the torus. The job's fabric is the torus of the active blocks; with spare chips, the spare
/// blocks are spliced into its rings, with spare blocks, they stay dark until they are needed.
class Placement {
 public:
  /// Error: more spare blocks than rings to put them in.
  static Result<Placement> make(const Machine& machine, Spares spares);

  int unit_chips() const { return unit_chips_; }
  ComponentKind unit_kind() const { return unit_chips_ == 1 ? ComponentKind::chip : ComponentKind::block; }
  int lost_names() const { return seats_.lost_seats() * unit_chips_; }
  /// Whether a chip's unit has a seat.
  bool seated(int chip) const;
  bool consistent() const { return seats_.consistent(); }

  /// A working component fails. Returns whether that stops the job: whether it takes a chip that the job's fabric
  /// counts on, or a link between two of its working chips.
  bool fail(Component component);
  /// A failed component works again.
  void repair(Component component);
  /// Links of the job's fabric that have failed, between chips that work.
  int dark_links() const { return fabric_.dark_links(in_job()); }

  /// What a health check led to for one unit.
  struct Change {
    enum class What { moved, lost, struck_off, returned };
    What what = What::moved;
    int unit = 0;
    int seat = -1;  ///< that was moved, lost or, by a unit that returned, taken
    int to = -1;    ///< the unit it was moved to
  };
  struct Stock {
    std::vector<Change> changes;
    int circuits = 0;  ///< set up anew
    int cut_off = 0;   ///< working chips that cannot reach the largest part
  };
  /// A health check: compares what works with what the tables say and moves names accordingly. Units that work again
  /// are taken back first. A block that is spliced in can leave others out of reach; these go too.
  Stock take_stock();

 private:
  Placement(const Machine& machine, Spares spares, ocs::OcsState state);

  std::vector<bool> in_job() const;
  bool unit_usable(const std::vector<bool>& usable, int unit) const;
  bool compare(bool with_repairs, Stock& stock);
  bool take_out(int unit, Stock& stock);
  bool give_back(int unit, Stock& stock);
  bool splice(int seat, int unit, Stock& stock);

  Machine machine_;
  Spares spares_;
  int unit_chips_;
  Seats seats_;
  Fabric fabric_;
  std::vector<int> holder_;   // by place of a block: the block that has its circuits
  std::vector<bool> works_;   // by chip: nothing that it needs is down
  std::vector<bool> joined_;  // by chip: its block is in the job's fabric
  std::vector<bool> usable_;  // by chip: worked and was in reach at the last check
  std::vector<int> causes_;   // by chip: components down that it needs
};

}  // namespace vtpu::net::fault
