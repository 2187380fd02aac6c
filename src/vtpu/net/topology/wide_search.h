#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"

namespace vtpu::net::topology {

/// Arcs in rows by source: those of node v are `heads[first[v]]` to before `heads[first[v + 1]]`.
struct Arcs {
  std::vector<std::uint32_t> first = {0};
  std::vector<std::uint32_t> heads;

  std::size_t nodes() const { return first.size() - 1; }
  std::span<const std::uint32_t> of(std::size_t node) const {
    return {heads.data() + first[node], first[node + 1] - first[node]};
  }
};

/// Breadth-first searches from up to 64 nodes at once, with one bit of a word for each. A node is visited once for all
/// the searches that reach it at the same level, so searches from neighbouring nodes share most of their work.
class WideSearch {
 public:
  static constexpr std::size_t kWidth = 64;

  /// `arcs` must outlive the search.
  explicit WideSearch(const Arcs& arcs)
      : arcs_(arcs), seen_(arcs.nodes(), 0), now_(arcs.nodes(), 0), before_(arcs.nodes(), 0) {}

  /// visit(level, nodes) for level 0, 1, …: the nodes that some search reaches at this level. `sources`: at most 64
  /// different nodes; search i starts from the i-th.
  template <class Visit>
  void run(std::span<const std::uint32_t> sources, Visit visit) {
    seen_.assign(seen_.size(), 0);
    clear(now_, nodes_);
    clear(before_, nodes_before_);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      now_[sources[i]] = seen_[sources[i]] = std::uint64_t{1} << i;
      nodes_.push_back(sources[i]);
    }
    for (int level = 0; !nodes_.empty(); ++level) {
      visit(level, std::as_const(nodes_));
      advance();
    }
  }

  /// During a visit: the searches that reach a node at this level, and at the level before.
  std::uint64_t now(std::uint32_t node) const { return now_[node]; }
  std::uint64_t before(std::uint32_t node) const { return before_[node]; }

 private:
  static void clear(std::vector<std::uint64_t>& words, std::vector<std::uint32_t>& nodes) {
    for (const std::uint32_t node : nodes) words[node] = 0;
    nodes.clear();
  }

  void advance() {
    clear(before_, nodes_before_);
    for (const std::uint32_t node : nodes_)
      for (const std::uint32_t head : arcs_.of(node)) {
        const std::uint64_t fresh = now_[node] & ~seen_[head];
        if (fresh == 0) continue;
        if (before_[head] == 0) nodes_before_.push_back(head);
        before_[head] |= fresh;
      }
    for (const std::uint32_t node : nodes_before_) seen_[node] |= before_[node];
    std::swap(now_, before_);
    std::swap(nodes_, nodes_before_);
  }

  const Arcs& arcs_;
  std::vector<std::uint64_t> seen_;    // by node: searches that have reached it
  std::vector<std::uint64_t> now_;     // by node; 0 unless in nodes_
  std::vector<std::uint64_t> before_;  // by node; 0 unless in nodes_before_
  std::vector<std::uint32_t> nodes_, nodes_before_;
};

/// The nodes 0..count-1 in an order in which those close to each other lie close together, so that the searches of a
/// batch share work.
std::vector<std::uint32_t> close_order(const Arcs& arcs, std::size_t count);

}  // namespace vtpu::net::topology
