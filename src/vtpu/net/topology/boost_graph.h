#pragma once
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "vtpu/net/topology.h"

/// Makes every Topology a model of Boost.Graph's VertexListGraph, EdgeListGraph and IncidenceGraph without a copy. A
/// vertex is a node's number (chip or switch); an edge descriptor is the port that the link leaves from. Parallel edges
/// occur. The file also converts topologies to Boost's own graph types.
namespace vtpu::net::topology {

/// Iterates over the attached ports in a range of flat port numbers (node · port_count + number).
template <class T>
class LinkIterator : public boost::iterator_facade<LinkIterator<T>, Port, boost::forward_traversal_tag, Port> {
 public:
  LinkIterator() = default;
  LinkIterator(const T& topology, int at, int end) : topology_(&topology), at_(at), end_(end) { skip_unattached(); }

 private:
  friend class boost::iterator_core_access;

  Port dereference() const { return {Chip(at_ / topology_->port_count()), PortNumber(at_ % topology_->port_count())}; }
  bool equal(const LinkIterator& other) const { return at_ == other.at_; }
  void increment() {
    ++at_;
    skip_unattached();
  }
  void skip_unattached() {
    while (at_ != end_ && topology_->peer(dereference()) == kNoPort) ++at_;
  }

  const T* topology_ = nullptr;
  int at_ = 0;
  int end_ = 0;
};

/// The traversal tags of the functions below.
struct TopologyTraversal : boost::incidence_graph_tag, boost::vertex_list_graph_tag, boost::edge_list_graph_tag {};

template <Topology T>
std::size_t num_vertices(const T& topology) {
  return static_cast<std::size_t>(node_count(topology));
}

template <Topology T>
std::pair<boost::counting_iterator<int>, boost::counting_iterator<int>> vertices(const T& topology) {
  return {boost::counting_iterator<int>(0), boost::counting_iterator<int>(node_count(topology))};
}

template <Topology T>
std::pair<LinkIterator<T>, LinkIterator<T>> out_edges(int chip, const T& topology) {
  const int first = chip * topology.port_count();
  const int last = first + topology.port_count();
  return {LinkIterator<T>(topology, first, last), LinkIterator<T>(topology, last, last)};
}

template <Topology T>
std::pair<LinkIterator<T>, LinkIterator<T>> edges(const T& topology) {
  const int last = node_count(topology) * topology.port_count();
  return {LinkIterator<T>(topology, 0, last), LinkIterator<T>(topology, last, last)};
}

template <Topology T>
std::size_t out_degree(int chip, const T& topology) {
  const auto [first, last] = out_edges(chip, topology);
  return static_cast<std::size_t>(std::distance(first, last));
}

template <Topology T>
std::size_t num_edges(const T& topology) {
  const auto [first, last] = edges(topology);
  return static_cast<std::size_t>(std::distance(first, last));
}

template <Topology T>
int source(const Port& edge, const T&) {
  return edge.chip.value();
}

template <Topology T>
int target(const Port& edge, const T& topology) {
  return topology.peer(edge).chip.value();
}

template <Topology T>
boost::typed_identity_property_map<int> get(boost::vertex_index_t, const T&) {
  return {};
}

/// Numbers edges within 0..node_count·port_count-1; unattached ports leave gaps.
template <Topology T>
auto edge_index_map(const T& topology) {
  const int ports = topology.port_count();
  return boost::make_function_property_map<Port>(
      [ports](const Port& edge) { return edge.chip.value() * ports + edge.number.value(); });
}

/// Maps a link to its opposite direction, as maximum-flow algorithms require.
template <Topology T>
auto reverse_edge_map(const T& topology) {
  return boost::make_function_property_map<Port>([&topology](const Port& edge) { return topology.peer(edge); });
}

/// Properties of a directed edge.
struct LinkProperties {
  PortNumber port;    ///< port of the source that the edge leaves from
  int dimension = 0;  ///< dimension of that port
  double bandwidth_gbytes_per_s = 0;
  double latency_ns = 0;
};

/// Property of a whole graph.
struct NodeKinds {
  int chips = 0;  ///< vertices 0..chips-1 are chips, the others switches
};

/// Directed links in rows by source, in the order of their ports. All analysis uses this form.
using LinkGraph =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, LinkProperties, NodeKinds, int, int>;

inline int chip_count(const LinkGraph& graph) { return graph[boost::graph_bundle].chips; }

template <Topology T>
LinkGraph link_graph(const T& topology, const LinkModel& model = {}) {
  std::vector<std::pair<int, int>> ends;
  std::vector<LinkProperties> properties;
  for_each_link(topology, [&](const Port& port, const Port& peer) {
    ends.emplace_back(port.chip.value(), peer.chip.value());
    const LinkModel link = link_of(topology, port, model);
    properties.push_back(
        {port.number, topology.dimension_of(port.number), link.bandwidth_gbytes_per_s, link.latency_ns});
  });
  return LinkGraph(boost::edges_are_sorted, ends.begin(), ends.end(), properties.begin(), node_count(topology), 0,
                   NodeKinds{topology.chip_count()});
}

}  // namespace vtpu::net::topology

template <vtpu::net::Topology T>
struct boost::graph_traits<T> {
  using vertex_descriptor = int;
  using edge_descriptor = vtpu::net::Port;
  using vertex_iterator = boost::counting_iterator<int>;
  using out_edge_iterator = vtpu::net::topology::LinkIterator<T>;
  using edge_iterator = vtpu::net::topology::LinkIterator<T>;
  using directed_category = boost::directed_tag;
  using edge_parallel_category = boost::allow_parallel_edge_tag;
  using traversal_category = vtpu::net::topology::TopologyTraversal;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  static vertex_descriptor null_vertex() { return -1; }
};

template <vtpu::net::Topology T>
struct boost::property_map<T, boost::vertex_index_t> {
  using type = boost::typed_identity_property_map<int>;
  using const_type = type;
};
