#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flit/config.h"
#include "vtpu/net/flit/flit.h"
#include "vtpu/net/flit/flit_network.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::flit {

/// A packet whose last flit has left the network in this cycle.
struct Delivery {
  std::uint32_t tag = 0;       ///< as given at its start
  std::uint64_t created = 0;   ///< cycle
  std::uint64_t injected = 0;  ///< cycle in which its head left the source
  int flits = 0;
  int hops = 0;  ///< links
};

/// The error of a run whose packets wait for each other in a cycle.
Error deadlock_error(const std::string& routing, std::uint64_t cycle, const std::vector<FlitVc>& waits,
                     const Network& network);

/// The errors of two chips that the routing does not connect and of a run that its watcher stopped.
Error no_path(const std::string& routing, const NodeNames& names, Chip source, Chip destination);
Error stopped(std::uint64_t cycle);

/// Moves packets through a FlitNetwork: one at a time from each chip, routed hop by hop. Both kinds of runs advance it
/// cycle by cycle.
template <routing::Routing R>
class Simulator {
 public:
  /// The configuration must have passed check().
  Simulator(const Network& network, const R& routing, const Config& config);

  std::uint64_t now() const { return net_.now(); }
  const FlitNetwork& network() const { return net_; }
  /// Whether a chip has sent all flits of its last packet.
  bool source_free(Chip chip) const { return sources_[chip].left == 0; }
  /// Gives a free source its next packet, created in this cycle or earlier. Requires routing.reaches. `random`: for the
  /// choice of the packet's start state.
  void start(Chip chip, Chip destination, int flits, std::uint64_t created, std::uint32_t tag, Random& random);
  /// First half of a cycle: delivered(const Delivery&) for each completed packet.
  template <class Delivered>
  void receive(Delivered delivered);
  /// Second half, after the packets that start in this cycle.
  void advance();
  /// Packets started and not yet delivered.
  std::uint64_t packets_inside() const { return started_ - delivered_; }
  void skip_to(std::uint64_t cycle) { net_.skip_to(cycle); }
  bool can_skip() const { return packets_inside() == 0 && net_.credits_home(); }
  /// Between two cycles: skips those in which all packets are on long links, but none after `limit`. No packet may be
  /// able to start before that.
  void skip_waiting(std::uint64_t limit) { net_.skip_waiting(limit); }
  std::uint64_t flit_hops() const;

  /// Checks for a deadlock at intervals, and always when nothing moves.
  std::optional<Error> find_deadlock() const;
  /// Advances until the network is empty, then checks that everything is conserved. Error: a deadlock.
  template <class Delivered>
  Result<void> drain(Delivered delivered);

 private:
  static constexpr std::uint64_t kDeadlockInterval = 1 << 14;

  struct Source {
    std::uint32_t packet = 0;
    std::uint16_t left = 0;  // flits still to send
    std::uint8_t vc = 0;
    bool head = false;  // the next flit is the first
  };
  struct InFlight {  // data for every hop
    typename R::State state;
    std::uint16_t hops;
  };
  struct Packet {  // data for source and destination
    std::uint64_t created;
    std::uint64_t injected;
    std::uint32_t tag;
    std::uint32_t destination;
    std::uint16_t flits;
    std::uint16_t arrived;
  };

  void inject();
  void route(Chip node, int lane, std::uint32_t packet);
  void choose(Chip node, int lane, std::uint32_t packet);
  void granted(Chip node, std::uint32_t packet, PortNumber port, int vc);
  const routing::Move& drawn(Chip node, const routing::Moves& moves);
  template <class Delivered>
  void deliver(Chip chip, Flit flit, Delivered& delivered);

  const Network& network_;
  const R& routing_;
  Config config_;
  FlitNetwork net_;
  std::vector<routing::VcRange> ranges_;  // by class
  IndexedVector<Chip, Random> choices_;
  IndexedVector<Chip, Source> sources_;
  std::vector<std::uint64_t> sending_;    // chips with flits to send, one bit each
  std::vector<InFlight> in_flight_;       // by packet
  std::vector<Packet> packets_;           // by packet
  std::vector<std::uint32_t> free_;       // packet numbers for reuse
  std::uint64_t started_ = 0;
  std::uint64_t delivered_ = 0;
  routing::Moves moves_;
};

