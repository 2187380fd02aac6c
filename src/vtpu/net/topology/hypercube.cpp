#include "vtpu/net/topology/hypercube.h"

#include <fmt/core.h>

#include "vtpu/base/check.h"

namespace vtpu::net::topology {

Result<Hypercube> Hypercube::make(int dimensions) {
  if (dimensions < 0 || dimensions > 24)
    return Error{"hypercube", fmt::format("found {} dimensions", dimensions), "0 to 24"};
  return Hypercube{dimensions};
}

std::vector<std::uint64_t> closed_form_distances(const Hypercube& cube) {
  std::vector<std::uint64_t> pairs;
  std::uint64_t choices = 1;
  for (int distance = 0; distance <= cube.dimensions; ++distance) {
    pairs.push_back(choices << cube.dimensions);
    choices =
        choices * static_cast<std::uint64_t>(cube.dimensions - distance) / static_cast<std::uint64_t>(distance + 1);
  }
  return pairs;
}

int closed_form_bisection(const Hypercube& cube) { return cube.dimensions == 0 ? 0 : 1 << (cube.dimensions - 1); }

double closed_form_alltoall_bound(const Hypercube& cube) {
  VTPU_CHECK(cube.dimensions >= 1, "an all-to-all bound needs a hypercube with links");
  return 2;
}

}  // namespace vtpu::net::topology
