#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/net/flit/config.h"
#include "vtpu/net/flit/delay_line.h"
#include "vtpu/net/flit/flit.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::flit {

/// An input virtual channel, named by the channel that fills it: the one that leaves `node` by `port`. The port after
/// the network's last is the chip's own.
struct FlitVc {
  int node = 0;
  int port = 0;
  int vc = 0;
  bool operator==(const FlitVc&) const = default;
};

/// Routers, channels and credits, without knowledge of packets and routes. A router is input-queued with credit flow
/// control and wormhole switching (Dally and Towles, "Principles and Practices of Interconnection Networks", 2004,
/// chapters 16 and 17). A packet's head takes a cycle each for routing, virtual-channel allocation and switch
/// allocation, its other flits for switch allocation only. Both allocators are iSLIP with one iteration (McKeown,
/// IEEE/ACM ToN 7(2), 1999). An output virtual channel belongs to one packet from allocation until its tail has left,
/// with or without credits; the buffer behind it may hold flits of several packets one after the other.
///
/// A *lane* is an index within a router: port · stride + virtual channel, the stride being the number of virtual
/// channels rounded up to a power of two, so that sets of lanes are words of bits whose ports do not straddle words.
/// Every input lane is in at most one of three sets of its router: *heads* have a head flit at the front to be routed,
/// *waiting* ones want an output virtual channel, *ready* ones own one and have a flit and a credit. Lanes in no set
/// have nothing to do until a flit or a credit arrives, and routers without such lanes are not visited.
class FlitNetwork {
 public:
  /// The configuration has been checked.
  FlitNetwork(const Network& network, const Config& config);

  std::uint64_t now() const { return now_; }
  /// The port of a router that leads to its own chip.
  int own_port() const { return ports_ - 1; }
  /// Flits that have left by a port, over all time.
  std::uint64_t flits_over(int node, int port) const { return port_of(node, port).flits; }

  /// The chip's side of its injection channel: the next virtual channel after the last used one that has room, or -1.
  int injection_vc(int chip) const;
  bool has_room(int chip, int vc) const { return source_credits_[source_at(chip, vc)] > 0; }
  void inject(int chip, int vc, Flit flit);

  /// First part of a cycle: what the channels bring. Calls deliver(chip, flit) for each flit that leaves the network.
  template <class Deliver>
  void arrive(Deliver deliver);
  /// Second part, after injection: visit(node) for each router with something to do, in rising order; visit calls
  /// `request` for its lanes and ends with `step`. needed(head): the address of what routing that head will read.
  template <class Visit, class Needed>
  void for_each_busy(Visit visit, Needed needed);
  /// visit(lane, flit at its front) for the lanes whose head is to be routed in this cycle.
  template <class Visit>
  void for_each_head(int node, Visit visit) const {
    for_each_lane(node, kHeads, visit);
  }
  /// The same for lanes that want an output virtual channel.
  template <class Visit>
  void for_each_waiting(int node, Visit visit) const {
    for_each_lane(node, kWaiting, visit);
  }
  /// The output port and virtual channels that a lane is to ask for.
  void request(int node, int lane, int port, routing::VcRange vcs);
  /// Credits of those virtual channels in a range that no packet owns, and one more for each: 0 if there is none.
  int free_room(int node, int port, routing::VcRange vcs) const;
  /// Allocation of virtual channels and of the switch in one router; routed heads become waiting. Calls granted(head,
  /// port, virtual channel) for each that got an output virtual channel.
  template <class Granted>
  void step(int node, Granted granted);
  /// Ends the cycle.
  void tick() { ++now_; }
  /// Jumps over cycles in which nothing can happen; only while nothing is inside and no credit is on its way.
  void skip_to(std::uint64_t cycle);
  bool credits_home() const { return credits_.empty(); }

  /// Whether every buffer is empty, every output virtual channel is free and every credit is back.
  bool at_rest() const;
  /// No router did anything in this cycle and nothing is on any channel, though flits are inside: so it will stay.
  bool stalled() const;
  /// Calls visit(port, virtual channels) for all that a waiting head may ask for; empty where that is what it has asked
  /// for.
  using VisitRange = std::function<void(int port, routing::VcRange vcs)>;
  using Alternatives = std::function<void(int node, Flit head, const VisitRange& visit)>;
  /// Virtual channels each of which waits for the next, and the last for the first, for ever; empty if there are none.
  std::vector<FlitVc> deadlock(const Alternatives& alternatives) const;

