#include "vtpu/net/fault/degraded.h"

#include <fmt/core.h>

#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/slice.h"

namespace vtpu::net::fault {
namespace {

/// Ring r of a dimension as blocks, in the order of the circuits that close it.
Block block_on_ring(const Shape& grid, int dimension, int ring, int step) {
  // The ring number encodes the other two coordinates.
  const int d1 = dimension == 0 ? 1 : 0;
  const int d2 = dimension == 2 ? 1 : 2;
  Coordinates place{};
  place[at(d1)] = ring / grid.side(d2);
  place[at(d2)] = ring % grid.side(d2);
  place[at(dimension)] = step % grid.side(dimension);
  return Block(grid.index_of(place));
}

}  // namespace

std::vector<Port> line_from(const DegradedTopology& topology, Port port) {
  std::vector<Port> line = {port};
  const Chip spares = topology.whole().first_in_series();
  // The line leaves each spare by the opposite port of the same dimension. It ends, since every ring has chips that are
  // not spares.
  for (Port far = topology.peer(port); far != kNoPort && far.chip >= spares; far = topology.peer(line.back()))
    line.push_back({far.chip, PortNumber(far.number.value() ^ 1)});
  return line;
}

MachineTopology without_spares(const DegradedTopology& topology) {
  const int ports = topology.port_count();
  IndexedVector<Channel, Port> peers(topology.chip_count() * ports, kNoPort);
  for (const Chip chip : IndexRange(Chip(0), topology.whole().first_in_series()))
    for (const PortNumber number : index_range<PortNumber>(ports))
      if (const Port far = topology.peer(line_from(topology, {chip, number}).back());
          far != kNoPort && far.chip != chip)
        peers[Channel(chip.value() * ports + number.value())] = far;
  return topology.whole().with_peers(std::move(peers));
}

ocs::OcsState whole_torus(const Machine& machine) {
  const ocs::OcsLayout layout = ocs::OcsLayout::of(machine);
  ocs::OcsState state(layout);
  const Result<ocs::Slice> slice = ocs::Slice::make(layout, machine.active_shape());
  VTPU_CHECK(slice.ok() && connect_torus(state, *slice).ok(), "the active blocks of a machine form its torus");
  return state;
}

std::string to_string(SpliceRule rule) { return rule == SpliceRule::bundled ? "bundled" : "spread"; }

Result<ocs::OcsState> splice_in_series(const Machine& machine, SpliceRule rule, int spare_blocks) {
  if (spare_blocks < 0 || spare_blocks > machine.config().spare_blocks)
    return Error{"splice", fmt::format("found {} spare blocks", spare_blocks),
                 fmt::format("at most {}, the spare blocks of the machine", machine.config().spare_blocks)};
  ocs::OcsState state = whole_torus(machine);
  const ocs::OcsLayout& layout = state.layout();
  const int side = layout.block_side;
  const Shape grid{machine.active_shape().side(0) / side, machine.active_shape().side(1) / side,
                   machine.active_shape().side(2) / side};
  for (int spare = 0; spare < spare_blocks; ++spare) {
    const Block block(machine.active_block_count() + spare);
    for (const Ocs ocs : index_range<Ocs>(layout.ocs_count())) {
      const int d = layout.dimension_of(ocs);
      const int rings = grid.count() / grid.side(d);
      // Spares start one ring and one step apart, so that no two of them share a circuit while unused ones exist. A
      // spare that must share enters the ring after the previous one, at the beginning of that circuit.
      const int turn = rule == SpliceRule::spread ? ocs.value() % (side * side) : 0;
      const int ring = (turn + spare) % rings;
      const Block last = block_on_ring(grid, d, ring, (turn + spare) / rings + spare);
      const OcsPort from = layout.port_of(last, ocs::Face::plus);
      const OcsPort to = state.peer(ocs, from);
      const bool done = state.disconnect(ocs, from).ok() &&
                        state.connect({ocs, from, layout.port_of(block, ocs::Face::minus)}).ok() &&
                        state.connect({ocs, layout.port_of(block, ocs::Face::plus), to}).ok();
      VTPU_CHECK(done, "every ring of the torus is closed");
    }
  }
  return state;
}

void darken(ocs::OcsState& state, Ocs ocs) {
  VTPU_CHECK(ocs.valid() && ocs.value() < state.layout().ocs_count(), "the layout has this switch");
  for (const OcsPort port : index_range<OcsPort>(state.layout().ports_per_ocs()))
    if (state.peer(ocs, port).valid())
      VTPU_CHECK(state.disconnect(ocs, port).ok(), "a port with a circuit can be disconnected");
}

}  // namespace vtpu::net::fault
