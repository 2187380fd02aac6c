#include "vtpu/net/fault/fabric.h"

#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::net::fault {

Fabric::Fabric(const Machine& machine, ocs::OcsState state)
    : machine_(machine),
      state_(std::move(state)),
      links_(MachineTopology("fabric", machine, state_)),
      failed_(machine.chip_count() * kPorts, 0) {}

void Fabric::set_state(ocs::OcsState state) {
  VTPU_CHECK(state.layout() == state_.layout(), "the switches stay the same");
  state_ = std::move(state);
  MachineTopology whole = links_.whole();
  whole.set_state(state_);
  links_ = MaskedTopology(std::move(whole), links_.mask());
}

std::vector<Port> Fabric::ends_of(Component component) const {
  const int ports = state_.layout().ports_per_ocs();
  const MachineTopology& whole = links_.whole();
  std::vector<Port> ends;
  switch (component.kind) {
    case ComponentKind::link:
      for (const LinkEnd& end : link_ends(machine_, component.id)) ends.push_back({end.chip, end.port});
      break;
    case ComponentKind::fibre: ends.push_back(whole.fibre_end(component.id)); break;
    case ComponentKind::ocs:
      for (int port = 0; port < ports; ++port) ends.push_back(whole.fibre_end(component.id * ports + port));
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
  for (const Port end : ends_of(component)) {
    int& failed = failed_[Channel(end.chip.value() * kPorts + end.number.value())];
    failed += by;
    VTPU_CHECK(failed >= 0, "only a failed component is repaired");
    links_.set_end(end, failed > 0);
  }
}

Port Fabric::working_peer(Port port, const IndexedVector<Chip, bool>& works) const {
  const Port far = links_.peer(port);
  return far != kNoPort && works[port.chip] && works[far.chip] ? far : kNoPort;
}

bool Fabric::in_use(Component component, const IndexedVector<Chip, bool>& works) const {
  for (const Port end : ends_of(component))
    if (working_peer(end, works) != kNoPort) return true;
  return false;
}

int Fabric::dark_links(const IndexedVector<Chip, bool>& works) const {
  if (!links_.mask().any()) return 0;
  int dark = 0;
  for_each_link(links_.whole(), [&](Port port, Port far) {
    dark += port < far && links_.peer(port) == kNoPort && works[port.chip] && works[far.chip];
  });
  return dark;
}

IndexedVector<Chip, bool> Fabric::largest_part(const IndexedVector<Chip, bool>& works) const {
  const int chips = machine_.chip_count();
  IndexedVector<Chip, Chip> part(chips, Chip::none());
  std::vector<Chip> queue;
  Chip largest = Chip::none();
  std::size_t largest_size = 0;
  for (const Chip first : part.indices()) {
    if (!works[first] || part[first].valid()) continue;
    queue.assign(1, first);
    part[first] = first;
    for (std::size_t next = 0; next < queue.size(); ++next)
      for (const PortNumber port : index_range<PortNumber>(kPorts)) {
        const Chip chip = working_peer({queue[next], port}, works).chip;
        if (!chip.valid() || part[chip].valid()) continue;
        part[chip] = first;
        queue.push_back(chip);
      }
    if (queue.size() > largest_size) {
      largest = first;
      largest_size = queue.size();
    }
  }
  IndexedVector<Chip, bool> inside(chips, false);
  for (const Chip chip : inside.indices()) inside[chip] = largest.valid() && part[chip] == largest;
  return inside;
}

}  // namespace vtpu::net::fault
