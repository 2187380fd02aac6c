#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"
#include "vtpu/net/topology/boost_graph.h"

/// Exact static analysis of any topology, by Boost.Graph. Hops count links on a shortest path. An average *including
/// self* divides by all N^2 ordered pairs, among them each chip's distance 0 to itself; one *excluding self* divides by
/// N(N-1). A bisection counts the links of a balanced cut once (one direction of a full-duplex link). Paths may cross
/// switches, but only chips are endpoints: distances, averages, loads and halves are those of chips.
namespace vtpu::net::topology {

/// Which chips a search starts from. One is enough where the topology is vertex-transitive.
enum class Sources { all, first };

/// All sources, or only the first if the type declares that one is enough.
template <Topology T>
constexpr Sources enough_sources() {
  return T::kVertexTransitive ? Sources::first : Sources::all;
}

/// The number of ordered pairs of chips at each distance.
struct DistanceDistribution {
  int chips = 0;
  std::vector<std::uint64_t> pairs_at;  ///< by distance; [0] counts each chip and itself

  /// Ordered pairs with no path between them. The averages leave them out.
  std::uint64_t unreachable_pairs() const;
  int diameter() const { return static_cast<int>(pairs_at.size()) - 1; }
  double average_including_self() const;
  /// 0 for a single chip.
  double average_excluding_self() const;
  bool operator==(const DistanceDistribution&) const = default;
};

/// Long analysis calls this from time to time with the searches that are done and the number of all. It may be empty.
using Part = std::function<void(int done, int all)>;

/// Breadth-first search from every source. With Sources::first, the counts of the first chip are multiplied by the
/// number of chips.
DistanceDistribution distances(const LinkGraph& graph, Sources sources, const Part& part = {});

template <Topology T>
DistanceDistribution distances(const T& topology, Sources sources = enough_sources<T>()) {
  return distances(link_graph(topology), sources);
}

/// The distances on `faulty`, which is `whole` without some links, from the distances on `whole`. Searches again only
/// from the chips whose distances change: where few links have failed, few of them do.
DistanceDistribution distances_after_failures(const LinkGraph& whole, const LinkGraph& faulty,
                                              const DistanceDistribution& before, const Part& part = {});

/// The same distribution from the topology's closed form.
template <Topology T>
DistanceDistribution closed_form(const T& topology) {
  return {topology.chip_count(), closed_form_distances(topology)};
}

/// Load of links under uniform all-to-all traffic: every chip sends 1/N of one unit to each of the N chips, itself
/// included (a message to itself uses no link), spread evenly over all shortest paths.
struct UniformLoad {
  std::vector<double> mean_of_dimension;  ///< over the directed links of the dimension's ports; 0 without links
  double largest = 0;                     ///< largest load of a directed link

  /// Highest injection rate per chip, in link bandwidths, that the most loaded dimension carries if all its links share
  /// its load evenly. This is the bound of the published rows.
  double bound_by_dimension() const;
  /// The same bound for the most loaded single link under the even spread over shortest paths; that routing attains it.
  double bound_by_link() const { return 1 / largest; }
};

/// The graph needs at least one link. Sources::first requires that a translation that keeps port numbers maps any chip
/// to any other: the load of a port then equals the sum of what one source puts on all ports of that number. It also
/// requires a graph without switches (an invariant).
UniformLoad uniform_load(const LinkGraph& graph, Sources sources, const Part& part = {});

template <Topology T>
UniformLoad uniform_load(const T& topology, Sources sources = enough_sources<T>()) {
  return uniform_load(link_graph(topology), sources);
}

/// The number of links that lead from nodes of `half` to other nodes, one direction.
int cut_links(const LinkGraph& graph, const std::vector<bool>& half);

/// Fewest links whose removal separates every chip of `from` from every chip of `to`, by Boykov-Kolmogorov maximum
/// flow. The sets are disjoint and not empty (an invariant).
int min_cut_links(const LinkGraph& graph, const std::vector<int>& from, const std::vector<int>& to);

/// Bounds on the number of links in a smallest balanced cut. Finding that number is NP-hard; where the two bounds are
/// equal, it is known exactly.
struct BisectionBounds {
  int at_least = 0;  ///< traffic argument: N/4 of uniform traffic crosses a balanced cut in each direction
  int at_most = 0;   ///< best cut into two contiguous halves across a grid dimension; 0: no side is even
};

/// `alltoall_bound`: an injection rate that some routing attains, as from bound_by_link or a closed form. `grid`: the
/// grid of the chips. Switches are placed on the side of the cut that crosses fewer links, by one maximum flow per pair
/// of halves.
BisectionBounds bisection_bounds(const LinkGraph& graph, const Shape& grid, double alltoall_bound);

/// Second smallest eigenvalue of the Laplacian over all nodes, counting parallel links; 0 for a disconnected topology.
/// Power iteration from a seeded start; it stops when the Rayleigh quotient, which decreases towards the eigenvalue,
/// changes by less than a relative 1e-12.
double spectral_gap(const LinkGraph& graph);

}  // namespace vtpu::net::topology
