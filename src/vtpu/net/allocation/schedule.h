#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/batch_means.h"

namespace vtpu::net::allocation {

/// How the blocks of a machine are joined. Switched: a slice may take any free blocks that are up. Fixed: a slice is a
/// box of neighbours on the grid, in any orientation and with wrap-around. The model ignores that such a box lacks the
/// cables to close its rings.
enum class Wiring { switched, fixed };

/// Which waiting job may start. In order: only the oldest. First fit: the oldest of those that fit, so large jobs may
/// wait long.
enum class Queue { in_order, first_fit };

/// Jobs of one shape: sides in blocks, and their number relative to other classes.
struct JobClass {
  Shape box{1, 1, 1};
  double weight = 1;  ///< > 0
};

/// Times in hours; their laws are exponential unless stated otherwise.
struct ScheduleConfig {
  Shape grid{4, 4, 4};  ///< blocks, at most 64
  Wiring wiring = Wiring::switched;
  Queue queue = Queue::in_order;
  double job_hours = 24;         ///< mean work of a job of any shape
  double jobs_per_hour = 0;      ///< arrivals; 0: the queue always holds as many jobs as the grid has blocks
  double host_availability = 1;  ///< in (0, 1]; at 1 hosts never fail
  double host_up_hours = 30000;  ///< mean time between failures of a host; its mean down time follows from both
  double lost_hours = 0.5;       ///< work that a job repeats after each interruption, constant
  int hosts_per_block = 16;
  double batch_hours = 2400;
  int batches = 20;  ///< counted; one more runs before them
};

/// Outcome for the jobs. Intervals are 95 % intervals by batch means.
struct ScheduleOutcome {
  workload::MeanInterval up;       ///< fraction of all blocks that are up
  workload::MeanInterval busy;     ///< fraction of all blocks that run jobs
  workload::MeanInterval goodput;  ///< fraction of all block hours spent on work that was not repeated
  /// Hours from arrival to first start, of jobs that started; none if jobs_per_hour is 0.
  workload::MeanInterval wait;
  bool saturated = false;  ///< jobs arrive faster than they finish: the queue grew by half from the earlier batches
                           ///< to the later ones, and holds more jobs than there are blocks
  std::uint64_t started = 0;
  std::uint64_t finished = 0;
  std::uint64_t interrupted = 0;  ///< failures of a host of a running job
  std::uint64_t moved = 0;        ///< interruptions in which another free block replaced the failed one at once
};

/// Jobs arrive, wait, run on whole blocks and end, while hosts fail and are repaired. A block is up if all its hosts
/// are up. When a host of a running job fails, the job loses `lost_hours` of work. If switches can join a free block,
/// it replaces the failed one; otherwise the job returns to the head of the queue with its remaining work. Blocks are
/// taken in rising order, boxes in the order of their sets of blocks. Error: the field of the configuration, its value,
/// the accepted values; a job that does not fit an empty machine.
Result<ScheduleOutcome> run_schedule(const ScheduleConfig& config, const std::vector<JobClass>& jobs, Random random);

}  // namespace vtpu::net::allocation
