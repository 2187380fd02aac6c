#include "vtpu/net/fault/degraded.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/slice.h"

namespace vtpu::net::fault {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Ring r of a dimension as blocks, in the order of the circuits that close it.
int block_on_ring(const Shape& grid, int dimension, int ring, int step) {
  // The ring number encodes the other two coordinates.
  const int d1 = dimension == 0 ? 1 : 0;
  const int d2 = dimension == 2 ? 1 : 2;
  Coordinates place{};
  place[at(d1)] = ring / grid.side(d2);
  place[at(d2)] = ring % grid.side(d2);
  place[at(dimension)] = step % grid.side(dimension);
  return grid.index_of(place);
}

}  // namespace

DegradedTopology::DegradedTopology(std::string name, const Machine& machine, const ocs::OcsState& state, SpareUse use)
    : name_(std::move(name)),
      first_in_series_(use == SpareUse::in_series ? machine.active_count() : machine.chip_count()),
      peers_(at(machine.chip_count() * kPorts), kNoPort) {
  VTPU_CHECK(state.layout() == ocs::OcsLayout::of(machine), "the state has the layout of the machine's switches");
  for (int chip = 0; chip < machine.chip_count(); ++chip)
    for (int number = 0; number < kPorts; ++number)
      if (const std::optional<ocs::PlacedPort> far = ocs::far_end(state, {machine.block_place_of(chip), number}))
        peers_[index({chip, number})] = {machine.chip_at(far->place), far->port};
}

void DegradedTopology::remove_chip(int chip) {
  for (int number = 0; number < kPorts; ++number) remove_link({chip, number});
}

void DegradedTopology::remove_link(Port port) {
  const Port far = peer(port);
  if (far == kNoPort) return;
  peers_[index(far)] = kNoPort;
  peers_[index(port)] = kNoPort;
}

std::vector<Port> DegradedTopology::line_from(Port port) const {
  std::vector<Port> line = {port};
  // The line leaves each spare by the opposite port of the same dimension. It ends, since every ring has chips that are
  // not spares.
  for (Port far = peer(port); far != kNoPort && far.chip >= first_in_series_; far = peer(line.back()))
    line.push_back({far.chip, far.number ^ 1});
  return line;
}

DegradedTopology DegradedTopology::without_spares() const {
  DegradedTopology seen = *this;
  std::fill(seen.peers_.begin(), seen.peers_.end(), kNoPort);
  for (int chip = 0; chip < first_in_series_; ++chip)
    for (int number = 0; number < kPorts; ++number)
      if (const Port far = peer(line_from({chip, number}).back()); far != kNoPort && far.chip != chip)
        seen.peers_[index({chip, number})] = far;
  return seen;
}

std::vector<DegradedTopology> DegradedTopology::examples() {
  const Result<Machine> machine = Machine::make({.sides = {4, 4, 8}, .spare_blocks = 0});
  VTPU_CHECK(machine.ok(), "the example machine is valid");
  DegradedTopology topology("torus 4x4x8 without a chip", *machine, whole_torus(*machine));
  topology.remove_chip(0);
  return {topology};
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
    const int block = machine.active_block_count() + spare;
    for (int ocs = 0; ocs < layout.ocs_count(); ++ocs) {
      const int d = layout.dimension_of(ocs);
      const int rings = grid.count() / grid.side(d);
      // Spares start one ring and one step apart, so that no two of them share a circuit while unused ones exist. A
      // spare that must share enters the ring after the previous one, at the beginning of that circuit.
      const int turn = rule == SpliceRule::spread ? ocs % (side * side) : 0;
      const int ring = (turn + spare) % rings;
      const int from = layout.port_of(block_on_ring(grid, d, ring, (turn + spare) / rings + spare), ocs::Face::plus);
      const int to = state.peer(ocs, from);
      const bool done = state.disconnect(ocs, from).ok() &&
                        state.connect({ocs, from, layout.port_of(block, ocs::Face::minus)}).ok() &&
                        state.connect({ocs, layout.port_of(block, ocs::Face::plus), to}).ok();
      VTPU_CHECK(done, "every ring of the torus is closed");
    }
  }
  return state;
}

void darken(ocs::OcsState& state, int ocs) {
  VTPU_CHECK(ocs >= 0 && ocs < state.layout().ocs_count(), "the layout has this switch");
  for (int port = 0; port < state.layout().ports_per_ocs(); ++port)
    if (state.peer(ocs, port) >= 0)
      VTPU_CHECK(state.disconnect(ocs, port).ok(), "a port with a circuit can be disconnected");
}

}  // namespace vtpu::net::fault