 private:
  enum Set { kHeads, kWaiting, kReady, kSets };
  enum class LaneState : std::uint8_t { idle, routing, waiting, active };
  struct Lane {
    Flit head;                 // the flit at the front, if count > 0; those behind it are in the ring
    std::uint16_t second = 0;  // place in the ring of the flit behind the head
    std::uint16_t count = 0;   // flits, the head included
    std::uint16_t accept = 0;  // round-robin pointer of the virtual-channel allocator, an output lane
    std::uint8_t port = 0;     // output asked for or owned
    std::uint8_t first = 0;    // virtual channels asked for, or first = the one owned
    std::uint8_t last = 0;
    LaneState state = LaneState::idle;
  };
  struct OutVc {
    std::uint16_t credits = 0;
    std::uint16_t owner = 0;  // input lane, where the port says that it is owned
    std::uint16_t grant = 0;  // round-robin pointer, an input lane
  };
  struct PortState {
    std::uint64_t flits = 0;      // that have left by this port
    std::uint32_t owned = 0;      // output virtual channels that belong to a packet, a bit each
    std::uint32_t peer_node = 0;  // at the other end of the link; the same chip for the port of its own
    std::uint16_t peer_lane = 0;  // first lane of its port there
    std::uint8_t vc = 0;          // input: round-robin pointer to a virtual channel
    std::uint8_t accept = 0;      // input: to an output
    std::uint8_t grant = 0;       // output: to an input
  };
  struct FlitEvent {
    std::uint32_t node;
    Flit flit;
    std::uint16_t lane;
  };
  struct CreditEvent {
    std::uint32_t node;
    std::uint16_t lane;
    bool to_chip;  // the chip's side of the injection channel, lane being the virtual channel
  };
  static constexpr std::size_t kMostWords = (kMostFlitPorts + 1) * kMostFlitVcs / 64 + 1;
  // In a large network each cycle's state comes from memory, and in an order that is known before: these are how many
  // events and routers ahead it is asked for.
  static constexpr std::size_t kAhead = 8;
  static constexpr int kRoutersAhead = 2;
  using Words = std::array<std::uint64_t, kMostWords>;

  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  std::size_t lane_at(int node, int lane) const { return at(node) * at(lanes_) + at(lane); }
  std::size_t source_at(int chip, int vc) const { return at(chip) * at(config_.vcs) + at(vc); }
  PortState& port_of(int node, int port) { return port_states_[at(node) * at(ports_) + at(port)]; }
  const PortState& port_of(int node, int port) const { return port_states_[at(node) * at(ports_) + at(port)]; }
  std::uint64_t* words(int node, Set set) { return words_.data() + (at(node) * kSets + set) * at(words_per_set_); }
  const std::uint64_t* words(int node, Set set) const {
    return words_.data() + (at(node) * kSets + set) * at(words_per_set_);
  }
  void insert(int node, Set set, int lane) {
    words(node, set)[lane >> 6] |= std::uint64_t{1} << (lane & 63);
    busy_[at(node) >> 6] |= std::uint64_t{1} << (node & 63);
  }
  void erase(int node, Set set, int lane) { words(node, set)[lane >> 6] &= ~(std::uint64_t{1} << (lane & 63)); }
  Flit& slot(std::size_t lane, int place) { return flits_[lane * at(config_.vc_buffer_flits) + at(place)]; }
  Flit front(std::size_t lane) const { return lane_states_[lane].head; }

  /// Ask for what a router's next cycle will read: its state, and then what that leads to.
  void prefetch_router(int node) const;
  void prefetch_rings(int node) const;
  template <class Visit>
  void for_each_lane(int node, Set set, Visit visit) const;
  void take_flit(const FlitEvent& event);
  void take_credit(const CreditEvent& event);
  /// Fills granted_ with the lanes that got an output virtual channel.
  void allocate_vcs(int node);
  /// The same for lanes that ask at one of the ports in the set, each of which several lanes ask at.
  void allocate_contested(int node, std::uint64_t ports);
  std::uint32_t free_vcs(int node, const Lane& lane) const;
  /// `granted`: at least one of the virtual channels that the lane asks for.
  void grant_vc(int node, int lane, std::uint32_t granted);
  void allocate_switch(int node);
  void connect(int node, int input, int output);
  void send(int node, int lane);
  bool has_work(int node) const;
  void end_step(int node, const Words& routed);

  Config config_;
  int nodes_;
  int ports_;     // of a router, its own chip's included
  int vc_shift_;  // of the stride
  int lanes_;     // of a router
  int words_per_set_;
  std::uint64_t now_ = 0;
  std::uint64_t flits_inside_ = 0;
  bool moved_ = false;

