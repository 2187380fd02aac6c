#pragma once
#include <tuple>

#include "vtpu/net/topology/fat_tree.h"
#include "vtpu/net/topology/graph_topology.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/island_fat_tree.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::topology {

/// Every kind of topology. Tests and experiments walk this list.
using AllTopologies =
    std::tuple<Torus, Mesh, TwistedTorus, Hypercube, OcsTopology, FatTree, IslandFatTree, GraphTopology>;

/// Calls visit(topology) with the examples of every kind, in the order of the list.
template <class Visit>
void for_each_example(Visit visit) {
  const auto of_kind = [&]<class T>(const T*) {
    for (const T& topology : T::examples()) visit(topology);
  };
  [&]<class... T>(const std::tuple<T...>*) {
    (of_kind(static_cast<const T*>(nullptr)), ...);
  }(static_cast<const AllTopologies*>(nullptr));
}

}  // namespace vtpu::net::topology
