#include <gtest/gtest.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/strong_components.hpp>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/position.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/topology/analysis.h"

namespace vtpu::net::topology {
namespace {

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<Torus>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<Torus>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<Torus>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<Mesh>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<TwistedTorus>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<Hypercube>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<OcsTopology>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<FatTree>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<IslandFatTree>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<GraphTopology>));

TEST(EveryTopology, PairsPortsOfDifferentChips) {
  for_each_example([](const auto& topology) {
    for_each_link(topology, [&](Port from, Port to) {
      ASSERT_EQ(topology.peer(to), from) << topology.name();
      ASSERT_NE(to.chip, from.chip) << topology.name();
      ASSERT_TRUE(to.chip.valid() && to.chip.value() < node_count(topology));
      ASSERT_TRUE(to.number.valid() && to.number.value() < topology.port_count());
    });
  });
}

TEST(EveryTopology, HasADistinctName) {
  std::set<std::string> names;
  for_each_example([&](const auto& topology) { EXPECT_TRUE(names.insert(topology.name()).second) << topology.name(); });
}

TEST(EveryTopology, DeclaredVertexTransitiveLooksTheSameFromEveryChip) {
  for_each_example([]<class T>(const T& topology) {
    if (!T::kVertexTransitive) return;
    EXPECT_EQ(distances(topology, Sources::all), distances(topology, Sources::first)) << topology.name();
    if (topology.chip_count() == 1) return;
    const UniformLoad all = uniform_load(topology, Sources::all);
    const UniformLoad first = uniform_load(topology, Sources::first);
    EXPECT_NEAR(all.largest, first.largest, 1e-9) << topology.name();
    ASSERT_EQ(all.mean_of_dimension.size(), first.mean_of_dimension.size());
    for (std::size_t d = 0; d < all.mean_of_dimension.size(); ++d)
      EXPECT_NEAR(all.mean_of_dimension[d], first.mean_of_dimension[d], 1e-9) << topology.name();
  });
}

TEST(EveryTopology, HasClosedFormDistancesEqualToBreadthFirstSearch) {
  for_each_example([]<class T>(const T& topology) {
    if constexpr (requires { closed_form_distances(topology); }) {
      EXPECT_EQ(closed_form(topology), distances(topology, Sources::all)) << topology.name();
    }
  });
}

TEST(EveryTopology, HasAClosedFormBoundEqualToItsLoad) {
  for_each_example([]<class T>(const T& topology) {
    if constexpr (requires { closed_form_alltoall_bound(topology); }) {
      const UniformLoad load = uniform_load(topology, Sources::all);
      if constexpr (T::kVertexTransitive) {
        EXPECT_NEAR(closed_form_alltoall_bound(topology), load.bound_by_dimension(), 1e-9) << topology.name();
        EXPECT_NEAR(closed_form_alltoall_bound(topology), load.bound_by_link(), 1e-9) << topology.name();
      } else {
        // On a mesh, dimension-order routing loads no link more than the even spread loads its most loaded link.
        // lower.
        EXPECT_GE(closed_form_alltoall_bound(topology), load.bound_by_link() - 1e-9) << topology.name();
      }
    }
  });
}

TEST(EveryTopology, HasLinkLoadsEqualToBrandesBetweenness) {
  for_each_example([](const auto& topology) {
    // Betweenness counts pairs of all vertices, so switches would count as endpoints of traffic.
    if (topology.chip_count() > 64 || topology.chip_count() == 1 || node_count(topology) > topology.chip_count())
      return;
    const LinkGraph graph = link_graph(topology);
    std::vector<double> betweenness(num_edges(graph), 0);
    std::vector<double> vertices(num_vertices(graph), 0);
    boost::brandes_betweenness_centrality(
        graph, boost::make_iterator_property_map(vertices.begin(), get(boost::vertex_index, graph)),
        boost::make_iterator_property_map(betweenness.begin(), get(boost::edge_index, graph)));
    const double largest = *std::max_element(betweenness.begin(), betweenness.end()) / topology.chip_count();
    EXPECT_NEAR(uniform_load(topology, Sources::all).largest, largest, 1e-9) << topology.name();
  });
}

