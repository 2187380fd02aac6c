#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/result.h"
#include "vtpu/net/packet/engine.h"
#include "vtpu/net/routing/node_name.h"
#include "vtpu/net/routing/routing.h"

/// Checks at the end of a run: either nothing is left, or packets wait for each other.
namespace vtpu::net::packet {

template <routing::Routing R, class Client>
void Engine<R, Client>::check_empty() const {
  VTPU_CHECK(injected_bytes_ == delivered_bytes_, "every injected byte is delivered");
  for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
    if (ends_[channel].target < 0) continue;
    VTPU_CHECK(!ends_[channel].busy, "every channel is idle at the end");
    for (std::size_t c = 0; c < classes_; ++c) {
      const std::size_t lane = (channel << class_bits_) + c;
      VTPU_CHECK(rooms_[lane] == all_room_[c], "all credits are returned at the end");
      for (const Queue& queue : lanes_[lane].queues) VTPU_CHECK(queue.head == kNone, "all queues are empty at the end");
    }
  }
  for (const Waiting& waiting : waiting_)
    VTPU_CHECK(waiting.transit.empty() && waiting.source.empty(), "all queues are empty at the end");
}

/// Finds a cycle: from a lane without space, follows a packet that holds its space to the lane that this packet waits
/// for, and so on.
template <routing::Routing R, class Client>
Error Engine<R, Client>::deadlock() const {
  std::vector<std::uint32_t> waits_for(lanes_.size(), kNone);  // by lane: where a packet in its far buffer waits
  const auto note = [&](const Packet& packet, std::uint32_t lane) {
    if (packet.lane != kNone) waits_for[packet.lane] = lane;
  };
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane)
    for (const Queue& queue : lanes_[lane].queues)
      for (std::uint32_t p = queue.head; p != kNone; p = packets_[p].next) note(packets_[p], lane);
  routing::Moves moves;
  for (std::size_t node = 0; node < waiting_.size(); ++node)
    for (const Undecided& undecided : waiting_[node].transit) {
      routing_.moves(static_cast<int>(node), packets_[undecided.packet].state, moves);
      note(packets_[undecided.packet], lane_of(static_cast<int>(node), moves[moves.size() - 1]));
    }

  std::vector<std::uint32_t> seen_from(lanes_.size(), kNone);
  std::string cycle;
  for (std::uint32_t first = 0; first < lanes_.size() && cycle.empty(); ++first) {
    std::uint32_t lane = first;
    while (lane != kNone && seen_from[lane] == kNone) {
      seen_from[lane] = first;
      lane = waits_for[lane];
    }
    if (lane == kNone || seen_from[lane] != first) continue;
    const std::uint32_t start = lane;
    do {
      const int channel = static_cast<int>(channel_of(lane));
      cycle += routing::node_name(network_, network_.source(channel), nullptr) + " port " +
               std::to_string(network_.port(channel)) + " class " +
               std::to_string(lane - (channel_of(lane) << class_bits_)) + " -> ";
      lane = waits_for[lane];
    } while (lane != start);
    cycle += "back to " + routing::node_name(network_, network_.source(static_cast<int>(channel_of(start))), nullptr);
  }
  return Error{"packet simulation at " + std::to_string(now()) + " ps",
               "deadlock of " + std::to_string(live_) + " packets" + (cycle.empty() ? "" : ": " + cycle),
               "a routing whose channels do not wait for each other in a cycle"};
}

}  // namespace vtpu::net::packet
