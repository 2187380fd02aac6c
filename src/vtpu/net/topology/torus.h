#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::topology {

/// Chips on a grid of 1 to 6 dimensions whose rows close into rings.
struct Torus {
  Shape sides;

  static constexpr bool kVertexTransitive = true;
  static std::vector<Torus> examples() {
    return {{{5}}, {{4, 4}}, {{8, 16}}, {{3, 5, 2}}, {{4, 4, 4}}, {{4, 4, 8}}, {{4, 8, 8}}, {{1, 4, 6}}};
  }
  std::string name() const { return "torus " + to_string(sides); }
  int chip_count() const { return sides.count(); }
  int port_count() const { return 2 * sides.dimensions(); }
  int dimension_of(PortNumber port) const { return port.value() / 2; }
  Port peer(Port port) const;
};
static_assert(Topology<Torus>);

/// Five chips in a ring.
inline Torus pentagon() { return {{5}}; }

/// Ordered pairs of chips at each distance, from the convolution of the rings' distributions. Index 0: a chip and
/// itself.
std::vector<std::uint64_t> closed_form_distances(const Torus& torus);

/// Links that join the halves of a smallest balanced cut, one direction: 2N/k for an even longest side k (a cut crosses
/// every ring along that side twice). 0 for a longest side that is odd or 1, where this form does not hold. Source:
/// Dally, "Performance analysis of k-ary n-cube interconnection networks", IEEE Transactions on Computers 39(6), 1990.
int closed_form_bisection(const Torus& torus);

/// Ideal uniform all-to-all throughput per chip in link bandwidths, the chip's own share included. The rings of a
/// dimension of side k carry sum(min(i, k-i))/k hops per chip on two directed links; the longest ring is the most
/// loaded.
double closed_form_alltoall_bound(const Torus& torus);

/// Second smallest eigenvalue of the Laplacian: that of the longest ring, 2 - 2 cos(2 pi / k); 0 for a single chip.
double closed_form_spectral_gap(const Torus& torus);

/// The chips on the path from `from` to `to`, both included: dimensions in rising order, each in the shorter direction
/// round its ring. Half-way ties take the positive direction.
std::vector<Chip> dimension_order_path(const Torus& torus, Chip from, Chip to);

}  // namespace vtpu::net::topology
