#pragma once
#include <vector>

#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// A broadcast along `ring` (ranks in order) from `root`, in `pieces` ≥ 1 successive pieces; with `both_ways`, twice as
/// many pieces, half of them in each direction. A chip sends the next piece once the last one has arrived.
Schedule ring_broadcast(const std::vector<int>& ring, int root, int pieces, bool both_ways);

/// An edge of a tree: `child` receives from `parent`. The child and all chips below it are `count` chips from place
/// `first` on. Places are relative to the root: 0 is the root, and the others are displaced by the root on the torus.
struct TreeEdge {
  int parent = 0;
  int child = 0;
  int first = 0;
  int count = 1;
};

/// A binomial tree along each dimension in turn. A chip that holds a row of k hands on the farther half of it, so that
/// a row takes ceil(log2 k) rounds and no two of its messages share a link. Source: Chan, Heimlich, Purkayastha and van
/// de Geijn, "Collective communication: theory, practice, and experience", CCPE 19(13), 2007.
std::vector<TreeEdge> binomial_tree(const Shape& grid);
/// The root sends to every chip directly.
std::vector<TreeEdge> star(const Shape& grid);

/// A chip sends its messages one by one, each once the last one has arrived (binomial tree), or all at once (star).
enum class Sending { one_by_one, at_once };

/// Sends every piece to every chip.
Schedule tree_broadcast(Algorithm algorithm, const Shape& grid, const std::vector<TreeEdge>& tree, Sending sending,
                        int root, int pieces);
/// Sends each chip its block.
Schedule tree_scatter(Algorithm algorithm, const Shape& grid, const std::vector<TreeEdge>& tree, Sending sending,
                      int root);

}  // namespace vtpu::net::collective