TEST(EveryTopology, HasATotalLoadEqualToTheSumOfItsDistances) {
  for_each_example([](const auto& topology) {
    if (topology.chip_count() == 1) return;
    const LinkGraph graph = link_graph(topology);
    const DistanceDistribution distribution = distances(graph, Sources::all);
    const UniformLoad load = uniform_load(graph, Sources::all);
    std::map<int, int> links;
    for_each_link(topology, [&](Port from, Port) { ++links[topology.dimension_of(from.number)]; });
    double carried = 0;
    for (const auto& [dimension, count] : links) carried += load.mean_of_dimension[at(dimension)] * count;
    const double reachable = static_cast<double>(topology.chip_count()) * topology.chip_count() -
                             static_cast<double>(distribution.unreachable_pairs());
    EXPECT_NEAR(carried * topology.chip_count(), distribution.average_including_self() * reachable, 1e-6 * reachable)
        << topology.name();
  });
}

TEST(EveryTopology, IsAGraphThatBoostSearchesWithoutACopy) {
  for_each_example([](const auto& topology) {
    std::vector<int> distance(num_vertices(topology), 0);
    std::vector<boost::default_color_type> colors(distance.size());
    const auto index = get(boost::vertex_index, topology);
    boost::breadth_first_search(
        topology, 0,
        boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                           boost::make_iterator_property_map(distance.begin(), index), boost::on_tree_edge())))
            .color_map(boost::make_iterator_property_map(colors.begin(), index)));
    const LinkGraph copy = link_graph(topology);
    std::vector<int> of_copy(distance.size(), 0);
    boost::breadth_first_search(copy, 0,
                                boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                    boost::make_iterator_property_map(of_copy.begin(), get(boost::vertex_index, copy)),
                                    boost::on_tree_edge()))));
    EXPECT_EQ(distance, of_copy) << topology.name();
    EXPECT_EQ(num_edges(topology), num_edges(copy));
  });
}

TEST(EveryTopology, HasTheSameComponentsAsADirectedAndAnUndirectedGraph) {
  for_each_example([](const auto& topology) {
    std::vector<int> part(num_vertices(topology));
    const auto index = get(boost::vertex_index, topology);
    const int strong = boost::strong_components(topology, boost::make_iterator_property_map(part.begin(), index),
                                                boost::vertex_index_map(index));
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> duplex(num_vertices(topology));
    for_each_link(topology, [&](Port from, Port to) {
      if (from < to) boost::add_edge(at(from.chip.value()), at(to.chip.value()), duplex);
    });
    EXPECT_EQ(2 * num_edges(duplex), num_edges(topology));
    EXPECT_EQ(boost::connected_components(duplex, part.data()), strong) << topology.name();
    EXPECT_EQ(strong, topology.name() == "OCS dark 4x4x8" ? 2 : 1) << topology.name();
  });
}

/// Maximum flow between two chips, computed on the topology itself.
template <Topology T>
int flow_between(T topology, int from, int to) {
  const std::size_t ports = at(node_count(topology) * topology.port_count());
  std::vector<int> residual(ports);
  const auto edge_index = edge_index_map(topology);
  const auto index = get(boost::vertex_index, topology);
  const std::size_t nodes = num_vertices(topology);
  std::vector<Port> predecessors(nodes);
  std::vector<boost::default_color_type> colors(nodes);
  std::vector<long> distance(nodes);
  const auto capacity = boost::make_function_property_map<Port>([](const Port&) { return 1; });
  return boost::boykov_kolmogorov_max_flow(
      topology, capacity, boost::make_iterator_property_map(residual.begin(), edge_index), reverse_edge_map(topology),
      boost::make_iterator_property_map(predecessors.begin(), index),
      boost::make_iterator_property_map(colors.begin(), index),
      boost::make_iterator_property_map(distance.begin(), index), index, from, to);
}

