#include "vtpu/net/allocation/schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <deque>
#include <limits>

#include "vtpu/base/check.h"
#include "vtpu/net/allocation/boxes.h"

namespace vtpu::net::allocation {
namespace {

struct Job {
  std::size_t kind = 0;
  double arrived = 0;
  double work = 0;  // hours of work left
  bool started = false;
};

struct RunningJob {
  Job job;
  BlockSet blocks = 0;
  double ends = 0;
};

class Scheduler {
 public:
  Scheduler(const ScheduleConfig& config, const std::vector<JobClass>& jobs, Random random)
      : config_(config),
        random_(random),
        kinds_(jobs.size()),
        hosts_down_(static_cast<std::size_t>(config.grid.count()), 0),
        free_(all_blocks(config.grid)) {
    double sum = 0;
    for (std::size_t k = 0; k < jobs.size(); ++k) {
      kinds_[k] = {jobs[k].box.count(), box_places(config.grid, jobs[k].box), sum += jobs[k].weight};
    }
    if (config.host_availability < 1) {
      failure_rate_ = 1 / config.host_up_hours;
      repair_rate_ = failure_rate_ * config.host_availability / (1 - config.host_availability);
    }
  }

  ScheduleOutcome run() {
    next_batch();
    if (config_.jobs_per_hour > 0) next_arrival_ = draw(1 / config_.jobs_per_hour);
    start_jobs();
    while (batch_ <= config_.batches) step();
    return summary();
  }

 private:
  struct Kind {
    int blocks = 0;
    std::vector<BlockSet> places;
    double up_to = 0;  // running sum of weights
  };
  struct Sums {  // of one batch, in block hours; waits per job
    double up = 0;
    double busy = 0;
    double redone = 0;
    double queued = 0;  // job hours
    workload::Batch wait;
  };

  double draw(double mean) { return -mean * std::log1p(-random_.unit()); }

  Job draw_job() {
    const double at = random_.unit() * kinds_.back().up_to;
    std::size_t kind = 0;
    while (kind + 1 < kinds_.size() && kinds_[kind].up_to <= at) ++kind;
    return {kind, now_, draw(config_.job_hours), false};
  }

  /// Advances to the next event and handles it.
  void step() {
    const int hosts = config_.grid.count() * config_.hosts_per_block;
    const double rate = failure_rate_ * (hosts - down_) + repair_rate_ * down_;
    // The law is memoryless, so the time of the next host event can be drawn again at every other event.
    const double host_event = rate > 0 ? now_ + draw(1 / rate) : kNever;
    auto first = std::min_element(running_.begin(), running_.end(),
                                  [](const RunningJob& a, const RunningJob& b) { return a.ends < b.ends; });
    const double end = first == running_.end() ? kNever : first->ends;
    const double batch_end = (batch_ + 1) * config_.batch_hours;
    const double next = std::min({host_event, end, next_arrival_, batch_end});
    pass_time(next);
    if (next == batch_end) {
      ++batch_;
      next_batch();
    } else if (next == end) {
      free_ |= first->blocks;
      running_.erase(first);
      ++outcome_.finished;
    } else if (next == next_arrival_) {
      queue_.push_back(draw_job());
      next_arrival_ = now_ + draw(1 / config_.jobs_per_hour);
    } else {
      host_changes(rate);
    }
    start_jobs();
  }

  void pass_time(double to) {
    const double hours = to - now_;
    int busy = 0;
    for (const RunningJob& running : running_) busy += kinds_[running.job.kind].blocks;
    sums_.back().busy += hours * busy;
    sums_.back().up += hours * (busy + std::popcount(free_));
    sums_.back().queued += hours * static_cast<double>(queue_.size());
    now_ = to;
  }

  void next_batch() { sums_.emplace_back(); }

  void host_changes(double rate) {
    const bool repaired = random_.unit() * rate < repair_rate_ * down_;
    // A uniformly random host among those that are down, or among those that are up.
    auto nth = random_.below(
        static_cast<std::uint64_t>(repaired ? down_ : config_.grid.count() * config_.hosts_per_block - down_));
    std::size_t block = 0;
    const auto hosts_at = [&](std::size_t b) {
      return static_cast<std::uint64_t>(repaired ? hosts_down_[b] : config_.hosts_per_block - hosts_down_[b]);
    };
    while (nth >= hosts_at(block)) nth -= hosts_at(block++);
    down_ += repaired ? -1 : 1;
    hosts_down_[block] += repaired ? -1 : 1;
    if (repaired && hosts_down_[block] == 0) free_ |= BlockSet{1} << block;
    if (!repaired && hosts_down_[block] == 1) lose_block(BlockSet{1} << block);
  }

  void lose_block(BlockSet block) {
    if ((free_ & block) != 0) {
      free_ &= ~block;
      return;
    }
    const auto hit = std::find_if(running_.begin(), running_.end(),
                                  [&](const RunningJob& running) { return (running.blocks & block) != 0; });
    VTPU_CHECK(hit != running_.end(), "a block that is up is either free or runs a job");
    ++outcome_.interrupted;
    sums_.back().redone += config_.lost_hours * kinds_[hit->job.kind].blocks;
    if (config_.wiring == Wiring::switched && free_ != 0) {
      const BlockSet spare = free_ & ~(free_ - 1);
      free_ &= ~spare;
      hit->blocks = (hit->blocks & ~block) | spare;
      hit->ends += config_.lost_hours;
      ++outcome_.moved;
      return;
    }
    free_ |= hit->blocks & ~block;
    hit->job.work = hit->ends - now_ + config_.lost_hours;
    queue_.push_front(hit->job);
    running_.erase(hit);
  }

