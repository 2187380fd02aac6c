// Packets of adaptive routings, which wait in their node until one of their next hops is free.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/net/packet/engine.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::packet {

/// As arrive(). The packet chooses among its next hops only when it starts.
void Engine::arrive_undecided(std::uint32_t number) {
  const Packet& packet = packets_[number];
  const std::uint32_t from = channel_of(packet.lane);
  const Chip node = ends_[from].target;
  routing_.moves(node, packet.state, moves_);
  if (moves_.empty()) {
    events_.push(now() + duration(from, packet.bytes), event(What::tail_arrives, number));
    return;
  }
  // A faster channel must not run out of bytes, so the packet waits until its tail can follow on each of its next hops.
  Picoseconds wait = 0;
  if (uneven_)
    for (const routing::Move& move : moves_)
      wait = std::max(wait, duration(from, packet.bytes) - duration(number_of(node, move.port), packet.bytes));
  if (wait > 0)
    events_.push(now() + wait, event(What::packet_ready, number));
  else
    join_undecided(number, node, false);
}

void Engine::join_undecided(std::uint32_t packet, Chip node, bool from_source) {
  routing_.moves(node, packets_[packet].state, moves_);
  std::uint64_t ports = 0;
  for (const routing::Move& move : moves_) ports |= std::uint64_t{1} << (move.port.value() % 64);
  Waiting& waiting = waiting_[node];
  (from_source ? waiting.source : waiting.transit).push_back({packet, ports});
  serve_node(node);
}

/// Starts every packet of a node that can go. When a packet takes the last space of a lane, another one that waited for
/// it may have only its escape left, so all are tried again.
void Engine::serve_node(Chip node) {
  bool again = true;
  while (again) {
    again = false;
    Waiting& waiting = waiting_[node];
    while (serve_undecided(node, waiting.transit, false, again)) {
    }
    while (serve_undecided(node, waiting.source, true, again)) {
    }
  }
}

/// Starts the first packet of a list that can go. Sets `exhausted` if it took the last space of a lane.
bool Engine::serve_undecided(Chip node, std::vector<Undecided>& list, bool from_source, bool& exhausted) {
  std::uint64_t idle = 0;
  for (const PortNumber port : network_.ports())
    if (!ends_[number_of(node, port)].busy) idle |= std::uint64_t{1} << (port.value() % 64);
  if (idle == 0) return false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if ((list[i].ports & idle) == 0) continue;
    const std::uint32_t number = list[i].packet;
    Packet& packet = packets_[number];
    routing_.moves(node, packet.state, moves_);
    const routing::Move* best = best_free(node);
    if (best == nullptr) continue;
    routing_.advance(node, packet.state, *best);
    const std::uint32_t lane = lane_of(node, *best);
    exhausted = exhausted || rooms_[lane] == 1;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    send(number, lane, from_source);
    return true;
  }
  return false;
}

/// The move of `moves_` over a free channel with most buffer space; an escape only if no other move has space.
const routing::Move* Engine::best_free(Chip node) const {
  const routing::Move* best = nullptr;
  std::int32_t most = 0;
  for (const bool escape : {false, true}) {
    bool room_ahead = false;
    for (const routing::Move& move : moves_) {
      if ((move.probability > 0) == escape) continue;
      const std::uint32_t lane = lane_of(node, move);
      const std::int32_t room = rooms_[lane];
      room_ahead = room_ahead || room > 0;
      if (room > most && !ends_[channel_of(lane)].busy) {
        best = &move;
        most = room;
      }
    }
    if (best != nullptr || room_ahead) break;
  }
  return best;
}

}  // namespace vtpu::net::packet
