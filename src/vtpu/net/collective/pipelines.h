#pragma once
#include <vector>

#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// A broadcast passed on along `ring` (ranks in order) from `root`, in `pieces` ≥ 1 pieces one behind the other; with
/// `both_ways`, half of twice as many pieces each way round. A chip sends the next piece once the last one has arrived.
Schedule ring_broadcast(const std::vector<int>& ring, int root, int pieces, bool both_ways);

/// How a tree hands on: `child` receives from `parent`; below and including the child are `count` chips from place
/// `first` on. Places are counted from the root: 0 is the root, others lie displaced by it on the torus.
struct TreeEdge {
  int parent = 0;
  int child = 0;
  int first = 0;
  int count = 1;
};

/// A binomial tree along each dimension in turn: a chip that holds a row of k hands the farther half of it on, so that
/// a row takes ceil(log2 k) rounds and no two of its messages share a link. Source: Chan, Heimlich, Purkayastha and van
/// de Geijn, "Collective communication: theory, practice, and experience", CCPE 19(13), 2007.
std::vector<TreeEdge> binomial_tree(const Shape& grid);
/// The root serves every chip itself.
std::vector<TreeEdge> star(const Shape& grid);

/// A chip's messages one after the other, each once the last one has arrived (binomial tree), or all at once (star).
enum class Sending { one_by_one, at_once };

/// Every piece to every chip.
Schedule tree_broadcast(Algorithm algorithm, const Shape& grid, const std::vector<TreeEdge>& tree, Sending sending,
                        int root, int pieces);
/// To every chip its block.
Schedule tree_scatter(Algorithm algorithm, const Shape& grid, const std::vector<TreeEdge>& tree, Sending sending,
                      int root);

}  // namespace vtpu::net::collective
