#include "vtpu/net/ocs/ocs_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "vtpu/base/check.h"
#include "vtpu/base/index_format.h"

namespace vtpu::net::ocs {
namespace {

/// The two dimensions other than the given one, in rising order.
constexpr std::array<std::array<std::size_t, 2>, 3> kOthers = {{{1, 2}, {0, 2}, {0, 1}}};

std::string port_text(const OcsLayout& layout, OcsPort port) {
  return fmt::format("{}{}", layout.block_of(port), layout.face_of(port) == Face::plus ? '+' : '-');
}

}  // namespace

Ocs OcsLayout::ocs_of(int dimension, const Coordinates& position) const {
  const auto& others = kOthers[static_cast<std::size_t>(dimension)];
  return Ocs((dimension * block_side + position[others[0]]) * block_side + position[others[1]]);
}

Coordinates OcsLayout::position_of(Ocs ocs, Face face) const {
  const auto dimension = static_cast<std::size_t>(dimension_of(ocs));
  Coordinates position{};
  position[dimension] = face == Face::plus ? block_side - 1 : 0;
  position[kOthers[dimension][0]] = ocs.value() / block_side % block_side;
  position[kOthers[dimension][1]] = ocs.value() % block_side;
  return position;
}

std::string to_string(const Circuit& circuit, const OcsLayout& layout) {
  const int s = layout.block_side;
  const int ocs = circuit.ocs.value();
  return fmt::format("{}({},{}): {} - {}", "xyz"[layout.dimension_of(circuit.ocs)], ocs / s % s, ocs % s,
                     port_text(layout, circuit.a), port_text(layout, circuit.b));
}

OcsState::OcsState(const OcsLayout& layout) : layout_(layout) {
  VTPU_CHECK(layout.block_side >= 1 && layout.blocks >= 1, "a layout has blocks");
  peers_.assign(static_cast<std::size_t>(layout.ocs_count()) * static_cast<std::size_t>(layout.ports_per_ocs()),
                OcsPort::none());
}

Result<OcsState> OcsState::make(const OcsLayout& layout, std::span<const Circuit> circuits) {
  OcsState state(layout);
  for (std::size_t i = 0; i < circuits.size(); ++i)
    if (const Result<void> connected = state.connect(circuits[i]); !connected) {
      Error error = connected.error();
      error.where = fmt::format("circuit {}, {}", i + 1, error.where);
      return error;
    }
  return state;
}

Result<void> OcsState::check(Ocs ocs, OcsPort port) const {
  if (!ocs.valid() || ocs.value() >= layout_.ocs_count())
    return Error{"OCS state", fmt::format("found switch {}", ocs), fmt::format("0 to {}", layout_.ocs_count() - 1)};
  if (!port.valid() || port.value() >= layout_.ports_per_ocs())
    return Error{fmt::format("OCS state, switch {}", ocs), fmt::format("found port {}", port),
                 fmt::format("0 to {}", layout_.ports_per_ocs() - 1)};
  return {};
}

std::vector<Circuit> OcsState::circuits() const {
  std::vector<Circuit> all;
  for (const Ocs ocs : index_range<Ocs>(layout_.ocs_count()))
    for (const OcsPort port : index_range<OcsPort>(layout_.ports_per_ocs()))
      if (const OcsPort other = peer(ocs, port); other > port) all.push_back({ocs, port, other});
  return all;
}

Result<void> OcsState::connect(const Circuit& circuit) {
  for (const OcsPort port : {circuit.a, circuit.b}) {
    if (const Result<void> known = check(circuit.ocs, port); !known) return known;
    if (const OcsPort other = peer(circuit.ocs, port); other.valid())
      return Error{fmt::format("OCS state, switch {}", circuit.ocs),
                   fmt::format("port {} is already in '{}'", port_text(layout_, port),
                               to_string(Circuit{circuit.ocs, port, other}, layout_)),
                   "a dark port"};
  }
  if (circuit.a == circuit.b)
    return Error{fmt::format("OCS state, switch {}", circuit.ocs),
                 fmt::format("port {} joined with itself", port_text(layout_, circuit.a)), "two different ports"};
  peers_[index(circuit.ocs, circuit.a)] = circuit.b;
  peers_[index(circuit.ocs, circuit.b)] = circuit.a;
  return {};
}

Result<void> OcsState::disconnect(Ocs ocs, OcsPort port) {
  if (const Result<void> known = check(ocs, port); !known) return known;
  const OcsPort other = peer(ocs, port);
  if (!other.valid())
    return Error{fmt::format("OCS state, switch {}", ocs), fmt::format("port {} is dark", port_text(layout_, port)),
                 "a port in use"};
  peers_[index(ocs, port)] = OcsPort::none();
  peers_[index(ocs, other)] = OcsPort::none();
  return {};
}

std::optional<PlacedPort> far_end(const OcsState& state, const PlacedPort& end) {
  const OcsLayout& layout = state.layout();
  const Shape block = layout.block_shape();
  const int d = end.port.value() / 2;
  const Face face = end.port.value() % 2 == 0 ? Face::plus : Face::minus;
  const auto& [number, position] = end.place;
  if (block.coordinate_of(position, d) != (face == Face::plus ? layout.block_side - 1 : 0))
    return PlacedPort{{number, position + (face == Face::plus ? 1 : -1) * block.stride(d)},
                      PortNumber(end.port.value() ^ 1)};
  const Ocs ocs = layout.ocs_of(d, block.coordinates_of(position));
  const OcsPort other = state.peer(ocs, layout.port_of(number, face));
  if (!other.valid()) return std::nullopt;
  const Face far = layout.face_of(other);
  return PlacedPort{{layout.block_of(other), block.index_of(layout.position_of(ocs, far))},
                    PortNumber(2 * d + (far == Face::plus ? 0 : 1))};
}

int like_face_circuits(const OcsState& state) {
  const OcsLayout& layout = state.layout();
  const std::vector<Circuit> circuits = state.circuits();
  return static_cast<int>(std::count_if(circuits.begin(), circuits.end(), [&](const Circuit& circuit) {
    return layout.face_of(circuit.a) == layout.face_of(circuit.b);
  }));
}

CircuitChanges changes(const OcsState& before, const OcsState& after) {
  VTPU_CHECK(before.layout() == after.layout(), "only states of one layout are compared");
  const std::vector<Circuit> old_ones = before.circuits();
  const std::vector<Circuit> new_ones = after.circuits();
  CircuitChanges result;
  std::set_difference(old_ones.begin(), old_ones.end(), new_ones.begin(), new_ones.end(),
                      std::back_inserter(result.removed));
  std::set_difference(new_ones.begin(), new_ones.end(), old_ones.begin(), old_ones.end(),
                      std::back_inserter(result.added));
  return result;
}

Result<Splice> splice_block(const OcsState& state, Block failed, Block spare) {
  const OcsLayout& layout = state.layout();
  for (const Block block : {failed, spare})
    if (!block.valid() || block.value() >= layout.blocks)
      return Error{"splice", fmt::format("found block {}", block), fmt::format("0 to {}", layout.blocks - 1)};
  if (failed == spare) return Error{"splice", fmt::format("block {} in its own place", failed), "two different blocks"};
  const auto spared = [&](OcsPort port) {
    return layout.block_of(port) == failed ? layout.port_of(spare, layout.face_of(port)) : port;
  };
  std::vector<Circuit> circuits = state.circuits();
  for (Circuit& circuit : circuits) {
    if (layout.block_of(circuit.a) == spare || layout.block_of(circuit.b) == spare)
      return Error{"splice", fmt::format("block {} is in '{}'", spare, to_string(circuit, layout)), "an idle spare"};
    circuit.a = spared(circuit.a);
    circuit.b = spared(circuit.b);
  }
  Result<OcsState> after = OcsState::make(layout, circuits);
  VTPU_CHECK(after.ok(), "circuits moved to dark ports still form a matching");
  return Splice{*after, changes(state, *after)};
}

}  // namespace vtpu::net::ocs
