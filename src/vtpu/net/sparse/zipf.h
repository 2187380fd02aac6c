#pragma once
#include <cstdint>

#include "vtpu/base/random.h"

namespace vtpu::net::sparse {

/// Ranks 1..limit, rank k with a probability proportional to k^-exponent; exponent 0 is uniform. Exact for every limit
/// and without tables, so a billion ranks cost what ten do: about one logarithm and one exponential a draw.
/// Source: Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", ACM
/// TOMACS 6(3), 1996: the integral of x^-exponent is inverted, and a rank whose bar does not lie below the curve there
/// is drawn again.
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
  double low_;  // of the integral over all bars
  double high_;
  double surely_;  // a rank at most this far above the inverse is under the curve
};

}  // namespace vtpu::net::sparse