TEST(MaximumFlow, BetweenTwoChipsIsTheSmallerOfTheirDegrees) {
  EXPECT_EQ(flow_between(Torus{{4, 4, 4}}, 0, 42), 6);
  EXPECT_EQ(flow_between(*TwistedTorus::make({4, 4, 8}), 3, 100), 6);
  EXPECT_EQ(flow_between(Hypercube{6}, 0, 63), 6);
  EXPECT_EQ(flow_between(Mesh{{4, 4, 4}}, 0, 63), 3);
}

TEST(Links, HaveTheGivenLinkModel) {
  const LinkGraph graph = link_graph(Torus{{4, 4}}, {70, 250});
  for (const auto& edge : boost::make_iterator_range(edges(graph))) {
    EXPECT_EQ(graph[edge].bandwidth_gbytes_per_s, 70);
    EXPECT_EQ(graph[edge].latency_ns, 250);
    EXPECT_EQ(graph[edge].dimension, graph[edge].port.value() / 2);
  }
  const LinkGraph defaults = link_graph(Torus{{4, 4}});
  EXPECT_EQ(defaults[*edges(defaults).first].bandwidth_gbytes_per_s, 50);
}

TEST(Torus, ARingOfOneHasNoLinkAndARingOfTwoHasTwo) {
  EXPECT_EQ(num_edges(Torus{{1}}), 0u);
  EXPECT_EQ(num_edges(Torus{{2}}), 4u);
  EXPECT_EQ(num_edges(Torus{{16, 16, 16}}), 4096u * 6);
}

TEST(ClosedForms, EqualBreadthFirstSearchAtManySizes) {
  for (int x = 1; x <= 6; ++x)
    for (int y = 1; y <= 5; ++y)
      for (int z = 1; z <= 5; ++z) {
        EXPECT_EQ(closed_form(Torus{{x, y, z}}), distances(Torus{{x, y, z}}, Sources::all));
        EXPECT_EQ(closed_form(Mesh{{x, y, z}}), distances(Mesh{{x, y, z}}, Sources::all));
      }
  for (int n = 0; n <= 10; ++n) EXPECT_EQ(closed_form(Hypercube{n}), distances(Hypercube{n}, Sources::all));
  for (int k = 1; k <= 6; ++k)
    for (const Shape& sides : {Shape{k, k, 2 * k}, Shape{k, 2 * k, 2 * k}}) {
      const TwistedTorus torus = *TwistedTorus::make(sides);
      EXPECT_EQ(closed_form(torus), distances(torus, Sources::all)) << torus.name();
      // Camarero, Martinez and Beivide 2015: both families have diameter floor(3k/2).
      EXPECT_EQ(closed_form(torus).diameter(), 3 * k / 2) << torus.name();
    }
}

TEST(ClosedForms, OfMachineSizesEqualBreadthFirstSearch) {
  EXPECT_EQ(closed_form(Torus{{16, 16, 16}}), distances(Torus{{16, 16, 16}}, Sources::all));
  EXPECT_EQ(closed_form(Torus{{64, 64}}), distances(Torus{{64, 64}}, Sources::first));
  EXPECT_EQ(closed_form(Mesh{{8, 8, 16}}), distances(Mesh{{8, 8, 16}}, Sources::all));
  EXPECT_EQ(closed_form(Hypercube{12}), distances(Hypercube{12}, Sources::first));
}

TEST(Averages, DistinguishIncludingAndExcludingSelf) {
  const DistanceDistribution cube = closed_form(Torus{{16, 16, 16}});
  EXPECT_DOUBLE_EQ(cube.average_including_self(), 12);
  EXPECT_NEAR(cube.average_excluding_self(), 12 * 4096 / 4095.0, 1e-12);
  EXPECT_EQ(cube.diameter(), 24);
  const DistanceDistribution plane = closed_form(Torus{{64, 64}});
  EXPECT_DOUBLE_EQ(plane.average_including_self(), 32);
  EXPECT_EQ(plane.diameter(), 64);
}

