#include "vtpu/net/packet/run_steady_state.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/packet/engine.h"
#include "vtpu/net/workload/batch_means.h"
#include "vtpu/net/workload/bernoulli_sources.h"

namespace vtpu::net::packet {

namespace {

/// Creates the packets of a steady traffic pattern, as a client of Engine.
class SteadySource {
 public:
  SteadySource(const Network& network, const AnyRouting& routing, const workload::Traffic& traffic,
               const Config& config, const SteadyPlan& plan)
      : network_(network),
        routing_(routing),
        engine_(network, routing, config, *this),
        slot_(packet_slot(network, config)),
        creations_(std::max<std::int64_t>(1, std::llround(std::ceil(plan.offered)))),
        sources_(traffic, plan.offered / static_cast<double>(creations_), 1, Random(mix64(config.seed))),
        packet_bytes_(static_cast<std::uint32_t>(config.packet_bytes)),
        begin_(slot_ * plan.warm_up),
        end_(begin_ + slot_ * plan.measured),
        limit_(end_ + slot_ * (plan.warm_up + plan.measured) + kLongPath * longest_delay(network, config)),
        batches_(kBatches),
        waiting_(network.chip_count()),
        sent_(static_cast<std::size_t>(network.channel_count())) {
    state_.offered = plan.offered;
  }

  Result<workload::SteadyState> run(const workload::Watch& watch) {
    for (const std::uint64_t next : sources_.next()) creating_ += creation_time(next) < end_;
    for (const Chip chip : network_.chips()) create(chip);
    engine_.set_timer(end_, kEnd);
    engine_.set_timer(limit_, kLimit);
    if (const Result<void> end = engine_.run(watch); !end) return end.error();
    if (lost_) return *std::move(lost_);
    report();
    return std::move(state_);
  }

  void sent(std::uint32_t channel, std::uint32_t tag, bool from_source) {
    Record& record = records_[tag];
    ++record.hops;
    if (engine_.now() >= begin_ && engine_.now() < end_) ++sent_[channel];
    if (!from_source) return;
    record.injected = engine_.now();
    const Chip chip = network_.source(Channel(static_cast<int>(channel)));
    if (waiting_[chip].packets-- == kMostWaiting) create(chip);
  }
  void delivered(std::uint32_t tag, std::uint32_t) {
    const Record record = records_[tag];
    free_.push_back(tag);
    count(record, engine_.now());
  }
  void timer(std::uint32_t number) {
    if (number == kEnd) {
      over_ = true;
      finish_if_done();
    } else if (number == kLimit) {
      stop(false);
    } else {
      const Chip chip(static_cast<int>(number));
      waiting_[chip].timer = false;
      create(chip);
    }
  }
  double done() const { return std::min(1.0, static_cast<double>(engine_.now()) / static_cast<double>(end_)); }

 private:
  static constexpr std::size_t kBatches = 20;
  static constexpr std::uint32_t kEnd = (1U << 29) - 1;
  static constexpr std::uint32_t kLimit = kEnd - 1;
  /// Packets of a chip that are queued for its ports. Later packets are drawn when there is space, so that an
  /// overloaded chip needs no memory for its queue.
  static constexpr int kMostWaiting = 64;
  static constexpr double kBinsPerSlot = 16;
  static constexpr std::size_t kMostBins = 1 << 22;

  static constexpr Picoseconds kLongPath = 64;  // links

  static Picoseconds longest_delay(const Network& network, const Config& config) {
    double longest = 0;
    for (const LinkModel& link : network.link_kinds()) longest = std::max(longest, link.latency_ns);
    return picoseconds(longest + config.router_ns);
  }

  struct Record {  // of a packet in flight
    Picoseconds created;
    Picoseconds injected;
    int hops;
  };
  struct Waiting {  // of a chip
    int packets = 0;
    bool timer = false;
  };

  /// Chips create packets at several times per slot, enough that each has a probability of at most 1.
  Picoseconds creation_time(std::uint64_t moment) const {
    constexpr auto kNever = std::numeric_limits<Picoseconds>::max();
    if (moment >= static_cast<std::uint64_t>(kNever / slot_)) return kNever;
    return static_cast<Picoseconds>(moment) * slot_ / creations_;
  }
  bool measures(Picoseconds created) const { return created >= begin_ && created < end_; }
  double slots(Picoseconds time) const { return static_cast<double>(time) / static_cast<double>(slot_); }

  /// Creates all packets of a chip that are due by now, as far as there is space.
  void create(Chip chip) {
    Waiting& waiting = waiting_[chip];
    while (!stopped_ && waiting.packets < kMostWaiting) {
      const Picoseconds created = creation_time(sources_.next()[chip]);
      if (created > engine_.now()) {
        if (created < limit_ && !waiting.timer) {
          waiting.timer = true;
          engine_.set_timer(created, static_cast<std::uint32_t>(chip.value()));
        }
        return;
      }
      sources_.advance(chip);
      creating_ -= created < end_ && creation_time(sources_.next()[chip]) >= end_;
      started_ += measures(created);
      start(chip, sources_.draw_destination(chip), created);
    }
  }

