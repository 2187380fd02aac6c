#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/fat_tree.h"
#include "vtpu/net/topology/graph_topology.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/island_fat_tree.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/scenario/names.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/surviving.h"

namespace vtpu::scenario {

/// Most chips of a network.
inline constexpr int kMostChips = 1 << 17;

/// Every topology that a scenario can ask for. One more: its header, its place here, a word in keys.def, and a line of
/// build_topology.
using AnyTopology = std::variant<net::topology::Torus, net::topology::Mesh, net::topology::TwistedTorus,
                                 net::topology::Hypercube, net::topology::OcsTopology, net::topology::FatTree,
                                 net::topology::IslandFatTree, net::topology::GraphTopology>;

/// The network of a scenario, whole and after its faults; channels have the same numbers in both.
struct Subject {
  AnyTopology topology;
  net::Network whole;
  net::Network network;
  Names names;
  Failed failed;
  std::vector<int> failed_chips;

  /// Sides for traffic patterns: the grid's, or all chips in a row.
  net::Shape shape() const;
};

/// Error: at the key: sides that the topology cannot have, a file that cannot be read, a chip or link that does not
/// exist.
Result<Subject> build_subject(const Scenario& scenario);

/// Searches from every chip unless the network is whole and all chips are alike.
NetworkFacts facts_of(const Subject& subject);

/// Names, places and failures, without loads.
std::vector<NodeRow> node_rows(const Subject& subject);
std::vector<LinkRow> link_rows(const Subject& subject);

}  // namespace vtpu::scenario
