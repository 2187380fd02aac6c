#pragma once
#include <type_traits>

#include "vtpu/net/network.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/e_cube.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/routing/valiant.h"
#include "vtpu/net/topology.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::routing {

/// Calls visit(routing) with every routing that the project provides for a topology, in every deadlock-free assignment
/// of virtual channels; tests and experiments walk this list. `network`: of the topology. Tables are omitted if a node
/// has more ports than a table can hold.
template <Topology T, class Visit>
void for_each_routing(const T& topology, const Network& network, Visit visit) {
  if constexpr (std::is_same_v<T, topology::Torus> || std::is_same_v<T, topology::TwistedTorus>) {
    for (const Dateline dateline : {Dateline::plain, Dateline::balanced, Dateline::crossing}) {
      const DimensionOrder routing = *DimensionOrder::make(topology, dateline);
      visit(routing);
      visit(Valiant(routing));
    }
    visit(*MinimalAdaptive::make(topology));
  }
  if constexpr (std::is_same_v<T, topology::Torus>)
    visit(*DimensionOrder::make(topology, Dateline::plain, Ties::positive));
  if constexpr (std::is_same_v<T, topology::Mesh>) {
    const DimensionOrder routing = *DimensionOrder::make(topology);
    visit(routing);
    visit(Valiant(routing));
    visit(*MinimalAdaptive::make(topology));
  }
  if constexpr (std::is_same_v<T, topology::Hypercube>) visit(ECube(topology));
  for (const Split split : {Split::first, Split::even})
    if (const auto table = TableRouting::make(network, split)) visit(*table);
  constexpr int kFewSteps = 20;
  const auto balanced =
      balanced_split(network, workload::Traffic::uniform(network.chip_count(), true), 0.005, kFewSteps);
  if (balanced) visit(balanced->routing);
}

}  // namespace vtpu::net::routing
