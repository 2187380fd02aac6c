#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/reconfigure/paused_run.h"
#include "vtpu/net/reconfigure/plan.h"
#include "vtpu/net/reconfigure/slice_setup.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::reconfigure {

/// When a chip's new table reaches it.
enum class Tables {
  staged,  ///< before the pause, into the hidden copy, while the job runs: only the swap is left to do
  sent     ///< during the pause, over the drained network, before its circuits change
};

struct ReconfigurationOptions {
  double switching_ms = 10;  ///< from the order to a switch until its new circuits carry light, all of them at once
  int switches_at_a_time = 48;
  Tables tables = Tables::staged;
  int controller = 0;  ///< the chip whose host gives the orders
  packet::Config packets = {};
};

/// The parts of a reconfiguration in their order, ns. What a host computes and a chip writes is not in it: it is
/// measured, the rest simulated or given.
struct ReconfigurationParts {
  double order_ns = 0;   ///< the order to pause reaches the last chip; the job still runs
  double drain_ns = 0;   ///< from the pause until no packet is under way
  double report_ns = 0;  ///< the last chip's word of it reaches the controller
  double tables_ns = 0;  ///< the new entries reach the last chip
  double switch_ns = 0;  ///< the switches
  double go_ns = 0;      ///< the word to go on reaches the last chip over the new links
  double first_ns = 0;   ///< the first packet of the job arrives

  /// From the controller's decision to the first packet over the new links.
  double total_ns(Tables tables) const { return order_ns + stopped_ns(tables) + first_ns; }
  /// For so long the job stands still.
  double stopped_ns(Tables tables) const {
    return drain_ns + report_ns + (tables == Tables::sent ? tables_ns : 0) + switch_ns + go_ns;
  }
};

/// A job that was reconfigured under way.
struct ReconfiguredJob {
  ReconfigurationParts parts;
  double before_ns = 0;            ///< until the pause
  double after_ns = 0;             ///< from the word to go on to the end
  double total_ns = 0;             ///< of the job, its pause included
  std::uint64_t before_bytes = 0;  ///< delivered until the pause
  std::uint64_t drained_bytes = 0;
  std::uint64_t after_bytes = 0;
};

/// 0 if no switch has work; otherwise so many switching times as there are groups of switches that work at a time.
/// Error: a switching time below 0, less than one switch at a time.
Result<double> switching_ns(const ReconfigurationPlan& plan, const ReconfigurationOptions& options);

/// Bytes of tables that each chip is sent: changed entries with their destinations, eight bytes each, or all entries at
/// four, whichever is less.
std::vector<std::uint64_t> table_bytes(const ReconfigurationPlan& plan);

/// Time of a job that nobody interrupts. Error: as reconfigure_job.
Result<double> undisturbed_ns(const SliceSetup& setup, const workload::Workload& job,
                              const ReconfigurationOptions& options);

/// Pauses a job at a time from its beginning, lets its packets arrive, switches, swaps the tables and runs what
/// is left over the new links. Every byte is delivered once: before the pause, while draining, or afterwards (checked).
/// Virtual channels: as many as the options say, or as the setup's routing has classes, whichever is more. Free of
/// deadlock, since each routing is and no packet sees both.
/// Error: setups that cannot be compared or do not join all chips; as run_until.
Result<ReconfiguredJob> reconfigure_job(const SliceSetup& before, const SliceSetup& after,
                                        const ReconfigurationPlan& plan, const workload::Workload& job,
                                        const packet::Pause& pause, const ReconfigurationOptions& options);

/// Every chip sends `bytes` to every other, `window` messages at a time, in an order of offsets that is the same for
/// all. `seed`: of the order. The steady traffic of an all-to-all whose packets never all wait at once.
workload::Workload windowed_all_to_all(int chips, std::uint64_t bytes, int window, std::uint64_t seed);

}  // namespace vtpu::net::reconfigure
