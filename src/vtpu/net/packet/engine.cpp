#include "vtpu/net/packet/engine.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::packet {

TimingWheel Engine::wheel_for(const Network& network, const Config& config) {
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

Engine::Engine(const Network& network, const AnyRouting& routing, const Config& config, const ClientCalls& client)
    : network_(network),
      routing_(routing),
      client_(client),
      adaptive_(routing.adaptive()),
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
  if (adaptive_) waiting_.resize(network.node_count());
  for (std::uint32_t channel = 0; channel < channels; ++channel) {
    const net::Channel number(static_cast<int>(channel));
    if (!network.attached(number)) continue;
    ends_[channel].target = network.target(number);
    ends_[channel].kind = static_cast<std::uint8_t>(&network.link(number) - network.link_kinds().data());
    ends_[channel].dimension = static_cast<std::uint8_t>(network.dimension(number));
    for (std::uint32_t c = 0; c < classes_; ++c) rooms_[(channel << class_bits_) + c] = all_room_[c];
  }
}

Picoseconds Engine::delay_alone(Chip source, Chip destination) {
  Picoseconds sum = 0;
  Chip node = source;
  PacketState state = routing_.start(source, destination, random_);
  for (routing_.moves(node, state, moves_); !moves_.empty(); routing_.moves(node, state, moves_)) {
    const routing::Move move = adaptive_ ? moves_[0] : drawn(moves_, random_);
    const net::Channel channel = network_.channel(node, move.port);
    sum += delay(static_cast<std::uint32_t>(channel.value()));
    routing_.advance(node, state, move);
    node = network_.target(channel);
  }
  return sum;
}

void Engine::offer(Chip source, Chip destination, std::uint32_t bytes, std::uint32_t tag, std::uint32_t rank) {
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
  if (adaptive_) {
    join_undecided(number, source, true);
  } else {
    Packet& packet = packets_[number];
    const routing::Move* move = routing_.draw(source, packet.state, random_, moves_);
    VTPU_CHECK(move != nullptr, "a packet to another chip has a next hop");
    const std::uint32_t lane = lane_of(source, *move);
    const std::uint32_t channel = channel_of(lane);
    if (by_rank_) set_rank(number, rank);
    append(lanes_[lane].queues[kSource], number);
    ++channels_[channel].queued;
    if (!ends_[channel].busy) serve(channel);
  }
}

/// Routes a packet whose head has arrived in a node.
void Engine::arrive(std::uint32_t number) {
  if (adaptive_) return arrive_undecided(number);
  Packet& packet = packets_[number];
  const std::uint32_t from = channel_of(packet.lane);
  const Chip node = ends_[from].target;
  const routing::Move* move = routing_.draw(node, packet.state, random_, moves_);
  if (move == nullptr) {
    events_.push(now() + duration(from, packet.bytes), event(What::tail_arrives, number));
    return;
  }
  const std::uint32_t lane = lane_of(node, *move);
  packet.next = lane;
  // A faster channel must not run out of bytes, so the packet waits until both tails can leave together.
  const Picoseconds wait = uneven_ ? duration(from, packet.bytes) - duration(channel_of(lane), packet.bytes) : 0;
  if (wait > 0) {
    events_.push(now() + wait, event(What::packet_ready, number));
    return;
  }
  __builtin_prefetch(&lanes_[lane]);
  VTPU_CHECK(joins_ - joined_ < joining_.size(), "the buffer of joining packets has space");
  joining_[joins_++ % joining_.size()] = number;
}

/// Returns a credit: the far end of a lane's channel has space for one more packet.
void Engine::give_back(std::uint32_t number) {
  ++rooms_[number];
  const std::uint32_t channel = channel_of(number);
  if (ends_[channel].busy) return;
  if (adaptive_)
    serve_node(source_of(channel));
  else if (waits(number))
    serve(channel);
}

