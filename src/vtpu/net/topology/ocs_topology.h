#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::topology {

/// The chips of a slice under one OCS state: the electrical mesh inside every block plus one optical link per circuit.
/// Chips are numbered by their place in the slice's shape; ports are those of the 3D torus. A circuit stays in its
/// switch's dimension but may join any two faces, so the other end of a '+' port need not be a '-' port.
class OcsTopology {
 public:
  /// Error: a circuit that leads out of the slice.
  static Result<OcsTopology> make(const ocs::OcsState& state, const ocs::Slice& slice, std::string name);

  const Shape& sides() const { return sides_; }

  static constexpr bool kVertexTransitive = false;
  static std::vector<OcsTopology> examples();
  std::string name() const { return name_; }
  int chip_count() const { return sides_.count(); }
  int port_count() const { return kPorts; }
  int dimension_of(PortNumber port) const { return port.value() / 2; }
  Port peer(Port port) const { return peers_[place_of(port)]; }

 private:
  static constexpr int kPorts = 6;

  static std::size_t place_of(Port port) {
    return static_cast<std::size_t>(port.chip.value() * kPorts + port.number.value());
  }
  OcsTopology(std::string name, const Shape& sides, std::vector<Port> peers);

  std::string name_;
  Shape sides_;
  std::vector<Port> peers_;
};
static_assert(Topology<OcsTopology>);

}  // namespace vtpu::net::topology
