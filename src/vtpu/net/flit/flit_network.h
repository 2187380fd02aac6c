#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/net/flit/config.h"
#include "vtpu/net/flit/delay_line.h"
#include "vtpu/net/flit/flit.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::flit {

/// An input virtual channel, identified by the channel that fills it: the one that leaves `node` by `port`. The port
/// after the network's last one is the chip's own.
struct FlitVc {
  Chip node;
  PortNumber port;
  int vc = 0;
  bool operator==(const FlitVc&) const = default;
};

/// Routers, channels and credits, independent of packets and routes. A router is input-queued with credit flow control
/// and wormhole switching (Dally and Towles, "Principles and Practices of Interconnection Networks", 2004, chapters 16
/// and 17). A packet's head takes one cycle each for routing, virtual-channel allocation and switch allocation; its
/// other flits need only switch allocation. Both allocators are iSLIP with one iteration (McKeown, IEEE/ACM ToN 7(2),
/// 1999). An output virtual channel belongs to one packet from allocation until its tail has left, with or without
/// credits; the buffer that it feeds may hold flits of several packets one after the other.
///
/// A *lane* is an index within a router: port · stride + virtual channel. The stride is the number of virtual channels
/// rounded up to a power of two, so that in a bit set of lanes no port straddles a word. Every input lane is in at most
/// one of three sets of its router: lanes in *heads* have a head flit at the front to be routed, those in *waiting*
/// request an output virtual channel, those in *ready* own one and have a flit and a credit. Lanes in no set have
/// nothing to do until a flit or a credit arrives, and routers without lanes in a set are not visited.
class FlitNetwork {
 public:
  /// The configuration must have passed check().
  FlitNetwork(const Network& network, const Config& config);

  std::uint64_t now() const { return now_; }
  /// The port of a router that leads to its own chip.
  PortNumber own_port() const { return PortNumber(ports_ - 1); }
  /// Number of flits that have left by a port since the start.
  std::uint64_t flits_over(Chip node, PortNumber port) const { return port_of(node, port.value()).flits; }

  /// For the chip's side of its injection channel: the next virtual channel with space after the last one used, or -1.
  int injection_vc(Chip chip) const;
  bool has_room(Chip chip, int vc) const { return source_credits_[source_at(chip, vc)] > 0; }
  void inject(Chip chip, int vc, Flit flit);

  /// First part of a cycle: arrivals on channels. Calls deliver(chip, flit) for each flit that leaves the network.
  template <class Deliver>
  void arrive(Deliver deliver);
  /// Second part, after injection: visit(node) for each router with work, in rising order. It calls `request` for the
  /// router's lanes and then `step`. needed(head) returns the address that routing that head will read.
  template <class Visit, class Needed>
  void for_each_busy(Visit visit, Needed needed);
  /// visit(lane, flit at its front) for the lanes whose head is routed in this cycle.
  template <class Visit>
  void for_each_head(Chip node, Visit visit) const {
    for_each_lane(node, kHeads, visit);
  }
  /// The same for lanes that request an output virtual channel.
  template <class Visit>
  void for_each_waiting(Chip node, Visit visit) const {
    for_each_lane(node, kWaiting, visit);
  }
  /// Sets the output port and virtual channels that a lane requests.
  void request(Chip node, int lane, PortNumber port, routing::VcRange vcs);
  /// Sum over the free virtual channels of a range of credits plus one; 0 if all are owned by packets.
  int free_room(Chip node, PortNumber port, routing::VcRange vcs) const;
  /// Virtual-channel and switch allocation in one router; routed heads become waiting. Calls granted(head, port,
  /// virtual channel) for each head that got an output virtual channel.
  template <class Granted>
  void step(Chip node, Granted granted);
  /// Ends the cycle.
  void tick() { ++now_; }
  /// Skips cycles without events. Requires an empty network with no credit in flight.
  void skip_to(std::uint64_t cycle);
  /// After a cycle in which nothing moved, skips the cycles until something arrives, but none after `limit`. Only where
  /// links have latencies: otherwise something arrives within a few cycles.
  void skip_waiting(std::uint64_t limit);
  bool credits_home() const { return credits_.empty(); }

  /// Whether every buffer is empty, every output virtual channel free and every credit returned.
  bool at_rest() const;
  /// Whether the network is stuck: no router acted in this cycle and no channel holds anything, but flits are inside.
  bool stalled() const;
  /// Calls visit(port, virtual channels) for every output that a waiting head may request. Empty function: only its
  /// current request.
  using VisitRange = std::function<void(PortNumber port, routing::VcRange vcs)>;
  using Alternatives = std::function<void(Chip node, Flit head, const VisitRange& visit)>;
  /// Virtual channels that wait for each other in a cycle and so for ever; empty if there is none.
  std::vector<FlitVc> deadlock(const Alternatives& alternatives) const;

