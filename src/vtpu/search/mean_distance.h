#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/search/lifted_graph.h"
#include "vtpu/net/topology/analysis.h"

namespace vtpu::search {

/// Distances in a lifted graph between all chips, to all destinations of block 0 at once: one word for each vertex of
/// each block holds a bit for each of the at most 64 positions, and step by step takes over the bits of those it leads
/// to. Keeps its memory, so one object serves a whole search. Source for many searches in one word: Then et al., "The
/// more the merrier: efficient multi-source graph traversal", PVLDB 8(4), 2014.
class MeanDistance {
 public:
  /// Hops averaged over all N² ordered pairs of chips, each with itself included; infinite where there is no path.
  double operator()(const LiftedGraph& graph);

  /// No routing carries a uniform all-to-all at a higher rate than this (link bandwidths a chip, as LiftedFlow), for
  /// any `lengths` of channel classes: sum of lengths over mean distance by length. Lengths are from 1 to 15; the
  /// time taken grows with the distances. 0 where there is no path.
  double bound(const LiftedGraph& graph, std::span<const int> lengths);

  /// How many ordered pairs of chips lie at each distance in hops, as topology::distances counts them on OcsTopology.
  net::topology::DistanceDistribution distribution(const LiftedGraph& graph);

 private:
  /// Pairs of a chip and one of block 0 by distance, to `pairs_`. `lengths`: none for hops.
  void search(const LiftedGraph& graph, std::span<const int> lengths);
  /// Their sum; 0 where a pair has no path.
  std::uint64_t total(const LiftedGraph& graph) const;

  std::vector<std::uint64_t> seen_, next_;               // by vertex · blocks + block
  std::vector<std::vector<std::uint64_t>> frontier_;     // the same, by time modulo one more than the longest length
  std::vector<std::vector<unsigned char>> is_anything_;  // in the frontier, by time and vertex
  std::vector<std::uint64_t> pairs_;
};

}  // namespace vtpu::search
