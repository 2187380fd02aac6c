#include "vtpu/net/fault/fabric.h"

#include <array>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::net::fault {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

}  // namespace

Fabric::Fabric(const Machine& machine, ocs::OcsState state)
    : machine_(machine),
      state_(std::move(state)),
      peer_(at(machine.chip_count() * kPorts), -1),
      failed_(at(machine.chip_count() * kPorts), 0) {
  VTPU_CHECK(state_.layout() == ocs::OcsLayout::of(machine), "the state has the layout of the machine's switches");
  for (int link = 0; link < component_count(machine, ComponentKind::link); ++link) {
    const std::array<LinkEnd, 2> ends = link_ends(machine, link);
    const int a = ends[0].chip * kPorts + ends[0].port;
    const int b = ends[1].chip * kPorts + ends[1].port;
    peer_[at(a)] = b;
    peer_[at(b)] = a;
  }
  const ocs::OcsLayout& layout = state_.layout();
  for (int ocs = 0; ocs < layout.ocs_count(); ++ocs)
    for (int port = 0; port < layout.ports_per_ocs(); ++port) {
      const ocs::Face face = layout.face_of(port);
      const int position = machine.block_shape().index_of(layout.position_of(ocs, face));
      end_of_port_.push_back(machine.chip_at(BlockPlace{layout.block_of(port), position}) * kPorts +
                             2 * layout.dimension_of(ocs) + (face == ocs::Face::minus ? 1 : 0));
    }
  wire();
}

void Fabric::set_state(ocs::OcsState state) {
  VTPU_CHECK(state.layout() == state_.layout(), "the switches stay the same");
  state_ = std::move(state);
  wire();
}

void Fabric::wire() {
  const ocs::OcsLayout& layout = state_.layout();
  for (int ocs = 0; ocs < layout.ocs_count(); ++ocs)
    for (int port = 0; port < layout.ports_per_ocs(); ++port) {
      const int other = state_.peer(ocs, port);
      const int base = ocs * layout.ports_per_ocs();
      peer_[at(end_of_port_[at(base + port)])] = other < 0 ? -1 : end_of_port_[at(base + other)];
    }
}

std::vector<int> Fabric::ends_of(Component component) const {
  const ocs::OcsLayout& layout = state_.layout();
  std::vector<int> ends;
  switch (component.kind) {
    case ComponentKind::link:
      for (const LinkEnd& end : link_ends(machine_, component.id)) ends.push_back(end.chip * kPorts + end.port);
      break;
    case ComponentKind::fibre: ends.push_back(end_of_port_[at(component.id)]); break;
    case ComponentKind::ocs:
      for (int port = 0; port < layout.ports_per_ocs(); ++port)
        ends.push_back(end_of_port_[at(component.id * layout.ports_per_ocs() + port)]);
      break;
    case ComponentKind::chip:
    case ComponentKind::host:
    case ComponentKind::block:
    case ComponentKind::rack:
    case ComponentKind::volume: break;
  }
  return ends;
}

void Fabric::change(Component component, int by) {
  for (const int end : ends_of(component)) {
    failed_[at(end)] += by;
    VTPU_CHECK(failed_[at(end)] >= 0, "only a failed component is repaired");
  }
  failed_count_ += by;
}

bool Fabric::carries(int end) const { return set_up(end) && failed_[at(end)] == 0 && failed_[at(peer_[at(end)])] == 0; }

bool Fabric::in_use(Component component, const std::vector<bool>& works) const {
  for (const int end : ends_of(component))
    if (carries(end) && works[at(end / kPorts)] && works[at(peer_[at(end)] / kPorts)]) return true;
  return false;
}

int Fabric::dark_links(const std::vector<bool>& works) const {
  if (failed_count_ == 0) return 0;
  int dark = 0;
  for (int end = 0; at(end) < peer_.size(); ++end)
    dark += end < peer_[at(end)] && !carries(end) && works[at(end / kPorts)] && works[at(peer_[at(end)] / kPorts)];
  return dark;
}

std::vector<bool> Fabric::largest_part(const std::vector<bool>& works) const {
  const int chips = machine_.chip_count();
  std::vector<int> part(at(chips), -1);
  std::vector<int> queue;
  int largest = -1;
  std::size_t largest_size = 0;
  for (int first = 0; first < chips; ++first) {
    if (!works[at(first)] || part[at(first)] >= 0) continue;
    queue.assign(1, first);
    part[at(first)] = first;
    for (std::size_t next = 0; next < queue.size(); ++next)
      for (int port = 0; port < kPorts; ++port) {
        const int end = queue[next] * kPorts + port;
        if (!carries(end)) continue;
        const int chip = peer_[at(end)] / kPorts;
        if (!works[at(chip)] || part[at(chip)] >= 0) continue;
        part[at(chip)] = first;
        queue.push_back(chip);
      }
    if (queue.size() > largest_size) {
      largest = first;
      largest_size = queue.size();
    }
  }
  std::vector<bool> inside(at(chips), false);
  for (int chip = 0; chip < chips; ++chip) inside[at(chip)] = largest >= 0 && part[at(chip)] == largest;
  return inside;
}

}  // namespace vtpu::net::fault
