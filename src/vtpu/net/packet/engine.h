#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/packet/timing_wheel.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::net::packet {

/// Virtual cut-through with credits between input-queued routers; README.md describes the model. The engine moves
/// packets. A *client* creates them and receives these calls:
///   sent(channel, tag, from_source)  a packet starts on a channel; `from_source`: it leaves its source's queue
///   delivered(tag, bytes)            the packet's tail has arrived at its destination
///   timer(number)                    a timer has expired
///   done()                           returns the progress of the run, 0..1, for the watcher
/// From any of these it may offer packets and set timers.
template <routing::Routing R, class Client>
class Engine {
 public:
  /// `config` must have passed check().
  Engine(const Network& network, const R& routing, const Config& config, Client& client);

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
  Picoseconds delay_alone(int source, int destination);

  /// Queues a packet of 1..packet_bytes bytes at its source. The destination must be another chip that the routing
  /// reaches from the source.
  void offer(int source, int destination, std::uint32_t bytes, std::uint32_t tag);
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
    typename R::State state;
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
  struct Channel {
    std::uint64_t bytes = 0;       // carried
    std::uint32_t leaves = kNone;  // the lane that gets a credit back when the current packet has left
    std::uint32_t queued = 0;      // packets at the source
  };
  /// Data that events of other channels need, kept apart and small so that it stays in a near cache.
  struct End {
    std::int32_t target = -1;
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

  static TimingWheel wheel_for(const Network& network, const Config& config);
  std::uint32_t lane_of(int node, const routing::Move& move) const {
    const auto channel = static_cast<std::uint32_t>(network_.channel(node, move.port));
    return channel << class_bits_ | static_cast<std::uint32_t>(move.vc_class);
  }
  std::uint32_t channel_of(std::uint32_t lane) const { return lane >> class_bits_; }

  void append(Queue& queue, std::uint32_t packet) {
    packets_[packet].next = kNone;
    (queue.head == kNone ? queue.head : packets_[queue.tail].next) = packet;
    queue.tail = packet;
  }
  std::uint32_t pop(Queue& queue) { return std::exchange(queue.head, packets_[queue.head].next); }

  void prefetch() const;
  void handle(std::uint32_t event);
  void arrive(std::uint32_t packet);
  void deliver(std::uint32_t packet);
  void free_channel(std::uint32_t channel);
  void give_back(std::uint32_t lane);
  void join(std::uint32_t packet);
  void settle(std::size_t at_most);
  void serve(std::uint32_t channel);
  void send(std::uint32_t packet, std::uint32_t lane, bool from_source);

  const routing::Move& draw(const routing::Moves& moves);
  void join_undecided(std::uint32_t packet, int node, bool from_source);
  void serve_node(int node);
  bool serve_undecided(int node, std::vector<Undecided>& list, bool from_source, bool& exhausted);
  const routing::Move* best_free(int node) const;

  bool waits(std::uint32_t lane) const {
    const std::array<Queue, kOrigins>& queues = lanes_[lane].queues;
    return queues[kThrough].head != kNone || queues[kTurning].head != kNone || queues[kSource].head != kNone;
  }
  void check_empty() const;
  Error deadlock() const;