  /// Blocks for a job; 0 if there are none.
  BlockSet place_for(const Kind& kind) const {
    if (std::popcount(free_) < kind.blocks) return 0;
    if (config_.wiring == Wiring::fixed) {
      const auto at =
          std::find_if(kind.places.begin(), kind.places.end(), [&](BlockSet place) { return (place & ~free_) == 0; });
      return at == kind.places.end() ? 0 : *at;
    }
    BlockSet taken = 0;
    BlockSet rest = free_;
    for (int block = 0; block < kind.blocks; ++block) {
      taken |= rest & ~(rest - 1);
      rest &= rest - 1;
    }
    return taken;
  }

  void start_jobs() {
    const bool endless = config_.jobs_per_hour == 0;
    for (std::size_t at = 0;;) {
      // With endless arrivals the queue is as long as the grid has blocks, so that first fit has a choice.
      while (endless && queue_.size() < static_cast<std::size_t>(config_.grid.count())) queue_.push_back(draw_job());
      if (at >= queue_.size()) return;
      Job& job = queue_[at];
      if (const BlockSet blocks = place_for(kinds_[job.kind]); blocks != 0) {
        if (!job.started) {
          ++outcome_.started;
          sums_.back().wait.add(now_ - job.arrived);
        }
        job.started = true;
        free_ &= ~blocks;
        running_.push_back({job, blocks, now_ + job.work});
        queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(at));
      } else if (config_.queue == Queue::in_order) {
        return;
      } else {
        ++at;
      }
    }
  }

  ScheduleOutcome summary() {
    const double all = config_.batch_hours * config_.grid.count();
    std::vector<workload::Batch> up, busy, good, wait, queued;
    // The first batch fills the machine, and the last one has only begun.
    for (std::size_t b = 1; b <= static_cast<std::size_t>(config_.batches); ++b) {
      up.push_back({1, sums_[b].up / all});
      busy.push_back({1, sums_[b].busy / all});
      good.push_back({1, (sums_[b].busy - sums_[b].redone) / all});
      queued.push_back({1, sums_[b].queued / config_.batch_hours});
      wait.push_back(sums_[b].wait);
    }
    outcome_.up = workload::batch_means(up);
    outcome_.busy = workload::batch_means(busy);
    outcome_.goodput = workload::batch_means(good);
    if (config_.jobs_per_hour > 0) {
      outcome_.wait = workload::batch_means(wait);
      outcome_.saturated = grows(queued) && queued.back().sum > config_.grid.count();
    }
    return outcome_;
  }

  static constexpr double kNever = std::numeric_limits<double>::infinity();

  ScheduleConfig config_;
  Random random_;
  std::vector<Kind> kinds_;
  std::vector<int> hosts_down_;  // by block
  BlockSet free_;                // up and without a job
  double failure_rate_ = 0;      // of a host that is up, per hour
  double repair_rate_ = 0;       // of a host that is down
  int down_ = 0;                 // number of hosts that are down
  double now_ = 0;
  double next_arrival_ = kNever;
  int batch_ = 0;
  std::deque<Job> queue_;
  std::vector<RunningJob> running_;
  std::vector<Sums> sums_;
  ScheduleOutcome outcome_;
};

Result<void> check(const ScheduleConfig& config, const std::vector<JobClass>& jobs) {
  const auto wrong = [](const char* field, double value, const char* expected) {
    return Error{fmt::format("schedule, {}", field), fmt::format("found {}", value), expected};
  };
  if (config.grid.dimensions() != 3 || config.grid.count() > 64)
    return Error{"schedule, grid", "found " + to_string(config.grid), "three sides, at most 64 blocks"};
  for (const auto& [field, value] : {std::pair{"job_hours", config.job_hours},
                                     {"host_up_hours", config.host_up_hours},
                                     {"batch_hours", config.batch_hours}})
    if (!(value > 0 && std::isfinite(value))) return wrong(field, value, "a positive number");
  for (const auto& [field, value] :
       {std::pair{"jobs_per_hour", config.jobs_per_hour}, {"lost_hours", config.lost_hours}})
    if (!(value >= 0 && std::isfinite(value))) return wrong(field, value, "a number that is not negative");
  if (!(config.host_availability > 0 && config.host_availability <= 1))
    return wrong("host_availability", config.host_availability, "above 0, at most 1");
  if (config.hosts_per_block < 1) return wrong("hosts_per_block", config.hosts_per_block, "1 or more");
  if (config.batches < 2) return wrong("batches", config.batches, "2 or more");
  if (jobs.empty()) return Error{"schedule, jobs", "found none", "at least one class of jobs"};
  for (const JobClass& job : jobs) {
    if (!(job.weight > 0 && std::isfinite(job.weight))) return wrong("weight", job.weight, "a positive number");
    if (job.box.dimensions() != 3 || job.box.count() > config.grid.count() ||
        (config.wiring == Wiring::fixed && box_places(config.grid, job.box).empty()))
      return Error{"schedule, jobs", "found " + to_string(job.box) + " blocks",
                   "a box of blocks that fits " + to_string(config.grid)};
  }
  return {};
}

}  // namespace

Result<ScheduleOutcome> run_schedule(const ScheduleConfig& config, const std::vector<JobClass>& jobs, Random random) {
  if (const Result<void> right = check(config, jobs); !right) return right.error();
  return Scheduler(config, jobs, random).run();
}

}  // namespace vtpu::net::allocation
