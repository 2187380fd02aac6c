#include "vtpu/net/topology/mesh.h"

#include "vtpu/base/check.h"
#include "vtpu/net/topology/grid_distances.h"

namespace vtpu::net::topology {
namespace {

std::vector<std::uint64_t> row_distances(int side) {
  std::vector<std::uint64_t> pairs = {static_cast<std::uint64_t>(side)};
  for (int distance = 1; distance < side; ++distance)
    pairs.push_back(static_cast<std::uint64_t>(2 * (side - distance)));
  return pairs;
}

}  // namespace

Port Mesh::peer(Port port) const {
  const int d = port.number.value() / 2;
  const int step = port.number.value() % 2 == 0 ? 1 : -1;
  const int next = sides.coordinate_of(port.chip.value(), d) + step;
  if (next < 0 || next >= sides.side(d)) return kNoPort;
  return {Chip(port.chip.value() + step * sides.stride(d)), PortNumber(port.number.value() ^ 1)};
}

std::vector<std::uint64_t> closed_form_distances(const Mesh& mesh) { return grid_distances(mesh.sides, row_distances); }

int closed_form_bisection(const Mesh& mesh) {
  const int longest = mesh.sides.longest_side();
  return longest % 2 == 0 ? mesh.chip_count() / longest : 0;
}

double closed_form_alltoall_bound(const Mesh& mesh) {
  const int longest = mesh.sides.longest_side();
  VTPU_CHECK(longest > 1, "an all-to-all bound needs a mesh with links");
  return longest / static_cast<double>((longest / 2) * ((longest + 1) / 2));
}

}  // namespace vtpu::net::topology
