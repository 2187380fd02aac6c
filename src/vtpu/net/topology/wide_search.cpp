#include "vtpu/net/topology/wide_search.h"

namespace vtpu::net::topology {

std::vector<std::uint32_t> close_order(const Arcs& arcs, std::size_t count) {
  std::vector<std::uint32_t> order, reached;
  order.reserve(count);
  std::vector<bool> taken(arcs.nodes(), false);
  std::vector<std::uint32_t> seed_of(arcs.nodes(), ~std::uint32_t{0});  // the last seed whose search reached a node
  for (std::uint32_t seed = 0; seed < count; ++seed) {
    if (taken[seed]) continue;
    const std::size_t full = order.size() + WideSearch::kWidth;
    reached.assign(1, seed);
    seed_of[seed] = seed;
    // The bound on visited nodes keeps this linear where all close nodes have been taken already.
    for (std::size_t next = 0; next < reached.size() && next < 4 * WideSearch::kWidth && order.size() < full; ++next) {
      const std::uint32_t node = reached[next];
      if (node < count && !taken[node]) {
        taken[node] = true;
        order.push_back(node);
      }
      for (const std::uint32_t head : arcs.of(node)) {
        if (seed_of[head] == seed) continue;
        seed_of[head] = seed;
        reached.push_back(head);
      }
    }
  }
  return order;
}

}  // namespace vtpu::net::topology
