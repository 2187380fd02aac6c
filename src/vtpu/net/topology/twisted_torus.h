#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"
#include "vtpu/net/twist.h"

namespace vtpu::net::topology {

/// A 3D torus with twisted wrap-around links, in the two families whose links are all alike:
///   k x k x 2k   the x- and y-wraps also advance z by k           face-centred cubic lattice, FCC
///   k x 2k x 2k  the x-wrap also advances y and z by k            body-centred cubic lattice, BCC
/// Source: Camarero, Martinez and Beivide, "Lattice graphs for high-scale interconnection topologies", IEEE TPDS 26(9),
/// 2015 (camarero2015lattice), which jouppi2023tpuv4 follows (Figure 5 caption).
class TwistedTorus {
 public:
  /// Error: sides that belong to neither family.
  static Result<TwistedTorus> make(const Shape& sides);
  /// The same chips with the twist on the other wraps: those of the long sides advance the short ones by half. The
  /// sides come in falling order, 2k x k x k or 2k x 2k x k. A control: the long rings stay as long as they were.
  /// Error: other sides.
  static Result<TwistedTorus> with_long_wraps_twisted(const Shape& sides);

  const Shape& sides() const { return sides_; }
  const Twist& twist() const { return twist_; }
  bool face_centred() const { return sides_.side(1) == sides_.side(0); }

  static constexpr bool kVertexTransitive = true;
  static std::vector<TwistedTorus> examples();
  std::string name() const { return "twisted torus " + to_string(sides_); }
  int chip_count() const { return sides_.count(); }
  int port_count() const { return 6; }
  int dimension_of(PortNumber port) const { return port.value() / 2; }
  Port peer(Port port) const;

 private:
  TwistedTorus(const Shape& sides, const Twist& twist) : sides_(sides), twist_(twist) {}

  Shape sides_;
  Twist twist_;
};
static_assert(Topology<TwistedTorus>);

/// Ordered pairs of chips at each distance. The torus is the cubic lattice modulo three vectors, so a chip's distance
/// from the origin is the least 1-norm among its images under small combinations of them.
std::vector<std::uint64_t> closed_form_distances(const TwistedTorus& torus);

}  // namespace vtpu::net::topology
