#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// Which ways packets may take so that they can never wait for each other in a circle, told by one order of the classes
/// of channels: a packet stays in its class of virtual channels as long as that order rises along its way, and goes up
/// one where it falls. So (class, rank) rises strictly along every way, whatever the translations are.
struct RouteRule {
  std::string name;
  int vc_classes = 1;
  std::vector<int> rank;  ///< by channel class (position · 6 + port), each number once
};

/// First the optical channels, then the electrical ones in negative directions, then those in positive ones (negative
/// first: Glass and Ni, "The turn model for adaptive routing", ISCA 1992). From the chip where light brought it in a
/// packet has a shortest way to every chip of the block, and the next optical channel costs a class.
RouteRule optical_first(int block_side, int vc_classes);

/// Anneals the order, from optical_first, for the mean distance that a number of classes leaves; pairs that it cuts off
/// count as very far. `steps`: orders tried. Deterministic for a seed.
RouteRule searched_order(const LiftedGraph& plain, int vc_classes, int steps, std::uint64_t seed);

/// The ways of a graph under a rule as a graph again, acyclic: a vertex is a position, the class of virtual channels a
/// packet is in, and the ports that it may still take in that class.
struct RuledGraph {
  LiftedGraph graph;
  std::vector<int> vc_class;  ///< by vertex: of the channel by which it is reached
};
RuledGraph ruled(const LiftedGraph& plain, const RouteRule& rule);

}  // namespace vtpu::search
