#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/net/shape.h"

namespace vtpu::net::topology {

/// Distance distribution of a product of graphs, one factor per side. Distances add, so distributions convolve.
/// `of_side(side)` gives the ordered pairs of one factor at each distance.
template <class OfSide>
std::vector<std::uint64_t> grid_distances(const Shape& sides, OfSide of_side) {
  std::vector<std::uint64_t> pairs = {1};
  for (int d = 0; d < sides.dimensions(); ++d) {
    const std::vector<std::uint64_t> side = of_side(sides.side(d));
    std::vector<std::uint64_t> both(pairs.size() + side.size() - 1, 0);
    for (std::size_t i = 0; i < pairs.size(); ++i)
      for (std::size_t j = 0; j < side.size(); ++j) both[i + j] += pairs[i] * side[j];
    pairs = both;
  }
  return pairs;
}

}  // namespace vtpu::net::topology
