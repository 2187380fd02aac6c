#include "vtpu/net/flit/flit_network.h"

#include <algorithm>

#include "vtpu/base/check.h"

namespace vtpu::net::flit {

FlitNetwork::FlitNetwork(const Network& network, const Config& config)
    : config_(config),
      nodes_(network.node_count()),
      ports_(network.port_count() + 1),
      vc_shift_(std::bit_width(static_cast<unsigned>(config.vcs - 1))),
      lanes_(ports_ << vc_shift_),
      words_per_set_((lanes_ + 63) / 64),
      busy_((at(nodes_) + 63) / 64),
      words_(at(nodes_) * kSets * at(words_per_set_)),
      lane_states_(at(nodes_) * at(lanes_)),
      flits_(at(nodes_) * at(lanes_) * at(config.vc_buffer_flits)),
      out_vcs_(at(nodes_) * at(lanes_)),
      port_states_(at(nodes_) * at(ports_)),
      source_credits_(at(network.chip_count()) * at(config.vcs), static_cast<std::uint16_t>(config.vc_buffer_flits)),
      source_last_vc_(at(network.chip_count()), static_cast<std::uint8_t>(config.vcs - 1)),
      arrivals_(config.timing.hop() + static_cast<int>(config.most_link_cycles(network))),
      ejections_(config.timing.hop()),
      credits_(config.timing.credit() + static_cast<int>(config.most_link_cycles(network))),
      best_(at(lanes_)),
      grants_(at(lanes_)),
      asked_(at(ports_)) {
  for (OutVc& out : out_vcs_) out.credits = static_cast<std::uint16_t>(config.vc_buffer_flits);
  const int own = own_port().value();
  if (config.most_link_cycles(network) > 0) link_cycles_.resize(at(nodes_) * at(ports_));
  for (const Chip node : network.nodes()) {
    for (const PortNumber port : network.ports()) {
      const Channel channel = network.channel(node, port);
      if (!network.attached(channel)) continue;
      const Channel back = network.reverse(channel);
      PortState& state = port_of(node, port.value());
      state.peer_node = static_cast<std::uint32_t>(network.source(back).value());
      state.peer_lane = static_cast<std::uint16_t>(network.port(back).value() << vc_shift_);
      if (!link_cycles_.empty())
        link_cycles_[at(node.value()) * at(ports_) + at(port.value())] =
            static_cast<std::uint32_t>(config.link_cycles(network.link(channel)));
    }
    port_of(node, own).peer_node = static_cast<std::uint32_t>(node.value());
    port_of(node, own).peer_lane = static_cast<std::uint16_t>(own << vc_shift_);
  }
}

void FlitNetwork::prefetch_router(Chip node) const {
  constexpr std::size_t kCacheLine = 64;
  const auto lines = [](const auto* first, int count) {
    const char* const from = reinterpret_cast<const char*>(first);
    for (std::size_t byte = 0; byte < at(count) * sizeof(*first); byte += kCacheLine) __builtin_prefetch(from + byte);
  };
  lines(&lane_states_[lane_at(node, 0)], lanes_);
  lines(&out_vcs_[lane_at(node, 0)], lanes_);
  lines(&port_of(node, 0), ports_);
}

void FlitNetwork::prefetch_rings(Chip node) const {
  // A plain loop, since the compiler removes a function object that only prefetches as having no effect.
  const std::uint64_t* ready = words(node, kReady);
  for (int word = 0; word < words_per_set_; ++word)
    for (std::uint64_t bits = ready[word]; bits != 0; bits &= bits - 1) {
      const std::size_t index = lane_at(node, word * 64 + std::countr_zero(bits));
      const Lane& state = lane_states_[index];
      if (state.count > 1) __builtin_prefetch(&flits_[index * at(config_.vc_buffer_flits) + state.second]);
    }
}

int FlitNetwork::injection_vc(Chip chip) const {
  int vc = source_last_vc_[at(chip.value())];
  for (int tried = 0; tried < config_.vcs; ++tried) {
    if (++vc == config_.vcs) vc = 0;
    if (has_room(chip, vc)) return vc;
  }
  return -1;
}

void FlitNetwork::inject(Chip chip, int vc, Flit flit) {
  if (flit.head()) source_last_vc_[at(chip.value())] = static_cast<std::uint8_t>(vc);
  --source_credits_[source_at(chip, vc)];
  ++flits_inside_;
  moved_ = true;
  arrivals_.send(now_ + static_cast<std::uint64_t>(config_.timing.injection()),
                 {static_cast<std::uint32_t>(chip.value()), flit,
                  static_cast<std::uint16_t>((own_port().value() << vc_shift_) + vc)});
}

void FlitNetwork::take_flit(const FlitEvent& event) {
  const Chip node = node_of(event);
  const std::size_t index = lane_at(node, event.lane);
  Lane& lane = lane_states_[index];
  if (lane.count == 0) {
    lane.head = event.flit;
  } else {
    int place = lane.second + lane.count - 1;
    if (place >= config_.vc_buffer_flits) place -= config_.vc_buffer_flits;
    slot(index, place) = event.flit;
  }
  ++lane.count;
  if (lane.state == LaneState::idle) {
    lane.state = LaneState::routing;
    insert(node, kHeads, event.lane);
  } else if (lane.count == 1) {
    // An active lane that had run out of flits.
    if (out_vcs_[lane_at(node, (lane.port << vc_shift_) + lane.first)].credits > 0) insert(node, kReady, event.lane);
  }
}

void FlitNetwork::take_credit(const CreditEvent& event) {
  const Chip node = node_of(event);
  if (event.to_chip) {
    ++source_credits_[source_at(node, event.lane)];
    return;
  }
  OutVc& out = out_vcs_[lane_at(node, event.lane)];
  if (out.credits++ > 0) return;
  const int vc = event.lane & ((1 << vc_shift_) - 1);
  if ((port_of(node, event.lane >> vc_shift_).owned >> vc & 1) == 0) return;
  if (lane_states_[lane_at(node, out.owner)].count > 0) insert(node, kReady, out.owner);
}

void FlitNetwork::request(Chip node, int lane, PortNumber port, routing::VcRange vcs) {
  Lane& state = lane_states_[lane_at(node, lane)];
  state.port = static_cast<std::uint8_t>(port.value());
  state.first = static_cast<std::uint8_t>(vcs.first);
  state.last = static_cast<std::uint8_t>(vcs.last);
}

int FlitNetwork::free_room(Chip node, PortNumber port, routing::VcRange vcs) const {
  const std::uint32_t owned = port_of(node, port.value()).owned;
  int room = 0;
  for (int vc = vcs.first; vc <= vcs.last; ++vc)
    if ((owned >> vc & 1) == 0) room += 1 + out_vcs_[lane_at(node, (port.value() << vc_shift_) + vc)].credits;
  return room;
}

bool FlitNetwork::has_work(Chip node) const {
  const std::uint64_t* sets = words(node, kHeads);
  return std::any_of(sets, sets + kSets * words_per_set_, [](std::uint64_t word) { return word != 0; });
}

void FlitNetwork::end_step(Chip node, const Words& routed) {
  std::uint64_t* waiting = words(node, kWaiting);
  for (int word = 0; word < words_per_set_; ++word) {
    waiting[word] |= routed[at(word)];
    for (std::uint64_t bits = routed[at(word)]; bits != 0; bits &= bits - 1) {
      lane_states_[lane_at(node, word * 64 + std::countr_zero(bits))].state = LaneState::waiting;
      moved_ = true;
    }
  }
  for (const int lane : granted_) {
    const Lane& state = lane_states_[lane_at(node, lane)];
    if (out_vcs_[lane_at(node, (state.port << vc_shift_) + state.first)].credits > 0) insert(node, kReady, lane);
  }
}

void FlitNetwork::send(Chip node, int lane) {
  const std::size_t index = lane_at(node, lane);
  Lane& from = lane_states_[index];
  const Flit flit = from.head;
  if (--from.count > 0) {
    from.head = slot(index, from.second);
    if (++from.second == config_.vc_buffer_flits) from.second = 0;
  }
  moved_ = true;

  const int out_lane = (from.port << vc_shift_) + from.first;
  OutVc& out = out_vcs_[lane_at(node, out_lane)];
  --out.credits;
  PortState& leaving = port_of(node, from.port);
  ++leaving.flits;
  const std::uint64_t due = now_ + static_cast<std::uint64_t>(config_.timing.hop());
  if (from.port == own_port().value())
    ejections_.send(due, {leaving.peer_node, flit, static_cast<std::uint16_t>(out_lane)});
  else
    arrivals_.send(due + link_cycles(node, from.port),
                   {leaving.peer_node, flit, static_cast<std::uint16_t>(leaving.peer_lane + from.first)});

  const int port = lane >> vc_shift_;
  const int vc = lane & ((1 << vc_shift_) - 1);
  const PortState& entered = port_of(node, port);
  const bool from_chip = port == own_port().value();
  credits_.send(now_ + static_cast<std::uint64_t>(config_.timing.credit()) + link_cycles(node, port),
                {entered.peer_node, static_cast<std::uint16_t>(from_chip ? vc : entered.peer_lane + vc), from_chip});

  if (flit.tail()) {
    leaving.owned &= ~(std::uint32_t{1} << from.first);
    erase(node, kReady, lane);
    from.state = LaneState::idle;
    if (from.count > 0) {
      from.state = LaneState::routing;
      insert(node, kHeads, lane);
    }
  } else if (from.count == 0 || out.credits == 0) {
    erase(node, kReady, lane);
  }
}

void FlitNetwork::skip_to(std::uint64_t cycle) {
  VTPU_CHECK(flits_inside_ == 0 && credits_.empty() && cycle >= now_, "only cycles without work are skipped");
  now_ = cycle;
}

void FlitNetwork::skip_waiting(std::uint64_t limit) {
  if (link_cycles_.empty() || moved_ || limit <= now_) return;
  if (arrivals_.empty() && credits_.empty() && ejections_.empty()) return;
  // The routers have decided what they can. Only an arrival changes what they see.
  now_ = std::min({arrivals_.next_due(now_, limit), credits_.next_due(now_, limit), ejections_.next_due(now_, limit)});
}

bool FlitNetwork::at_rest() const {
  const auto full = static_cast<std::uint16_t>(config_.vc_buffer_flits);
  return flits_inside_ == 0 && arrivals_.empty() && ejections_.empty() && credits_.empty() &&
         std::all_of(lane_states_.begin(), lane_states_.end(),
                     [](const Lane& lane) { return lane.count == 0 && lane.state == LaneState::idle; }) &&
         std::all_of(out_vcs_.begin(), out_vcs_.end(), [full](const OutVc& out) { return out.credits == full; }) &&
         std::all_of(port_states_.begin(), port_states_.end(), [](const PortState& port) { return port.owned == 0; }) &&
         std::all_of(source_credits_.begin(), source_credits_.end(),
                     [full](std::uint16_t credits) { return credits == full; });
}

bool FlitNetwork::stalled() const {
  return !moved_ && flits_inside_ > 0 && arrivals_.empty() && ejections_.empty() && credits_.empty();
}

}  // namespace vtpu::net::flit
