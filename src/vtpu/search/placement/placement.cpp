#include "vtpu/search/placement/placement.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "vtpu/base/position.h"
#include "vtpu/net/routing/balanced_split.h"

namespace vtpu::search {
namespace {

/// Ranks along the axes, `axes[0]` fastest; axis i runs back and forth where bit i of `turns` is set.
Placement along(const net::Shape& shape, const std::array<int, 3>& axes, unsigned turns) {
  Placement placement;
  for (int rank = 0; rank < shape.count(); ++rank) {
    net::Coordinates chip{};
    int rows = rank;  // complete rows of the faster axes before this rank
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const int side = shape.side(axes[i]), place = rows % side;
      rows /= side;
      const bool back = (turns >> i & 1u) != 0 && rows % 2 == 1;
      chip[at(axes[i])] = back ? side - 1 - place : place;
    }
    placement.push_back(net::Chip(shape.index_of(chip)));
  }
  return placement;
}

}  // namespace

std::vector<Placement> hand_placements(const net::Shape& shape) {
  std::vector<Placement> placements;
  std::array<int, 3> axes = {2, 1, 0};
  do {
    for (unsigned turns = 0; turns < 4; ++turns) placements.push_back(along(shape, axes, turns));
  } while (std::prev_permutation(axes.begin(), axes.end()));
  return placements;
}

Result<net::workload::Traffic> placed(const StepTraffic& traffic, const Placement& placement) {
  std::vector<net::workload::Demand> demands;
  for (const net::workload::Demand& demand : traffic.pairs)
    demands.push_back(
        {placement[at(demand.source.value())], placement[at(demand.destination.value())], demand.weight});
  if (traffic.each_pair > 0)
    for (const net::Chip source : index_range<net::Chip>(traffic.ranks))
      for (const net::Chip destination : index_range<net::Chip>(traffic.ranks))
        if (source != destination) demands.push_back({source, destination, traffic.each_pair});
  return net::workload::Traffic::matrix(traffic.ranks, demands);
}

IndexedVector<net::Channel, double> even_loads(const EvenPaths& paths, const StepTraffic& traffic,
                                               const Placement& placement) {
  const std::size_t chips = at(paths.chips());
  std::vector<double> between(chips * chips, traffic.each_pair);
  for (const net::workload::Demand& demand : traffic.pairs) {
    const net::Chip from = placement[at(demand.source.value())], to = placement[at(demand.destination.value())];
    between[at(from.value()) * chips + at(to.value())] += demand.weight;
  }
  return paths.loads(between);
}

StepCost even_cost(const EvenPaths& paths, const StepTraffic& traffic, const Placement& placement) {
  const IndexedVector<net::Channel, double> loads = even_loads(paths, traffic, placement);
  StepCost cost;
  double hops = 0;
  for (const double load : loads) {
    cost.even_bytes = std::max(cost.even_bytes, load);
    hops += load;
  }
  cost.mean_hops = hops / (traffic.mean_bytes() * traffic.ranks);
  return cost;
}

Result<StepCost> step_cost(const net::Network& network, const EvenPaths& paths, const StepTraffic& traffic,
                           const Placement& placement, double gap, int iterations) {
  StepCost cost = even_cost(paths, traffic, placement);
  const Result<net::workload::Traffic> between = placed(traffic, placement);
  if (!between) return between.error();
  const Result<net::routing::BalancedSplit> split = net::routing::balanced_split(network, *between, gap, iterations);
  if (!split) return split.error();
  // The busiest source sends at the split's throughput: its bytes take bytes / (throughput · bandwidth).
  cost.balanced_bytes = traffic.most_bytes() / split->throughput;
  cost.bound_bytes = traffic.most_bytes() / split->dual_bound;
  return cost;
}

}  // namespace vtpu::search
