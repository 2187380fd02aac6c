#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/search/placement/even_paths.h"

namespace vtpu::search {

/// Dimensions of a learned position.
inline constexpr int kCoordinates = 64;

/// Positions in 64-dimensional space, one per row.
class Coordinates {
 public:
  explicit Coordinates(int rows) : rows_(rows), values_(static_cast<std::size_t>(rows) * kCoordinates, 0) {}
  /// Every number uniform in -spread to spread.
  static Coordinates random(int rows, double spread, Random random);

  int rows() const { return rows_; }
  std::span<double> row(int i) { return std::span(values_).subspan(first(i), kCoordinates); }
  std::span<const double> row(int i) const { return std::span(values_).subspan(first(i), kCoordinates); }
  std::vector<double>& values() { return values_; }
  const std::vector<double>& values() const { return values_; }

 private:
  static std::size_t first(int i) { return static_cast<std::size_t>(i) * kCoordinates; }
  int rows_;
  std::vector<double> values_;
};

/// Squared Euclidean distances between the rows of a and b, at i · b.rows() + j.
std::vector<double> squared_distances(const Coordinates& a, const Coordinates& b);

/// Gradient descent with momentum and a step size per number. Source: Kingma and Ba, "Adam: a method for stochastic
/// optimization", ICLR 2015.
class Adam {
 public:
  Adam(std::size_t numbers, double rate) : rate_(rate), mean_(numbers, 0), square_(numbers, 0) {}
  void step(std::span<double> numbers, std::span<const double> gradient);

 private:
  double rate_;
  int steps_ = 0;
  std::vector<double> mean_;
  std::vector<double> square_;
};

/// Mean over pairs of chips of (squared distance of their positions - hops)², with hops averaged over both directions,
/// and its gradient with respect to the positions. Distances are squared because the hops of a torus are sums over
/// rings: squared distances reproduce such sums exactly (a ring of k takes k/2 dimensions), distances cannot.
double hop_misfit(const EvenPaths& paths, const Coordinates& chips, std::vector<double>& gradient);

/// Positions of chips whose squared distances approximate hops, by `steps` steps of gradient descent on hop_misfit.
Coordinates chip_coordinates(const EvenPaths& paths, int steps, Random random);

}  // namespace vtpu::search
