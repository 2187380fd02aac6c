#include "vtpu/net/topology/graph_topology.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "vtpu/base/position.h"

namespace vtpu::net::topology {
Result<GraphTopology> GraphTopology::make(std::string name, const std::vector<GraphNode>& nodes,
                                          const std::vector<GraphLink>& links, std::vector<UnusedData> unused) {
  constexpr std::size_t kMostKinds = 255;  // limit of Network's link kinds
  if (nodes.size() > at(kMostNodes))
    return Error{name, fmt::format("found {} nodes", nodes.size()), fmt::format("at most {}", kMostNodes)};
  std::set<std::string_view> known_names;
  for (const GraphNode& node : nodes)
    if (!known_names.insert(node.name).second)
      return Error{name, fmt::format("found two nodes '{}'", node.name), "every name once"};
  // Node numbers: chips in the order given, then switches in the order given.
  IndexedVector<Chip, std::string> names;
  std::vector<Chip> number(nodes.size());
  int chips = 0;
  for (const bool switches : {false, true}) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      if (nodes[i].is_switch == switches) number[i] = names.push_back(nodes[i].name);
    if (!switches) chips = names.size();
  }
  if (chips == 0) return Error{name, "found no chip", "at least one node that is not a switch"};
  if (links.empty()) return Error{name, "found no link", "at least one"};

  GraphTopology graph(std::move(name), NodeNames(chips, std::move(names)));
  graph.unused_ = std::move(unused);
  IndexedVector<Chip, int> degree(graph.node_count(), 0);
  std::vector<std::pair<Port, Port>> ports;
  std::vector<std::size_t> kind_of_link;
  for (const GraphLink& link : links) {
    const std::string where = link.line > 0 ? fmt::format("{}:{}", graph.name_, link.line) : graph.name_;
    const Chip a = number[at(link.a)], b = number[at(link.b)];
    if (a == b)
      return Error{where, fmt::format("found a link from node '{}' to itself", graph.node_names_.name(a)),
                   "two different nodes"};
    for (const Chip node : {a, b})
      if (degree[node] == kMostLinks)
        return Error{where, fmt::format("found one more link of node '{}'", graph.node_names_.name(node)),
                     fmt::format("at most {} links per node", kMostLinks)};
    const Port from = {a, PortNumber(degree[a]++)}, to = {b, PortNumber(degree[b]++)};
    ports.emplace_back(from, to);
    const Kind kind = {link.bandwidth_gbytes_per_s, link.latency_ns};
    const auto known = std::find(graph.kinds_.begin(), graph.kinds_.end(), kind);
    kind_of_link.push_back(static_cast<std::size_t>(known - graph.kinds_.begin()));
    if (known != graph.kinds_.end()) continue;
    if (graph.kinds_.size() == kMostKinds)
      return Error{where, "found one more pair of bandwidth and latency",
                   fmt::format("at most {} different ones", kMostKinds)};
    graph.kinds_.push_back(kind);
  }
  graph.ports_ = *std::max_element(degree.begin(), degree.end());
  graph.first_ = {0};
  for (const int links_of_node : degree) graph.first_.push_back(graph.first_.back() + at(links_of_node));
  graph.ends_.resize(graph.first_.back());
  for (std::size_t i = 0; i < ports.size(); ++i) {
    graph.ends_[graph.end_at(ports[i].first)] = {ports[i].second, kind_of_link[i]};
    graph.ends_[graph.end_at(ports[i].second)] = {ports[i].first, kind_of_link[i]};
  }
  return graph;
}

std::vector<GraphTopology> GraphTopology::examples() {
  const auto chips = [](int count) {
    std::vector<GraphNode> nodes;
    for (int i = 0; i < count; ++i) nodes.push_back({std::to_string(i), false});
    return nodes;
  };
  // The Petersen graph: an outer pentagon, an inner one that skips every other chip, and the spokes.
  std::vector<GraphLink> petersen;
  for (int i = 0; i < 5; ++i) {
    petersen.push_back({i, (i + 1) % 5, {}, {}, 0});
    petersen.push_back({i, i + 5, {}, {}, 0});
    petersen.push_back({i + 5, (i + 2) % 5 + 5, {}, {}, 0});
  }
  // Four chips on one switch; two of the chips are also joined by two parallel links.
  std::vector<GraphNode> star = chips(4);
  star.insert(star.begin(), {"switch", true});
  const std::vector<GraphLink> spokes = {{0, 1, 25, 300, 0}, {0, 2, 25, 300, 0}, {0, 3, 25, 300, 0},
                                         {0, 4, 25, 300, 0}, {1, 2, {}, {}, 0},  {1, 2, {}, 10, 0}};
  return {*make("graph Petersen", chips(10), petersen), *make("graph star", star, spokes)};
}

}  // namespace vtpu::net::topology