 private:
  enum Set { kHeads, kWaiting, kReady, kSets };
  enum class LaneState : std::uint8_t { idle, routing, waiting, active };
  struct Lane {
    Flit head;                 // the flit at the front if count > 0; later flits are in the ring
    std::uint16_t second = 0;  // ring index of the flit after the head
    std::uint16_t count = 0;   // flits, including the head
    std::uint16_t accept = 0;  // round-robin pointer of the virtual-channel allocator: an output lane
    std::uint8_t port = 0;     // output requested or owned
    std::uint8_t first = 0;    // virtual channels requested, or first = the one owned
    std::uint8_t last = 0;
    LaneState state = LaneState::idle;
  };
  struct OutVc {
    std::uint16_t credits = 0;
    std::uint16_t owner = 0;  // input lane, valid if the port marks the channel as owned
    std::uint16_t grant = 0;  // round-robin pointer: an input lane
  };
  struct PortState {
    std::uint64_t flits = 0;      // flits that have left by this port
    std::uint32_t owned = 0;      // output virtual channels owned by packets, one bit each
    std::uint32_t peer_node = 0;  // node at the other end of the link; for the chip's own port, the chip
    std::uint16_t peer_lane = 0;  // first lane of the port there
    std::uint8_t vc = 0;          // input: round-robin pointer to a virtual channel
    std::uint8_t accept = 0;      // input: round-robin pointer to an output
    std::uint8_t grant = 0;       // output: round-robin pointer to an input
  };
  struct FlitEvent {
    std::uint32_t node;
    Flit flit;
    std::uint16_t lane;
  };
  struct CreditEvent {
    std::uint32_t node;
    std::uint16_t lane;
    bool to_chip;  // to the chip's side of the injection channel; lane is the virtual channel
  };
  static Chip node_of(const auto& event) { return Chip(static_cast<int>(event.node)); }

  static constexpr std::size_t kMostWords = (kMostFlitPorts + 1) * kMostFlitVcs / 64 + 1;
  // In a large network the state for a cycle comes from memory, in an order known in advance. This is how many events
  // and routers ahead it is prefetched.
  static constexpr std::size_t kAhead = 8;
  static constexpr int kRoutersAhead = 2;
  using Words = std::array<std::uint64_t, kMostWords>;

  std::size_t lane_at(Chip node, int lane) const { return at(node.value()) * at(lanes_) + at(lane); }
  std::size_t source_at(Chip chip, int vc) const { return at(chip.value()) * at(config_.vcs) + at(vc); }
  PortState& port_of(Chip node, int port) { return port_states_[at(node.value()) * at(ports_) + at(port)]; }
  const PortState& port_of(Chip node, int port) const { return port_states_[at(node.value()) * at(ports_) + at(port)]; }
  std::uint64_t* words(Chip node, Set set) {
    return words_.data() + (at(node.value()) * kSets + set) * at(words_per_set_);
  }
  const std::uint64_t* words(Chip node, Set set) const {
    return words_.data() + (at(node.value()) * kSets + set) * at(words_per_set_);
  }
  void insert(Chip node, Set set, int lane) {
    words(node, set)[lane >> 6] |= std::uint64_t{1} << (lane & 63);
    busy_[at(node.value()) >> 6] |= std::uint64_t{1} << (node.value() & 63);
  }
  void erase(Chip node, Set set, int lane) { words(node, set)[lane >> 6] &= ~(std::uint64_t{1} << (lane & 63)); }
  Flit& slot(std::size_t lane, int place) { return flits_[lane * at(config_.vc_buffer_flits) + at(place)]; }
  Flit front(std::size_t lane) const { return lane_states_[lane].head; }

  /// Prefetches what a router's next cycle will read: its state, and then the data that the state refers to.
  void prefetch_router(Chip node) const;
  void prefetch_rings(Chip node) const;
  template <class Visit>
  void for_each_lane(Chip node, Set set, Visit visit) const;
  void take_flit(const FlitEvent& event);
  void take_credit(const CreditEvent& event);
  /// Fills granted_ with the lanes that got an output virtual channel.
  void allocate_vcs(Chip node);
  /// The same for lanes that request a port of the set; several lanes request each of these ports.
  void allocate_contested(Chip node, std::uint64_t ports);
  std::uint32_t free_vcs(Chip node, const Lane& lane) const;
  /// `granted`: at least one of the virtual channels that the lane requests.
  void grant_vc(Chip node, int lane, std::uint32_t granted);
  void allocate_switch(Chip node);
  void connect(Chip node, int input, int output);
  void send(Chip node, int lane);
  bool has_work(Chip node) const;
  /// What the latency of the link at a port adds to the time of a flit or credit on it.
  std::uint64_t link_cycles(Chip node, int port) const {
    return link_cycles_.empty() ? 0 : link_cycles_[at(node.value()) * at(ports_) + at(port)];
  }
  void end_step(Chip node, const Words& routed);