template <routing::Routing R>
Simulator<R>::Simulator(const Network& network, const R& routing, const Config& config)
    : network_(network),
      routing_(routing),
      config_(config),
      net_(network, config),
      sources_(network.chip_count()),
      sending_(at((sources_.size() + 63) / 64)) {
  for (int vc_class = 0; vc_class < routing.vc_classes(); ++vc_class)
    ranges_.push_back(routing.vcs_of(vc_class, config.vcs));
  const Random streams = Random(config.seed).fork(0);
  for (const Chip node : network.nodes()) choices_.push_back(streams.fork(static_cast<std::uint64_t>(node.value())));
}

template <routing::Routing R>
void Simulator<R>::start(Chip chip, Chip destination, int flits, std::uint64_t created, std::uint32_t tag,
                         Random& random) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(packets_.size()));
    VTPU_CHECK(packets_.size() < std::size_t{1} << 30, "at most 2^30 packets are in flight");
    packets_.emplace_back();
    in_flight_.emplace_back();
  }
  const std::uint32_t packet = free_.back();
  free_.pop_back();
  packets_[packet] = {
      created, 0, tag, static_cast<std::uint32_t>(destination.value()), static_cast<std::uint16_t>(flits), 0};
  in_flight_[packet] = {routing_.start(chip, destination, random), 0};
  sources_[chip] = {packet, static_cast<std::uint16_t>(flits), 0, true};
  sending_[at(chip.value() >> 6)] |= std::uint64_t{1} << (chip.value() & 63);
  ++started_;
}

template <routing::Routing R>
void Simulator<R>::inject() {
  for (std::size_t word = 0; word < sending_.size(); ++word)
    for (std::uint64_t bits = sending_[word]; bits != 0; bits &= bits - 1) {
      const Chip chip(static_cast<int>(word) * 64 + std::countr_zero(bits));
      Source& source = sources_[chip];
      if (source.head) {
        const int vc = net_.injection_vc(chip);
        if (vc < 0) continue;
        source.vc = static_cast<std::uint8_t>(vc);
        packets_[source.packet].injected = now();
      } else if (!net_.has_room(chip, source.vc)) {
        continue;
      }
      net_.inject(chip, source.vc, Flit(source.packet, source.head, source.left == 1));
      source.head = false;
      if (--source.left == 0) sending_[word] &= ~(std::uint64_t{1} << (chip.value() & 63));
    }
}

template <routing::Routing R>
const routing::Move& Simulator<R>::drawn(Chip node, const routing::Moves& moves) {
  if (moves.size() == 1) return moves[0];
  double left = choices_[node].unit();
  for (const routing::Move& move : moves) {
    left -= move.probability;
    if (left < 0) return move;
  }
  return moves[moves.size() - 1];
}

/// Routes a head. An oblivious packet draws its next hop here; an adaptive packet chooses before each virtual-channel
/// allocation instead.
template <routing::Routing R>
void Simulator<R>::route(Chip node, int lane, std::uint32_t packet) {
  InFlight& flight = in_flight_[packet];
  if constexpr (R::kAdaptive) return;
  routing_.moves(node, flight.state, moves_);
  if (moves_.empty()) {
    net_.request(node, lane, net_.own_port(), {0, config_.vcs - 1});
    return;
  }
  const routing::Move& move = drawn(node, moves_);
  net_.request(node, lane, move.port, ranges_[at(move.vc_class)]);
  flight.state = routing_.after(node, flight.state, move);
  ++flight.hops;
}

template <routing::Routing R>
void Simulator<R>::choose(Chip node, int lane, std::uint32_t packet) {
  routing_.moves(node, in_flight_[packet].state, moves_);
  if (moves_.empty()) {
    net_.request(node, lane, net_.own_port(), {0, config_.vcs - 1});
    return;
  }
  const routing::Move* best = nullptr;
  int most = 0;
  for (const bool escape : {false, true}) {
    if (best != nullptr) break;
    for (const routing::Move& move : moves_) {
      if ((move.probability == 0) != escape) continue;
      const int room = net_.free_room(node, move.port, ranges_[at(move.vc_class)]);
      if (room <= most) continue;
      most = room;
      best = &move;
    }
  }
  if (best == nullptr)
    net_.request(node, lane, PortNumber(0), {1, 0});
  else
    net_.request(node, lane, best->port, ranges_[at(best->vc_class)]);
}

