#include "vtpu/net/fault/machine_topology.h"

#include <array>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/degraded.h"

namespace vtpu::net::fault {

MachineTopology::MachineTopology(std::string name, const Machine& machine, const ocs::OcsState& state, SpareUse use)
    : name_(std::move(name)),
      first_in_series_(use == SpareUse::in_series ? machine.active_count() : machine.chip_count()),
      peers_(machine.chip_count() * kPorts, kNoPort) {
  const ocs::OcsLayout& layout = state.layout();
  VTPU_CHECK(layout == ocs::OcsLayout::of(machine), "the state has the layout of the machine's switches");
  for (int link = 0; link < component_count(machine, ComponentKind::link); ++link) {
    const std::array<LinkEnd, 2> ends = link_ends(machine, link);
    const Port a{ends[0].chip, ends[0].port}, b{ends[1].chip, ends[1].port};
    peers_[channel(a)] = b;
    peers_[channel(b)] = a;
  }
  for (const Ocs ocs : index_range<Ocs>(layout.ocs_count()))
    for (const OcsPort port : index_range<OcsPort>(layout.ports_per_ocs())) {
      const ocs::Face face = layout.face_of(port);
      const int position = machine.block_shape().index_of(layout.position_of(ocs, face));
      fibre_ends_.push_back({machine.chip_at(BlockPlace{layout.block_of(port), position}),
                             PortNumber(2 * layout.dimension_of(ocs) + (face == ocs::Face::minus ? 1 : 0))});
    }
  set_state(state);
}

void MachineTopology::set_state(const ocs::OcsState& state) {
  const ocs::OcsLayout& layout = state.layout();
  const int ports = layout.ports_per_ocs();
  VTPU_CHECK(fibre_ends_.size() == static_cast<std::size_t>(layout.ocs_count() * ports), "the switches stay the same");
  for (const Ocs ocs : index_range<Ocs>(layout.ocs_count()))
    for (const OcsPort port : index_range<OcsPort>(ports)) {
      const OcsPort other = state.peer(ocs, port);
      const int first = ocs.value() * ports;
      peers_[channel(fibre_end(first + port.value()))] = other.valid() ? fibre_end(first + other.value()) : kNoPort;
    }
}

MachineTopology MachineTopology::with_peers(IndexedVector<Channel, Port> peers) const {
  VTPU_CHECK(peers.size() == peers_.size(), "one peer for each channel");
  MachineTopology other = *this;
  other.peers_ = std::move(peers);
  return other;
}

std::vector<MachineTopology> MachineTopology::examples() {
  const Result<Machine> machine = Machine::make({.sides = {4, 4, 8}, .spare_blocks = 0});
  VTPU_CHECK(machine.ok(), "the example machine is valid");
  return {MachineTopology("torus 4x4x8", *machine, whole_torus(*machine))};
}

}  // namespace vtpu::net::fault
