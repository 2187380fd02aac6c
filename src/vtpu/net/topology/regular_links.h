#pragma once
#include <optional>
#include <utility>
#include <vector>

namespace vtpu::net::topology {

/// Links such that exactly `degree` of them end at every node: a spanning regular subgraph. `links`: the two nodes of
/// each, different from each other; links may be parallel. Returns for each link whether it is chosen; none if there is
/// no such choice, which is a proof. Method: every end of a link is a vertex, and a node with d links adds d - degree
/// vertices that take up the ends it leaves out; choices are the perfect matchings of this graph. Sources: Tutte, "A
/// short proof of the factor theorem for finite graphs", Canadian Journal of Mathematics 6, 1954; Edmonds' matching
/// algorithm of Boost.Graph.
std::optional<std::vector<bool>> regular_links(int nodes, const std::vector<std::pair<int, int>>& links, int degree);

}  // namespace vtpu::net::topology
