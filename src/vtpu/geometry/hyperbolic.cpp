#include "vtpu/geometry/hyperbolic.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>

#include "vtpu/base/check.h"

namespace vtpu::geometry {
namespace {

double inner(std::span<const double> x, std::span<const double> y) {
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

/// acosh(1 + s), without loss for small s.
double arcosh_of_one_plus(double s) { return std::log1p(s + std::sqrt(s * (s + 2))); }

/// The point that y becomes when the origin is moved to x along a geodesic: Möbius addition.
/// Source: Ungar, "A gyrovector space approach to hyperbolic geometry", 2009, section 3.4.
std::vector<double> moved(std::span<const double> x, std::span<const double> y) {
  const double xy = inner(x, y), xx = inner(x, x), yy = inner(y, y);
  const double below = 1 + 2 * xy + xx * yy;
  std::vector<double> sum(x.size());
  for (std::size_t k = 0; k < x.size(); ++k) sum[k] = ((1 + 2 * xy + yy) * x[k] + (1 - xx) * y[k]) / below;
  return sum;
}

/// A point at that distance from the origin, in a uniform direction: sums of uniform numbers are nearly normal, and the
/// direction of independent normal numbers is uniform.
std::vector<double> random_step(std::size_t dimensions, double distance, Random& random) {
  std::vector<double> point(dimensions);
  for (double& x : point)
    for (int k = 0; k < 12; ++k) x += random.unit() - 0.5;
  const double scale = std::tanh(distance / 2) / std::sqrt(inner(point, point));
  for (double& x : point) x *= scale;
  return point;
}

std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t k = first; k < end; ++k) ranks[order[k]] = static_cast<double>(first + end - 1) / 2;
  }
  return ranks;
}

}  // namespace

double poincare_distance(std::span<const double> x, std::span<const double> y) {
  VTPU_CHECK(x.size() == y.size(), "points of one ball have the same dimensions");
  const double inside_x = 1 - inner(x, x), inside_y = 1 - inner(y, y);
  VTPU_CHECK(inside_x > 0 && inside_y > 0, "points lie inside the ball");
  double apart = 0;
  for (std::size_t k = 0; k < x.size(); ++k) apart += (x[k] - y[k]) * (x[k] - y[k]);
  return arcosh_of_one_plus(2 * apart / (inside_x * inside_y));
}

std::vector<double> on_hyperboloid(std::span<const double> ball) {
  const double square = inner(ball, ball);
  VTPU_CHECK(square < 1, "points lie inside the ball");
  std::vector<double> point = {(1 + square) / (1 - square)};
  for (const double x : ball) point.push_back(2 * x / (1 - square));
  return point;
}

double lorentz_distance(std::span<const double> x, std::span<const double> y) {
  VTPU_CHECK(x.size() == y.size() && !x.empty(), "points of one hyperboloid have the same dimensions");
  const double cosh = x[0] * y[0] - inner(x.subspan(1), y.subspan(1));
  return arcosh_of_one_plus(std::max(cosh - 1, 0.0));
}

EmbeddedTree embed_random_tree(std::size_t leaves, std::uint32_t branches, std::size_t dimensions, double step,
                               const Random& random) {
  EmbeddedTree tree;
  Random choice = random.fork(0);
  std::map<phext::PackedCoordinate, std::vector<double>> known;  // the nodes so far, by their axes from the library on
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
    phext::PackedCoordinate at;
    std::vector<double> point(dimensions, 0.0);
    for (std::size_t axis = 0; axis < phext::PackedCoordinate::kAxes; ++axis) {
      at = at.with(static_cast<phext::Axis>(axis), 1 + static_cast<std::uint32_t>(choice.below(branches)));
      const auto [node, fresh] = known.try_emplace(at);
      if (fresh) node->second = moved(point, random_step(dimensions, step, choice));
      point = node->second;
    }
    tree.coordinates.push_back(at);
    tree.points.push_back(point);
  }
  return tree;
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
  VTPU_CHECK(a.size() == b.size(), "both lists have the same length");
  std::vector<double> x = ranks_of(a), y = ranks_of(b);
  const double middle = static_cast<double>(a.size() - 1) / 2;
  for (double& rank : x) rank -= middle;
  for (double& rank : y) rank -= middle;
  const double spread = std::sqrt(inner(x, x) * inner(y, y));
  return spread == 0 ? 0 : inner(x, y) / spread;
}

}  // namespace vtpu::geometry
