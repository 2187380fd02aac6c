#include "vtpu/net/reconfigure/slice_setup.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/masked_topology.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::reconfigure {
namespace {

/// The topology with only those links that join neighbours of the plane. `plane_chip`: by chip of the slice.
MaskedTopology<topology::OcsTopology> plane_links(const topology::OcsTopology& all, const topology::Torus& plane,
                                                  const IndexedVector<Chip, Chip>& plane_chip) {
  MaskedTopology links(all);
  for_each_link(all, [&](Port from, Port to) {
    const Chip here = plane_chip[from.chip], there = plane_chip[to.chip];
    bool neighbours = false;
    for (const PortNumber number : index_range<PortNumber>(plane.port_count()))
      neighbours = neighbours || plane.peer({here, number}).chip == there;
    if (!neighbours) links.remove_link(from);
  });
  return links;
}

template <Topology T>
Result<SliceSetup> setup_of(const T& topology, const ocs::StateOfSlice& state, const LinkModel& link) {
  Network network(topology, link);
  Result<routing::TableRouting> routing = routing::TableRouting::make(network, routing::Split::first);
  if (!routing) return routing.error();
  return SliceSetup{topology.name(), state.state, state.slice, std::move(network), *std::move(routing)};
}

}  // namespace

Result<SliceSetup> make_setup(const ocs::StateOfSlice& state, const std::string& name, const LinkModel& link) {
  const Result<topology::OcsTopology> topology = topology::OcsTopology::make(state.state, state.slice, name);
  if (!topology) return topology.error();
  return setup_of(*topology, state, link);
}

Result<SliceSetup> make_plane_setup(const ocs::OcsLayout& layout, const ocs::Slice& slice, const Shape& plane,
                                    const LinkModel& link) {
  const Result<ocs::SnakedPlane> snaked = ocs::SnakedPlane::make(layout, slice, plane);
  if (!snaked) return snaked.error();
  ocs::StateOfSlice state{ocs::OcsState(layout), slice};
  if (const Result<void> done = snaked->connect(state.state); !done) return done.error();
  const Result<topology::OcsTopology> all =
      topology::OcsTopology::make(state.state, slice, "plane " + to_string(plane));
  if (!all) return all.error();
  IndexedVector<Chip, Chip> plane_chip(plane.count(), Chip::none());
  for (const Chip chip : plane_chip.indices()) {
    const std::optional<Chip> there = slice.chip_at(snaked->place_of(chip));
    VTPU_CHECK(there.has_value(), "every chip of a plane is in its slice");
    plane_chip[*there] = chip;
  }
  return setup_of(plane_links(*all, topology::Torus{plane}, plane_chip), state, link);
}

}  // namespace vtpu::net::reconfigure
