#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/topology.h"

namespace vtpu::net::topology {

/// 2^dimensions chips; port d joins the chips whose numbers differ in bit d.
struct Hypercube {
  int dimensions = 0;  // 0..24, checked by `make`

  /// Error: a dimension outside 0..24.
  static Result<Hypercube> make(int dimensions);

  static constexpr bool kVertexTransitive = true;
  static std::vector<Hypercube> examples() { return {{1}, {4}, {6}, {8}}; }
  std::string name() const { return "hypercube " + std::to_string(dimensions); }
  int chip_count() const { return 1 << dimensions; }
  int port_count() const { return dimensions; }
  int dimension_of(PortNumber port) const { return port.value(); }
  Port peer(Port port) const { return {Chip(port.chip.value() ^ (1 << port.number.value())), port.number}; }
};
static_assert(Topology<Hypercube>);

/// Ordered pairs of chips at each distance: 2^n · C(n, distance).
std::vector<std::uint64_t> closed_form_distances(const Hypercube& cube);

/// Links that join the halves of a smallest balanced cut, one direction: 2^(n-1).
int closed_form_bisection(const Hypercube& cube);

/// Ideal uniform all-to-all throughput per chip in link bandwidths, the chip's own share included: half of all messages
/// cross a dimension, on one directed link per chip, so the bound is 2 (for any n ≥ 1).
double closed_form_alltoall_bound(const Hypercube& cube);

}  // namespace vtpu::net::topology
