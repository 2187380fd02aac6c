#pragma once
#include <cstdint>

#include "vtpu/base/random.h"

namespace vtpu::net::sparse {

/// Draws ranks 1..limit, rank k with a probability proportional to k^-exponent; exponent 0 is uniform. The method is
/// exact for every limit and needs no tables, so that a billion ranks cost as little as ten: about one logarithm and
/// one exponential per draw. Source: Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone
/// discrete distributions", ACM TOMACS 6(3), 1996. The integral of x^-exponent is inverted, and a draw is rejected if
/// the rank's bar is not below the curve there.
class Zipf {
 public:
  /// `exponent` ≥ 0, `limit` ≥ 1.
  Zipf(double exponent, std::uint64_t limit);

  std::uint64_t draw(Random& random) const;

 private:
  double integral(double x) const;
  double inverse_integral(double y) const;
  double weight(double x) const;

  double exponent_;
  std::uint64_t limit_;
  double low_;  // lower end of the integral over all bars
  double high_;
  double surely_;  // a rank at most this far above the inverse is always accepted
};

}  // namespace vtpu::net::sparse
