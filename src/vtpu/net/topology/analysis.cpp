#include "vtpu/net/topology/analysis.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/pending/queue.hpp>
#include <cmath>
#include <numeric>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"

namespace vtpu::net::topology {
namespace {

using Edge = boost::graph_traits<LinkGraph>::edge_descriptor;

/// Repeats breadth-first search over one graph without allocating again.
class BreadthFirst {
 public:
  explicit BreadthFirst(const LinkGraph& graph)
      : graph_(graph), distance_(num_vertices(graph)), colors_(num_vertices(graph)) {
    order_.reserve(num_vertices(graph));
  }

  void run(int source) {
    order_.clear();
    std::fill(distance_.begin(), distance_.end(), -1);
    std::fill(colors_.begin(), colors_.end(), boost::white_color);
    distance_[at(source)] = 0;
    boost::queue<int> waiting;
    const auto index = get(boost::vertex_index, graph_);
    boost::breadth_first_visit(graph_, source, waiting, Visitor{{}, this},
                               boost::make_iterator_property_map(colors_.begin(), index));
  }

  const std::vector<int>& order() const { return order_; }        // reached nodes, nearest first
  const std::vector<int>& distance() const { return distance_; }  // -1: not reached

 private:
  struct Visitor : boost::default_bfs_visitor {
    void tree_edge(const Edge& edge, const LinkGraph& graph) const {
      search->distance_[at(target(edge, graph))] = search->distance_[at(source(edge, graph))] + 1;
    }
    void discover_vertex(int node, const LinkGraph&) const { search->order_.push_back(node); }
    BreadthFirst* search;
  };

