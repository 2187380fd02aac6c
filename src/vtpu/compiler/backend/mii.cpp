#include "vtpu/compiler/backend/mii.h"

#include <algorithm>
#include <numeric>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

/// Whether the delays of some cycle exceed `interval` words per iteration.
bool too_short(const Graph& graph, std::int64_t interval) {
  std::vector<std::int64_t> longest(graph.nodes), delay(graph.nodes);
  for (const Dependence& e : graph.edges) delay[e.from] = std::max(delay[e.from], e.delay - interval * e.distance);
  // No path without a cycle is longer than this. Most cycles exceed it long before every node has had its pass.
  const std::int64_t most = std::accumulate(delay.begin(), delay.end(), std::int64_t{0});
  for (std::uint32_t pass = 0; pass <= graph.nodes; ++pass) {
    bool changed = false;
    for (const Dependence& e : graph.edges) {
      const std::int64_t length = longest[e.from] + e.delay - interval * e.distance;
      if (length <= longest[e.to]) continue;
      if (length > most) return true;
      longest[e.to] = length, changed = true;
    }
    if (!changed) return false;
  }
  return true;
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
  std::int64_t low = 1, high = 1;
  while (too_short(graph, high)) {
    low = high + 1;
    high *= 2;
    VTPU_CHECK(high < (std::int64_t{1} << 40), "dependences within one iteration form no cycle");
  }
  while (low < high) {
    const std::int64_t middle = (low + high) / 2;
    if (too_short(graph, middle))
      low = middle + 1;
    else
      high = middle;
  }
  return static_cast<unsigned>(high);
}

}  // namespace vtpu::compiler::backend