template <routing::Routing R>
template <class Delivered>
void Simulator<R>::deliver(Chip chip, Flit flit, Delivered& delivered) {
  const std::uint32_t number = flit.packet();
  Packet& packet = packets_[number];
  VTPU_CHECK(static_cast<int>(packet.destination) == chip.value(), "a flit leaves the network at its destination");
  ++packet.arrived;
  if (!flit.tail()) return;
  VTPU_CHECK(packet.arrived == packet.flits, "a packet's last flit is the last to arrive, and none is missing");
  delivered(Delivery{packet.tag, packet.created, packet.injected, packet.flits, in_flight_[number].hops});
  free_.push_back(number);
  ++delivered_;
}

template <routing::Routing R>
template <class Delivered>
void Simulator<R>::receive(Delivered delivered) {
  net_.arrive([&](Chip chip, Flit flit) { deliver(chip, flit, delivered); });
}

template <routing::Routing R>
void Simulator<R>::advance() {
  inject();
  const auto visit = [this](Chip node) {
    net_.for_each_head(node, [&](int lane, Flit flit) { route(node, lane, flit.packet()); });
    if constexpr (R::kAdaptive)
      net_.for_each_waiting(node, [&](int lane, Flit flit) { choose(node, lane, flit.packet()); });
    net_.step(node, [&](Flit flit, PortNumber port, int vc) { granted(node, flit.packet(), port, vc); });
  };
  net_.for_each_busy(visit, [this](Flit head) { return &in_flight_[head.packet()]; });
  net_.tick();
}

template <routing::Routing R>
void Simulator<R>::granted(Chip node, std::uint32_t packet, PortNumber port, int vc) {
  if constexpr (!R::kAdaptive) return;
  if (port == net_.own_port()) return;
  InFlight& flight = in_flight_[packet];
  routing_.moves(node, flight.state, moves_);
  for (const routing::Move& move : moves_) {
    const routing::VcRange& range = ranges_[at(move.vc_class)];
    if (move.port != port || vc < range.first || vc > range.last) continue;
    flight.state = routing_.after(node, flight.state, move);
    ++flight.hops;
    return;
  }
  VTPU_CHECK(false, "a granted virtual channel belongs to one of the packet's moves");
}

template <routing::Routing R>
std::uint64_t Simulator<R>::flit_hops() const {
  std::uint64_t sum = 0;
  for (const Chip node : choices_.indices())
    for (const PortNumber port : IndexRange(PortNumber(0), net_.own_port())) sum += net_.flits_over(node, port);
  return sum;
}

template <routing::Routing R>
std::optional<Error> Simulator<R>::find_deadlock() const {
  const bool stalled = net_.stalled();
  if (!stalled && now() % kDeadlockInterval != 0) return std::nullopt;
  FlitNetwork::Alternatives alternatives;
  if constexpr (R::kAdaptive)
    alternatives = [this](Chip node, Flit head, const FlitNetwork::VisitRange& visit) {
      routing::Moves moves;
      routing_.moves(node, in_flight_[head.packet()].state, moves);
      if (moves.empty()) visit(net_.own_port(), {0, config_.vcs - 1});
      for (const routing::Move& move : moves) visit(move.port, ranges_[at(move.vc_class)]);
    };
  const std::vector<FlitVc> cycle = net_.deadlock(alternatives);
  VTPU_CHECK(!stalled || !cycle.empty(), "a network in which nothing moves is in a deadlock");
  if (cycle.empty()) return std::nullopt;
  return deadlock_error(routing_.name(), now(), cycle, network_);
}

template <routing::Routing R>
template <class Delivered>
Result<void> Simulator<R>::drain(Delivered delivered) {
  while (packets_inside() > 0 || !can_skip()) {
    receive(delivered);
    advance();
    if (std::optional<Error> deadlock = find_deadlock()) return *std::move(deadlock);
    skip_waiting(std::numeric_limits<std::uint64_t>::max());
  }
  VTPU_CHECK(started_ == delivered_ && free_.size() == packets_.size(), "every packet is delivered exactly once");
  VTPU_CHECK(net_.at_rest(), "an empty network has empty buffers and all credits");
  return {};
}

}  // namespace vtpu::net::flit
