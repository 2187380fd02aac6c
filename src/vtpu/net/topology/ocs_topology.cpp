#include "vtpu/net/topology/ocs_topology.h"

#include <fmt/core.h>

#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/net/ocs/builders.h"

namespace vtpu::net::topology {

OcsTopology::OcsTopology(std::string name, const Shape& sides, std::vector<Port> peers)
    : name_(std::move(name)), sides_(sides), peers_(std::move(peers)) {}

Result<OcsTopology> OcsTopology::make(const ocs::OcsState& state, const ocs::Slice& slice, std::string name) {
  const ocs::OcsLayout& layout = state.layout();
  const Shape& sides = slice.shape();
  std::vector<Port> peers(static_cast<std::size_t>(sides.count() * kPorts), kNoPort);
  for (const Chip chip : index_range<Chip>(sides.count())) {
    const BlockPlace place = slice.place_of(chip);
    for (const PortNumber number : index_range<PortNumber>(kPorts)) {
      const std::optional<ocs::PlacedPort> far = ocs::far_end(state, {place, number});
      if (!far) continue;
      const std::optional<Chip> far_chip = slice.chip_at(far->place);
      if (!far_chip) {
        const Ocs ocs = layout.ocs_of(number.value() / 2, layout.block_shape().coordinates_of(place.position));
        const ocs::Face face = number.value() % 2 == 0 ? ocs::Face::plus : ocs::Face::minus;
        const OcsPort port = layout.port_of(place.block, face);
        const ocs::Circuit circuit{ocs, port, state.peer(ocs, port)};
        return Error{name, fmt::format("circuit '{}' leads out of the slice", to_string(circuit, layout)),
                     "circuits between the slice's blocks"};
      }
      peers[place_of({chip, number})] = {*far_chip, far->port};
    }
  }
  return OcsTopology(std::move(name), sides, std::move(peers));
}

std::vector<OcsTopology> OcsTopology::examples() {
  std::vector<OcsTopology> topologies;
  const auto add = [&](const Shape& shape, auto connect, const char* name) {
    const ocs::OcsLayout layout;
    ocs::OcsState state(layout);
    const Result<ocs::Slice> slice = ocs::Slice::make(layout, shape);
    VTPU_CHECK(slice.ok() && connect(state, *slice).ok(), "the example slices can be connected");
    Result<OcsTopology> topology = make(state, *slice, fmt::format("OCS {} {}", name, to_string(shape)));
    VTPU_CHECK(topology.ok(), "the example slices are closed");
    topologies.push_back(*topology);
  };
  add({4, 4, 4}, ocs::connect_torus, "torus");
  add({4, 4, 8}, ocs::connect_torus, "torus");
  add({4, 4, 8}, ocs::connect_twisted_torus, "twisted torus");
  add({4, 8, 8}, ocs::connect_twisted_torus, "twisted torus");
  add(
      {4, 4, 8}, [](ocs::OcsState&, const ocs::Slice&) { return Result<void>(); }, "dark");
  return topologies;
}

}  // namespace vtpu::net::topology
