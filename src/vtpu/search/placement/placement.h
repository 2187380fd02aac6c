#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/workloads.h"

namespace vtpu::search {

/// The chip of each rank; every chip has one.
using Placement = std::vector<int>;

/// What people write down for a slice: ranks go through its chips row by row, the axes in any of their orders (the
/// first runs fastest), and each but the slowest either starts anew with every row or runs back where it arrived.
/// 24 placements of a three-dimensional shape, the row-major one first; the same one may occur twice.
std::vector<Placement> hand_placements(const net::Shape& shape);

/// The step's traffic between chips. Error: traffic that has none.
Result<net::workload::Traffic> placed(const StepTraffic& traffic, const Placement& placement);

/// Bytes that each channel carries in a step when every shortest path is taken equally often.
std::vector<double> even_loads(const EvenPaths& paths, const StepTraffic& traffic, const Placement& placement);

/// A step's traffic on a network, by bandwidth alone. A step takes no less than the bytes of the most loaded channel
/// over the bandwidth of a link; links are all alike.
struct StepCost {
  double even_bytes = 0;      ///< of the most loaded channel, every shortest path taken equally often
  double balanced_bytes = 0;  ///< shortest paths weighted for this very traffic (net::routing::balanced_split)
  double bound_bytes = 0;     ///< no weights of shortest paths bring it below this
  double mean_hops = 0;       ///< over bytes
};

/// Without the balanced split: `balanced_bytes` and `bound_bytes` are 0.
StepCost even_cost(const EvenPaths& paths, const StepTraffic& traffic, const Placement& placement);

/// `paths`: of `network`. `gap`, `iterations`: of the balanced split. Error: as balanced_split.
Result<StepCost> step_cost(const net::Network& network, const EvenPaths& paths, const StepTraffic& traffic,
                           const Placement& placement, double gap = 0.005, int iterations = 300);

}  // namespace vtpu::search
