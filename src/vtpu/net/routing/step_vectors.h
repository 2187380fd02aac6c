#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/net/routing/steps.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::routing {

/// The shortest paths between chips of a twisted torus as signed steps in x, y and z. The torus is a group, so they
/// depend only on the difference of the chips; every difference has between one and a few of them.
///
/// All minimal vectors of a difference have the same 1-norm, so a choice among them moves load between dimensions but
/// adds none. The even choice is optimal for uniform traffic: both lattices are symmetric under permutations of the
/// axes and reflections, so every dimension and direction carries the same load, and no minimal routing can have a most
/// loaded link below the average.
class StepVectors {
 public:
  explicit StepVectors(const topology::TwistedTorus& torus);

  /// All minimal step vectors from one place (x, y, z) to another: at least one, all of the same 1-norm.
  std::span<const Steps> between(const std::array<int, 3>& from, const std::array<int, 3>& to) const {
    std::array<int, 3> by = {to[0] - from[0], to[1] - from[1], to[2] - from[2]};
    // Wrapping x may move y and z, and wrapping y may move z, but never an earlier coordinate. So in this order each
    // coordinate is fixed once.
    for (std::size_t d = 0; d < 3; ++d) {
      while (by[d] < 0) shift(by, d, 1);
      while (by[d] >= sides_[d]) shift(by, d, -1);
    }
    const auto difference = static_cast<std::size_t>((by[0] * sides_[1] + by[1]) * sides_[2] + by[2]);
    return {vectors_.data() + first_[difference], first_[difference + 1] - first_[difference]};
  }

  /// The most steps of any of them in a dimension, in either direction.
  int longest(int dimension) const { return longest_[static_cast<std::size_t>(dimension)]; }

 private:
  /// Adds (sign 1) or subtracts (-1) one lattice vector of a dimension: its side, minus the advance of a wrap.
  void shift(std::array<int, 3>& by, std::size_t dimension, int sign) const {
    by[dimension] += sign * sides_[dimension];
    for (std::size_t e = dimension + 1; e < 3; ++e) by[e] -= sign * twist_[dimension][e];
  }

  std::array<int, 3> sides_;
  Twist twist_;
  std::vector<std::uint32_t> first_;  // into vectors_, by difference
  std::vector<Steps> vectors_;
  std::array<int, 3> longest_{};
};

}  // namespace vtpu::net::routing
