#pragma once
#include <span>
#include <vector>

namespace vtpu::search {

/// A relaxed assignment of ranks to chips: the parts of a rank sum to nearly 1, the parts on a chip to exactly 1.
/// Computed from affinities by scaling rows and columns alternately, a fixed number of times, so that the gradient is
/// exact. Source: Sinkhorn, "A relationship between arbitrary positive matrices and doubly stochastic matrices", Annals
/// of Mathematical Statistics 35(2), 1964.
class SoftAssignment {
 public:
  /// `squared`: n x n squared distances of ranks (rows) from chips; affinity is exp(-squared / softness).
  SoftAssignment(std::span<const double> squared, int n, double softness, int rounds);

  /// Parts of ranks (rows) on chips.
  const std::vector<double>& parts() const { return parts_; }
  /// Gradient with respect to the squared distances, given the gradient with respect to the parts.
  std::vector<double> gradient(std::span<const double> by_parts) const;

 private:
  int n_;
  double softness_;
  std::vector<double> affinity_;
  std::vector<std::vector<double>> row_, column_;  // scales after each round; columns also before the first
  std::vector<double> parts_;
};

}  // namespace vtpu::search
