#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/reconfigure/slice_setup.h"
#include "vtpu/net/routing/route_table.h"

namespace vtpu::net::reconfigure {

/// The changes of one switch.
struct SwitchWork {
  Ocs ocs;
  int removed = 0;  ///< circuits
  int added = 0;    ///< circuits
};

/// What must change for a slice to go from one setup to another.
struct ReconfigurationPlan {
  int chips = 0;
  ocs::CircuitChanges circuits;
  std::vector<SwitchWork> switches;  ///< those that change circuits, by number
  /// Channels of the old network, in both directions of a link, that go dark: no packet may be on them.
  std::vector<Channel> dark_channels;
  /// Entries (destinations of a chip) that differ in port or hops, by chip. The entry of the chip itself never differs.
  IndexedVector<Chip, std::int32_t> entries_of_chip;
  std::int64_t entries = 0;       ///< over all chips
  std::int64_t port_changes = 0;  ///< entries that differ in port
  int chips_changed = 0;
  int most_entries = 0;  ///< entries of the busiest chip
  /// Ordered pairs of different chips whose whole path stays the same, port for port and link for link. Only their
  /// packets could continue while the rest is switched.
  std::int64_t pairs_untouched = 0;

  double entry_share() const { return static_cast<double>(entries) / pairs(); }
  double untouched_share() const { return static_cast<double>(pairs_untouched) / pairs(); }
  double pairs() const { return static_cast<double>(chips) * (chips - 1); }
};

/// The plan between any two setups of one slice. Error: setups of different slices or switches.
Result<ReconfigurationPlan> make_plan(const SliceSetup& before, const SliceSetup& after);

/// A row of a chip's table before and after.
struct RowChange {
  routing::RouteRow before;
  routing::RouteRow after;
};

/// Up to `most` rows of one chip that differ in next hop, port or hops, evenly spaced over all such rows. Pairs that
/// are disconnected in one of the setups are skipped.
std::vector<RowChange> changed_rows(const SliceSetup& before, const SliceSetup& after, Chip chip, int most);

/// The old rows followed by the new rows, as `to_string(std::vector<RouteRow>)` prints them.
std::string to_string(const std::vector<RowChange>& rows, const SliceSetup& before, const SliceSetup& after);

}  // namespace vtpu::net::reconfigure
