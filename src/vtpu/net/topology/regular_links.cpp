#include "vtpu/net/topology/regular_links.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/max_cardinality_matching.hpp>
#include <cstddef>

#include "vtpu/base/position.h"

namespace vtpu::net::topology {

std::optional<std::vector<bool>> regular_links(int nodes, const std::vector<std::pair<int, int>>& links, int degree) {
  std::vector<std::vector<std::size_t>> ends(at(nodes));  // by node: 2 · link, or 2 · link + 1 at its second node
  for (std::size_t link = 0; link < links.size(); ++link) {
    ends[at(links[link].first)].push_back(2 * link);
    ends[at(links[link].second)].push_back(2 * link + 1);
  }
  if (std::ranges::all_of(ends, [&](const auto& of_node) { return of_node.size() == at(degree); }))
    return std::vector<bool>(links.size(), true);
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  Graph graph(2 * links.size());
  for (const std::vector<std::size_t>& of_node : ends) {
    if (of_node.size() < at(degree)) return std::nullopt;
    for (std::size_t extra = at(degree); extra < of_node.size(); ++extra) {
      const auto vertex = boost::add_vertex(graph);
      for (const std::size_t end : of_node) boost::add_edge(vertex, end, graph);
    }
  }
  for (std::size_t link = 0; link < links.size(); ++link) boost::add_edge(2 * link, 2 * link + 1, graph);
  std::vector<Graph::vertex_descriptor> mate(boost::num_vertices(graph));
  boost::edmonds_maximum_cardinality_matching(graph, mate.data());
  std::vector<bool> chosen(links.size());
  for (std::size_t vertex = 0; vertex < mate.size(); ++vertex)
    if (mate[vertex] == boost::graph_traits<Graph>::null_vertex()) return std::nullopt;
  for (std::size_t link = 0; link < links.size(); ++link) chosen[link] = mate[2 * link] == 2 * link + 1;
  return chosen;
}

}  // namespace vtpu::net::topology
