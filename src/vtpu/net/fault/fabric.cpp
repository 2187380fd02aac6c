#include "vtpu/net/fault/fabric.h"

#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

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
      for (const LinkEnd& end : link_ends(machine_, component.id))
        ends.push_back({Chip(end.chip), PortNumber(end.port)});
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

Port Fabric::working_peer(Port port, const std::vector<bool>& works) const {
  const Port far = links_.peer(port);
  return far != kNoPort && works[at(port.chip.value())] && works[at(far.chip.value())] ? far : kNoPort;
}

bool Fabric::in_use(Component component, const std::vector<bool>& works) const {
  for (const Port end : ends_of(component))
    if (working_peer(end, works) != kNoPort) return true;
  return false;
}

int Fabric::dark_links(const std::vector<bool>& works) const {
  if (!links_.mask().any()) return 0;
  int dark = 0;
  for_each_link(links_.whole(), [&](Port port, Port far) {
    dark += port < far && links_.peer(port) == kNoPort && works[at(port.chip.value())] && works[at(far.chip.value())];
  });
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
        const int chip = working_peer({Chip(queue[next]), PortNumber(port)}, works).chip.value();
        if (chip < 0 || part[at(chip)] >= 0) continue;
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
