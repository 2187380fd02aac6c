#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/reconfigure/paused_run.h"
#include "vtpu/net/reconfigure/plan.h"
#include "vtpu/net/reconfigure/slice_setup.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::reconfigure {

/// When a chip receives its new table.
enum class Tables {
  staged,  ///< before the pause, into the hidden copy, while the job runs: only the swap remains
  sent     ///< during the pause, over the drained network, before its circuits change
};

struct ReconfigurationOptions {
  double switching_ms = 10;  ///< from the order to a switch until all its new circuits carry light
  int switches_at_a_time = 48;
  Tables tables = Tables::staged;
  Chip controller = Chip(0);  ///< the chip whose host issues the orders
  packet::Config packets = {};
};

/// The parts of a reconfiguration in order, in ns. Times that a host computes and a chip writes are not included: they
/// are measured, whereas these parts are simulated or given.
struct ReconfigurationParts {
  double order_ns = 0;   ///< the order to pause reaches the last chip; the job still runs
  double drain_ns = 0;   ///< from the pause until no packet is in flight
  double report_ns = 0;  ///< the last chip's report reaches the controller
  double tables_ns = 0;  ///< the new entries reach the last chip
  double switch_ns = 0;  ///< the switches change circuits
  double go_ns = 0;      ///< the order to resume reaches the last chip over the new links
  double first_ns = 0;   ///< the first packet of the rest of the job arrives

  /// From the controller's decision to the first packet over the new links.
  double total_ns(Tables tables) const { return order_ns + stopped_ns(tables) + first_ns; }
  /// How long the job is stopped.
  double stopped_ns(Tables tables) const {
    return drain_ns + report_ns + (tables == Tables::sent ? tables_ns : 0) + switch_ns + go_ns;
  }
};

/// A job that was reconfigured while it ran.
struct ReconfiguredJob {
  ReconfigurationParts parts;
  double before_ns = 0;            ///< until the pause
  double after_ns = 0;             ///< from the order to resume to the end
  double total_ns = 0;             ///< total time of the job, including its pause
  std::uint64_t before_bytes = 0;  ///< delivered before the pause
  std::uint64_t drained_bytes = 0;
  std::uint64_t after_bytes = 0;
};

/// 0 if no switch changes circuits; otherwise the switching time multiplied by the number of groups of switches that
/// change at a time. Error: a switching time below 0, fewer than one switch at a time.
Result<double> switching_ns(const ReconfigurationPlan& plan, const ReconfigurationOptions& options);

/// Bytes of tables sent to each chip: changed entries with their destinations at eight bytes each, or all entries at
/// four bytes each, whichever is less.
IndexedVector<Chip, std::uint64_t> table_bytes(const ReconfigurationPlan& plan);

/// Time of a job without interruption. Error: as reconfigure_job.
Result<double> undisturbed_ns(const SliceSetup& setup, const workload::Workload& job,
                              const ReconfigurationOptions& options, const workload::Watch& watch = {});

/// Pauses a job at a time from its beginning, lets its packets arrive, changes circuits, swaps the tables and runs the
/// rest over the new links. Every byte is delivered once: before the pause, while draining, or afterwards (checked).
/// Virtual channels: the number in the options or the number of classes of the setup's routing, whichever is larger. No
/// deadlock is possible, because each routing is deadlock-free and no packet is routed by both. Error: setups that
/// cannot be compared or do not connect all chips; as run_until.
Result<ReconfiguredJob> reconfigure_job(const SliceSetup& before, const SliceSetup& after,
                                        const ReconfigurationPlan& plan, const workload::Workload& job,
                                        const packet::Pause& pause, const ReconfigurationOptions& options,
                                        const workload::Watch& watch = {});

/// Every chip sends `bytes` to every other chip, `window` messages at a time, in one order of offsets that is the same
/// for all chips. `seed`: of the order. This is the steady traffic of an all-to-all whose packets never all wait at
/// once.
workload::Workload windowed_all_to_all(int chips, std::uint64_t bytes, int window, std::uint64_t seed);

}  // namespace vtpu::net::reconfigure