  std::vector<std::uint64_t> busy_;            // routers with work, a bit each
  std::vector<std::uint64_t> words_;           // sets of lanes, by router and set
  std::vector<Lane> lane_states_;              // by router and input lane
  std::vector<Flit> flits_;                    // rings of vc_buffer_flits, by router and input lane
  std::vector<OutVc> out_vcs_;                 // by router and output lane
  std::vector<PortState> port_states_;         // by router and port
  std::vector<std::uint16_t> source_credits_;  // by chip and virtual channel
  std::vector<std::uint8_t> source_last_vc_;   // by chip

  DelayLine<FlitEvent> arrivals_;
  DelayLine<FlitEvent> ejections_;
  DelayLine<CreditEvent> credits_;

  // Scratch of the allocators.
  std::vector<int> granted_;           // lanes
  std::vector<int> winners_;           // lanes
  std::vector<std::uint16_t> best_;    // by output lane: the input lane it is granted to
  std::vector<std::uint32_t> grants_;  // by input lane: virtual channels granted to it; zero between uses
  std::vector<std::uint32_t> asked_;   // by port: virtual channels asked for; zero between uses
};

template <class Visit>
void FlitNetwork::for_each_lane(int node, Set set, Visit visit) const {
  for (int word = 0; word < words_per_set_; ++word)
    for (std::uint64_t bits = words(node, set)[word]; bits != 0; bits &= bits - 1) {
      const int lane = word * 64 + std::countr_zero(bits);
      visit(lane, front(lane_at(node, lane)));
    }
}

template <class Deliver>
void FlitNetwork::arrive(Deliver deliver) {
  moved_ = false;
  for (const FlitEvent& event : ejections_.due(now_)) {
    --flits_inside_;
    deliver(static_cast<int>(event.node), event.flit);
    credits_.send(now_ + static_cast<std::uint64_t>(config_.timing.credit()), {event.node, event.lane, false});
  }
  ejections_.clear(now_);
  const std::vector<CreditEvent>& credits = credits_.due(now_);
  for (std::size_t i = 0; i < credits.size(); ++i) {
    if (i + kAhead < credits.size()) {
      const CreditEvent& later = credits[i + kAhead];
      __builtin_prefetch(&out_vcs_[lane_at(static_cast<int>(later.node), later.lane)], 1);
    }
    take_credit(credits[i]);
  }
  credits_.clear(now_);
  const std::vector<FlitEvent>& arrivals = arrivals_.due(now_);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    if (i + kAhead < arrivals.size()) {
      const FlitEvent& later = arrivals[i + kAhead];
      __builtin_prefetch(&lane_states_[lane_at(static_cast<int>(later.node), later.lane)], 1);
    }
    take_flit(arrivals[i]);
  }
  arrivals_.clear(now_);
}

template <class Visit, class Needed>
void FlitNetwork::for_each_busy(Visit visit, Needed needed) {
  for (std::size_t word = 0; word < busy_.size(); ++word)
    for (std::uint64_t bits = busy_[word]; bits != 0; bits &= bits - 1) {
      const int node = static_cast<int>(word) * 64 + std::countr_zero(bits);
      if (node + 2 * kRoutersAhead < nodes_) prefetch_router(node + 2 * kRoutersAhead);
      if (node + kRoutersAhead < nodes_) {
        const std::uint64_t* heads = words(node + kRoutersAhead, kHeads);
        for (int i = 0; i < words_per_set_; ++i)
          for (std::uint64_t lanes = heads[i]; lanes != 0; lanes &= lanes - 1)
            __builtin_prefetch(needed(front(lane_at(node + kRoutersAhead, i * 64 + std::countr_zero(lanes)))), 1);
        prefetch_rings(node + kRoutersAhead);
      }
      visit(node);
      if (!has_work(node)) busy_[word] &= ~(bits & (~bits + 1));
    }
}

template <class Granted>
void FlitNetwork::step(int node, Granted granted) {
  Words routed;
  std::uint64_t* heads = words(node, kHeads);
  for (int word = 0; word < words_per_set_; ++word) {
    routed[at(word)] = heads[word];
    heads[word] = 0;
  }
  allocate_vcs(node);
  for (const int lane : granted_) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    granted(front(lane_at(node, lane)), int{state.port}, int{state.first});
  }
  allocate_switch(node);
  end_step(node, routed);
}

}  // namespace vtpu::net::flit
