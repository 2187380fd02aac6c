#include "vtpu/net/packet/ring_all_reduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/net/packet/any_routing.h"
#include "vtpu/net/packet/engine.h"

namespace vtpu::net::packet {
namespace {

/// Sends every packet over a link that joins its source with its destination.
class OneLink final : public AnyRouting {
 public:
  explicit OneLink(const Network& network) : network_(network) {}

  std::string name() const override { return "one link"; }
  bool adaptive() const override { return false; }
  int vc_classes() const override { return 1; }
  routing::VcRange vcs_of(int, int vcs) const override { return {0, vcs - 1}; }
  bool reaches(Chip, Chip) const override { return true; }
  PacketState start(Chip, Chip destination, Random&) const override {
    PacketState state;
    advance_to(state, destination);
    return state;
  }
  void moves(Chip node, const PacketState& state, routing::Moves& moves) const override {
    moves.clear();
    Chip destination;
    std::memcpy(&destination, state.bytes.data(), sizeof destination);
    if (node == destination) return;
    int links = 0;
    const auto leads = [&](PortNumber port) {
      const Channel channel = network_.channel(node, port);
      return network_.attached(channel) && network_.target(channel) == destination;
    };
    for (const PortNumber port : network_.ports()) links += leads(port);
    for (const PortNumber port : network_.ports())
      if (leads(port)) moves.add({port, 0, 1.0 / links});
  }
  void advance(Chip, PacketState&, const routing::Move&) const override {}
  const routing::Move* draw(Chip node, PacketState& state, Random& random, routing::Moves& found) const override {
    moves(node, state, found);
    return found.empty() ? nullptr : &drawn(found, random);
  }

 private:
  static void advance_to(PacketState& state, Chip destination) {
    std::memcpy(state.bytes.data(), &destination, sizeof destination);
  }

  const Network& network_;
};

/// A ring in one direction, as a chip's place in it and the chip at a place.
class RingStreams {
 public:
  explicit RingStreams(const std::vector<collective::Ring>& rings)
      : chips_(static_cast<std::uint32_t>(rings[0].size())) {
    for (const collective::Ring& ring : rings) {
      order_.insert(order_.end(), ring.begin(), ring.end());
      order_.insert(order_.end(), ring.rbegin(), ring.rend());
    }
  }
  std::uint32_t chips() const { return chips_; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(order_.size()) / chips_; }
  /// A place is stream · chips + position.
  std::uint32_t places() const { return static_cast<std::uint32_t>(order_.size()); }
  Chip chip(std::uint32_t place) const { return order_[place]; }
  std::uint32_t next(std::uint32_t place) const {
    return place % chips_ + 1 == chips_ ? place + 1 - chips_ : place + 1;
  }

 private:
  std::uint32_t chips_;
  std::vector<Chip> order_;
};

/// Creates the packets, as a client of Engine. The tag of a packet is the place of its sender. All packets of a stream
/// that arrive at a chip come over one link and in order, so counting them is enough.
class RingSource {
 public:
  RingSource(const Network& network, const AnyRouting& routing, const RingStreams& streams,
             const RingAllReduce& all_reduce, const Config& config)
      : streams_(streams),
        buffer_bytes_(all_reduce.buffer_bytes),
        pieces_(static_cast<std::uint64_t>(all_reduce.pieces)),
        packets_(packets_of_piece(streams, all_reduce, config)),
        to_send_(2 * (std::uint64_t{streams.chips()} - 1) * pieces_ * packets_),
        arrived_(streams.places(), 0),
        engine_(network, routing, config, *this) {}

  /// Packets that a piece takes, all of the same size up to one byte.
  static std::uint64_t packets_of_piece(const RingStreams& streams, const RingAllReduce& all_reduce,
                                        const Config& config) {
    const std::uint64_t pieces = std::uint64_t{streams.places()} * static_cast<std::uint64_t>(all_reduce.pieces);
    const auto packet = static_cast<std::uint64_t>(config.packet_bytes);
    return (all_reduce.buffer_bytes / pieces + packet) / packet;
  }

