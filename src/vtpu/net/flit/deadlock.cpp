#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/net/flit/flit_network.h"

/// Deadlock detection: a least fixed point gives the lanes that can still move. A lane that lacks nothing can move, and
/// so can a lane that waits for one that can. The other lanes wait for ever, each only for others of them, so following
/// any of their waits leads into a cycle.
namespace vtpu::net::flit {

std::vector<FlitVc> FlitNetwork::deadlock(const Alternatives& alternatives) const {
  const std::size_t count = lane_states_.size();
  std::vector<bool> flit_coming(count);
  std::vector<bool> credit_coming(count);
  arrivals_.for_each([&](const FlitEvent& event) { flit_coming[lane_at(node_of(event), event.lane)] = true; });
  credits_.for_each([&](const CreditEvent& event) {
    if (!event.to_chip) credit_coming[lane_at(node_of(event), event.lane)] = true;
  });

  const auto owned = [&](Chip node, int out_lane) {
    return (port_of(node, out_lane >> vc_shift_).owned >> (out_lane & ((1 << vc_shift_) - 1)) & 1) != 0;
  };
  // Calls wait(lane index) for every lane that this one waits for; it can move if any one of them can. Returns false if
  // it lacks nothing.
  const auto waits = [&](Chip node, int lane, const auto& wait) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    if (state.state == LaneState::idle || state.state == LaneState::routing) return false;
    if (state.state == LaneState::waiting) {
      bool none_free = true;
      const VisitRange look = [&](PortNumber port, routing::VcRange vcs) {
        for (int vc = vcs.first; vc <= vcs.last; ++vc) {
          const int out_lane = (port.value() << vc_shift_) + vc;
          if (owned(node, out_lane))
            wait(lane_at(node, out_vcs_[lane_at(node, out_lane)].owner));
          else
            none_free = false;
        }
      };
      if (alternatives)
        alternatives(node, front(lane_at(node, lane)), look);
      else
        look(PortNumber(state.port), {state.first, state.last});
      return none_free;
    }
    const PortState& out_port = port_of(node, state.port);
    if (state.count > 0) {
      const std::size_t out = lane_at(node, (state.port << vc_shift_) + state.first);
      if (state.port == own_port().value() || out_vcs_[out].credits > 0 || credit_coming[out]) return false;
      wait(lane_at(Chip(static_cast<int>(out_port.peer_node)), out_port.peer_lane + state.first));
      return true;
    }
    // The rest of its packet is upstream.
    const int port = lane >> vc_shift_;
    if (port == own_port().value() || flit_coming[lane_at(node, lane)]) return false;
    const PortState& entered = port_of(node, port);
    const Chip upstream(static_cast<int>(entered.peer_node));
    const int out_lane = entered.peer_lane + (lane & ((1 << vc_shift_) - 1));
    wait(lane_at(upstream, out_vcs_[lane_at(upstream, out_lane)].owner));
    return true;
  };

  std::vector<bool> moves(count);
  const auto router_of = [&](std::size_t index) { return Chip(static_cast<int>(index / at(lanes_))); };
  const auto lane_of = [&](std::size_t index) { return static_cast<int>(index % at(lanes_)); };
  const auto settle = [&](std::size_t index) {
    if (moves[index]) return false;
    bool one_moves = false;
    const bool lacks = waits(router_of(index), lane_of(index), [&](std::size_t other) { one_moves |= moves[other]; });
    moves[index] = !lacks || one_moves;
    return static_cast<bool>(moves[index]);
  };
  // Sweeps in both directions, since chains of waits can run up or down through the lane numbers.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t index = 0; index < count; ++index) changed |= settle(index);
    for (std::size_t index = count; index-- > 0;) changed |= settle(index);
  }

  const auto stuck = std::find(moves.begin(), moves.end(), false);
  if (stuck == moves.end()) return {};
  std::vector<std::size_t> path = {static_cast<std::size_t>(stuck - moves.begin())};
  while (true) {
    std::optional<std::size_t> next;
    waits(router_of(path.back()), lane_of(path.back()), [&](std::size_t other) {
      if (!next) next = other;
    });
    const auto seen = std::find(path.begin(), path.end(), next.value_or(path.back()));
    if (seen == path.end()) {
      path.push_back(*next);
      continue;
    }
    std::vector<FlitVc> cycle;
    for (auto i = seen; i != path.end(); ++i) {
      const PortState& entered = port_of(router_of(*i), lane_of(*i) >> vc_shift_);
      cycle.push_back({Chip(static_cast<int>(entered.peer_node)), PortNumber(entered.peer_lane >> vc_shift_),
                       lane_of(*i) & ((1 << vc_shift_) - 1)});
    }
    return cycle;
  }
}

}  // namespace vtpu::net::flit