  Config config_;
  int nodes_;
  int ports_;     // per router, including the port to its own chip
  int vc_shift_;  // log2 of the stride
  int lanes_;     // per router
  int words_per_set_;
  std::uint64_t now_ = 0;
  std::uint64_t flits_inside_ = 0;
  bool moved_ = false;

  std::vector<std::uint64_t> busy_;            // routers with work, one bit each
  std::vector<std::uint64_t> words_;           // sets of lanes, by router and set
  std::vector<Lane> lane_states_;              // by router and input lane
  std::vector<Flit> flits_;                    // rings of vc_buffer_flits, by router and input lane
  std::vector<OutVc> out_vcs_;                 // by router and output lane
  std::vector<PortState> port_states_;         // by router and port
  std::vector<std::uint16_t> source_credits_;  // by chip and virtual channel
  std::vector<std::uint8_t> source_last_vc_;   // by chip
  std::vector<std::uint32_t> link_cycles_;     // by router and port; empty if all are 0

  DelayLine<FlitEvent> arrivals_;
  DelayLine<FlitEvent> ejections_;
  DelayLine<CreditEvent> credits_;

  // Scratch of the allocators.
  std::vector<int> granted_;           // lanes
  std::vector<int> winners_;           // lanes
  std::vector<std::uint16_t> best_;    // by output lane: the input lane that it is granted to
  std::vector<std::uint32_t> grants_;  // by input lane: virtual channels granted to it; zero between calls
  std::vector<std::uint32_t> asked_;   // by port: virtual channels requested; zero between calls
};

template <class Visit>
void FlitNetwork::for_each_lane(Chip node, Set set, Visit visit) const {
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
    deliver(node_of(event), event.flit);
    credits_.send(now_ + static_cast<std::uint64_t>(config_.timing.credit()), {event.node, event.lane, false});
  }
  ejections_.clear(now_);
  const std::vector<CreditEvent>& credits = credits_.due(now_);
  for (std::size_t i = 0; i < credits.size(); ++i) {
    if (i + kAhead < credits.size()) {
      const CreditEvent& later = credits[i + kAhead];
      __builtin_prefetch(&out_vcs_[lane_at(node_of(later), later.lane)], 1);
    }
    take_credit(credits[i]);
  }
  credits_.clear(now_);
  const std::vector<FlitEvent>& arrivals = arrivals_.due(now_);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    if (i + kAhead < arrivals.size()) {
      const FlitEvent& later = arrivals[i + kAhead];
      __builtin_prefetch(&lane_states_[lane_at(node_of(later), later.lane)], 1);
    }
    take_flit(arrivals[i]);
  }
  arrivals_.clear(now_);
}

template <class Visit, class Needed>
void FlitNetwork::for_each_busy(Visit visit, Needed needed) {
  for (std::size_t word = 0; word < busy_.size(); ++word)
    for (std::uint64_t bits = busy_[word]; bits != 0; bits &= bits - 1) {
      const int number = static_cast<int>(word) * 64 + std::countr_zero(bits);
      const Chip node(number), ahead(number + kRoutersAhead);
      if (number + 2 * kRoutersAhead < nodes_) prefetch_router(Chip(number + 2 * kRoutersAhead));
      if (ahead.value() < nodes_) {
        const std::uint64_t* heads = words(ahead, kHeads);
        for (int i = 0; i < words_per_set_; ++i)
          for (std::uint64_t lanes = heads[i]; lanes != 0; lanes &= lanes - 1)
            __builtin_prefetch(needed(front(lane_at(ahead, i * 64 + std::countr_zero(lanes)))), 1);
        prefetch_rings(ahead);
      }
      visit(node);
      if (!has_work(node)) busy_[word] &= ~(bits & (~bits + 1));
    }
}

template <class Granted>
void FlitNetwork::step(Chip node, Granted granted) {
  Words routed;
  std::uint64_t* heads = words(node, kHeads);
  for (int word = 0; word < words_per_set_; ++word) {
    routed[at(word)] = heads[word];
    heads[word] = 0;
  }
  allocate_vcs(node);
  for (const int lane : granted_) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    granted(front(lane_at(node, lane)), PortNumber(state.port), int{state.first});
  }
  allocate_switch(node);
  end_step(node, routed);
}

}  // namespace vtpu::net::flit
