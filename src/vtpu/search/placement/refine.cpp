#include "vtpu/search/placement/refine.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"

namespace vtpu::search {
namespace {

double power16(double x) {
  x *= x;
  x *= x;
  x *= x;
  return x * x;
}

/// Loads of a placement, updated by swaps.
class Loads {
 public:
  Loads(const EvenPaths& paths, const EvenPaths::Uses& uses, const StepTraffic& traffic, Placement placement)
      : paths_(paths),
        uses_(uses),
        traffic_(traffic),
        placement_(std::move(placement)),
        demands_of_(at(traffic.ranks)) {
    for (std::size_t i = 0; i < traffic.pairs.size(); ++i) {
      demands_of_[at(traffic.pairs[i].source.value())].push_back(i);
      demands_of_[at(traffic.pairs[i].destination.value())].push_back(i);
    }
    recount();
  }

  const Placement& placement() const { return placement_; }
  double sum() const { return sum_; }

  /// Recomputes loads and their sum of powers, which removes accumulated rounding errors.
  void recount() {
    loads_ = even_loads(paths_, traffic_, placement_);
    unit_ = std::max(*std::max_element(loads_.begin(), loads_.end()), 1e-300);
    sum_ = 0;
    for (double& load : loads_) sum_ += power16(load /= unit_);
    touched_at_.assign(loads_.size(), false);
  }
  double norm() const { return unit_ * std::pow(sum_, 1.0 / 16); }

  /// Swaps the chips of two ranks and returns the previous sum of powers, for `undo`.
  double swap(int a, int b) {
    const double before = sum_;
    touched_.clear();
    move(a, b, -1);
    std::swap(placement_[at(a)], placement_[at(b)]);
    move(a, b, 1);
    for (const auto& [channel, load] : touched_) {
      sum_ += power16(loads_[channel]) - power16(load);
      touched_at_[channel] = false;
    }
    return before;
  }
  void undo(int a, int b, double sum_before) {
    std::swap(placement_[at(a)], placement_[at(b)]);
    for (const auto& [channel, load] : touched_) loads_[channel] = load;
    sum_ = sum_before;
  }

 private:
  void move(int a, int b, double sign) {
    for (const std::size_t i : demands_of_[at(a)]) add(traffic_.pairs[i], sign);
    for (const std::size_t i : demands_of_[at(b)]) {
      const net::workload::Demand& demand = traffic_.pairs[i];
      if (demand.source.value() != a && demand.destination.value() != a) add(demand, sign);
    }
  }
  void add(const net::workload::Demand& demand, double sign) {
    const double part = sign * demand.weight / unit_;
    const net::Chip from = placement_[at(demand.source.value())], to = placement_[at(demand.destination.value())];
    for (const auto& [channel, share] : uses_.of(from, to)) {
      if (!touched_at_[channel]) {
        touched_at_[channel] = true;
        touched_.emplace_back(channel, loads_[channel]);
      }
      loads_[channel] += part * static_cast<double>(share);
    }
  }

  const EvenPaths& paths_;
  const EvenPaths::Uses& uses_;
  const StepTraffic& traffic_;
  Placement placement_;
  std::vector<std::vector<std::size_t>> demands_of_;      // by rank
  IndexedVector<net::Channel, double> loads_;             // in units
  double unit_ = 1;                                       // bytes
  double sum_ = 0;                                        // of 16th powers
  std::vector<std::pair<net::Channel, double>> touched_;  // by the last swap: channel and previous load
  IndexedVector<net::Channel, bool> touched_at_;
};

}  // namespace

double load_norm(const IndexedVector<net::Channel, double>& loads) {
  const double most = *std::max_element(loads.begin(), loads.end());
  if (most == 0) return 0;
  double sum = 0;
  for (const double load : loads) sum += power16(load / most);
  return most * std::pow(sum, 1.0 / 16);
}

Placement refined(const EvenPaths& paths, const EvenPaths::Uses& uses, const StepTraffic& traffic, Placement placement,
                  const Refinement& refinement, Random random) {
  if (traffic.pairs.empty() || traffic.ranks < 2) return placement;
  constexpr int kRecount = 1 << 14;  // swaps between recomputations, which remove rounding errors
  Loads loads(paths, uses, traffic, std::move(placement));
  Placement best = loads.placement();
  double best_norm = loads.norm();
  for (int i = 0; i < refinement.swaps; ++i) {
    if (i % kRecount == kRecount - 1) loads.recount();
    const auto ranks = static_cast<std::uint64_t>(traffic.ranks);
    const int a = static_cast<int>(random.below(ranks));
    const int b = (a + 1 + static_cast<int>(random.below(ranks - 1))) % traffic.ranks;
    const double heat = refinement.heat_first * std::pow(refinement.heat_last / refinement.heat_first,
                                                         static_cast<double>(i) / refinement.swaps);
    const double before = loads.swap(a, b);
    const double worse = std::log(loads.sum() / before) / 16;
    if (worse > 0 && random.unit() >= std::exp(-worse / heat)) {
      loads.undo(a, b, before);
    } else if (loads.norm() < best_norm * (1 - 1e-9)) {
      best_norm = loads.norm();
      best = loads.placement();
    }
  }
  return best;
}

}  // namespace vtpu::search
