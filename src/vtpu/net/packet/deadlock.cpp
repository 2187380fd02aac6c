#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/link_names.h"
#include "vtpu/net/packet/engine.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::packet {

/// Finds a cycle: from a lane without space, follows a packet that holds its space to the lane that this packet waits
/// for, and so on.
Error Engine::deadlock() const {
  std::vector<std::uint32_t> waits_for(lanes_.size(), kNone);  // by lane: where a packet in its far buffer waits
  const auto note = [&](const Packet& packet, std::uint32_t lane) {
    if (packet.lane != kNone) waits_for[packet.lane] = lane;
  };
  const auto note_all = [&](const Queue& queue, std::uint32_t lane) {
    for (std::uint32_t p = queue.head; p != kNone; p = packets_[p].next) note(packets_[p], lane);
  };
  for (std::uint32_t lane = 0; lane < lanes_.size(); ++lane)
    for (const Queue& queue : lanes_[lane].queues) note_all(queue, lane);
  for (std::uint32_t lane = 0; lane < ranked_.size(); ++lane)
    for (const Ranked& waiting : ranked_[lane]) note_all(waiting.queue, lane);
  routing::Moves moves;
  for (const Chip node : waiting_.indices())
    for (const Undecided& undecided : waiting_[node].transit) {
      routing_.moves(node, packets_[undecided.packet].state, moves);
      note(packets_[undecided.packet], lane_of(node, moves[moves.size() - 1]));
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
      const net::Channel channel(static_cast<int>(channel_of(lane)));
      cycle += channel_name(network_, channel) + " class " + std::to_string(lane - (channel_of(lane) << class_bits_)) +
               ", then ";
      lane = waits_for[lane];
    } while (lane != start);
    cycle += channel_name(network_, net::Channel(static_cast<int>(channel_of(start)))) + " again";
  }
  return Error{"packet simulation at " + std::to_string(now()) + " ps",
               "deadlock of " + std::to_string(live_) + " packets" + (cycle.empty() ? "" : ": " + cycle),
               "a routing whose channels do not wait for each other in a cycle"};
}

}  // namespace vtpu::net::packet
