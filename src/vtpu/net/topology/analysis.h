#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"
#include "vtpu/net/topology/boost_graph.h"

/// Exact static analysis of any topology, by Boost.Graph. Hops count links on a shortest path. An average *including
/// self* divides by all N^2 ordered pairs, a chip's distance 0 to itself among them, one *excluding self* by N(N-1).
/// A bisection counts the links of a balanced cut once, that is, those leaving one half, full duplex. Switches are on
/// the way but are no ends: distances, averages, loads and halves are those of chips.
namespace vtpu::net::topology {

/// Which chips a search starts from. One is enough where the topology is vertex-transitive.
enum class Sources { all, first };

/// All sources, or the first where the type declares that it is enough.
template <Topology T>
constexpr Sources enough_sources() {
  return T::kVertexTransitive ? Sources::first : Sources::all;
}

/// How many ordered pairs of chips lie at each distance.
struct DistanceDistribution {
  int chips = 0;
  std::vector<std::uint64_t> pairs_at;  ///< by distance; [0] counts each chip and itself

  /// Pairs with no path between them; averages leave them out.
  std::uint64_t unreachable_pairs() const;
  int diameter() const { return static_cast<int>(pairs_at.size()) - 1; }
  double average_including_self() const;
  /// 0 for a single chip.
  double average_excluding_self() const;
  bool operator==(const DistanceDistribution&) const = default;
};

/// Breadth-first search from every source; from the first only, its counts stand for every chip's.
DistanceDistribution distances(const LinkGraph& graph, Sources sources);

template <Topology T>
DistanceDistribution distances(const T& topology, Sources sources = enough_sources<T>()) {
  return distances(link_graph(topology), sources);
}

/// The same from the topology's closed form.
template <Topology T>
DistanceDistribution closed_form(const T& topology) {
  return {topology.chip_count(), closed_form_distances(topology)};
}

/// Load of links under uniform all-to-all traffic: every chip sends 1/N of one unit to each of the N chips, itself
/// included (a message to itself uses no link), spread evenly over all shortest paths.
struct UniformLoad {
  std::vector<double> mean_of_dimension;  ///< over the directed links whose port is of the dimension; 0 without links
  double largest = 0;                     ///< of any directed link

  /// Highest injection rate per chip, in link bandwidths, that the most loaded dimension carries if its load is shared
  /// by all its links. This is the bound of the published rows.
  double bound_by_dimension() const;
  /// The same for the most loaded single link under the even spread over shortest paths, attained by that routing.
  double bound_by_link() const { return 1 / largest; }
};

/// With Sources::first a translation that keeps ports takes any chip to any other, so the load of a port is what one
/// source puts on all ports of its number; no switches then (an invariant). At least one link.
UniformLoad uniform_load(const LinkGraph& graph, Sources sources);

template <Topology T>
UniformLoad uniform_load(const T& topology, Sources sources = enough_sources<T>()) {
  return uniform_load(link_graph(topology), sources);
}

/// Links from the nodes of `half` to the others, one direction.
int cut_links(const LinkGraph& graph, const std::vector<bool>& half);

/// Fewest links whose loss parts every chip of `from` from every chip of `to`, by Boykov-Kolmogorov maximum flow; the
/// sets are disjoint and not empty (an invariant).
int min_cut_links(const LinkGraph& graph, const std::vector<int>& from, const std::vector<int>& to);

/// What is known of the links in a smallest balanced cut. Finding it is NP-hard; where the two ends meet it is exact.
struct BisectionBounds {
  int at_least = 0;  ///< traffic argument: a balanced cut carries N/4 of uniform traffic each way
  int at_most = 0;   ///< the best cut into two contiguous halves across a dimension of the grid; 0: no side is even
};

/// `alltoall_bound`: an injection rate that some routing attains, as from bound_by_link or a closed form. `grid`: of
/// the chips; switches stand on the side of a cut that is better, found by one maximum flow for each pair of halves.
BisectionBounds bisection_bounds(const LinkGraph& graph, const Shape& grid, double alltoall_bound);

/// Second smallest eigenvalue of the Laplacian of all nodes, counting parallel links: 0 for a topology in several
/// parts. By power iteration from a seeded start until the Rayleigh quotient, which comes down on it from above,
/// changes by less than 1e-12 of itself.
double spectral_gap(const LinkGraph& graph);

}  // namespace vtpu::net::topology
