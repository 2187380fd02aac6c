#include "vtpu/net/workload/bernoulli_sources.h"

#include <algorithm>
#include <limits>

namespace vtpu::net::workload {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

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
  // Draws trial by trial instead of by a logarithm, whose last bit may differ between mathematical libraries.
  std::uint64_t cycle = next_[chip];  // kNever + 1 is cycle 0
  do ++cycle;
  while (times_[chip].unit() >= probability);
  next_[chip] = cycle;
}

}  // namespace vtpu::net::workload
