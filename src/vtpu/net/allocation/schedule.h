#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/batch_means.h"

namespace vtpu::net::allocation {

/// What joins the blocks of a machine. Switched: any blocks that are up and free will do. Fixed: a slice is a box of
/// neighbours on the grid, turned any way and across the ends of its rows; that such a box lacks the cables to close
/// its rings is not held against it.
enum class Wiring { switched, fixed };

/// Which waiting job may start. In order: the oldest or none. First fit: the oldest of those that fit, so that large
/// jobs may wait long.
enum class Queue { in_order, first_fit };

/// Jobs of one shape: sides in blocks, and how many there are of them relative to others.
struct JobClass {
  Shape box{1, 1, 1};
  double weight = 1;  ///< > 0
};

/// Times in hours, exponential laws unless said otherwise.
struct ScheduleConfig {
  Shape grid{4, 4, 4};  ///< blocks, at most 64
  Wiring wiring = Wiring::switched;
  Queue queue = Queue::in_order;
  double job_hours = 24;         ///< mean work of a job of any shape
  double jobs_per_hour = 0;      ///< that arrive; 0: always as many wait as the grid has blocks
  double host_availability = 1;  ///< in (0, 1]; at 1 hosts never fail
  double host_up_hours = 30000;  ///< mean time between failures of a host; how long it is down follows from both
  double lost_hours = 0.5;       ///< work, fixed, that a job does again after each interruption
  int hosts_per_block = 16;
  double batch_hours = 2400;
  int batches = 20;  ///< counted; one more is run before them
};

/// What became of the jobs. Intervals of 95 % by batch means.
struct ScheduleOutcome {
  workload::MeanInterval up;       ///< part of all blocks that are up
  workload::MeanInterval busy;     ///< part of all blocks that run jobs
  workload::MeanInterval goodput;  ///< part of all blocks times hours that went into work not done again
  workload::MeanInterval
      wait;                ///< hours from arrival to first start, of the jobs that started; none when always waiting
  bool saturated = false;  ///< jobs arrive faster than they are done: the queue grew by half from the earlier batches
                           ///< to the later and holds more of them than there are blocks
  std::uint64_t started = 0;
  std::uint64_t finished = 0;
  std::uint64_t interrupted = 0;  ///< times that a host of a running job failed
  std::uint64_t moved = 0;        ///< of these, times that another free block took the failed one's place at once
};

/// Jobs come, wait, run on whole blocks and end, while hosts fail and are repaired. A block is up when all its hosts
/// are. When a host of a running job fails, the job loses `lost_hours` of work; a free block takes the failed one's
/// place if switches can join it, else the job goes back to the head of the queue with the work it has left. Blocks are
/// taken lowest number first, boxes in the order of their sets of blocks.
/// Error: the field of the configuration, what it holds, what it may hold; a job that fits on no empty machine.
Result<ScheduleOutcome> run_schedule(const ScheduleConfig& config, const std::vector<JobClass>& jobs, Random random);

}  // namespace vtpu::net::allocation
