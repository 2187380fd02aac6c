#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flit/config.h"
#include "vtpu/net/flit/message_schedule.h"
#include "vtpu/net/flit/simulator.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/check_messages.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flit {

/// Duration of a flit on a link in nanoseconds; this is the cycle at this level. Error: links with different
/// bandwidths, since every channel carries one flit per cycle; a network without links.
Result<double> flit_cycle_ns(const Network& network, int flit_bytes);

/// Runs a workload to completion. A message is divided into packets of at most config.packet_flits flits of
/// `flit_bytes` bytes. A chip sends its messages one after the other, in the order in which they may be sent. An empty
/// message is a packet of one flit; a message to its own chip is delivered when it may be sent. Times are whole cycles;
/// links have their latency only if config.cycle_ns is the duration of a cycle. The bytes of channels count whole
/// flits. A message without a path is lost when it would be sent; its followers continue from then. Error: a
/// configuration or message out of range; links with different bandwidths; a deadlock, with the virtual channels that
/// wait for each other; a watcher that stops the run.
template <routing::Routing R>
Result<workload::Completion> run_flits(const Network& network, const R& routing, const workload::Workload& workload,
                                       const Config& config, int flit_bytes, const workload::Watch& watch = {});

/// Runs a workload to completion, in parts.
template <routing::Routing R>
class WorkloadRunner {
 public:
  WorkloadRunner(const Network& network, const R& routing, const workload::Workload& workload, const Config& config,
                 int flit_bytes, double cycle_ns);
  Result<workload::Completion> run(const workload::Watch& watch);

 private:
  static constexpr int kNone = -1;
  struct Progress {  // of a message
    std::uint64_t flits_to_start = 0;
    std::uint64_t flits_to_arrive = 0;
    int next = kNone;  // next message in the queue of its source
  };
  struct Queue {  // of a chip
    int first = kNone;
    int last = kNone;
  };

  void release(int message);
  void start_packets();
  void finish(int message, workload::Loss loss);

  const Network& network_;
  const R& routing_;
  const workload::Workload& workload_;
  Config config_;
  int flit_bytes_;
  double cycle_ns_;
  Simulator<R> simulator_;
  MessageSchedule schedule_;
  std::vector<Progress> progress_;  // by message
  IndexedVector<Chip, Queue> queues_;
  std::vector<Chip> queued_;  // chips whose queue is not empty, in any order
  IndexedVector<Chip, Random> random_;
  workload::Completion completion_;
  int finished_ = 0;
};

template <routing::Routing R>
WorkloadRunner<R>::WorkloadRunner(const Network& network, const R& routing, const workload::Workload& workload,
                                  const Config& config, int flit_bytes, double cycle_ns)
    : network_(network),
      routing_(routing),
      workload_(workload),
      config_(config),
      flit_bytes_(flit_bytes),
      cycle_ns_(cycle_ns),
      simulator_(network, routing, config),
      schedule_(workload, cycle_ns),
      progress_(at(workload.size())),
      queues_(network.chip_count()) {
  const Random streams = Random(config.seed).fork(2);
  for (const Chip chip : network.chips()) random_.push_back(streams.fork(static_cast<std::uint64_t>(chip.value())));
  completion_.delivered_ns.resize(at(workload.size()));
  completion_.loss.resize(at(workload.size()), workload::Loss::none);
}

template <routing::Routing R>
void WorkloadRunner<R>::finish(int message, workload::Loss loss) {
  const std::uint64_t bytes = workload_.message(message).bytes;
  const std::uint64_t now = simulator_.now();
  completion_.delivered_ns[at(message)] = static_cast<double>(now) * cycle_ns_;
  completion_.loss[at(message)] = loss;
  completion_.injected_bytes += bytes;
  (loss == workload::Loss::none ? completion_.delivered_bytes : completion_.lost_bytes) += bytes;
  if (loss == workload::Loss::none)
    completion_.time_ns = std::max(completion_.time_ns, completion_.delivered_ns[at(message)]);
  ++finished_;
  schedule_.done(message, now);
}

