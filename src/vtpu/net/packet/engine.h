#pragma once
#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/any_routing.h"
#include "vtpu/net/packet/client.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/packet/timing_wheel.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::net::packet {

/// Virtual cut-through with credits between input-queued routers; README.md describes the model. The engine moves the
/// packets that its client offers and calls the client as PacketClient states. It asks the routing for next hops.
class Engine {
 public:
  /// `config` must have passed check(). The engine keeps references to `network`, `routing` and `client`.
  template <PacketClient Client>
  Engine(const Network& network, const AnyRouting& routing, const Config& config, Client& client)
      : Engine(network, routing, config, ClientCalls(client)) {}

  /// Ranks are below this.
  static constexpr std::uint32_t kRanks = 1 << 24;

  Picoseconds now() const { return events_.now(); }
  Random& random() { return random_; }
  /// How long `bytes` occupy a channel.
  Picoseconds duration(std::uint32_t channel, std::uint32_t bytes) const {
    const Kind& kind = kinds_[ends_[channel].kind];
    return bytes == full_bytes_ ? kind.full : kind.of(bytes);
  }
  /// Time from a head's departure from a node until it is ready in the next.
  Picoseconds delay(std::uint32_t channel) const { return kinds_[ends_[channel].kind].delay; }

  /// Time of a packet's head without any waiting, on a randomly drawn path.
  Picoseconds delay_alone(Chip source, Chip destination);

  /// Queues a packet of 1..packet_bytes bytes at its source. The destination must be another chip that the routing
  /// reaches from the source. `rank` counts only after serve_by_rank().
  void offer(Chip source, Chip destination, std::uint32_t bytes, std::uint32_t tag, std::uint32_t rank = 0);
  /// From now on a free channel serves the waiting packet of lowest rank, wherever it comes from, and packets of equal
  /// rank as without ranks. A chip offers its packets in rising rank. Before the first offer, and for oblivious
  /// routings only.
  void serve_by_rank();
  /// Calls client.timer(number) at `time`, which is not in the past; number < 2^29.
  void set_timer(Picoseconds time, std::uint32_t number) { events_.push(time, event(What::timer, number)); }
  /// Packets queued at a channel's source for this channel (oblivious routings).
  std::uint32_t queued(std::uint32_t channel) const { return channels_[channel].queued; }

  /// Runs until no event is left, then checks that all bytes and credits are accounted for. Error: a deadlock, with the
  /// channels that wait for each other in a cycle; the watcher stops the run.
  Result<void> run(const workload::Watch& watch);

  std::uint64_t packet_hops() const { return hops_; }
  std::uint64_t injected_bytes() const { return injected_bytes_; }
  std::uint64_t delivered_bytes() const { return delivered_bytes_; }
  /// Most packets queued or in flight at once.
  std::size_t peak_packets() const { return packets_.size(); }
  std::size_t packets() const { return live_; }
  std::vector<double> channel_bytes() const;

 private:
  static constexpr std::size_t kJoinsAhead = 6;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// Where a packet that waits for a channel comes from, in falling priority.
  enum Origin : std::uint8_t { kThrough, kTurning, kSource };
  static constexpr std::size_t kOrigins = 3;

  struct alignas(32) Packet {
    PacketState state;
    std::uint32_t lane;  // the lane whose buffer space it holds; kNone in the source's queue
    std::uint32_t next;  // in a queue or the free list: the next packet; otherwise the lane it is about to join
    std::uint32_t tag;
    std::uint32_t bytes;
  };
  /// Packets in order of arrival.
  struct Queue {
    std::uint32_t head = kNone;
    std::uint32_t tail = kNone;
  };
  /// Packets that wait for a channel in one class of virtual channels, by origin.
  struct alignas(32) Lane {
    std::array<Queue, kOrigins> queues;
  };
  /// Packets in flight of one rank and origin that wait for a channel, once packets have ranks.
  struct Ranked {
    std::uint32_t key;  // rank and origin; the smaller goes first
    Queue queue;
  };
  /// By falling key, so that the first to go is at the end. Chips progress evenly, so there are few at a time.
  using RankedLane = boost::container::small_vector<Ranked, 5>;
  struct Channel {
    std::uint64_t bytes = 0;       // carried
    std::uint32_t leaves = kNone;  // the lane that gets a credit back when the current packet has left
    std::uint32_t queued = 0;      // packets at the source
  };
  /// Data that events of other channels need, kept apart and small so that it stays in a near cache.
  struct End {
    Chip target = Chip::none();
    std::uint8_t kind = 0;
    std::uint8_t dimension = 0;
    std::uint8_t turn = 0;  // class served next
    bool busy = false;
  };
  struct Kind {
    double ps_per_byte;
    Picoseconds full;  // duration of a full packet
    Picoseconds delay;
    Picoseconds of(std::uint32_t bytes) const { return std::max<Picoseconds>(1, std::llround(ps_per_byte * bytes)); }
  };
  /// A packet of an adaptive routing that has not chosen its next hop.
  struct Undecided {
    std::uint32_t packet;
    std::uint64_t ports;  // bit p mod 64 for each port it may take: a quick filter
  };
  struct Waiting {
    std::vector<Undecided> transit;
    std::vector<Undecided> source;
  };