void Engine::join(std::uint32_t packet) {
  const std::uint32_t lane = packets_[packet].next;
  const std::uint32_t channel = channel_of(lane);
  const bool through = ends_[channel].dimension == ends_[channel_of(packets_[packet].lane)].dimension;
  if (by_rank_)
    join_ranked(packet, lane, through ? kThrough : kTurning);
  else
    append(lanes_[lane].queues[through ? kThrough : kTurning], packet);
  if (!ends_[channel].busy) serve(channel);
}

/// Starts the next packet on a free channel if one can go. Packets in flight precede those at their source, and among
/// them those that stay in their dimension come first, because they hold buffers that others wait for. Classes take
/// turns; within a class the order is that of arrival.
void Engine::serve(std::uint32_t channel) {
  if (by_rank_) return serve_ranked(channel);
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

void Engine::send(std::uint32_t number, std::uint32_t lane, bool from_source) {
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

// The inline functions from here to run() are parts of its loop and have one caller each. Without `inline` the compiler
// does not merge them into the loop, because a member function can be called from other files.

inline void Engine::deliver(std::uint32_t number) {
  const Packet packet = packets_[number];
  packets_[number].next = std::exchange(free_, number);
  --live_;
  delivered_bytes_ += packet.bytes;
  give_back(packet.lane);
  client_.delivered(packet.tag, packet.bytes);
}

inline void Engine::free_channel(std::uint32_t number) {
  ends_[number].busy = false;
  if (const std::uint32_t lane = channels_[number].leaves; lane != kNone) give_back(lane);
  if (adaptive_)
    serve_node(source_of(number));
  else if (!ends_[number].busy)
    serve(number);
}

/// Routes arrived heads and lets packets join their lanes until at most `at_most` packets are still to join.
inline void Engine::settle(std::size_t at_most) {
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
inline void Engine::prefetch() const {
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

Result<void> Engine::run(const workload::Watch& watch) {
  constexpr std::uint64_t kEventsBetweenLooks = 1 << 20;
  std::uint64_t events = 0;
  while (events_.next()) {
    prefetch();
    const std::uint32_t number = events_.event() & ((std::uint32_t{1} << kNumberBits) - 1);
    switch (static_cast<What>(events_.event() >> kNumberBits)) {
      case What::channel_free: free_channel(number); break;
      case What::head_arrives: arrive(number); break;
      case What::packet_ready:
        if (adaptive_)
          join_undecided(number, ends_[channel_of(packets_[number].lane)].target, false);
        else
          join(number);
        break;
      case What::tail_arrives: deliver(number); break;
      case What::timer: client_.timer(number); break;
    }
    settle(events_.more_now() ? kJoinsAhead : 0);
    if (++events % kEventsBetweenLooks == 0 && watch && !watch(client_.done()))
      return Error{"packet simulation", "stopped by its watcher", ""};
  }
  if (live_ > 0) return deadlock();
  check_empty();
  return {};
}

void Engine::check_empty() const {
  VTPU_CHECK(injected_bytes_ == delivered_bytes_, "every injected byte is delivered");
  for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
    if (!ends_[channel].target.valid()) continue;
    VTPU_CHECK(!ends_[channel].busy, "every channel is idle at the end");
    for (std::size_t c = 0; c < classes_; ++c) {
      const std::size_t lane = (channel << class_bits_) + c;
      VTPU_CHECK(rooms_[lane] == all_room_[c], "all credits are returned at the end");
      VTPU_CHECK(!waits(static_cast<std::uint32_t>(lane)), "all queues are empty at the end");
    }
  }
  for (const Waiting& waiting : waiting_)
    VTPU_CHECK(waiting.transit.empty() && waiting.source.empty(), "all queues are empty at the end");
}

std::vector<double> Engine::channel_bytes() const {
  std::vector<double> bytes;
  bytes.reserve(channels_.size());
  for (const Channel& channel : channels_) bytes.push_back(static_cast<double>(channel.bytes));
  return bytes;
}

}  // namespace vtpu::net::packet
