#include "vtpu/compiler/backend/mii.h"

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

constexpr std::uint32_t kNoEdge = ~std::uint32_t{0};

/// Finds cycles of dependences whose delay exceeds an interval per iteration.
class Cycles {
 public:
  explicit Cycles(const Graph& graph) : graph_(graph), longest_(graph.nodes), by_(graph.nodes), seen_(graph.nodes) {
    keep_recurrent();
  }

  /// The interval that such a cycle needs; 0 if there is none.
  std::int64_t longer_than(std::int64_t interval) {
    std::fill(longest_.begin(), longest_.end(), 0);
    std::fill(by_.begin(), by_.end(), kNoEdge);
    for (;;) {
      bool changed = false;
      for (std::uint32_t k = 0; k < edges_.size(); ++k) {
        const Dependence& e = edges_[k];
        const std::int64_t length = longest_[e.from] + e.delay - interval * e.distance;
        if (length <= longest_[e.to]) continue;
        longest_[e.to] = length, by_[e.to] = k, changed = true;
      }
      if (!changed) return 0;
      // The edges by which nodes got their lengths form a cycle only if it is too long, and then sooner or later.
      if (const std::uint32_t on = node_on_cycle(); on != kNoEdge) return needed_by(on);
    }
  }

 private:
  /// Leaves out edges of nodes that are on no cycle because nothing leads into them, or nothing out of them, apart from
  /// edges that are left out.
  void keep_recurrent();

  std::uint32_t node_on_cycle() {
    std::fill(seen_.begin(), seen_.end(), kNoEdge);
    for (std::uint32_t start = 0; start < graph_.nodes; ++start)
      for (std::uint32_t at = start; seen_[at] == kNoEdge || seen_[at] == start; at = edges_[by_[at]].from) {
        if (seen_[at] == start) return at;
        seen_[at] = start;
        if (by_[at] == kNoEdge) break;
      }
    return kNoEdge;
  }
  std::int64_t needed_by(std::uint32_t node) const {
    std::int64_t delay = 0, distance = 0;
    std::uint32_t at = node;
    do {
      const Dependence& e = edges_[by_[at]];
      delay += e.delay, distance += e.distance, at = e.from;
    } while (at != node);
    VTPU_CHECK(distance > 0, "dependences within one iteration form no cycle");
    return (delay + distance - 1) / distance;
  }

  const Graph& graph_;
  std::vector<Dependence> edges_;
  std::vector<std::int64_t> longest_;
  std::vector<std::uint32_t> by_;  // node → the edge by which it got its length
  std::vector<std::uint32_t> seen_;
};

void Cycles::keep_recurrent() {
  const std::vector<Dependence>& all = graph_.edges;
  std::vector<std::uint32_t> into(graph_.nodes), out(graph_.nodes);
  for (const Dependence& e : all) ++into[e.to], ++out[e.from];
  std::vector<bool> removed(all.size());
  const auto remove_unless = [&](std::size_t k, bool kept) {
    if (removed[k] || kept) return false;
    removed[k] = true;
    --into[all[k].to], --out[all[k].from];
    return true;
  };
  // Most edges lead to later ops, so that one pass in each direction removes most of what can be removed.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t k = 0; k < all.size(); ++k) changed |= remove_unless(k, into[all[k].from] != 0);
    for (std::size_t k = all.size(); k-- > 0;) changed |= remove_unless(k, out[all[k].to] != 0);
  }
  for (std::size_t k = 0; k < all.size(); ++k)
    if (!removed[k]) edges_.push_back(all[k]);
}

}  // namespace

std::array<unsigned, 3> slots_of(const Block& block, const std::vector<std::uint32_t>& skipped) {
  std::array<unsigned, 3> slots{};
  for (std::uint32_t i = 0; i < block.ops.size(); ++i)
    if (!std::binary_search(skipped.begin(), skipped.end(), i))
      ++slots[static_cast<std::size_t>(row_of(block.ops[i].op.opcode).slot)];
  return slots;
}

unsigned res_mii(const std::array<unsigned, 3>& slots) { return std::max({1u, slots[0], slots[1], slots[2]}); }

unsigned rec_mii(const Graph& graph) {
  Cycles cycles(graph);
  std::int64_t interval = 1;
  while (const std::int64_t longer = cycles.longer_than(interval)) interval = longer;
  return static_cast<unsigned>(interval);
}

}  // namespace vtpu::compiler::backend
