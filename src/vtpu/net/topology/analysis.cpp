#include "vtpu/net/topology/analysis.h"

#include <algorithm>
#include <bit>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/topology/wide_search.h"

namespace vtpu::net::topology {
namespace {

using Edge = boost::graph_traits<LinkGraph>::edge_descriptor;

Arcs arcs_of(const LinkGraph& graph) {
  Arcs arcs;
  arcs.first.reserve(num_vertices(graph) + 1);
  arcs.heads.reserve(num_edges(graph));
  for (int node = 0; node < static_cast<int>(num_vertices(graph)); ++node) {
    for (const Edge& edge : boost::make_iterator_range(out_edges(node, graph)))
      arcs.heads.push_back(static_cast<std::uint32_t>(target(edge, graph)));
    arcs.first.push_back(static_cast<std::uint32_t>(arcs.heads.size()));
  }
  return arcs;
}

bool has_switches(const LinkGraph& graph) { return chip_count(graph) < static_cast<int>(num_vertices(graph)); }

int source_count(const LinkGraph& graph, Sources sources) { return sources == Sources::all ? chip_count(graph) : 1; }

/// Load of every directed link, in the order of edges, when each source sends one unit to every chip.
std::vector<double> link_loads(const LinkGraph& graph, Sources sources, const Part& part) {
  struct Node {
    double paths = 0;    // shortest ones from the source
    double through = 0;  // traffic
    int distance = -1;
  };
  const Arcs arcs = arcs_of(graph);
  std::vector<double> load(arcs.heads.size(), 0);
  std::vector<Node> fresh(arcs.nodes());
  for (std::size_t chip = 0; chip < at(chip_count(graph)); ++chip) fresh[chip].through = 1;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> order(arcs.nodes() + 1);        // reached nodes, nearest first
  std::vector<std::uint32_t> ahead(arcs.heads.size() + 1);   // arcs of shortest paths, in the order of their sources
  std::vector<std::uint32_t> first_ahead(arcs.nodes() + 1);  // by place in the order
  const int searches = source_count(graph, sources);
  for (int source = 0; source < searches; ++source) {
    if (part) part(source, searches);
    nodes = fresh;
    nodes[at(source)].distance = 0;
    nodes[at(source)].paths = 1;
    order[0] = static_cast<std::uint32_t>(source);
    std::uint32_t reached = 1, found = 0;
    for (std::uint32_t place = 0; place < reached; ++place) {
      const Node& node = nodes[order[place]];
      const int farther = node.distance + 1;
      first_ahead[place] = found;
      // Without branches, because whether an arc leads ahead is as good as random.
      for (std::uint32_t arc = arcs.first[order[place]], end = arcs.first[order[place] + 1]; arc < end; ++arc) {
        Node& head = nodes[arcs.heads[arc]];
        const bool is_new = head.distance < 0;
        order[reached] = arcs.heads[arc];
        reached += is_new;
        head.distance = is_new ? farther : head.distance;
        const bool leads_ahead = head.distance == farther;
        head.paths += leads_ahead ? node.paths : 0;
        ahead[found] = arc;
        found += leads_ahead;
      }
    }
    first_ahead[reached] = found;
    // From the farthest node back to the source: a node passes on its own unit, if it is a chip, plus the traffic it
    // forwards.
    for (std::size_t place = reached; place-- > 0;) {
      Node& node = nodes[order[place]];
      for (std::uint32_t i = first_ahead[place]; i < first_ahead[place + 1]; ++i) {
        const Node& head = nodes[arcs.heads[ahead[i]]];
        const double share = head.through * node.paths / head.paths;
        load[ahead[i]] += share;
        node.through += share;
      }
    }
  }
  return load;
}

void add_pairs(int distance, std::uint64_t pairs, DistanceDistribution& to) {
  if (pairs == 0) return;
  if (to.pairs_at.size() <= at(distance)) to.pairs_at.resize(at(distance) + 1, 0);
  to.pairs_at[at(distance)] += pairs;
}

/// Adds the pairs of the given sources with every chip.
void count_pairs(const Arcs& arcs, const std::vector<std::uint32_t>& sources, const Part& part,
                 DistanceDistribution& to) {
  const auto chips = static_cast<std::uint32_t>(to.chips);
  WideSearch search(arcs);
  for (std::size_t first = 0; first < sources.size(); first += WideSearch::kWidth) {
    if (part) part(static_cast<int>(first), static_cast<int>(sources.size()));
    const std::size_t width = std::min(WideSearch::kWidth, sources.size() - first);
    search.run(std::span(sources).subspan(first, width), [&](int level, const std::vector<std::uint32_t>& nodes) {
      std::uint64_t pairs = 0;
      for (const std::uint32_t node : nodes)
        if (node < chips) pairs += static_cast<std::uint64_t>(std::popcount(search.now(node)));
      add_pairs(level, pairs, to);
    });
  }
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

DistanceDistribution distances(const LinkGraph& graph, Sources sources, const Part& part) {
  DistanceDistribution result{chip_count(graph), {}};
  const Arcs arcs = arcs_of(graph);
  const bool all = sources == Sources::all;
  count_pairs(arcs, all ? close_order(arcs, at(result.chips)) : std::vector<std::uint32_t>{0}, part, result);
  if (!all)
    for (std::uint64_t& pairs : result.pairs_at) pairs *= static_cast<std::uint64_t>(result.chips);
  return result;
}

DistanceDistribution distances_after_failures(const LinkGraph& whole, const LinkGraph& faulty,
                                              const DistanceDistribution& before, const Part& part) {
  const Arcs old_arcs = arcs_of(whole), arcs = arcs_of(faulty);
  const auto chips = static_cast<std::uint32_t>(chip_count(whole));
  const auto dead = [&](std::size_t node) { return arcs.of(node).empty() && !old_arcs.of(node).empty(); };
  // A chip keeps its distances to all nodes that are not cut off if each of them still has a neighbour one hop nearer
  // to the chip. Only nodes that have lost a link need a look: one search from the node and all its neighbours.
  std::vector<bool> changed(arcs.nodes(), false);
  WideSearch search(old_arcs);
  for (std::uint32_t node = 0; node < arcs.nodes(); ++node) {
    if (arcs.of(node).size() == old_arcs.of(node).size()) continue;
    if (dead(node)) {
      changed[node] = true;
      continue;
    }
    std::vector<std::uint32_t> from = {node};  // then its neighbours
    std::uint64_t kept = 0;                    // neighbours to which it still has a link
    for (const std::uint32_t neighbour : old_arcs.of(node))
      if (std::find(from.begin(), from.end(), neighbour) == from.end()) from.push_back(neighbour);
    if (from.size() > WideSearch::kWidth) return distances(faulty, Sources::all, part);
    for (const std::uint32_t neighbour : arcs.of(node))
      kept |= std::uint64_t{1} << (std::find(from.begin(), from.end(), neighbour) - from.begin());
    search.run(from, [&](int, const std::vector<std::uint32_t>& reached) {
      for (const std::uint32_t chip : reached)
        if (chip < chips && chip != node && (search.now(chip) & 1) != 0 && (search.before(chip) & kept) == 0)
          changed[chip] = true;
    });
  }
  std::vector<std::uint32_t> again;
  for (std::uint32_t chip = 0; chip < chips; ++chip)
    if (changed[chip]) again.push_back(chip);
  DistanceDistribution gone{before.chips, {}}, result = before;
  count_pairs(old_arcs, again, {}, gone);
  for (std::uint32_t node = 0; node < chips; ++node) {
    if (!dead(node)) continue;
    search.run(std::span(&node, 1), [&](int level, const std::vector<std::uint32_t>& reached) {
      std::uint64_t pairs = 0;
      for (const std::uint32_t chip : reached) pairs += chip < chips && !changed[chip] ? 1 : 0;
      add_pairs(level, pairs, gone);
    });
  }
  for (std::size_t distance = 0; distance < gone.pairs_at.size(); ++distance)
    result.pairs_at[distance] -= gone.pairs_at[distance];
  count_pairs(arcs, again, part, result);
  while (!result.pairs_at.empty() && result.pairs_at.back() == 0) result.pairs_at.pop_back();
  return result;
}

double UniformLoad::bound_by_dimension() const {
  return 1 / *std::max_element(mean_of_dimension.begin(), mean_of_dimension.end());
}

UniformLoad uniform_load(const LinkGraph& graph, Sources sources, const Part& part) {
  VTPU_CHECK(num_edges(graph) > 0, "a load needs a topology with links");
  VTPU_CHECK(sources == Sources::all || !has_switches(graph),
             "one source stands for all only where all nodes are chips");
  const std::vector<double> load = link_loads(graph, sources, part);
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
