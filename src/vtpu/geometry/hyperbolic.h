#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/phext/packed.h"

namespace vtpu::geometry {

/// Distance in the Poincaré ball of curvature -1: acosh(1 + 2 |x - y|² / ((1 - |x|²) (1 - |y|²))). Both points have
/// the same number of coordinates and lie inside the unit ball (an invariant). Exact up to a few units in the last
/// place of 1 + the distance, near the origin and near the boundary, for the points as given.
double poincare_distance(std::span<const double> x, std::span<const double> y);

/// The point of the hyperboloid x₀² = 1 + x₁² + … that corresponds to a point of the ball; x₀ comes first.
std::vector<double> on_hyperboloid(std::span<const double> ball);

/// Distance on the hyperboloid: acosh(x₀ y₀ - x₁ y₁ - …). The products cancel: the relative error of the cosh is that
/// of one rounding times x₀ y₀, so that the distance of two points at distance r from the origin has no correct digit
/// from about exp(2 r) = 2^54 on. Near the origin it agrees with poincare_distance.
double lorentz_distance(std::span<const double> x, std::span<const double> y);

/// Coordinates and points of the ball for the leaves of one random tree: the path from the root to a leaf is both.
struct EmbeddedTree {
  std::vector<phext::PackedCoordinate> coordinates;
  std::vector<std::vector<double>> points;
};

/// A leaf takes one of `branches` children on each of the eleven axes; leaves that share axes share that part of their
/// way. A child lies `step` from its parent, in a direction of its own that is uniform as seen from the parent.
EmbeddedTree embed_random_tree(std::size_t leaves, std::uint32_t branches, std::size_t dimensions, double step,
                               const Random& random);

/// Spearman's rank correlation of two lists of the same length; equal values share the mean of their ranks. 0 if either
/// list has a single value.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace vtpu::geometry
