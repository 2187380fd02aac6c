#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/net/topology/analysis.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// Distances between all chips of a lifted graph, computed for all destinations of block 0 at once. Each vertex of each
/// block has one word with a bit for each of the at most 64 positions; in every step it takes over the bits of the
/// vertices that its arcs lead to. The object keeps its memory for reuse within a search. Source of the bit-parallel
/// search: Then et al., "The more the merrier: efficient multi-source graph traversal", PVLDB 8(4), 2014.
class MeanDistance {
 public:
  /// Mean hops over all N² ordered pairs of chips, including each chip with itself; infinite where a path is missing.
  double operator()(const LiftedGraph& graph);

  /// Upper bound on the rate of a uniform all-to-all under any routing, in link bandwidths per chip (as LiftedFlow):
  /// the sum of the `lengths` of channel classes over the mean distance by length. It holds for any lengths, each from
  /// 1 to 15; the run time grows with the distances. 0 where a path is missing.
  double bound(const LiftedGraph& graph, std::span<const int> lengths);

  /// Number of ordered pairs of chips at each distance in hops, equal to topology::distances on OcsTopology.
  net::topology::DistanceDistribution distribution(const LiftedGraph& graph);

 private:
  /// Counts pairs of a chip and a chip of block 0 by distance, into `pairs_`. Empty `lengths`: hops.
  void search(const LiftedGraph& graph, std::span<const int> lengths);
  /// Sum of the distances; 0 where a pair has no path.
  std::uint64_t total(const LiftedGraph& graph) const;

  std::vector<std::uint64_t> seen_, next_;               // by vertex · blocks + block
  std::vector<std::vector<std::uint64_t>> frontier_;     // likewise, by time modulo (longest length + 1)
  std::vector<std::vector<unsigned char>> is_anything_;  // whether the frontier holds a bit, by time and vertex
  std::vector<std::uint64_t> pairs_;
};

}  // namespace vtpu::search
