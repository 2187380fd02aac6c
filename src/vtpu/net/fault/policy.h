#pragma once
#include <optional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/net/machine.h"

namespace vtpu::net::fault {

/// What stands in for a failed chip: nothing, a chip of the spare volume, or, for its whole block, a spare block.
enum class Spares { none, chips, blocks };

/// Restart from saved state. The defaults suppose that saving is as cheap as a few seconds' transfer; the interval is
/// then near Young's optimum for some failures a day.
struct Checkpoint {
  double interval_s = 600;  ///< of work between two checkpoints
  double write_s = 10;      ///< the job stands still so long for each
  double restore_s = 60;    ///< reading one back
};

/// Interval of work between checkpoints that loses least time, sqrt(2 · write · mean time between failures), seconds.
/// Source: Young, "A first order approximation to the optimum checkpoint interval", CACM 17(9), 1974.
double best_checkpoint_interval(double write_s, double between_failures_s);

/// What the steps of a recovery take. Nothing here is measured: the sources give the health check's period and the time
/// of a table entry (wave 6), the switching time is published as "milliseconds" (jouppi2023tpuv4, Sections 2.1
/// and 2.6), and a hop's latency is not published at all.
struct RecoveryCosts {
  double check_period_s = 1;  ///< all parts are asked at its multiples, and silence is understood at once
  double entry_ns = 200;      ///< to work out one table entry, and again to write it
  double switching_ms = 10;   ///< all switches at a time; only where a circuit changes
  double hop_ns = 500;        ///< of the broadcast of a table and of the barrier before the job goes on
  double entry_bytes = 8;     ///< of a table that is broadcast
  double link_gbytes_per_s = 50;
  double state_gbytes = 0;  ///< copied to each chip that takes a name, over all its links; 0: as the sources count
};

/// What is done about failures.
struct Policy {
  std::string name;
  Spares spares = Spares::chips;
  /// Whether tables lead around failed links, fibres and switches. Without, the job waits for their repair.
  bool reroutes = true;
  /// Restart from the last checkpoint; without, the job goes on where it stopped.
  std::optional<Checkpoint> checkpoint = std::nullopt;
  RecoveryCosts costs;
};

/// A failed chip's name moves to the first free chip of the spare volume; the job goes on.
Policy chip_spare();
/// The switches put a spare block in the place of one with a failed chip; the job goes on.
Policy block_spare();
/// Every name stays on its chip and every route as it is: the job waits for repair.
Policy static_wiring();
/// Block spares, and the job restarts from its last checkpoint.
Policy checkpoint_restart();

/// Error: the number that is negative, not finite, or zero where a period or a speed is meant.
Result<void> validate(const Policy& policy);

/// Durations of a recovery after its detection, seconds.
struct RecoverySteps {
  double decide_s = 0;  ///< where names go, and the whole table anew on one host
  double update_s = 0;  ///< broadcast, every entry written on every chip at once, circuits switched
  double resume_s = 0;  ///< state copied or restored; a barrier over the machine
  double total_s() const { return decide_s + update_s + resume_s; }
};

/// `moved`: whether a name gets another chip; `switched`: whether a circuit changes. Entries are counted from above:
/// one for every name on every chip, though a move changes few (the name's own, and those that led through its chip).
RecoverySteps steps_of(const Machine& machine, const Policy& policy, bool moved, bool switched);

}  // namespace vtpu::net::fault