TEST(Averages, LeaveOutPairsWithoutAPath) {
  const OcsTopology dark = OcsTopology::examples().back();
  const DistanceDistribution apart = distances(dark);
  EXPECT_EQ(apart.unreachable_pairs(), 2u * 64 * 64);
  EXPECT_EQ(apart.average_including_self(), closed_form(Mesh{{4, 4, 4}}).average_including_self());
}

TEST(Bisection, ClosedFormsEqualTheCutAndTrafficBounds) {
  const auto check = [](const auto& topology, const Shape& grid) {
    const BisectionBounds bounds = bisection_bounds(link_graph(topology), grid, closed_form_alltoall_bound(topology));
    EXPECT_EQ(bounds.at_least, closed_form_bisection(topology)) << topology.name();
    EXPECT_EQ(bounds.at_most, closed_form_bisection(topology)) << topology.name();
  };
  for (const Shape& sides : {Shape{4, 4}, Shape{8, 16}, Shape{16, 16}, Shape{4, 4, 4}, Shape{4, 4, 8}, Shape{4, 8, 8},
                             Shape{2, 3, 6}, Shape{8, 8, 16}}) {
    check(Torus{sides}, sides);
    check(Mesh{sides}, sides);
  }
  for (const int n : {1, 4, 6, 10}) check(Hypercube{n}, {1 << n});
}

TEST(Bisection, MinimumCutBetweenOppositePlanesOfATorusIsItsClosedForm) {
  for (const Shape& sides : {Shape{4, 4}, Shape{8, 16}, Shape{4, 4, 8}, Shape{4, 8, 8}, Shape{8, 8, 8}}) {
    const Torus torus{sides};
    const int last = sides.dimensions() - 1;  // a longest dimension in each of these
    std::vector<int> near, far;
    for (int chip = 0; chip < torus.chip_count(); ++chip) {
      if (sides.coordinate_of(chip, last) == 0) near.push_back(chip);
      if (sides.coordinate_of(chip, last) == sides.side(last) / 2) far.push_back(chip);
    }
    EXPECT_EQ(min_cut_links(link_graph(torus), near, far), closed_form_bisection(torus)) << torus.name();
  }
}

TEST(Bisection, HasNoClosedFormForAnOddLongestSide) {
  EXPECT_EQ(closed_form_bisection(Torus{{4, 5}}), 0);
  EXPECT_EQ(closed_form_bisection(Mesh{{2, 3}}), 0);
}

TEST(SpectralGap, MatchesItsClosedForms) {
  for (const Shape& sides : {Shape{8}, Shape{4, 4}, Shape{4, 4, 8}, Shape{5, 7}})
    EXPECT_NEAR(spectral_gap(link_graph(Torus{sides})), closed_form_spectral_gap(Torus{sides}), 1e-8);
  EXPECT_NEAR(spectral_gap(link_graph(Hypercube{6})), 2, 1e-8);
  EXPECT_NEAR(spectral_gap(link_graph(Mesh{{8}})), 2 - 2 * std::cos(std::numbers::pi / 8), 1e-8);
  EXPECT_NEAR(spectral_gap(link_graph(OcsTopology::examples().back())), 0, 1e-8);
}

TEST(DimensionOrderPath, TakesTheShorterDirectionInEachDimensionInTurn) {
  const Torus torus{{16, 16, 16}};
  const std::vector<Chip> path = dimension_order_path(torus, Chip{0}, Chip(torus.sides.index_of({7, 7, 7})));
  EXPECT_EQ(path.size(), 22u);
  EXPECT_EQ(path[7], Chip(torus.sides.index_of({7, 0, 0})));
  EXPECT_EQ(path[14], Chip(torus.sides.index_of({7, 7, 0})));
  const Torus small{{4, 5}};
  const DistanceDistribution all = closed_form(small);
  std::vector<std::uint64_t> lengths(all.pairs_at.size(), 0);
  for (const Chip from : index_range<Chip>(20))
    for (const Chip to : index_range<Chip>(20)) {
      const std::vector<Chip> small_path = dimension_order_path(small, from, to);
      ASSERT_EQ(small_path.back(), to);
      ++lengths[small_path.size() - 1];
    }
  EXPECT_EQ(lengths, all.pairs_at);
  EXPECT_EQ(dimension_order_path(Torus{{4}}, Chip{0}, Chip{2}), (std::vector<Chip>{Chip{0}, Chip{1}, Chip{2}}))
      << "ties go in the + direction";
}

