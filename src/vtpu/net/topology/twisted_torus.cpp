#include "vtpu/net/topology/twisted_torus.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

namespace vtpu::net::topology {

Result<TwistedTorus> TwistedTorus::make(const Shape& sides) {
  const Result<Twist> twist = twist_of(sides);
  if (!twist) return twist.error();
  return TwistedTorus(sides, *twist);
}

Result<TwistedTorus> TwistedTorus::with_long_wraps_twisted(const Shape& sides) {
  if (sides.dimensions() == 3 && sides.side(0) == 2 * sides.side(2) && sides.side(2) % 2 == 0) {
    const int half = sides.side(2) / 2;
    if (sides.side(1) == sides.side(2)) return TwistedTorus(sides, Twist{{{0, half, half}, {0, 0, 0}, {0, 0, 0}}});
    if (sides.side(1) == sides.side(0)) return TwistedTorus(sides, Twist{{{0, 0, half}, {0, 0, half}, {0, 0, 0}}});
  }
  return Error{"torus with its long wraps twisted", "found sides " + to_string(sides),
               "2k x k x k or 2k x 2k x k, k even"};
}

std::vector<TwistedTorus> TwistedTorus::examples() {
  std::vector<TwistedTorus> tori;
  for (const Shape& sides : {Shape{1, 1, 2}, Shape{2, 2, 4}, Shape{3, 3, 6}, Shape{4, 4, 8}, Shape{1, 2, 2},
                             Shape{2, 4, 4}, Shape{3, 6, 6}, Shape{4, 8, 8}})
    tori.push_back(*make(sides));
  return tori;
}

Port TwistedTorus::peer(Port port) const {
  const int number = port.number.value();
  const auto d = static_cast<std::size_t>(number / 2);
  const int sign = number % 2 == 0 ? 1 : -1;
  Coordinates at = sides_.coordinates_of(port.chip.value());
  at[d] += sign;
  if (at[d] < 0 || at[d] >= sides_.side(number / 2)) {
    for (std::size_t e = 0; e < 3; ++e) {
      const int side = sides_.side(static_cast<int>(e));
      at[e] = (at[e] + sign * twist_[d][e] + side) % side;
    }
  }
  return {Chip(sides_.index_of(at)), PortNumber(number ^ 1)};
}

std::vector<std::uint64_t> closed_form_distances(const TwistedTorus& torus) {
  // Coefficients of -2..2 are enough: a chip's coordinates lie in the box that the three vectors span, and no component
  // of a vector exceeds the longest side.
  constexpr int kReach = 2;
  std::vector<std::uint64_t> pairs(1, 0);
  const Shape& sides = torus.sides();
  for (int chip = 0; chip < torus.chip_count(); ++chip) {
    int least = sides.side(0) + sides.side(1) + sides.side(2);
    for (int a = -kReach; a <= kReach; ++a)
      for (int b = -kReach; b <= kReach; ++b)
        for (int c = -kReach; c <= kReach; ++c) {
          const std::array<int, 3> times = {a, b, c};
          int norm = 0;
          for (std::size_t e = 0; e < 3; ++e) {
            int image = sides.coordinate_of(chip, static_cast<int>(e)) + times[e] * sides.side(static_cast<int>(e));
            for (std::size_t d = 0; d < 3; ++d) image -= times[d] * torus.twist()[d][e];
            norm += std::abs(image);
          }
          least = std::min(least, norm);
        }
    pairs.resize(std::max(pairs.size(), static_cast<std::size_t>(least) + 1), 0);
    pairs[static_cast<std::size_t>(least)] += static_cast<std::uint64_t>(torus.chip_count());
  }
  return pairs;
}

}  // namespace vtpu::net::topology
