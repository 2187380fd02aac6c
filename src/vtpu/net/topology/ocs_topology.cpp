#include "vtpu/net/topology/ocs_topology.h"

#include <fmt/format.h>

#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/net/ocs/builders.h"

namespace vtpu::net {

OcsTopology::OcsTopology(std::string name, const Shape& sides, std::vector<Port> peers)
    : name_(std::move(name)), sides_(sides), peers_(std::move(peers)) {}

Result<OcsTopology> OcsTopology::make(const OcsState& state, const Slice& slice, std::string name) {
  const OcsLayout& layout = state.layout();
  const Shape block = layout.block_shape();
  const Shape& sides = slice.shape();
  std::vector<Port> peers(static_cast<std::size_t>(sides.count() * kPorts), kNoPort);
  for (int chip = 0; chip < sides.count(); ++chip) {
    const BlockPlace place = slice.place_of(chip);
    for (int number = 0; number < kPorts; ++number) {
      const int d = number / 2;
      const Face face = number % 2 == 0 ? Face::plus : Face::minus;
      const int at = block.coordinate_of(place.position, d);
      Port& peer = peers[static_cast<std::size_t>(chip * kPorts + number)];
      if (at != (face == Face::plus ? layout.block_side - 1 : 0)) {
        peer = {chip + (face == Face::plus ? 1 : -1) * sides.stride(d), number ^ 1};
        continue;
      }
      const int ocs = layout.ocs_of(d, block.coordinates_of(place.position));
      const int port = layout.port_of(place.block, face);
      const int other = state.peer(ocs, port);
      if (other < 0) continue;
      const Face far_face = layout.face_of(other);
      const std::optional<int> far_chip =
          slice.chip_at({layout.block_of(other), block.index_of(layout.position_of(ocs, far_face))});
      if (!far_chip)
        return Error{name,
                     fmt::format("circuit '{}' leads out of the slice", to_string(Circuit{ocs, port, other}, layout)),
                     "circuits between the slice's blocks"};
      peer = {*far_chip, 2 * d + (far_face == Face::plus ? 0 : 1)};
    }
  }
  return OcsTopology(std::move(name), sides, std::move(peers));
}

std::vector<OcsTopology> OcsTopology::examples() {
  std::vector<OcsTopology> topologies;
  const auto add = [&](const Shape& shape, auto connect, const char* name) {
    const OcsLayout layout;
    OcsState state(layout);
    const Result<Slice> slice = Slice::make(layout, shape);
    VTPU_CHECK(slice.ok() && connect(state, *slice).ok(), "the example slices can be connected");
    Result<OcsTopology> topology = make(state, *slice, fmt::format("OCS {} {}", name, to_string(shape)));
    VTPU_CHECK(topology.ok(), "the example slices are closed");
    topologies.push_back(*topology);
  };
  add({4, 4, 4}, connect_torus, "torus");
  add({4, 4, 8}, connect_torus, "torus");
  add({4, 4, 8}, connect_twisted_torus, "twisted torus");
  add({4, 8, 8}, connect_twisted_torus, "twisted torus");
  add(
      {4, 4, 8}, [](OcsState&, const Slice&) { return Result<void>(); }, "dark");
  return topologies;
}

}  // namespace vtpu::net
