#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// How packets spread over a lifted graph. By symmetry only destinations in block 0 are kept: for one in block h the
/// ways from block g are those from block h^-1 · g.
class LiftedSplit {
 public:
  struct NextHop {
    int arc = 0;  ///< of LiftedGraph::arcs
    float share = 0;
  };

  LiftedSplit() = default;
  LiftedSplit(int vertices, int blocks) : vertices_(vertices), blocks_(blocks) {}

  /// The ways on from `vertex` of `block` towards position `destination` of block 0; shares sum to 1, and no walk along
  /// ways comes back to where it was. None at the destination, and where no packet for it comes by.
  std::span<const NextHop> next_hops(int destination, int vertex, int block) const {
    const std::size_t i = index(destination, vertex, block);
    return {next_hops_.data() + first_[i], next_hops_.data() + first_[i + 1]};
  }

  /// Appends the ways of one more place, in the order of destinations, vertices and blocks.
  void append(std::span<const NextHop> next_hops) {
    next_hops_.insert(next_hops_.end(), next_hops.begin(), next_hops.end());
    first_.push_back(next_hops_.size());
  }

 private:
  std::size_t index(int destination, int vertex, int block) const {
    return (static_cast<std::size_t>(destination) * static_cast<std::size_t>(vertices_) +
            static_cast<std::size_t>(vertex)) *
               static_cast<std::size_t>(blocks_) +
           static_cast<std::size_t>(block);
  }

  int vertices_ = 0;
  int blocks_ = 0;
  std::vector<std::size_t> first_ = {0};
  std::vector<NextHop> next_hops_;
};

/// What a uniform all-to-all reaches on a lifted graph, every chip sending 1/N of its traffic to each of the N chips,
/// itself included; rates are injection a chip in link bandwidths, as everywhere in net/.
struct LiftedFlow {
  double throughput = 0;  ///< of `split`: at this rate the most loaded channel is full
  double dual_bound = 0;  ///< no split over paths of the graph, shortest or not, has more
  int iterations = 0;
  std::vector<double> load;  ///< by channel class (position · 6 + port), at rate 1
  LiftedSplit split;
  double gap() const { return dual_bound / throughput - 1; }
};

struct FlowOptions {
  double gap = 0.01;  ///< stops when the bound is within this share of the throughput
  int iterations = 400;
  bool keep_split = true;  ///< false leaves `split` empty, for those who only ask how good a graph is
};

/// The best split over all paths of the graph and a certificate of how good it is. Channels have lengths; for each
/// destination a path that comes nearer with every step is as likely as exp(-its length / temperature) (the downward
/// PEFT of Xu, Chiang and Rexford, IEEE/ACM ToN 19(6), 2011), and lengths rise on channels loaded above the average,
/// while the temperature falls. Any lengths bound every split from above (dual of the maximum concurrent flow): rate x
/// mean distance by length can be no more than the sum of lengths of a chip's share of channels. Deterministic.
/// Error: a chip that cannot reach another.
Result<LiftedFlow> balanced_flow(const LiftedGraph& graph, const FlowOptions& options = {});

}  // namespace vtpu::search