template <routing::Routing R>
void WorkloadRunner<R>::release(int message) {
  const workload::Message& what = workload_.message(message);
  if (!routing_.reaches(what.source, what.destination)) return finish(message, workload::Loss::no_path);
  if (what.source == what.destination) return finish(message, workload::Loss::none);
  const auto flit_bytes = static_cast<std::uint64_t>(flit_bytes_);
  const std::uint64_t flits = std::max<std::uint64_t>(1, what.bytes / flit_bytes + (what.bytes % flit_bytes != 0));
  progress_[at(message)] = {flits, flits, kNone};
  Queue& queue = queues_[what.source];
  if (queue.first == kNone) {
    queue.first = message;
    queued_.push_back(what.source);
  } else {
    progress_[at(queue.last)].next = message;
  }
  queue.last = message;
}

template <routing::Routing R>
void WorkloadRunner<R>::start_packets() {
  for (std::size_t i = 0; i < queued_.size();) {
    const Chip chip = queued_[i];
    if (!simulator_.source_free(chip)) {
      ++i;
      continue;
    }
    Queue& queue = queues_[chip];
    const int message = queue.first;
    Progress& progress = progress_[at(message)];
    const auto flits = std::min(progress.flits_to_start, static_cast<std::uint64_t>(config_.packet_flits));
    simulator_.start(chip, workload_.message(message).destination, static_cast<int>(flits), simulator_.now(),
                     static_cast<std::uint32_t>(message), random_[chip]);
    progress.flits_to_start -= flits;
    if (progress.flits_to_start == 0) queue.first = progress.next;
    if (queue.first != kNone) {
      ++i;
    } else {
      queued_[i] = queued_.back();
      queued_.pop_back();
    }
  }
}

template <routing::Routing R>
Result<workload::Completion> WorkloadRunner<R>::run(const workload::Watch& watch) {
  constexpr std::uint64_t kWatchInterval = 1 << 12;  // cycles
  std::uint64_t watch_at = kWatchInterval;
  while (finished_ < workload_.size()) {
    if (simulator_.can_skip() && queued_.empty()) {
      VTPU_CHECK(!schedule_.empty(), "an undelivered message waits, is queued or in flight");
      if (schedule_.next_cycle() > simulator_.now()) simulator_.skip_to(schedule_.next_cycle());
    }
    simulator_.receive([this](const Delivery& packet) {
      const int message = static_cast<int>(packet.tag);
      Progress& progress = progress_[at(message)];
      progress.flits_to_arrive -= static_cast<std::uint64_t>(packet.flits);
      if (progress.flits_to_arrive == 0) finish(message, workload::Loss::none);
    });
    while (!schedule_.empty() && schedule_.next_cycle() <= simulator_.now()) release(schedule_.pop());
    start_packets();
    simulator_.advance();
    if (std::optional<Error> deadlock = simulator_.find_deadlock()) return *std::move(deadlock);
    simulator_.skip_waiting(schedule_.empty() ? std::numeric_limits<std::uint64_t>::max() : schedule_.next_cycle());
    if (simulator_.now() < watch_at) continue;
    watch_at = simulator_.now() + kWatchInterval;
    if (watch && !watch(static_cast<double>(finished_) / workload_.size())) return stopped(simulator_.now());
  }
  if (const Result<void> drained = simulator_.drain([](const Delivery&) {}); !drained) return drained.error();
  VTPU_CHECK(completion_.injected_bytes == workload_.total_bytes() &&
                 completion_.injected_bytes == completion_.delivered_bytes + completion_.lost_bytes,
             "every byte is delivered or lost");
  for (const Channel channel : network_.channels())
    completion_.channel_bytes.push_back(
        static_cast<double>(simulator_.network().flits_over(network_.source(channel), network_.port(channel))) *
        flit_bytes_);
  return std::move(completion_);
}

template <routing::Routing R>
Result<workload::Completion> run_flits(const Network& network, const R& routing, const workload::Workload& workload,
                                       const Config& config, int flit_bytes, const workload::Watch& watch) {
  if (const Result<void> fits = check(config, network, routing.vc_classes()); !fits) return fits.error();
  if (const Result<void> fits = workload::check_messages(network, workload); !fits) return fits.error();
  const Result<double> cycle_ns = flit_cycle_ns(network, flit_bytes);
  if (!cycle_ns) return cycle_ns.error();
  return WorkloadRunner<R>(network, routing, workload, config, flit_bytes, *cycle_ns).run(watch);
}

}  // namespace vtpu::net::flit
