#pragma once
#include <array>
#include <vector>

#include "vtpu/net/topology/fat_tree.h"
#include "vtpu/net/topology/graph_topology.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/island_fat_tree.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

/// Positions of a topology's nodes in its picture: one x, y, z per node. Links are about 1 long where the topology
/// allows it.
namespace vtpu::net::topology {

using Position = std::array<double, 3>;

/// Grids by their coordinates: the first three dimensions along x, y, z, each further one as copies placed side by
/// side. A single ring of more than two chips is drawn as a circle.
std::vector<Position> node_positions(const Torus& torus);
std::vector<Position> node_positions(const Mesh& mesh);
std::vector<Position> node_positions(const TwistedTorus& torus);
std::vector<Position> node_positions(const OcsTopology& topology);

/// Bits 0, 1, 2 along x, y, z, the next three likewise with longer steps: cubes of cubes.
std::vector<Position> node_positions(const Hypercube& cube);

/// Chips in a row along x. Switches stand above their subtrees, spread over the subtree's width; y rises by level.
std::vector<Position> node_positions(const FatTree& tree);

/// Islands as unit cubes along x, the tree's switches above them.
std::vector<Position> node_positions(const IslandFatTree& hybrid);

/// In the plane by a force-directed method: links pull, nodes push. The start is a spiral in the order of node numbers,
/// so the same graph always gives the same picture. Graphs of more than 512 nodes keep the spiral, since the cost is
/// quadratic in the nodes. Source: Fruchterman and Reingold, "Graph drawing by force-directed placement", Software:
/// Practice and Experience 21(11), 1991.
std::vector<Position> node_positions(const GraphTopology& graph);

/// The same for any graph, given as the two nodes of each link.
std::vector<Position> positions_by_forces(int nodes, const std::vector<std::array<int, 2>>& links);

/// A topology without a layout of its own is drawn as the graph of its links.
template <Topology T>
std::vector<Position> node_positions(const T& topology) {
  std::vector<std::array<int, 2>> links;
  for_each_link(topology, [&](Port from, Port to) {
    if (from < to) links.push_back({from.chip.value(), to.chip.value()});
  });
  return positions_by_forces(node_count(topology), links);
}

}  // namespace vtpu::net::topology
