#pragma once
#include <optional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/net/machine.h"

namespace vtpu::net::fault {

/// What replaces a failed chip: nothing, a chip of the spare volume, or a spare block for its whole block.
enum class Spares { none, chips, blocks };

/// Restart from a saved state. The defaults assume that saving takes a few seconds; the interval is then near the
/// optimum for a few failures per day, sqrt(2 · write · mean time between failures).
/// Source: Young, "A first order approximation to the optimum checkpoint interval", CACM 17(9), 1974.
struct Checkpoint {
  double interval_s = 600;  ///< of work between two checkpoints
  double write_s = 10;      ///< the job pauses this long for each checkpoint
  double restore_s = 60;    ///< time to read a checkpoint back
};

/// Durations of the steps of a recovery. None of them is measured: the sources give the period of the health check and
/// the time per table entry (wave 6), the switching time is published as "milliseconds" (jouppi2023tpuv4, Sections 2.1
/// and 2.6), and the latency of a hop is not published.
struct RecoveryCosts {
  double check_period_s = 1;  ///< all components are polled at its multiples; no answer counts as a failure at once
  double entry_ns = 200;      ///< to compute one table entry, and again to write it
  double switching_ms = 10;   ///< all switches at once; only if a circuit changes
  double hop_ns = 500;        ///< in the broadcast of a table and in the barrier before the job continues
  double entry_bytes = 8;     ///< in a table that is broadcast
  double link_gbytes_per_s = 50;
  double state_gbytes = 0;  ///< copied to each chip that takes a name, over all its links; 0, as in the sources: none
};

/// The response to failures.
struct Policy {
  std::string name;
  Spares spares = Spares::chips;
  /// Whether tables route around failed links, fibres and switches. If not, the job waits for their repair.
  bool reroutes = true;
  /// Restart from the last checkpoint. If empty, the job continues where it stopped.
  std::optional<Checkpoint> checkpoint = std::nullopt;
  RecoveryCosts costs;
};

/// The name of a failed chip moves to the first free chip of the spare volume; the job continues.
Policy chip_spare();
/// The switches replace the block of a failed chip by a spare block; the job continues.
Policy block_spare();
/// Every name stays on its chip and all routes stay the same: the job waits for repair.
Policy static_wiring();
/// Block spares, and the job restarts from its last checkpoint.
Policy checkpoint_restart();

/// Error: a number that is negative or not finite, or a zero period or speed.
Result<void> validate(const Policy& policy);

/// Durations of a recovery after detection, in seconds.
struct RecoverySteps {
  double decide_s = 0;  ///< computes the placement of names and the whole table on one host
  double update_s = 0;  ///< broadcasts the table; all chips write every entry in parallel; switches circuits
  double resume_s = 0;  ///< copies or restores state; then a barrier over the machine
  double total_s() const { return decide_s + update_s + resume_s; }
};

/// `moved`: whether a name gets another chip; `switched`: whether a circuit changes. The number of entries is an upper
/// bound: one for every name on every chip, although a move changes only the name's own entries and those of paths
/// through its chip.
RecoverySteps steps_of(const Machine& machine, const Policy& policy, bool moved, bool switched);

}  // namespace vtpu::net::fault
