#include "vtpu/search/confirm.h"

#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

Result<RoutedState> routed(const SymmetricState& state, const RouteRule& rule, const FlowOptions& options,
                           float least_share) {
  const RuledGraph graph = ruled(lifted(state), rule);
  const Result<LiftedFlow> flow = balanced_flow(graph.graph, options);
  if (!flow) return flow.error();
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  const Result<net::topology::OcsTopology> topology =
      net::topology::OcsTopology::make(circuits.state, circuits.slice, "symmetric OCS state " + to_string(state.shape));
  VTPU_CHECK(topology.ok(), "the circuits of a state join only its own blocks");
  return RoutedState{net::Network(*topology), LiftedRouting(state, graph, flow->split, rule, least_share),
                     flow->throughput, flow->dual_bound};
}

}  // namespace vtpu::search
