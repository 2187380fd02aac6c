#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/packet_config.h"
#include "vtpu/net/packet/packet_engine.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/check_messages.h"
#include "vtpu/net/workload/followers.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net {

/// The packets of a workload, as a client of PacketEngine.
template <Routing R>
class WorkloadSource {
 public:
  WorkloadSource(const Network& network, const R& routing, const Workload& workload, const PacketConfig& config)
      : routing_(routing),
        workload_(workload),
        engine_(network, routing, config, *this),
        packet_bytes_(static_cast<std::uint64_t>(config.packet_bytes)),
        followers_(workload),
        progress_(static_cast<std::size_t>(workload.size())) {
    completion_.delivered_ns.resize(progress_.size());
    completion_.loss.resize(progress_.size(), Loss::none);
  }

  Result<Completion> run(const Watch& watch) {
    for (int id = 0; id < workload_.size(); ++id) {
      progress_[at(id)].waits_for = static_cast<std::uint32_t>(workload_.after(id).size());
      if (progress_[at(id)].waits_for == 0) schedule(id, 0);
    }
    if (const Result<void> end = engine_.run(watch); !end) return end.error();
    VTPU_CHECK(finished_ == workload_.size(), "every message is delivered or lost");
    completion_.channel_bytes = engine_.channel_bytes();
    completion_.injected_bytes = workload_.total_bytes();
    VTPU_CHECK(completion_.injected_bytes == completion_.delivered_bytes + completion_.lost_bytes,
               "bytes are conserved");
    return std::move(completion_);
  }

  std::uint64_t packet_hops() const { return engine_.packet_hops(); }

  void sent(std::uint32_t, std::uint32_t tag, bool from_source) {
    if (from_source) make_packet(static_cast<int>(tag));
  }
  void delivered(std::uint32_t tag, std::uint32_t bytes) {
    Progress& progress = progress_[tag];
    progress.to_arrive -= bytes;
    if (progress.to_arrive == 0) finish(static_cast<int>(tag), Loss::none);
  }
  void timer(std::uint32_t number) {
    const int id = static_cast<int>(number);
    progress_[at(id)].started ? finish(id, Loss::none) : start(id);
  }
  double done() const { return static_cast<double>(finished_) / workload_.size(); }

 private:
  /// Packets of one message that wait at its source: enough to keep all ports busy that its ways may start with.
  static constexpr int kQueuedPerMessage = 4;

  struct Progress {
    std::uint64_t to_make = 0;    // bytes
    std::uint64_t to_arrive = 0;  // bytes
    std::uint32_t waits_for = 0;  // messages
    bool started = false;
  };

  static std::size_t at(int id) { return static_cast<std::size_t>(id); }

  /// `last`: when the last message it waits for was delivered.
  void schedule(int id, Picoseconds last) {
    const Message& message = workload_.message(id);
    const Picoseconds when = std::max(last + picoseconds(message.compute_ns), picoseconds(message.not_before_ns));
    engine_.set_timer(when, static_cast<std::uint32_t>(id));
  }

  void start(int id) {
    const Message& message = workload_.message(id);
    Progress& progress = progress_[at(id)];
    progress.started = true;
    if (!routing_.reaches(message.source, message.destination)) return finish(id, Loss::no_path);
    if (message.source == message.destination) return finish(id, Loss::none);
    if (message.bytes == 0)
      return engine_.set_timer(engine_.now() + engine_.delay_alone(message.source, message.destination),
                               static_cast<std::uint32_t>(id));
    progress.to_make = progress.to_arrive = message.bytes;
    for (int i = 0; i < kQueuedPerMessage; ++i) make_packet(id);
  }

  void make_packet(int id) {
    Progress& progress = progress_[at(id)];
    if (progress.to_make == 0) return;
    const std::uint64_t bytes = std::min(progress.to_make, packet_bytes_);
    progress.to_make -= bytes;
    const Message& message = workload_.message(id);
    engine_.offer(message.source, message.destination, static_cast<std::uint32_t>(bytes),
                  static_cast<std::uint32_t>(id));
  }

  /// Messages behind a lost one go on, as at the other levels of simulation: what is lost is that message's bytes.
  void finish(int id, Loss loss) {
    const double now = static_cast<double>(engine_.now()) * 1e-3;
    ++finished_;
    completion_.delivered_ns[at(id)] = now;
    completion_.loss[at(id)] = loss;
    if (loss == Loss::none) completion_.time_ns = now;
    (loss == Loss::none ? completion_.delivered_bytes : completion_.lost_bytes) += workload_.message(id).bytes;
    for (const int follower : followers_.of(id))
      if (--progress_[at(follower)].waits_for == 0) schedule(follower, engine_.now());
  }

  const R& routing_;
  const Workload& workload_;
  PacketEngine<R, WorkloadSource> engine_;
  std::uint64_t packet_bytes_;
  Followers followers_;
  std::vector<Progress> progress_;  // by message
  Completion completion_;
  int finished_ = 0;
};

/// Runs a workload to completion. A message is cut into packets; messages of one source share its ports packet by
/// packet. A message of no bytes travels alone and delays nobody. One without a way is lost when it would be sent, and
/// those that wait for it go on. Error: a configuration or message out of range; a deadlock, with the channels that
/// wait for each other; a watcher that asked to stop.
template <Routing R>
Result<Completion> run_packets(const Network& network, const R& routing, const Workload& workload,
                               const PacketConfig& config, const Watch& watch = {}) {
  if (const Result<void> valid = check(config, network, routing.vc_classes()); !valid) return valid.error();
  if (const Result<void> valid = check_messages(network, workload); !valid) return valid.error();
  return WorkloadSource<R>(network, routing, workload, config).run(watch);
}

}  // namespace vtpu::net