  enum class What : std::uint32_t { channel_free, head_arrives, packet_ready, tail_arrives, timer };
  static constexpr int kNumberBits = 29;
  static std::uint32_t event(What what, std::uint32_t number) {
    return static_cast<std::uint32_t>(what) << kNumberBits | number;
  }

  Engine(const Network& network, const AnyRouting& routing, const Config& config, const ClientCalls& client);
  static TimingWheel wheel_for(const Network& network, const Config& config);
  std::uint32_t lane_of(Chip node, const routing::Move& move) const {
    return number_of(node, move.port) << class_bits_ | static_cast<std::uint32_t>(move.vc_class);
  }
  std::uint32_t number_of(Chip node, PortNumber port) const {
    return static_cast<std::uint32_t>(network_.channel(node, port).value());
  }
  std::uint32_t channel_of(std::uint32_t lane) const { return lane >> class_bits_; }
  Chip source_of(std::uint32_t channel) const { return network_.source(net::Channel(static_cast<int>(channel))); }

  void append(Queue& queue, std::uint32_t packet) {
    packets_[packet].next = kNone;
    (queue.head == kNone ? queue.head : packets_[queue.tail].next) = packet;
    queue.tail = packet;
  }
  std::uint32_t pop(Queue& queue) { return std::exchange(queue.head, packets_[queue.head].next); }

  void prefetch() const;
  void arrive(std::uint32_t packet);
  void deliver(std::uint32_t packet);
  void free_channel(std::uint32_t channel);
  void give_back(std::uint32_t lane);
  void join(std::uint32_t packet);
  void settle(std::size_t at_most);
  void serve(std::uint32_t channel);
  void set_rank(std::uint32_t packet, std::uint32_t rank);
  void join_ranked(std::uint32_t packet, std::uint32_t lane, Origin origin);
  void serve_ranked(std::uint32_t channel);
  void send(std::uint32_t packet, std::uint32_t lane, bool from_source);

  void arrive_undecided(std::uint32_t packet);
  void join_undecided(std::uint32_t packet, Chip node, bool from_source);
  void serve_node(Chip node);
  bool serve_undecided(Chip node, std::vector<Undecided>& list, bool from_source, bool& exhausted);
  const routing::Move* best_free(Chip node) const;

  bool waits(std::uint32_t lane) const {
    if (by_rank_ && !ranked_[lane].empty()) return true;
    const std::array<Queue, kOrigins>& queues = lanes_[lane].queues;
    return queues[kThrough].head != kNone || queues[kTurning].head != kNone || queues[kSource].head != kNone;
  }
  void check_empty() const;
  Error deadlock() const;

  const Network& network_;
  const AnyRouting& routing_;
  ClientCalls client_;
  bool adaptive_;
  TimingWheel events_;
  Random random_;
  std::uint32_t full_bytes_;
  std::uint32_t classes_;
  int class_bits_;       // a channel has 2^class_bits_ lanes
  bool uneven_ = false;  // links differ in bandwidth
  std::vector<Kind> kinds_;
  std::vector<Channel> channels_;
  std::vector<End> ends_;  // by channel
  std::vector<Lane> lanes_;
  std::vector<std::int32_t> rooms_;     // by lane, free buffer space at its far end in packets
  std::vector<std::int32_t> all_room_;  // of an empty lane, by class
  std::vector<Packet> packets_;
  bool by_rank_ = false;
  std::vector<RankedLane> ranked_;    // by lane
  std::vector<std::uint32_t> ranks_;  // by packet
  // Packets about to join their lanes; the cache line that each needs has been prefetched.
  std::array<std::uint32_t, 64> joining_;
  std::size_t joined_ = 0;
  std::size_t joins_ = 0;
  std::vector<std::uint32_t> arrivals_;   // heads that have arrived at the current time
  IndexedVector<Chip, Waiting> waiting_;  // adaptive routings
  routing::Moves moves_;
  std::uint32_t free_ = kNone;
  std::size_t live_ = 0;
  std::uint64_t hops_ = 0;
  std::uint64_t injected_bytes_ = 0;
  std::uint64_t delivered_bytes_ = 0;
};

}  // namespace vtpu::net::packet
