#include "vtpu/net/packet/all_to_all.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/net/packet/engine.h"
#include "vtpu/net/packet/permutation.h"

namespace vtpu::net::packet {

namespace {

/// Creates the packets of an AllToAll, as a client of Engine.
class AllToAllSource {
 public:
  AllToAllSource(const Network& network, const AnyRouting& routing, const AllToAll& all_to_all, const Config& config)
      : network_(network),
        routing_(routing),
        adaptive_(routing.adaptive()),
        all_to_all_(all_to_all),
        engine_(network, routing, config, *this),
        packet_bytes_(static_cast<std::uint64_t>(config.packet_bytes)),
        rounds_((all_to_all.bytes_per_pair + packet_bytes_ - 1) / packet_bytes_),
        chips_(static_cast<std::uint32_t>(network.chip_count())),
        seed_(Random(mix64(config.seed)).next()),
        most_queued_(most_queued(chips_)),
        sources_(chips_) {
    if (all_to_all.earliest_round_first) engine_.serve_by_rank();
  }

  Result<AllToAllResult> run(const workload::Watch& watch) {
    for (std::uint32_t chip = 0; chip < chips_; ++chip) {
      bool joined = false;
      for (const PortNumber port : network_.ports()) {
        const Channel channel = network_.channel(Chip(static_cast<int>(chip)), port);
        if (!network_.attached(channel)) continue;
        joined = true;
        fill(chip, static_cast<std::uint32_t>(channel.value()));
      }
      while (!joined && sources_[chip].round < rounds_) draw(chip);
    }
    if (const Result<void> end = engine_.run(watch); !end) return end.error();
    AllToAllResult result;
    result.time_ns = static_cast<double>(last_delivery_) * 1e-3;
    result.channel_bytes = engine_.channel_bytes();
    result.packets = packets_;
    result.packet_hops = engine_.packet_hops();
    result.peak_packets = engine_.peak_packets();
    result.injected_bytes = engine_.injected_bytes() + self_bytes_ + lost_bytes_;
    result.delivered_bytes = engine_.delivered_bytes() + self_bytes_;
    result.lost_bytes = lost_bytes_;
    const std::uint64_t pairs = std::uint64_t{chips_} * (all_to_all_.with_self ? chips_ : chips_ - 1);
    VTPU_CHECK(result.injected_bytes == pairs * all_to_all_.bytes_per_pair, "every pair's bytes are injected once");
    VTPU_CHECK(result.injected_bytes == result.delivered_bytes + result.lost_bytes, "bytes are conserved");
    return result;
  }

  void sent(std::uint32_t channel, std::uint32_t, bool from_source) {
    if (!from_source) return;
    const auto chip = static_cast<std::uint32_t>(network_.source(Channel(static_cast<int>(channel))).value());
    --sources_[chip].queued;
    fill(chip, channel);
  }
  void delivered(std::uint32_t, std::uint32_t bytes) {
    last_delivery_ = engine_.now();
    delivered_so_far_ += bytes;
  }
  void timer(std::uint32_t) {}
  double done() const {
    return static_cast<double>(delivered_so_far_) /
           (static_cast<double>(all_to_all_.bytes_per_pair) * chips_ * (chips_ - 1.0));
  }

 private:
  /// Packets that a chip keeps queued for each port, so that it does not run idle.
  static constexpr std::uint32_t kPerPort = 2;
  /// The order of destinations ignores which port is idle, so packets for other ports are drawn as well and queue
  /// there, most of all where through traffic keeps a port busy. A small number of draws at a time keeps those queues
  /// short; a limit on all queued packets of a chip bounds memory.
  static constexpr int kDrawsAtATime = 6;
  static std::uint32_t most_queued(std::uint32_t chips) { return std::clamp((1U << 21) / chips, 96U, 4096U); }

  struct Sender {
    std::uint64_t round = 0;
    std::uint32_t next = 0;    // finished destinations of the round
    std::uint32_t queued = 0;  // packets that have not left
  };

  void fill(std::uint32_t number, std::uint32_t channel) {
    const Sender& chip = sources_[number];
    // Only queued packets count as made: while one is queued, its departure calls fill() for this chip again.
    for (int made = 0; made < kDrawsAtATime;) {
      if (chip.round == rounds_ || chip.queued >= most_queued_ || !wants(channel, chip)) return;
      made += draw(number);
    }
  }
  /// Creates the chip's next packet. Returns whether it was queued; packets to the chip itself and to unreachable chips
  /// are not.
  bool draw(std::uint32_t number) {
    Sender& chip = sources_[number];
    const std::uint64_t round = chip.round;
    const std::uint32_t index = chip.next++;
    if (chip.next == chips_) {
      chip.next = 0;
      ++chip.round;
    }
    const std::uint32_t offset = Permutation(chips_, mix64(seed_ + round))(index);
    return make(chip, number, (number + offset) % chips_, round);
  }
  bool wants(std::uint32_t channel, const Sender& chip) const {
    if (adaptive_)
      return chip.queued < kPerPort * static_cast<std::uint32_t>(network_.port_count());
    else
      return engine_.queued(channel) < kPerPort;
  }
  bool make(Sender& chip, std::uint32_t source, std::uint32_t destination, std::uint64_t round) {
    const std::uint64_t bytes = std::min(packet_bytes_, all_to_all_.bytes_per_pair - round * packet_bytes_);
    if (destination == source) {
      if (all_to_all_.with_self) self_bytes_ += bytes;
      return false;
    }
    const Chip from(static_cast<int>(source)), to(static_cast<int>(destination));
    if (!routing_.reaches(from, to)) {
      lost_bytes_ += bytes;
      return false;
    }
    ++chip.queued;
    ++packets_;
    engine_.offer(from, to, static_cast<std::uint32_t>(bytes), 0, static_cast<std::uint32_t>(round));
    return true;
  }

  const Network& network_;
  const AnyRouting& routing_;
  bool adaptive_;
  AllToAll all_to_all_;
  Engine engine_;
  std::uint64_t packet_bytes_;
  std::uint64_t rounds_;
  std::uint32_t chips_;
  std::uint64_t seed_;
  std::uint32_t most_queued_;
  std::vector<Sender> sources_;
  std::uint64_t packets_ = 0;
  std::uint64_t self_bytes_ = 0;
  std::uint64_t lost_bytes_ = 0;
  std::uint64_t delivered_so_far_ = 0;
  Picoseconds last_delivery_ = 0;
};

}  // namespace

Result<AllToAllResult> run_all_to_all(const Network& network, const AnyRouting& routing, const AllToAll& all_to_all,
                                      const Config& config, const workload::Watch& watch) {
  if (const Result<void> valid = check(config, network, routing.vc_classes()); !valid) return valid.error();
  if (all_to_all.earliest_round_first && routing.adaptive())
    return Error{"earliest_round_first", "found an adaptive routing", "an oblivious one"};
  const std::uint64_t most_bytes = std::uint64_t{Engine::kRanks} * static_cast<std::uint64_t>(config.packet_bytes);
  if (all_to_all.earliest_round_first && all_to_all.bytes_per_pair > most_bytes)
    return Error{"bytes_per_pair", "found " + std::to_string(all_to_all.bytes_per_pair),
                 "at most " + std::to_string(most_bytes) + ", because rounds are ranks"};
  return AllToAllSource(network, routing, all_to_all, config).run(watch);
}

}  // namespace vtpu::net::packet