  Result<void> run(const workload::Watch& watch) {
    for (std::uint32_t place = 0; place < streams_.places(); ++place)
      for (std::uint64_t number = 0; number < pieces_ * packets_; ++number) offer(place, number);
    if (const Result<void> end = engine_.run(watch); !end) return end;
    VTPU_CHECK(done() == 1, "every packet of every chip has arrived");
    return {};
  }

  void sent(std::uint32_t, std::uint32_t, bool) {}
  void delivered(std::uint32_t tag, std::uint32_t) {
    const std::uint32_t place = streams_.next(tag);
    const std::uint64_t arrived = ++arrived_[place];
    ++all_arrived_;
    if (arrived % packets_ != 0) return;
    // A whole piece: the chip passes it on, as the piece that comes one chunk later in its own order.
    for (std::uint64_t number = arrived - packets_; number < arrived; ++number)
      if (number + pieces_ * packets_ < to_send_) offer(place, number + pieces_ * packets_);
  }
  void timer(std::uint32_t) {}
  double done() const {
    return static_cast<double>(all_arrived_) / (static_cast<double>(to_send_) * streams_.places());
  }
  const Engine& engine() const { return engine_; }

 private:
  /// Offers packet `number` of a place. In its step t, the chip at position p sends chunk p - t.
  void offer(std::uint32_t place, std::uint64_t number) {
    const std::uint64_t chips = streams_.chips(), of_chunk = pieces_ * packets_;
    const std::uint64_t stream = place / chips, position = place % chips;
    const std::uint64_t chunk = (position + 2 * chips - number / of_chunk) % chips;
    const std::uint64_t part = (stream * chips + chunk) * of_chunk + number % of_chunk;
    const std::uint64_t parts = std::uint64_t{streams_.places()} * of_chunk;
    const std::uint64_t bytes = begin(part + 1, parts) - begin(part, parts);
    engine_.offer(streams_.chip(place), streams_.chip(streams_.next(place)), static_cast<std::uint32_t>(bytes), place);
  }
  /// Where a part of the buffer begins if all parts are equal up to one byte.
  std::uint64_t begin(std::uint64_t part, std::uint64_t parts) const {
    return buffer_bytes_ / parts * part + buffer_bytes_ % parts * part / parts;
  }

  const RingStreams& streams_;
  std::uint64_t buffer_bytes_;
  std::uint64_t pieces_;
  std::uint64_t packets_;               // of a piece
  std::uint64_t to_send_;               // packets of each place
  std::vector<std::uint64_t> arrived_;  // packets, by place
  std::uint64_t all_arrived_ = 0;
  Engine engine_;
};

}  // namespace

Result<RingAllReduceResult> run_ring_all_reduce(const Network& network, const std::vector<collective::Ring>& rings,
                                                const RingAllReduce& all_reduce, const Config& config,
                                                const workload::Watch& watch) {
  if (rings.empty()) return Error{"rings", "found none", "at least one"};
  if (const Result<void> proof = collective::check_rings(network, rings); !proof) return proof.error();
  const OneLink routing(network);
  if (const Result<void> valid = check(config, network, routing.vc_classes()); !valid) return valid.error();
  constexpr int kMostPieces = 1024;
  if (all_reduce.pieces < 1 || all_reduce.pieces > kMostPieces)
    return Error{"pieces", fmt::format("found {}", all_reduce.pieces), fmt::format("1 to {}", kMostPieces)};
  const RingStreams streams(rings);
  const std::uint64_t least = streams.places() * static_cast<std::uint64_t>(all_reduce.pieces) *
                              RingSource::packets_of_piece(streams, all_reduce, config);
  constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;
  if (all_reduce.buffer_bytes < least || all_reduce.buffer_bytes > kMostBytes)
    return Error{"buffer", fmt::format("found {} bytes", all_reduce.buffer_bytes),
                 fmt::format("{} (one for each packet of all parts) to {}", least, kMostBytes)};
  RingSource source(network, routing, streams, all_reduce, config);
  if (const Result<void> end = source.run(watch); !end) return end.error();
  return RingAllReduceResult{static_cast<double>(source.engine().now()) * 1e-3, source.engine().packet_hops(),
                             source.engine().channel_bytes()};
}

}  // namespace vtpu::net::packet