TEST(Hypercube, RejectsDimensionsOutsideItsRange) {
  EXPECT_EQ(Hypercube::make(-1).error().message(), "hypercube: found -1 dimensions; expected 0 to 24");
  EXPECT_FALSE(Hypercube::make(25));
}

/// Rows NW-031 to NW-058 of the published facts: diameter, mean distance, all-to-all bound and gain.
TEST(PublishedRows, OfRegularAndTwistedToriAreReproduced) {
  const Csv csv = *read_csv(std::string(VTPU_ROOT) + "/data/published/network_claims.csv");
  const std::size_t id = *csv.column("id"), quantity = *csv.column("quantity"), value = *csv.column("value"),
                    system = *csv.column("system"), condition = *csv.column("condition");
  int compared = 0;
  for (const Csv::Row& row : csv.rows) {
    const std::string& number = row.cells[id];
    if (number < "NW-031" || number > "NW-058") continue;
    const Result<Shape> sides = parse_shape(row.cells[system]);
    ASSERT_TRUE(sides.ok()) << number;
    const double expected = std::stod(row.cells[value]);
    const bool is_twisted = row.cells[condition].find("type=twisted torus") != std::string::npos;
    const std::string& what = row.cells[quantity];
    const auto of = [&](const auto& topology) {
      const LinkGraph graph = link_graph(topology);
      const DistanceDistribution distribution = distances(graph, Sources::first);
      EXPECT_EQ(distribution, closed_form(topology)) << number;
      const double bound = uniform_load(graph, Sources::first).bound_by_dimension();
      if (what == "diameter") return std::pair(static_cast<double>(distribution.diameter()), bound);
      if (what == "mean distance to the other nodes") return std::pair(distribution.average_excluding_self(), bound);
      return std::pair(bound, bound);
    };
    const auto regular = of(Torus{*sides});
    const auto asked = is_twisted ? of(*TwistedTorus::make(*sides)) : regular;
    const bool gain = what == "ideal all-to-all gain of twisted over regular torus";
    // The published gains are ratios of bounds rounded to 5e-5, and the smaller bound is 0.5.
    EXPECT_NEAR(gain ? asked.second / regular.second : asked.first, expected, gain ? 1e-4 : 5e-5) << number;
    compared += gain || what == "diameter" || what == "mean distance to the other nodes" ||
                what == "ideal all-to-all throughput bound per node";
  }
  EXPECT_EQ(compared, 28);
}

/// Rows NW-059 to NW-068: TPU v4's 3D torus at 50 GB/s per link against TPU v3's 2D torus at 70 GB/s per link.
TEST(PublishedRows, OfBisectionRatiosAreReproduced) {
  struct Pair {
    Shape flat, cube;
    double links, bandwidth;
  };
  for (const Pair& pair : {Pair{{8, 8}, {4, 4, 4}, 2, 1.42857}, Pair{{8, 16}, {4, 4, 8}, 2, 1.42857},
                           Pair{{16, 16}, {4, 8, 8}, 2, 1.42857}, Pair{{16, 32}, {8, 8, 8}, 4, 2.85714},
                           Pair{{32, 32}, {8, 8, 16}, 2, 1.42857}}) {
    const double links =
        static_cast<double>(closed_form_bisection(Torus{pair.cube})) / closed_form_bisection(Torus{pair.flat});
    EXPECT_EQ(links, pair.links);
    EXPECT_NEAR(links * 50 / 70, pair.bandwidth, 5e-6);
  }
  // NW-029: one direction of the 16x16x16 torus's bisection, in TB/s.
  EXPECT_DOUBLE_EQ(closed_form_bisection(Torus{{16, 16, 16}}) * LinkModel{}.bandwidth_gbytes_per_s / 1000, 25.6);
}

}  // namespace
}  // namespace vtpu::net::topology
