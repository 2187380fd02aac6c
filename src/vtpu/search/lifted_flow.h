#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {

/// How packets split over a lifted graph. By symmetry only destinations in block 0 are stored: towards block h, the
/// next hops from block g are those from block h^-1 · g towards block 0.
class LiftedSplit {
 public:
  struct NextHop {
    int arc = 0;  ///< of LiftedGraph::arcs
    float share = 0;
  };

  LiftedSplit() = default;
  LiftedSplit(int vertices, int blocks) : vertices_(vertices), blocks_(blocks) {}

  /// The next hops from `vertex` of `block` towards position `destination` of block 0. Shares sum to 1, and no walk
  /// along next hops has a cycle. Empty at the destination and where no packet for it passes.
  std::span<const NextHop> next_hops(int destination, int vertex, int block) const {
    const std::size_t i = index(destination, vertex, block);
    return {next_hops_.data() + first_[i], next_hops_.data() + first_[i + 1]};
  }

  /// Appends the next hops of the next place; places are ordered by destination, vertex and block.
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

/// Throughput of a uniform all-to-all on a lifted graph. Every chip sends 1/N of its traffic to each of the N chips,
/// itself included; rates are injection per chip in link bandwidths, as everywhere in net/.
struct LiftedFlow {
  double throughput = 0;  ///< of `split`: the rate at which its most loaded channel saturates
  double dual_bound = 0;  ///< upper bound on any split over paths of the graph, shortest or not
  int iterations = 0;
  std::vector<double> load;  ///< by channel class (position · 6 + port), at rate 1
  LiftedSplit split;
  double gap() const { return dual_bound / throughput - 1; }
};

struct FlowOptions {
  double gap = 0.01;  ///< stop when the bound exceeds the throughput by at most this share
  int iterations = 400;
  bool keep_split = true;  ///< false leaves `split` empty, for callers that only need the throughput
};

/// A nearly optimal split over all paths of the graph, with a certificate. Channels have lengths. For each destination,
/// a path on which every hop comes nearer has a probability proportional to exp(-length / temperature) (downward PEFT:
/// Xu, Chiang and Rexford, IEEE/ACM ToN 19(6), 2011). Lengths rise on channels loaded above the average while the
/// temperature falls. Any lengths give an upper bound (the dual of maximum concurrent flow): rate x mean distance by
/// length is at most the sum of the lengths of one chip's share of channels. Deterministic. Error: a chip that cannot
/// reach another.
Result<LiftedFlow> balanced_flow(const LiftedGraph& graph, const FlowOptions& options = {});

}  // namespace vtpu::search