  const Network& network_;
  const R& routing_;
  Client& client_;
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
  // Packets about to join their lanes; the cache line that each needs has been prefetched.
  std::array<std::uint32_t, 64> joining_;
  std::size_t joined_ = 0;
  std::size_t joins_ = 0;
  std::vector<std::uint32_t> arrivals_;  // heads that have arrived at the current time
  std::vector<Waiting> waiting_;         // by node; adaptive routings
  routing::Moves moves_;
  std::uint32_t free_ = kNone;
  std::size_t live_ = 0;
  std::uint64_t hops_ = 0;
  std::uint64_t injected_bytes_ = 0;
  std::uint64_t delivered_bytes_ = 0;
};

template <routing::Routing R, class Client>
TimingWheel Engine<R, Client>::wheel_for(const Network& network, const Config& config) {
  double shortest = 1e15;
  double longest = 1;
  for (const LinkModel& link : network.link_kinds()) {
    const double duration = 1000.0 * config.packet_bytes / link.bandwidth_gbytes_per_s;
    const double delay = 1000.0 * (link.latency_ns + config.router_ns);
    shortest = std::min({shortest, duration, delay > 0 ? delay : duration});
    longest = std::max({longest, duration, delay});
  }
  shortest = std::max(shortest, 1.0);
  longest = std::clamp(longest, shortest, 1e15);
  return TimingWheel(static_cast<Picoseconds>(shortest), static_cast<Picoseconds>(longest),
                     static_cast<std::size_t>(network.attached_count()));
}

template <routing::Routing R, class Client>
Engine<R, Client>::Engine(const Network& network, const R& routing, const Config& config, Client& client)
    : network_(network),
      routing_(routing),
      client_(client),
      events_(wheel_for(network, config)),
      random_(config.seed),
      full_bytes_(static_cast<std::uint32_t>(config.packet_bytes)),
      classes_(static_cast<std::uint32_t>(routing.vc_classes())),
      class_bits_(static_cast<int>(std::bit_width(classes_ - 1))) {
  for (std::uint32_t c = 0; c < classes_; ++c) {
    const routing::VcRange range = routing.vcs_of(static_cast<int>(c), config.vcs);
    VTPU_CHECK(range.last >= range.first, "every class has a virtual channel");
    all_room_.push_back((range.last - range.first + 1) * config.vc_buffer_packets);
  }
  for (const LinkModel& link : network.link_kinds()) {
    Kind kind{1000.0 / link.bandwidth_gbytes_per_s, 0, picoseconds(link.latency_ns + config.router_ns)};
    kind.full = kind.of(full_bytes_);
    kinds_.push_back(kind);
    uneven_ = uneven_ || kind.ps_per_byte != kinds_.front().ps_per_byte;
  }
  const auto channels = static_cast<std::size_t>(network.channel_count());
  VTPU_CHECK(classes_ <= 255, "a routing has at most 255 classes");
  VTPU_CHECK(channels < std::size_t{1} << kNumberBits && channels << class_bits_ < kNone, "channel numbers fit");
  channels_.resize(channels);
  ends_.resize(channels);
  lanes_.resize(channels << class_bits_);
  rooms_.resize(channels << class_bits_);
  if constexpr (R::kAdaptive) waiting_.resize(static_cast<std::size_t>(network.node_count()));
  for (std::uint32_t channel = 0; channel < channels; ++channel) {
    const int number = static_cast<int>(channel);
    if (!network.attached(number)) continue;
    ends_[channel].target = network.target(number);
    ends_[channel].kind = static_cast<std::uint8_t>(&network.link(number) - network.link_kinds().data());
    ends_[channel].dimension = static_cast<std::uint8_t>(network.dimension(number));
    for (std::uint32_t c = 0; c < classes_; ++c) rooms_[(channel << class_bits_) + c] = all_room_[c];
  }
}

template <routing::Routing R, class Client>
Result<void> Engine<R, Client>::run(const workload::Watch& watch) {
  constexpr std::uint64_t kEventsBetweenLooks = 1 << 20;
  std::uint64_t events = 0;
  while (events_.next()) {
    prefetch();
    handle(events_.event());
    settle(events_.more_now() ? kJoinsAhead : 0);
    if (++events % kEventsBetweenLooks == 0 && watch && !watch(client_.done()))
      return Error{"packet simulation", "stopped by its watcher", ""};
  }
  if (live_ > 0) return deadlock();
  check_empty();
  return {};
}

/// Routes arrived heads and lets packets join their lanes until at most `at_most` packets are still to join.
template <routing::Routing R, class Client>
void Engine<R, Client>::settle(std::size_t at_most) {
  while (!arrivals_.empty() || joins_ - joined_ > at_most) {
    if (!arrivals_.empty() && joins_ - joined_ <= kJoinsAhead) {
      const std::uint32_t packet = arrivals_.back();
      arrivals_.pop_back();
      arrive(packet);
    } else {
      join(joining_[joined_++ % joining_.size()]);
    }
  }
}

/// A run on a large machine spends most of its time waiting for memory, so the data of coming events is prefetched.
template <routing::Routing R, class Client>
void Engine<R, Client>::prefetch() const {
  constexpr std::size_t kFar = 16;
  constexpr std::size_t kNear = 8;
  constexpr std::uint32_t kNumber = (std::uint32_t{1} << kNumberBits) - 1;
  if (const std::uint32_t far = events_.upcoming(kFar); far <= kNumber) {
    __builtin_prefetch(&channels_[far]);
    __builtin_prefetch(&lanes_[far << class_bits_]);
  }
  if (const std::uint32_t near = events_.upcoming(kNear); near <= kNumber) {
    for (std::uint32_t c = 0; c < classes_; ++c)
      for (const Queue& queue : lanes_[(near << class_bits_) + c].queues)
        if (queue.head != kNone) {
          __builtin_prefetch(&packets_[queue.head]);
        }
  }
}

template <routing::Routing R, class Client>
void Engine<R, Client>::handle(std::uint32_t event) {
  const std::uint32_t number = event & ((std::uint32_t{1} << kNumberBits) - 1);
  switch (static_cast<What>(event >> kNumberBits)) {
    case What::channel_free: free_channel(number); break;
    case What::head_arrives: arrive(number); break;
    case What::packet_ready:
      if constexpr (R::kAdaptive)
        join_undecided(number, ends_[channel_of(packets_[number].lane)].target, false);
      else
        join(number);
      break;
    case What::tail_arrives: deliver(number); break;
    case What::timer: client_.timer(number); break;
  }
}

template <routing::Routing R, class Client>
Picoseconds Engine<R, Client>::delay_alone(int source, int destination) {
  Picoseconds sum = 0;
  int node = source;
  typename R::State state = routing_.start(source, destination, random_);
  for (routing_.moves(node, state, moves_); !moves_.empty(); routing_.moves(node, state, moves_)) {
    const routing::Move move = R::kAdaptive ? moves_[0] : draw(moves_);
    const int channel = network_.channel(node, move.port);
    sum += delay(static_cast<std::uint32_t>(channel));
    state = routing_.after(node, state, move);
    node = network_.target(channel);
  }
  return sum;
}

template <routing::Routing R, class Client>
void Engine<R, Client>::offer(int source, int destination, std::uint32_t bytes, std::uint32_t tag) {
  std::uint32_t number = free_;
  if (number != kNone) {
    free_ = packets_[number].next;
  } else {
    number = static_cast<std::uint32_t>(packets_.size());
    VTPU_CHECK(number >> kNumberBits == 0, "the number of packets fits an event");
    packets_.emplace_back();
  }
  ++live_;
  injected_bytes_ += bytes;
  packets_[number] = {routing_.start(source, destination, random_), kNone, kNone, tag, bytes};
  if constexpr (R::kAdaptive) {
    join_undecided(number, source, true);
  } else {
    Packet& packet = packets_[number];
    routing_.moves(source, packet.state, moves_);
    VTPU_CHECK(!moves_.empty(), "a packet to another chip has a next hop");
    const routing::Move& move = draw(moves_);
    packet.state = routing_.after(source, packet.state, move);
    const std::uint32_t lane = lane_of(source, move);
    const std::uint32_t channel = channel_of(lane);
    append(lanes_[lane].queues[kSource], number);
    ++channels_[channel].queued;
    if (!ends_[channel].busy) serve(channel);
  }
}

/// Routes a packet whose head has arrived in a node.
template <routing::Routing R, class Client>
void Engine<R, Client>::arrive(std::uint32_t number) {
  Packet& packet = packets_[number];
  const std::uint32_t from = channel_of(packet.lane);
  const int node = ends_[from].target;
  routing_.moves(node, packet.state, moves_);
  if (moves_.empty()) {
    events_.push(now() + duration(from, packet.bytes), event(What::tail_arrives, number));
    return;
  }
  // A faster channel must not run out of bytes, so the packet waits until both tails can leave together.
  Picoseconds wait = 0;
  if constexpr (R::kAdaptive) {
    if (uneven_)
      for (const routing::Move& move : moves_)
        wait =
            std::max(wait, duration(from, packet.bytes) -
                               duration(static_cast<std::uint32_t>(network_.channel(node, move.port)), packet.bytes));
    if (wait == 0) return join_undecided(number, node, false);
  } else {
    const routing::Move& move = draw(moves_);
    packet.state = routing_.after(node, packet.state, move);
    const std::uint32_t lane = lane_of(node, move);
    if (uneven_) wait = duration(from, packet.bytes) - duration(channel_of(lane), packet.bytes);
    packet.next = lane;
    if (wait <= 0) {
      __builtin_prefetch(&lanes_[lane]);
      VTPU_CHECK(joins_ - joined_ < joining_.size(), "the buffer of joining packets has space");
      joining_[joins_++ % joining_.size()] = number;
      return;
    }
  }
  events_.push(now() + wait, event(What::packet_ready, number));
}

template <routing::Routing R, class Client>
const routing::Move& Engine<R, Client>::draw(const routing::Moves& moves) {
  if (moves.size() == 1) return moves[0];
  double rest = random_.unit();
  for (const routing::Move& move : moves)
    if ((rest -= move.probability) < 0) return move;
  return moves[moves.size() - 1];
}

template <routing::Routing R, class Client>
void Engine<R, Client>::deliver(std::uint32_t number) {
  const Packet packet = packets_[number];
  packets_[number].next = std::exchange(free_, number);
  --live_;
  delivered_bytes_ += packet.bytes;
  give_back(packet.lane);
  client_.delivered(packet.tag, packet.bytes);
}

template <routing::Routing R, class Client>
void Engine<R, Client>::free_channel(std::uint32_t number) {
  ends_[number].busy = false;
  if (const std::uint32_t lane = channels_[number].leaves; lane != kNone) give_back(lane);
  if constexpr (R::kAdaptive)
    serve_node(network_.source(static_cast<int>(number)));
  else if (!ends_[number].busy)
    serve(number);
}

/// Returns a credit: the far end of a lane's channel has space for one more packet.
template <routing::Routing R, class Client>
void Engine<R, Client>::give_back(std::uint32_t number) {
  ++rooms_[number];
  const std::uint32_t channel = channel_of(number);
  if (ends_[channel].busy) return;
  if constexpr (R::kAdaptive)
    serve_node(network_.source(static_cast<int>(channel)));
  else if (waits(number))
    serve(channel);
}

template <routing::Routing R, class Client>
void Engine<R, Client>::join(std::uint32_t packet) {
  const std::uint32_t lane = packets_[packet].next;
  const std::uint32_t channel = channel_of(lane);
  const bool through = ends_[channel].dimension == ends_[channel_of(packets_[packet].lane)].dimension;
  append(lanes_[lane].queues[through ? kThrough : kTurning], packet);
  if (!ends_[channel].busy) serve(channel);
}

/// Starts the next packet on a free channel if one can go. Packets in flight precede those at their source, and among
/// them those that stay in their dimension come first, because they hold buffers that others wait for. Classes take
/// turns; within a class the order is that of arrival.
template <routing::Routing R, class Client>
void Engine<R, Client>::serve(std::uint32_t channel) {
  const std::uint32_t base = channel << class_bits_;
  std::uint8_t& turn = ends_[channel].turn;
  for (const Origin origin : {kThrough, kTurning, kSource}) {
    std::uint32_t c = turn;
    do {
      const std::uint32_t lane = base + c;
      Queue& queue = lanes_[lane].queues[origin];
      if (++c == classes_) c = 0;
      if (queue.head == kNone || rooms_[lane] == 0) continue;
      turn = static_cast<std::uint8_t>(c);
      channels_[channel].queued -= origin == kSource;
      send(pop(queue), lane, origin == kSource);
      return;
    } while (c != turn);
  }
}

template <routing::Routing R, class Client>
void Engine<R, Client>::send(std::uint32_t number, std::uint32_t lane, bool from_source) {
  const std::uint32_t to = channel_of(lane);
  Packet& packet = packets_[number];
  Channel& channel = channels_[to];
  --rooms_[lane];
  ++hops_;
  ends_[to].busy = true;
  channel.leaves = std::exchange(packet.lane, lane);
  channel.bytes += packet.bytes;
  events_.push(now() + duration(to, packet.bytes), event(What::channel_free, to));
  if (const Picoseconds after = delay(to); after > 0)
    events_.push(now() + after, event(What::head_arrives, number));
  else
    arrivals_.push_back(number);
  client_.sent(to, packet.tag, from_source);
}

template <routing::Routing R, class Client>
std::vector<double> Engine<R, Client>::channel_bytes() const {
  std::vector<double> bytes;
  bytes.reserve(channels_.size());
  for (const Channel& channel : channels_) bytes.push_back(static_cast<double>(channel.bytes));
  return bytes;
}

}  // namespace vtpu::net::packet

#include "vtpu/net/packet/engine_adaptive.h"
#include "vtpu/net/packet/engine_checks.h"