  const LinkGraph& graph_;
  std::vector<int> order_;
  std::vector<int> distance_;
  std::vector<boost::default_color_type> colors_;
};

bool has_switches(const LinkGraph& graph) { return chip_count(graph) < static_cast<int>(num_vertices(graph)); }

int source_count(const LinkGraph& graph, Sources sources) { return sources == Sources::all ? chip_count(graph) : 1; }

/// Load of every directed link, in the order of edges, when each source sends one unit to every chip.
std::vector<double> link_loads(const LinkGraph& graph, Sources sources) {
  BreadthFirst search(graph);
  const std::size_t nodes = num_vertices(graph);
  const auto switches = static_cast<std::ptrdiff_t>(chip_count(graph));  // the first switch
  std::vector<double> load(num_edges(graph), 0), paths(nodes), through(nodes);
  for (int source = 0; source < source_count(graph, sources); ++source) {
    search.run(source);
    const std::vector<int>& distance = search.distance();
    std::fill(paths.begin(), paths.end(), 0);
    std::fill(through.begin(), through.begin() + switches, 1);
    std::fill(through.begin() + switches, through.end(), 0);
    paths[at(source)] = 1;
    for (const int node : search.order())
      for (const Edge& edge : boost::make_iterator_range(out_edges(node, graph))) {
        const std::size_t next = at(target(edge, graph));
        if (distance[next] == distance[at(node)] + 1) paths[next] += paths[at(node)];
      }
    // From the farthest node back to the source: a node passes on its own unit, if it is a chip, plus the traffic it
    // forwards.
    for (auto node = search.order().rbegin(); node != search.order().rend(); ++node)
      for (const Edge& edge : boost::make_iterator_range(out_edges(*node, graph))) {
        const std::size_t next = at(target(edge, graph));
        if (distance[next] != distance[at(*node)] + 1) continue;
        const double share = through[next] * paths[at(*node)] / paths[next];
        load[at(get(boost::edge_index, graph, edge))] += share;
        through[at(*node)] += share;
      }
  }
  return load;
}

}  // namespace

std::uint64_t DistanceDistribution::unreachable_pairs() const {
  const auto all = static_cast<std::uint64_t>(chips) * static_cast<std::uint64_t>(chips);
  return all - std::accumulate(pairs_at.begin(), pairs_at.end(), std::uint64_t{0});
}

double DistanceDistribution::average_including_self() const {
  std::uint64_t hops = 0, pairs = 0;
  for (std::size_t distance = 0; distance < pairs_at.size(); ++distance) {
    hops += distance * pairs_at[distance];
    pairs += pairs_at[distance];
  }
  return static_cast<double>(hops) / static_cast<double>(pairs);
}

double DistanceDistribution::average_excluding_self() const {
  std::uint64_t hops = 0, pairs = 0;
  for (std::size_t distance = 1; distance < pairs_at.size(); ++distance) {
    hops += distance * pairs_at[distance];
    pairs += pairs_at[distance];
  }
  return pairs == 0 ? 0 : static_cast<double>(hops) / static_cast<double>(pairs);
}

DistanceDistribution distances(const LinkGraph& graph, Sources sources) {
  DistanceDistribution result{chip_count(graph), {}};
  const int searches = source_count(graph, sources);
  const auto weight = static_cast<std::uint64_t>(result.chips / searches);
  BreadthFirst search(graph);
  for (int source = 0; source < searches; ++source) {
    search.run(source);
    for (const int node : search.order()) {
      if (node >= result.chips) continue;
      const std::size_t distance = at(search.distance()[at(node)]);
      if (result.pairs_at.size() <= distance) result.pairs_at.resize(distance + 1, 0);
      result.pairs_at[distance] += weight;
    }
  }
  return result;
}

double UniformLoad::bound_by_dimension() const {
  return 1 / *std::max_element(mean_of_dimension.begin(), mean_of_dimension.end());
}

UniformLoad uniform_load(const LinkGraph& graph, Sources sources) {
  VTPU_CHECK(num_edges(graph) > 0, "a load needs a topology with links");
  VTPU_CHECK(sources == Sources::all || !has_switches(graph),
             "one source stands for all only where all nodes are chips");
  const std::vector<double> load = link_loads(graph, sources);
  const auto chips = static_cast<double>(chip_count(graph));
  std::vector<double> sum_of_dimension, sum_of_port;
  std::vector<int> links_of_dimension;
  UniformLoad result;
  for (const Edge& edge : boost::make_iterator_range(edges(graph))) {
    const double link_load = load[at(get(boost::edge_index, graph, edge))] / chips;
    const std::size_t dimension = at(graph[edge].dimension);
    const std::size_t port = at(graph[edge].port.value());
    sum_of_dimension.resize(std::max(sum_of_dimension.size(), dimension + 1), 0);
    links_of_dimension.resize(sum_of_dimension.size(), 0);
    sum_of_port.resize(std::max(sum_of_port.size(), port + 1), 0);
    sum_of_dimension[dimension] += link_load;
    ++links_of_dimension[dimension];
    sum_of_port[port] += link_load;
    if (sources == Sources::all) result.largest = std::max(result.largest, link_load);
  }
  if (sources == Sources::first) {
    result.largest = *std::max_element(sum_of_port.begin(), sum_of_port.end());
    for (double& sum : sum_of_dimension) sum *= chips;
  }
  for (std::size_t d = 0; d < sum_of_dimension.size(); ++d)
    result.mean_of_dimension.push_back(links_of_dimension[d] == 0 ? 0 : sum_of_dimension[d] / links_of_dimension[d]);
  return result;
}

int cut_links(const LinkGraph& graph, const std::vector<bool>& half) {
  int links = 0;
  for (const Edge& edge : boost::make_iterator_range(edges(graph)))
    links += half[at(source(edge, graph))] && !half[at(target(edge, graph))];
  return links;
}

int min_cut_links(const LinkGraph& graph, const std::vector<int>& from, const std::vector<int>& to) {
  VTPU_CHECK(!from.empty() && !to.empty(), "a cut separates two non-empty sets");
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::bidirectionalS>;
  struct Flow {
    int capacity = 0;
    int residual = 0;
    Traits::edge_descriptor reverse;
  };
  using FlowGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property, Flow>;
  const std::size_t nodes = num_vertices(graph);
  const std::size_t start = nodes, end = nodes + 1;
  FlowGraph flow(nodes + 2);
  const auto add_arc = [&](std::size_t a, std::size_t b, int capacity) {
    const auto there = add_edge(a, b, flow).first;
    const auto back = add_edge(b, a, flow).first;
    flow[there].capacity = capacity;
    flow[there].reverse = back;
    flow[back].reverse = there;
  };
  for (const Edge& edge : boost::make_iterator_range(edges(graph)))
    add_arc(at(source(edge, graph)), at(target(edge, graph)), 1);
  const int unlimited = static_cast<int>(num_edges(graph)) + 1;
  for (const int chip : from) add_arc(start, at(chip), unlimited);
  for (const int chip : to) add_arc(at(chip), end, unlimited);
  const int links =
      boost::boykov_kolmogorov_max_flow(flow, get(&Flow::capacity, flow), get(&Flow::residual, flow),
                                        get(&Flow::reverse, flow), get(boost::vertex_index, flow), start, end);
  VTPU_CHECK(links < unlimited, "the two sets of a cut are disjoint");
  return links;
}

BisectionBounds bisection_bounds(const LinkGraph& graph, const Shape& grid, double alltoall_bound) {
  VTPU_CHECK(grid.count() == chip_count(graph), "the grid numbers the topology's chips");
  BisectionBounds bounds;
  constexpr double kRounding = 1e-9;  // so that rounding in sums of loads does not raise an exact bound by one
  bounds.at_least = static_cast<int>(std::ceil(grid.count() / 4.0 * alltoall_bound * (1 - kRounding)));
  std::vector<bool> half(num_vertices(graph));
  std::vector<int> near, far;
  for (int d = 0; d < grid.dimensions(); ++d) {
    const int side = grid.side(d);
    if (side % 2 != 0) continue;
    for (int begin = 0; begin < side / 2; ++begin) {
      near.clear();
      far.clear();
      for (int chip = 0; chip < grid.count(); ++chip) {
        half[at(chip)] = (grid.coordinate_of(chip, d) + side - begin) % side < side / 2;
        (half[at(chip)] ? near : far).push_back(chip);
      }
      // Switches stand on whichever side leaves fewer links between the halves.
      const int links = has_switches(graph) ? min_cut_links(graph, near, far) : cut_links(graph, half);
      if (bounds.at_most == 0 || links < bounds.at_most) bounds.at_most = links;
    }
  }
  return bounds;
}

double spectral_gap(const LinkGraph& graph) {
  const std::size_t nodes = num_vertices(graph);
  VTPU_CHECK(nodes > 1, "a spectral gap needs at least two nodes");
  int degree = 0;
  for (int node = 0; node < static_cast<int>(nodes); ++node)
    degree = std::max(degree, static_cast<int>(out_degree(node, graph)));
  // The largest eigenvalue of 2·degree - Laplacian, apart from that of the constant vector, gives the gap.
  Random random(1);
  std::vector<double> vector(nodes), image(nodes);
  for (double& value : vector) value = random.unit() - 0.5;
  double gap = 0;
  constexpr int kMaxSteps = 100000;
  for (int step = 0; step < kMaxSteps; ++step) {
    const double mean = std::accumulate(vector.begin(), vector.end(), 0.0) / static_cast<double>(nodes);
    for (double& value : vector) value -= mean;
    const double norm = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
    for (double& value : vector) value /= norm;
    double laplacian = 0;
    for (int node = 0; node < static_cast<int>(nodes); ++node) {
      double difference = 0;
      for (const Edge& edge : boost::make_iterator_range(out_edges(node, graph)))
        difference += vector[at(node)] - vector[at(target(edge, graph))];
      laplacian += vector[at(node)] * difference;
      image[at(node)] = 2 * degree * vector[at(node)] - difference;
    }
    vector.swap(image);
    const double change = std::abs(laplacian - gap);
    gap = laplacian;
    if (step > 0 && change <= 1e-12 * gap + 1e-15) break;
  }
  return gap;
}

}  // namespace vtpu::net::topology
