#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/search/placement/even_paths.h"
#include "vtpu/search/workloads.h"

namespace vtpu::search {

/// The chip of each rank; every chip has one rank.
using Placement = std::vector<net::Chip>;

/// The usual hand-written placements of a slice: ranks go through its chips row by row, with the axes in any order (the
/// first is fastest), and each axis but the slowest either restarts with every row or runs back and forth.
/// A three-dimensional shape has 24 of them, the row-major one first; duplicates may occur.
std::vector<Placement> hand_placements(const net::Shape& shape);

/// The step's traffic between chips. Error: a step without traffic.
Result<net::workload::Traffic> placed(const StepTraffic& traffic, const Placement& placement);

/// Bytes on each channel in a step when every shortest path is used equally often.
IndexedVector<net::Channel, double> even_loads(const EvenPaths& paths, const StepTraffic& traffic,
                                               const Placement& placement);

/// The bandwidth cost of a step on a network. A step takes at least the bytes of the most loaded channel divided by the
/// bandwidth of a link; all links have the same bandwidth.
struct StepCost {
  double even_bytes = 0;      ///< of the most loaded channel, every shortest path used equally often
  double balanced_bytes = 0;  ///< the same with shortest paths weighted for this traffic (routing::balanced_split)
  double bound_bytes = 0;     ///< lower bound over all weights of shortest paths
  double mean_hops = 0;       ///< averaged over bytes
};

/// The cost without the balanced split: `balanced_bytes` and `bound_bytes` are 0.
StepCost even_cost(const EvenPaths& paths, const StepTraffic& traffic, const Placement& placement);

/// `paths`: of `network`. `gap`, `iterations`: of the balanced split. Error: see balanced_split.
Result<StepCost> step_cost(const net::Network& network, const EvenPaths& paths, const StepTraffic& traffic,
                           const Placement& placement, double gap = 0.005, int iterations = 300);

}  // namespace vtpu::search
