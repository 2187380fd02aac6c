#include "vtpu/search/placement/coordinates.h"

#include <cmath>

#include "vtpu/base/position.h"

namespace vtpu::search {
Coordinates Coordinates::random(int rows, double spread, Random random) {
  Coordinates coordinates(rows);
  for (double& value : coordinates.values_) value = spread * (2 * random.unit() - 1);
  return coordinates;
}

std::vector<double> squared_distances(const Coordinates& a, const Coordinates& b) {
  std::vector<double> squared(at(a.rows()) * at(b.rows()));
  for (int i = 0; i < a.rows(); ++i)
    for (int j = 0; j < b.rows(); ++j) {
      const std::span<const double> p = a.row(i), q = b.row(j);
      double sum = 0;
      for (std::size_t k = 0; k < at(kCoordinates); ++k) sum += (p[k] - q[k]) * (p[k] - q[k]);
      squared[at(i) * at(b.rows()) + at(j)] = sum;
    }
  return squared;
}

void Adam::step(std::span<double> numbers, std::span<const double> gradient) {
  constexpr double kMean = 0.9, kSquare = 0.999, kTiny = 1e-12;
  ++steps_;
  const double mean_part = 1 - std::pow(kMean, steps_), square_part = 1 - std::pow(kSquare, steps_);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    mean_[i] = kMean * mean_[i] + (1 - kMean) * gradient[i];
    square_[i] = kSquare * square_[i] + (1 - kSquare) * gradient[i] * gradient[i];
    numbers[i] -= rate_ * (mean_[i] / mean_part) / (std::sqrt(square_[i] / square_part) + kTiny);
  }
}

double hop_misfit(const EvenPaths& paths, const Coordinates& chips, std::vector<double>& gradient) {
  const int n = chips.rows();
  gradient.assign(chips.values().size(), 0);
  const double pairs = n > 1 ? 0.5 * n * (n - 1) : 1;
  double sum = 0;
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j) {
      const std::span<const double> p = chips.row(i), q = chips.row(j);
      double squared = 0;
      for (std::size_t k = 0; k < at(kCoordinates); ++k) squared += (p[k] - q[k]) * (p[k] - q[k]);
      const net::Chip a(i), b(j);
      const double off = squared - 0.5 * (paths.distance(a, b) + paths.distance(b, a));
      sum += off * off;
      for (std::size_t k = 0; k < at(kCoordinates); ++k) {
        const double push = 4 * off * (p[k] - q[k]) / pairs;
        gradient[at(i) * kCoordinates + k] += push;
        gradient[at(j) * kCoordinates + k] -= push;
      }
    }
  return sum / pairs;
}

Coordinates chip_coordinates(const EvenPaths& paths, int steps, Random random) {
  constexpr double kRate = 0.02;
  Coordinates chips = Coordinates::random(paths.chips(), 0.3, random);
  Adam adam(chips.values().size(), kRate);
  std::vector<double> gradient;
  for (int step = 0; step < steps; ++step) {
    hop_misfit(paths, chips, gradient);
    adam.step(chips.values(), gradient);
  }
  return chips;
}

}  // namespace vtpu::search
