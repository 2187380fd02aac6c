#include "vtpu/search/placement/rank_coordinates.h"

#include <cmath>
#include <cstddef>

#include "vtpu/base/position.h"
#include "vtpu/search/placement/linear_assignment.h"
#include "vtpu/search/placement/soft_assignment.h"

namespace vtpu::search {
namespace {

constexpr int kSinkhornRounds = 8;
/// Matrix products skip parts below this; once ranks have settled on chips, most parts are.
constexpr double kNegligiblePart = 1e-9;

/// out += left · right, or out += leftᵀ · right; n x n each, `left` sparse.
template <bool kTransposed>
void add_product(const std::vector<double>& left, const std::vector<double>& right, std::size_t n,
                 std::vector<double>& out) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const double factor = left[i * n + k];
      if (factor < kNegligiblePart) continue;
      const double* from = right.data() + (kTransposed ? i : k) * n;
      double* to = out.data() + (kTransposed ? k : i) * n;
      for (std::size_t j = 0; j < n; ++j) to[j] += factor * from[j];
    }
}

/// out[source] += bytes · in[destination] for each pair; source and destination exchanged with kBack.
template <bool kBack>
void add_sent(const StepTraffic& traffic, const std::vector<double>& in, std::size_t n, std::vector<double>& out) {
  for (const net::workload::Demand& demand : traffic.pairs) {
    const double* from = in.data() + at((kBack ? demand.source : demand.destination).value()) * n;
    double* to = out.data() + at((kBack ? demand.destination : demand.source).value()) * n;
    for (std::size_t j = 0; j < n; ++j) to[j] += demand.weight * from[j];
  }
}

std::vector<double> transposed(const std::vector<double>& matrix, std::size_t n) {
  std::vector<double> result(matrix.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) result[j * n + i] = matrix[i * n + j];
  return result;
}

}  // namespace

PlacementLoss::PlacementLoss(const EvenPaths& paths, const StepTraffic& traffic, double norm)
    : paths_(paths), traffic_(traffic), norm_(norm), background_(paths.uniform_loads()) {
  for (double& load : background_) load *= traffic.each_pair;
  unit_ = traffic.mean_bytes() * traffic.ranks / paths.channels();
}

double PlacementLoss::operator()(const Coordinates& ranks, const Coordinates& chips, double softness,
                                 std::vector<double>& gradient) const {
  const auto n = at(paths_.chips());
  const SoftAssignment assignment(squared_distances(ranks, chips), paths_.chips(), softness, kSinkhornRounds);
  const std::vector<double>& parts = assignment.parts();

  // Traffic between chips is partsᵀ · bytes · parts.
  std::vector<double> sent(n * n, 0), between(n * n, 0);
  add_sent<false>(traffic_, parts, n, sent);
  add_product<true>(parts, sent, n, between);
  IndexedVector<net::Channel, double> loads = paths_.loads(between);
  double sum = 0;
  for (const net::Channel channel : loads.indices()) {
    loads[channel] = (loads[channel] + background_[channel]) / unit_;
    sum += std::pow(loads[channel], norm_);
  }
  const double mean = sum / static_cast<double>(loads.size());
  const double loss = std::pow(mean, 1 / norm_);

  // Prices of channels, then of pairs of chips, then the cost of each part of a rank on a chip, for the traffic that
  // the rank sends and receives.
  const double scale = loss / mean / static_cast<double>(loads.size()) / unit_;
  for (double& load : loads) load = scale * std::pow(load, norm_ - 1);
  const std::vector<double> prices = paths_.prices(loads);
  std::vector<double> by_parts(n * n, 0), priced(n * n, 0);
  add_product<false>(parts, transposed(prices, n), n, priced);  // to a rank, from chips
  add_sent<false>(traffic_, priced, n, by_parts);
  priced.assign(n * n, 0);
  add_product<false>(parts, prices, n, priced);  // from a rank, to chips
  add_sent<true>(traffic_, priced, n, by_parts);

  const std::vector<double> by_squared = assignment.gradient(by_parts);
  gradient.assign(ranks.values().size(), 0);
  for (int rank = 0; rank < ranks.rows(); ++rank)
    for (int chip = 0; chip < chips.rows(); ++chip) {
      const double factor = 2 * by_squared[at(rank) * n + at(chip)];
      if (factor == 0) continue;
      const std::span<const double> p = ranks.row(rank), q = chips.row(chip);
      for (std::size_t k = 0; k < at(kCoordinates); ++k)
        gradient[at(rank) * kCoordinates + k] += factor * (p[k] - q[k]);
    }
  return loss;
}

Coordinates rank_coordinates(const EvenPaths& paths, const StepTraffic& traffic, const Coordinates& chips,
                             const Training& training, Random random) {
  Coordinates ranks = Coordinates::random(chips.rows(), 0.1, random);
  std::vector<double> middle(at(kCoordinates), 0);
  for (int chip = 0; chip < chips.rows(); ++chip)
    for (std::size_t k = 0; k < at(kCoordinates); ++k) middle[k] += chips.row(chip)[k] / chips.rows();
  for (int rank = 0; rank < ranks.rows(); ++rank)
    for (std::size_t k = 0; k < at(kCoordinates); ++k) ranks.row(rank)[k] += middle[k];
  const PlacementLoss loss(paths, traffic, training.norm);
  Adam adam(ranks.values().size(), training.rate);
  std::vector<double> gradient;
  for (int step = 0; step < training.steps; ++step) {
    const double done = training.steps > 1 ? static_cast<double>(step) / (training.steps - 1) : 1;
    const double softness = training.softness_first * std::pow(training.softness_last / training.softness_first, done);
    loss(ranks, chips, softness, gradient);
    adam.step(ranks.values(), gradient);
  }
  return ranks;
}

Placement nearest_chips(const Coordinates& ranks, const Coordinates& chips) {
  Placement placement;
  for (const int chip : linear_assignment(squared_distances(ranks, chips), ranks.rows()))
    placement.push_back(net::Chip(chip));
  return placement;
}

}  // namespace vtpu::search
