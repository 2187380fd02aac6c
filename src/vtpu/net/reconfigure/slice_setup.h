#pragma once
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::reconfigure {

/// A slice as a job sees it: the switch state, the links in use, and the tables. Chips have their numbers in the
/// slice's shape, and ports are those of the 3D torus whatever the topology, so that two setups of one slice can be
/// compared port by port. Tables hold one shortest path per pair, by the lowest port.
struct SliceSetup {
  std::string name;
  ocs::OcsState state;
  ocs::Slice slice;
  Network network;
  routing::TableRouting routing;
};

/// All links that a state gives the slice. Error: a circuit that leaves the slice.
Result<SliceSetup> make_setup(const ocs::StateOfSlice& state, const std::string& name, const LinkModel& link);

/// A 2D torus snaked through the slice's blocks (SnakedPlane), with only the links that it uses; the electrical links
/// that it leaves idle are omitted. Error: as SnakedPlane::make.
Result<SliceSetup> make_plane_setup(const ocs::OcsLayout& layout, const ocs::Slice& slice, const Shape& plane,
                                    const LinkModel& link);

}  // namespace vtpu::net::reconfigure