  void start(Chip chip, Chip destination, Picoseconds created) {
    const Record record{created, engine_.now(), 0};
    if (destination == chip) return count(record, engine_.now());
    if (!routing_.reaches(chip, destination)) {
      lost_ = Error{routing_.name(),
                    "no path from chip " + std::to_string(chip.value()) + " to " + std::to_string(destination.value()),
                    "traffic between connected chips"};
      return stop(false);
    }
    std::uint32_t tag = static_cast<std::uint32_t>(records_.size());
    if (free_.empty()) {
      records_.push_back(record);
    } else {
      tag = free_.back();
      free_.pop_back();
      records_[tag] = record;
    }
    ++waiting_[chip].packets;
    engine_.offer(chip, destination, packet_bytes_, tag);
  }

  void count(const Record& record, Picoseconds now) {
    accepted_ += now >= begin_ && now < end_;
    if (!measures(record.created)) return;
    ++state_.packets;
    const double latency = slots(now - record.created);
    batches_[static_cast<std::size_t>(record.created - begin_) * kBatches / static_cast<std::size_t>(end_ - begin_)]
        .add(latency);
    network_latency_ += slots(now - record.injected);
    hops_ += record.hops;
    const std::size_t bin = std::min(static_cast<std::size_t>(latency * kBinsPerSlot), kMostBins - 1);
    if (bin >= bins_.size()) bins_.resize(bin + 1);
    ++bins_[bin];
    finish_if_done();
  }

  void finish_if_done() {
    if (over_ && creating_ == 0 && state_.packets == started_) stop(true);
  }
  /// Stops the creation of packets; packets in flight drain.
  void stop(bool all_delivered) {
    if (stopped_) return;
    stopped_ = true;
    all_delivered_ = all_delivered;
    state_.cycles = static_cast<std::uint64_t>(engine_.now() / slot_);
    state_.flit_hops = engine_.packet_hops();
  }

  void report() {
    state_.saturated = !all_delivered_ || grows(batches_);
    state_.stable = !state_.saturated && fills_both_halves(batches_);
    const double measured_slots = slots(end_ - begin_);
    state_.accepted = static_cast<double>(accepted_) / (measured_slots * network_.chip_count());
    for (const std::uint64_t packets : sent_)
      state_.channel_load.push_back(static_cast<double>(packets) / measured_slots);
    if (state_.packets == 0) return;
    const workload::MeanInterval latency = workload::batch_means(batches_);
    state_.latency = latency.mean;
    state_.latency_half_width = latency.half_width;
    state_.network_latency = network_latency_ / static_cast<double>(state_.packets);
    state_.hops = static_cast<double>(hops_) / static_cast<double>(state_.packets);
    std::uint64_t below = 0;
    for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
      below += bins_[bin];
      if (static_cast<double>(below) < 0.99 * static_cast<double>(state_.packets)) continue;
      state_.latency_p99 = static_cast<double>(bin) / kBinsPerSlot;
      break;
    }
  }

  const Network& network_;
  const AnyRouting& routing_;
  Engine engine_;
  Picoseconds slot_;
  std::int64_t creations_;  // creation times per slot
  workload::BernoulliSources sources_;
  std::uint32_t packet_bytes_;
  Picoseconds begin_;  // of the measurement
  Picoseconds end_;
  Picoseconds limit_;  // a packet delivered later than this shows saturation
  std::vector<workload::Batch> batches_;
  IndexedVector<Chip, Waiting> waiting_;
  std::vector<std::uint64_t> sent_;  // by channel, while measuring
  std::vector<Record> records_;      // by tag
  std::vector<std::uint32_t> free_;  // tags
  std::vector<std::uint64_t> bins_;  // measured packets by latency
  workload::SteadyState state_;
  std::optional<Error> lost_;
  std::uint64_t accepted_ = 0;
  std::uint64_t started_ = 0;  // measured packets
  std::uint64_t hops_ = 0;
  double network_latency_ = 0;
  int creating_ = 0;  // chips with measured packets still to create
  bool over_ = false;
  bool stopped_ = false;
  bool all_delivered_ = false;
};

}  // namespace

Result<void> check(const SteadyPlan& plan, const Network& network, const workload::Traffic& traffic) {
  if (traffic.chip_count() != network.chip_count())
    return Error{"traffic " + traffic.name(), "found " + std::to_string(traffic.chip_count()) + " chips",
                 std::to_string(network.chip_count()) + " as in " + network.name()};
  if (!(plan.offered > 0 && plan.offered <= network.port_count()))
    return Error{"offered", "found " + std::to_string(plan.offered),
                 "above 0 and at most " + std::to_string(network.port_count()) + ", one for each port"};
  if (plan.warm_up < 0) return Error{"warm_up", "found " + std::to_string(plan.warm_up), "at least 0 slots"};
  if (plan.measured < 20) return Error{"measured", "found " + std::to_string(plan.measured), "at least 20 slots"};
  return {};
}

Picoseconds packet_slot(const Network& network, const Config& config) {
  double fastest = 1e-9;
  for (const LinkModel& link : network.link_kinds()) fastest = std::max(fastest, link.bandwidth_gbytes_per_s);
  return std::max<Picoseconds>(1, std::llround(1000.0 / fastest * config.packet_bytes));
}

Result<workload::SteadyState> run_steady_state(const Network& network, const AnyRouting& routing,
                                               const workload::Traffic& traffic, const Config& config,
                                               const SteadyPlan& plan, const workload::Watch& watch) {
  if (const Result<void> valid = check(config, network, routing.vc_classes()); !valid) return valid.error();
  if (const Result<void> valid = check(plan, network, traffic); !valid) return valid.error();
  return SteadySource(network, routing, traffic, config, plan).run(watch);
}

}  // namespace vtpu::net::packet
