#include "vtpu/net/reconfigure/slice_setup.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::reconfigure {
namespace {

/// The links of a slice that join neighbours of a plane.
struct PlaneLinks {
  topology::OcsTopology all;
  topology::Torus plane;
  std::vector<int> plane_chip;  // by chip of the slice

  static constexpr bool kVertexTransitive = false;
  static std::vector<PlaneLinks> examples() { return {}; }
  std::string name() const { return all.name(); }
  int chip_count() const { return all.chip_count(); }
  int port_count() const { return all.port_count(); }
  int dimension_of(int port) const { return all.dimension_of(port); }
  Port peer(Port port) const {
    const Port far = all.peer(port);
    if (far == kNoPort) return kNoPort;
    const int from = plane_chip[static_cast<std::size_t>(port.chip)];
    for (int number = 0; number < plane.port_count(); ++number)
      if (plane.peer({from, number}).chip == plane_chip[static_cast<std::size_t>(far.chip)]) return far;
    return kNoPort;
  }
};
static_assert(Topology<PlaneLinks>);

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
  std::vector<int> plane_chip(static_cast<std::size_t>(plane.count()), -1);
  for (int chip = 0; chip < plane.count(); ++chip) {
    const std::optional<int> there = slice.chip_at(snaked->place_of(chip));
    VTPU_CHECK(there.has_value(), "every chip of a plane is in its slice");
    plane_chip[static_cast<std::size_t>(*there)] = chip;
  }
  return setup_of(PlaneLinks{*all, topology::Torus{plane}, std::move(plane_chip)}, state, link);
}

}  // namespace vtpu::net::reconfigure
