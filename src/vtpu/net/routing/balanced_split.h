#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/path_survey.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::routing {

inline constexpr double kBalancedGap = 0.005;
inline constexpr int kBalancingSteps = 300;

/// A split of traffic over shortest paths that minimises the load of the most loaded channel, with an upper bound on
/// the throughput of the best split.
struct BalancedSplit {
  TableRouting routing;
  double throughput = 0;  ///< ideal_throughput of the routing under its traffic, up to rounding of the table
  double dual_bound = 0;  ///< upper bound on the throughput of any split over shortest paths
  int iterations = 0;     ///< iterations run
  double gap() const { return dual_bound / throughput - 1; }
};

/// Gradient ascent on the dual of the maximum-entropy split under a limit on every channel's load. A path is as likely
/// as exp(-its length); channels above the limit become longer, those below it shorter, down to 0. (Network entropy
/// maximisation of Xu, Chiang and Rexford, IEEE/ACM ToN 19(6), 2011, restricted to shortest paths.) The limit is the
/// best lower bound known on the largest load. It follows from the lengths by linear-programming duality: (sum of
/// traffic x shortest length) / (sum of capacity x length) does not exceed the largest load of any split. The last
/// third of the iterations only improves that bound. Stops when the gap is at most `gap`, or after `iterations`, each
/// about as costly as two searches from every chip; `part` hears of each. Error: as TableRouting::make; traffic that
/// uses no channel.
Result<BalancedSplit> balanced_split(const Network& network, const workload::Traffic& traffic,
                                     double gap = kBalancedGap, int iterations = kBalancingSteps,
                                     const PathSurvey::Part& part = {});

}  // namespace vtpu::net::routing
