#include "vtpu/net/workload/bernoulli_sources.h"

#include <algorithm>
#include <limits>

namespace vtpu::net::workload {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// Below this probability a trial for every cycle would take longer than the simulation.
constexpr double kRare = 1e-4;

/// Exponentially distributed with mean 1. It only compares random numbers: the last bit of a logarithm may differ
/// between mathematical libraries. Source: von Neumann, "Various techniques used in connection with random digits",
/// National Bureau of Standards AMS 12, 1951.
double exponential(Random& random) {
  for (double whole = 0;; ++whole) {
    const double first = random.unit();
    bool odd = true;  // length of the falling run that starts with `first`
    double last = first;
    for (double next = random.unit(); next < last; next = random.unit()) {
      last = next;
      odd = !odd;
    }
    if (odd) return whole + first;
  }
}

/// Number of failed trials before the first success, where `probability` is rare.
std::uint64_t failures_before_success(double probability, Random& random) {
  // -ln(1 - p), whose next term is below the rounding error.
  const double p = probability;
  const double rate = p * (1 + p * (1.0 / 2 + p * (1.0 / 3 + p / 4)));
  const double failures = exponential(random) / rate;
  constexpr double kMost = 9e18;
  return failures < kMost ? static_cast<std::uint64_t>(failures) : kNever;
}

}  // namespace

BernoulliSources::BernoulliSources(const Traffic& traffic, double offered, int packet_flits, const Random& random)
    : traffic_(traffic), next_(traffic.chip_count(), kNever) {
  const Random times = random.fork(1);
  const Random packets = random.fork(2);
  for (const Chip chip : next_.indices()) {
    probability_.push_back(offered * traffic.rate(chip) / packet_flits);
    times_.push_back(times.fork(static_cast<std::uint64_t>(chip.value())));
    packets_.push_back(packets.fork(static_cast<std::uint64_t>(chip.value())));
    advance(chip);
  }
}

bool BernoulliSources::all_taken_before(std::uint64_t cycle) const {
  return std::all_of(next_.begin(), next_.end(), [cycle](std::uint64_t next) { return next >= cycle; });
}

void BernoulliSources::advance(Chip chip) {
  const double probability = probability_[chip];
  if (probability <= 0) return;
  std::uint64_t cycle = next_[chip] + 1;  // kNever + 1 is cycle 0
  if (probability < kRare) {
    const std::uint64_t failures = failures_before_success(probability, times_[chip]);
    next_[chip] = failures < kNever - cycle ? cycle + failures : kNever;
    return;
  }
  while (times_[chip].unit() >= probability) ++cycle;
  next_[chip] = cycle;
}

}  // namespace vtpu::net::workload
