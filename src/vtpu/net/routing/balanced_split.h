#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::routing {

/// A split of traffic over shortest paths that keeps the most loaded channel as little loaded as can be, and what is
/// known of the best there is.
struct BalancedSplit {
  TableRouting routing;
  double throughput =
      0;  ///< ideal_throughput of the routing under the traffic it was made for, to rounding of its table
  double dual_bound = 0;  ///< no split over shortest paths has more than this
  int iterations = 0;     ///< the work that was done
  double gap() const { return dual_bound / throughput - 1; }
};

/// Gradient ascent on the dual of the split of largest entropy within a limit on every channel's load: a path is as
/// likely as exp(-its length), and channels above the limit grow longer, those below it shorter, down to 0. (Network
/// entropy maximisation of Xu, Chiang and Rexford, IEEE/ACM ToN 19(6), 2011, on the shortest paths.) The limit is the
/// best bound known from below, which follows from the lengths themselves: traffic x shortest length / (capacity x
/// length) is no more than the load of the most loaded channel under any split, the dual of the linear program. The
/// last third of the steps only sharpens that bound. Stops when the gap is at most `gap`, or after `iterations`, each
/// about the work of two searches from every chip. Error: as TableRouting::make; traffic that uses no channel.
Result<BalancedSplit> balanced_split(const Network& network, const workload::Traffic& traffic, double gap = 0.005,
                                     int iterations = 300);

}  // namespace vtpu::net::routing
