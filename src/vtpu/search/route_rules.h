#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// A deadlock-free restriction of paths, given by an order of the channel classes. A packet stays in its class of
/// virtual channels while the rank of its channels rises, and moves up one class where the rank falls. (class, rank)
/// then rises strictly along every path, whatever the translations, so channel dependences have no cycle.
struct RouteRule {
  std::string name;
  int vc_classes = 1;
  std::vector<int> rank;  ///< by channel class (position · 6 + port), a permutation
};

/// Optical channels first, then electrical channels in negative directions, then those in positive directions (negative
/// first: Glass and Ni, "The turn model for adaptive routing", ISCA 1992). From the chip where an optical channel ends,
/// a packet has a shortest path to every chip of the block; each further optical channel costs one class.
RouteRule optical_first(int block_side, int vc_classes);

/// Anneals the order, starting from optical_first, to minimise the mean distance with the given number of classes;
/// pairs without a path count as very far. `steps`: orders tried. Deterministic for a seed.
RouteRule searched_order(const LiftedGraph& plain, int vc_classes, int steps, std::uint64_t seed);

/// The paths of a graph under a rule, as an acyclic graph: a vertex is a position, a packet's class of virtual
/// channels, and the ports that it may still take in that class.
struct RuledGraph {
  LiftedGraph graph;
  std::vector<int> vc_class;  ///< by vertex: class of the channel that leads to it
};
RuledGraph ruled(const LiftedGraph& plain, const RouteRule& rule);

}  // namespace vtpu::search
