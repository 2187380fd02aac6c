#include "vtpu/net/routing/step_vectors.h"

#include <algorithm>
#include <cstdlib>

#include "vtpu/base/check.h"

namespace vtpu::net::routing {
namespace {

using Vector = std::array<int, 3>;

int norm(const Vector& v) { return std::abs(v[0]) + std::abs(v[1]) + std::abs(v[2]); }

/// All shortest images of a difference under the lattice by which the torus is a quotient. Coefficients of -2..2 are
/// enough: the difference lies in the box that the lattice's basis spans.
std::vector<Vector> minimal_vectors(const topology::TwistedTorus& torus, const Vector& difference) {
  constexpr int kReach = 2;
  const Shape& sides = torus.sides();
  std::vector<Vector> least;
  for (int a = -kReach; a <= kReach; ++a)
    for (int b = -kReach; b <= kReach; ++b)
      for (int c = -kReach; c <= kReach; ++c) {
        const Vector times = {a, b, c};
        Vector image = difference;
        for (std::size_t d = 0; d < 3; ++d) {
          image[d] += times[d] * sides.side(static_cast<int>(d));
          for (std::size_t e = 0; e < 3; ++e) image[e] -= times[d] * torus.twist()[d][e];
        }
        if (!least.empty() && norm(image) > norm(least[0])) continue;
        if (!least.empty() && norm(image) < norm(least[0])) least.clear();
        least.push_back(image);
      }
  return least;
}

}  // namespace

StepVectors::StepVectors(const topology::TwistedTorus& torus)
    : sides_{torus.sides().side(0), torus.sides().side(1), torus.sides().side(2)}, twist_(torus.twist()), first_{0} {
  for (std::size_t d = 0; d < 3; ++d)
    for (std::size_t e = 0; e <= d; ++e) VTPU_CHECK(twist_[d][e] == 0, "a wrap moves only later dimensions");
  for (int chip = 0; chip < torus.chip_count(); ++chip) {
    const Coordinates place = torus.sides().coordinates_of(chip);
    for (const Vector& v : minimal_vectors(torus, {place[0], place[1], place[2]})) {
      Steps steps;
      for (std::size_t d = 0; d < 3; ++d) {
        steps.set(static_cast<int>(d), v[d]);
        longest_[d] = std::max(longest_[d], std::abs(v[d]));
      }
      vectors_.push_back(steps);
    }
    first_.push_back(static_cast<std::uint32_t>(vectors_.size()));
  }
}

}  // namespace vtpu::net::routing
