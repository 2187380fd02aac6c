#include "vtpu/net/topology/torus.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vtpu/base/check.h"
#include "vtpu/net/topology/grid_distances.h"

namespace vtpu::net::topology {
namespace {

std::vector<std::uint64_t> ring_distances(int side) {
  std::vector<std::uint64_t> pairs(static_cast<std::size_t>(side / 2) + 1, 0);
  for (int offset = 0; offset < side; ++offset)
    pairs[static_cast<std::size_t>(std::min(offset, side - offset))] += static_cast<std::uint64_t>(side);
  return pairs;
}

}  // namespace

Port Torus::peer(Port port) const {
  const int number = port.number.value();
  const int d = number / 2;
  const int side = sides.side(d);
  if (side == 1) return kNoPort;
  const int at = sides.coordinate_of(port.chip.value(), d);
  const int next = number % 2 == 0 ? (at + 1) % side : (at + side - 1) % side;
  return {Chip(port.chip.value() + (next - at) * sides.stride(d)), PortNumber(number ^ 1)};
}

std::vector<std::uint64_t> closed_form_distances(const Torus& torus) {
  return grid_distances(torus.sides, ring_distances);
}

int closed_form_bisection(const Torus& torus) {
  const int longest = torus.sides.longest_side();
  return longest % 2 == 0 ? 2 * torus.chip_count() / longest : 0;
}

double closed_form_alltoall_bound(const Torus& torus) {
  const int longest = torus.sides.longest_side();
  VTPU_CHECK(longest > 1, "an all-to-all bound needs a torus with links");
  const double hops = (longest / 2) * ((longest + 1) / 2) / static_cast<double>(longest);
  return 2 / hops;
}

double closed_form_spectral_gap(const Torus& torus) {
  return 2 - 2 * std::cos(2 * std::numbers::pi / torus.sides.longest_side());
}

std::vector<Chip> dimension_order_path(const Torus& torus, Chip from, Chip to) {
  const Shape& sides = torus.sides;
  std::vector<Chip> path = {from};
  Chip chip = from;
  for (int d = 0; d < sides.dimensions(); ++d) {
    const int side = sides.side(d);
    const int ahead = (sides.coordinate_of(to.value(), d) - sides.coordinate_of(from.value(), d) + side) % side;
    const bool positive = 2 * ahead <= side;
    for (int hops = positive ? ahead : side - ahead; hops > 0; --hops) {
      chip = torus.peer({chip, PortNumber(2 * d + (positive ? 0 : 1))}).chip;
      path.push_back(chip);
    }
  }
  return path;
}

}  // namespace vtpu::net::topology
