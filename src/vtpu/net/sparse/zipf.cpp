#include "vtpu/net/sparse/zipf.h"

#include <algorithm>
#include <cmath>

#include "vtpu/base/check.h"

namespace vtpu::net::sparse {
namespace {

/// (exp(y) - 1) / y and log(1 + y) / y, which stay accurate as y goes to 0 (an exponent of 1).
double expm1_over(double y) { return std::abs(y) > 1e-8 ? std::expm1(y) / y : 1 + y / 2; }
double log1p_over(double y) { return std::abs(y) > 1e-8 ? std::log1p(y) / y : 1 - y / 2; }

}  // namespace

Zipf::Zipf(double exponent, std::uint64_t limit) : exponent_(exponent), limit_(limit) {
  VTPU_CHECK(exponent >= 0 && limit >= 1, "the exponent is at least 0, and there is at least one rank");
  low_ = integral(1.5) - 1;  // the first bar has its full width, so that it is never rejected
  high_ = integral(static_cast<double>(limit) + 0.5);
  surely_ = 2 - inverse_integral(integral(2.5) - weight(2));
}

std::uint64_t Zipf::draw(Random& random) const {
  while (true) {
    const double y = high_ - random.unit() * (high_ - low_);
    const double x = inverse_integral(y);
    const double rank = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(limit_));
    if (rank - x <= surely_ || y >= integral(rank + 0.5) - weight(rank)) return static_cast<std::uint64_t>(rank);
  }
}

/// The integral of t^-exponent from 1 to x.
double Zipf::integral(double x) const {
  const double log_x = std::log(x);
  return expm1_over((1 - exponent_) * log_x) * log_x;
}

double Zipf::inverse_integral(double y) const {
  // Rounding may move the argument below the domain of the logarithm.
  const double t = std::max(y * (1 - exponent_), -1.0);
  return std::exp(log1p_over(t) * y);
}

double Zipf::weight(double x) const { return std::exp(-exponent_ * std::log(x)); }

}  // namespace vtpu::net::sparse
