#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::topology {

/// Chips on a grid of 1 to 6 dimensions without wrap-around links.
struct Mesh {
  Shape sides;

  static constexpr bool kVertexTransitive = false;
  static std::vector<Mesh> examples() { return {{{6}}, {{4, 4}}, {{2, 3, 5}}, {{4, 4, 4}}, {{4, 4, 8}}}; }
  std::string name() const { return "mesh " + to_string(sides); }
  int chip_count() const { return sides.count(); }
  int port_count() const { return 2 * sides.dimensions(); }
  int dimension_of(PortNumber port) const { return port.value() / 2; }
  Port peer(Port port) const;
};
static_assert(Topology<Mesh>);

/// Ordered pairs of chips at each distance; index 0: a chip and itself.
std::vector<std::uint64_t> closed_form_distances(const Mesh& mesh);

/// Links that join the halves of a smallest balanced cut, one direction: N/k for an even longest side k. 0 for an odd
/// longest side, where this form does not hold. Source: Leighton, "Introduction to Parallel Algorithms and
/// Architectures", 1992, section 1.9.
int closed_form_bisection(const Mesh& mesh);

/// Ideal uniform all-to-all throughput per chip in link bandwidths under dimension-order routing: the links in the
/// middle of the longest rows carry floor(k/2)·ceil(k/2)/k of a chip's traffic.
double closed_form_alltoall_bound(const Mesh& mesh);

}  // namespace vtpu::net::topology
