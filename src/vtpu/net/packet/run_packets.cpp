#include "vtpu/net/packet/run_packets.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/workload/check_messages.h"

namespace vtpu::net::packet {

namespace {

/// Packets of one message that wait at its source: enough to keep busy all ports on which its paths can start.
constexpr int kQueuedPerMessage = 4;

}  // namespace

WorkloadSource::WorkloadSource(const Network& network, const AnyRouting& routing, const workload::Workload& workload,
                               const Config& config)
    : routing_(routing),
      workload_(workload),
      engine_(network, routing, config, *this),
      packet_bytes_(static_cast<std::uint64_t>(config.packet_bytes)),
      followers_(workload),
      progress_(static_cast<std::size_t>(workload.size())) {
  completion_.delivered_ns.resize(progress_.size());
  completion_.loss.resize(progress_.size(), workload::Loss::none);
}

Result<void> WorkloadSource::run(const std::optional<Pause>& pause, const workload::Watch& watch) {
  if (pause) {
    hold_ = pause->hold;
    // The highest number, so that the pause is the last event at its time.
    engine_.set_timer(picoseconds(pause->at_ns), static_cast<std::uint32_t>(workload_.size()));
  }
  for (int id = 0; id < workload_.size(); ++id) {
    progress_[at(id)].waits_for = static_cast<std::uint32_t>(workload_.after(id).size());
    if (progress_[at(id)].waits_for == 0) schedule(id, 0);
  }
  if (const Result<void> end = engine_.run(watch); !end) return end;
  VTPU_CHECK(paused_ || finished_ == workload_.size(), "every message is delivered or lost");
  completion_.channel_bytes = engine_.channel_bytes();
  return {};
}

void WorkloadSource::sent(std::uint32_t, std::uint32_t tag, bool from_source) {
  if (from_source && !(paused_ && hold_ == Hold::packets)) make_packet(static_cast<int>(tag));
}

void WorkloadSource::delivered(std::uint32_t tag, std::uint32_t bytes) {
  count(bytes);
  Progress& progress = progress_[tag];
  progress.to_arrive -= bytes;
  if (progress.to_arrive == 0) finish(static_cast<int>(tag), workload::Loss::none);
}

void WorkloadSource::timer(std::uint32_t number) {
  if (number == progress_.size()) {
    paused_ = true;
    return;
  }
  const int id = static_cast<int>(number);
  if (progress_[at(id)].started) return finish(id, workload::Loss::none);
  if (!paused_) start(id);
}

void WorkloadSource::schedule(int id, Picoseconds last) {
  const workload::Message& message = workload_.message(id);
  Progress& progress = progress_[at(id)];
  progress.may_start = std::max(last + picoseconds(message.compute_ns), picoseconds(message.not_before_ns));
  if (!paused_) engine_.set_timer(progress.may_start, static_cast<std::uint32_t>(id));
}

void WorkloadSource::start(int id) {
  const workload::Message& message = workload_.message(id);
  Progress& progress = progress_[at(id)];
  progress.started = true;
  if (!routing_.reaches(message.source, message.destination)) {
    completion_.injected_bytes += message.bytes;
    completion_.lost_bytes += message.bytes;
    return finish(id, workload::Loss::no_path);
  }
  if (message.source == message.destination) {
    count(message.bytes);
    return finish(id, workload::Loss::none);
  }
  if (message.bytes == 0)
    return engine_.set_timer(engine_.now() + engine_.delay_alone(message.source, message.destination),
                             static_cast<std::uint32_t>(id));
  progress.to_make = progress.to_arrive = message.bytes;
  for (int i = 0; i < kQueuedPerMessage; ++i) make_packet(id);
}

void WorkloadSource::make_packet(int id) {
  Progress& progress = progress_[at(id)];
  if (progress.to_make == 0) return;
  const std::uint64_t bytes = std::min(progress.to_make, packet_bytes_);
  progress.to_make -= bytes;
  const workload::Message& message = workload_.message(id);
  engine_.offer(message.source, message.destination, static_cast<std::uint32_t>(bytes), static_cast<std::uint32_t>(id));
}

void WorkloadSource::count(std::uint64_t bytes) {
  last_event_ns_ = static_cast<double>(engine_.now()) * 1e-3;
  if (completion_.delivered_bytes == 0) first_delivery_ns_ = last_event_ns_;
  completion_.injected_bytes += bytes;
  completion_.delivered_bytes += bytes;
  if (paused_) drained_bytes_ += bytes;
}

/// Messages after a lost one still run, as at the other levels of simulation: only the bytes of the lost message are
/// lost.
void WorkloadSource::finish(int id, workload::Loss loss) {
  last_event_ns_ = static_cast<double>(engine_.now()) * 1e-3;
  ++finished_;
  progress_[at(id)].finished = true;
  completion_.delivered_ns[at(id)] = last_event_ns_;
  completion_.loss[at(id)] = loss;
  if (loss == workload::Loss::none) completion_.time_ns = last_event_ns_;
  for (const int follower : followers_.of(id))
    if (--progress_[at(follower)].waits_for == 0) schedule(follower, engine_.now());
}

Result<workload::Completion> run_packets(const Network& network, const AnyRouting& routing,
                                         const workload::Workload& workload, const Config& config,
                                         const workload::Watch& watch) {
  if (const Result<void> valid = check(config, network, routing.vc_classes()); !valid) return valid.error();
  if (const Result<void> valid = workload::check_messages(network, workload); !valid) return valid.error();
  WorkloadSource source(network, routing, workload, config);
  if (const Result<void> end = source.run(std::nullopt, watch); !end) return end.error();
  const workload::Completion& done = source.completion();
  VTPU_CHECK(
      done.injected_bytes == workload.total_bytes() && done.injected_bytes == done.delivered_bytes + done.lost_bytes,
      "bytes are conserved");
  return std::move(source.completion());
}

}  // namespace vtpu::net::packet
