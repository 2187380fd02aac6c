#include <bit>

#include "vtpu/net/flit/flit_network.h"

/// The two allocators of a router, each one iteration of iSLIP. Every free output grants the first request at or after
/// its pointer, every granted input accepts the first grant at or after its own pointer, and both pointers of a matched
/// pair move one beyond the partner.
namespace vtpu::net::flit {
namespace {

/// The lowest set bit at or after `from`, with wrap-around.
template <class Bits>
int first_from(Bits bits, int from) {
  const Bits after = bits >> from << from;
  return std::countr_zero(after != 0 ? after : bits);
}

constexpr std::uint32_t vc_bits(int first, int last) {
  return static_cast<std::uint32_t>((std::uint64_t{2} << last) - (std::uint64_t{1} << first));
}

}  // namespace

void FlitNetwork::grant_vc(Chip node, int lane, std::uint32_t granted) {
  Lane& state = lane_states_[lane_at(node, lane)];
  // A lane requests only one port, so its pointer matters only within that port.
  const int first_out_lane = state.port << vc_shift_;
  const int pointer = state.accept - first_out_lane;
  const int vc = first_from(granted, pointer > 0 && pointer < config_.vcs ? pointer : 0);
  OutVc& out = out_vcs_[lane_at(node, first_out_lane + vc)];
  out.owner = static_cast<std::uint16_t>(lane);
  out.grant = static_cast<std::uint16_t>(lane + 1);
  port_of(node, state.port).owned |= std::uint32_t{1} << vc;
  state.accept = static_cast<std::uint16_t>(first_out_lane + vc + 1);
  state.first = static_cast<std::uint8_t>(vc);
  state.state = LaneState::active;
  erase(node, kWaiting, lane);
  granted_.push_back(lane);
  moved_ = true;
}

std::uint32_t FlitNetwork::free_vcs(Chip node, const Lane& lane) const {
  return vc_bits(lane.first, lane.last) & ~port_of(node, lane.port).owned;
}

void FlitNetwork::allocate_vcs(Chip node) {
  granted_.clear();
  std::uint64_t asked = 0;      // ports at which a free virtual channel is requested
  std::uint64_t contested = 0;  // of these, requested by more than one lane
  for_each_lane(node, kWaiting, [&](int lane, Flit) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    if (free_vcs(node, state) == 0) return;
    const std::uint64_t port = std::uint64_t{1} << state.port;
    contested |= asked & port;
    asked |= port;
  });
  if (asked == 0) return;
  if (contested != 0) allocate_contested(node, contested);
  // A lane alone at its port is granted everything it requests.
  for_each_lane(node, kWaiting, [&](int lane, Flit) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    if ((contested >> state.port & 1) != 0) return;
    if (const std::uint32_t free = free_vcs(node, state); free != 0) grant_vc(node, lane, free);
  });
}

void FlitNetwork::allocate_contested(Chip node, std::uint64_t ports) {
  for_each_lane(node, kWaiting, [&](int lane, Flit) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    if ((ports >> state.port & 1) == 0) return;
    const std::uint32_t free = free_vcs(node, state);
    const std::uint32_t asked_before = asked_[state.port];
    for (std::uint32_t bits = free; bits != 0; bits &= bits - 1) {
      const int vc = std::countr_zero(bits);
      const int out_lane = (state.port << vc_shift_) + vc;
      std::uint16_t& best = best_[at(out_lane)];
      const std::uint16_t pointer = out_vcs_[lane_at(node, out_lane)].grant;
      // Lanes come in rising order, so a later lane replaces an earlier one only if the earlier is below the pointer.
      if ((asked_before >> vc & 1) == 0 || (best < pointer && lane >= pointer)) best = static_cast<std::uint16_t>(lane);
    }
    asked_[state.port] = asked_before | free;
  });

  winners_.clear();
  for (; ports != 0; ports &= ports - 1) {
    const int port = std::countr_zero(ports);
    for (std::uint32_t bits = asked_[at(port)]; bits != 0; bits &= bits - 1) {
      const int vc = std::countr_zero(bits);
      const std::uint16_t lane = best_[at((port << vc_shift_) + vc)];
      if (grants_[lane] == 0) winners_.push_back(lane);
      grants_[lane] |= std::uint32_t{1} << vc;
    }
    asked_[at(port)] = 0;
  }
  for (const int lane : winners_) {
    grant_vc(node, lane, grants_[at(lane)]);
    grants_[at(lane)] = 0;
  }
}

void FlitNetwork::allocate_switch(Chip node) {
  const std::uint64_t* ready = words(node, kReady);
  std::array<std::uint64_t, kMostFlitPorts + 2> inputs_of;   // by requested output: the requesting inputs
  std::array<std::uint64_t, kMostFlitPorts + 2> outputs_of;  // by granted input: the granting outputs
  std::uint64_t outputs = 0;
  std::uint64_t inputs = 0;
  for (int word = 0; word < words_per_set_; ++word)
    for (std::uint64_t bits = ready[word]; bits != 0; bits &= bits - 1) {
      const int lane = word * 64 + std::countr_zero(bits);
      const int output = lane_states_[lane_at(node, lane)].port;
      if ((outputs >> output & 1) == 0) inputs_of[at(output)] = 0;
      outputs |= std::uint64_t{1} << output;
      inputs_of[at(output)] |= std::uint64_t{1} << (lane >> vc_shift_);
    }

  for (std::uint64_t bits = outputs; bits != 0; bits &= bits - 1) {
    const int output = std::countr_zero(bits);
    const int input = first_from(inputs_of[at(output)], port_of(node, output).grant);
    if ((inputs >> input & 1) == 0) outputs_of[at(input)] = 0;
    inputs |= std::uint64_t{1} << input;
    outputs_of[at(input)] |= std::uint64_t{1} << output;
  }

  for (std::uint64_t bits = inputs; bits != 0; bits &= bits - 1) {
    const int input = std::countr_zero(bits);
    const int output = first_from(outputs_of[at(input)], port_of(node, input).accept);
    connect(node, input, output);
  }
}

void FlitNetwork::connect(Chip node, int input, int output) {
  PortState& in = port_of(node, input);
  port_of(node, output).grant = static_cast<std::uint8_t>(input + 1 == ports_ ? 0 : input + 1);
  in.accept = static_cast<std::uint8_t>(output + 1 == ports_ ? 0 : output + 1);
  // Of the input's virtual channels that request this output, the first at or after the pointer.
  const int lane_of_port = input << vc_shift_;
  std::uint64_t vcs = words(node, kReady)[lane_of_port >> 6] >> (lane_of_port & 63) & vc_bits(0, config_.vcs - 1);
  std::uint32_t wanting = 0;
  for (; vcs != 0; vcs &= vcs - 1) {
    const int vc = std::countr_zero(vcs);
    if (lane_states_[lane_at(node, lane_of_port + vc)].port == output) wanting |= std::uint32_t{1} << vc;
  }
  const int vc = first_from(wanting, in.vc);
  in.vc = static_cast<std::uint8_t>(vc + 1 == config_.vcs ? 0 : vc + 1);
  send(node, lane_of_port + vc);
}

}  // namespace vtpu::net::flit
