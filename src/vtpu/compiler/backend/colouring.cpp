#include "vtpu/compiler/backend/colouring.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <queue>
#include <utility>

#include "vtpu/compiler/backend/operands.h"
#include "vtpu/compiler/backend/packing.h"

namespace vtpu::compiler::backend {
namespace {

unsigned numbers_in(isa::File file) { return isa::kFileSize[static_cast<std::size_t>(file)]; }

constexpr double kInfinite = std::numeric_limits<double>::infinity();

/// `by_weight`: among registers that must not be spilled, remove the one with the lowest weight per degree first;
/// otherwise the first one.
Colouring colour_once(const WideCode& code, const Interference& graph, const std::vector<double>& cost,
                      bool by_weight) {
  const auto registers = static_cast<Register>(code.files.size());
  std::vector<std::uint32_t> degree(registers);
  std::vector<bool> removed(registers);
  const auto rank = [&](Register r) {
    const bool free = cost[r] < kInfinite;
    return std::pair{!free, free || by_weight ? (free ? cost[r] : graph.weight[r]) / degree[r] : 0.0};
  };
  using Ranked = std::pair<std::pair<bool, double>, Register>;
  std::priority_queue<Ranked, std::vector<Ranked>, std::greater<>> hard;
  std::vector<Register> easy, order;
  for (Register r = 0; r < registers; ++r) {
    // The register does not occur, or its number is given.
    removed[r] = graph.weight[r] <= 0 || r == code.number_on_entry;
    degree[r] = static_cast<std::uint32_t>(graph.neighbours[r].size());
    if (removed[r]) continue;
    if (degree[r] < numbers_in(code.files[r]))
      easy.push_back(r);
    else
      hard.emplace(rank(r), r);
  }
  const auto remove = [&](Register r) {
    removed[r] = true;
    order.push_back(r);
    for (const Register n : graph.neighbours[r])
      if (!removed[n] && degree[n]-- == numbers_in(code.files[n])) easy.push_back(n);
  };
  for (;;) {
    while (!easy.empty()) {
      const Register r = easy.back();
      easy.pop_back();
      if (!removed[r]) remove(r);
    }
    // No register is certain to get a number. The one with the lowest cost per degree is removed; it may still find a
    // colour. Ranks only grow, so one that has grown since it entered the queue enters it again.
    while (!hard.empty() && (removed[hard.top().second] || rank(hard.top().second) != hard.top().first)) {
      const Register r = hard.top().second;
      hard.pop();
      if (!removed[r]) hard.emplace(rank(r), r);
    }
    if (hard.empty()) break;
    remove(hard.top().second);
  }

  std::vector<std::vector<Register>> partners(registers);
  for (const auto& [result, source] : graph.moves)
    partners[result].push_back(source), partners[source].push_back(result);
  for (const auto& [result, operand] : graph.heirs)
    partners[result].push_back(operand), partners[operand].push_back(result);
  Colouring result;
  result.colour.assign(registers, kNoColour);
  if (code.number_on_entry != kNoRegister) result.colour[code.number_on_entry] = isa::kNumberRegister;
  for (std::size_t k = order.size(); k-- > 0;) {
    const Register r = order[k];
    std::uint32_t taken = 0;
    for (const Register n : graph.neighbours[r])
      if (result.colour[n] != kNoColour) taken |= 1u << result.colour[n];
    for (const Register partner : partners[r])
      if (result.colour[r] == kNoColour && result.colour[partner] != kNoColour &&
          (taken >> result.colour[partner] & 1) == 0)
        result.colour[r] = result.colour[partner];
    for (std::uint8_t number = 0; number < numbers_in(code.files[r]) && result.colour[r] == kNoColour; ++number)
      if ((taken >> number & 1) == 0) result.colour[r] = number;
    if (result.colour[r] == kNoColour) result.without.push_back(r);
  }
  std::sort(result.without.begin(), result.without.end());
  return result;
}

}  // namespace

Colouring colour(const WideCode& code, const Interference& graph, const std::vector<double>& cost) {
  Colouring first = colour_once(code, graph, cost, false);
  if (first.without.empty()) return first;
  Colouring second = colour_once(code, graph, cost, true);
  const auto harm = [&](const Colouring& colouring) {
    const auto must = std::count_if(colouring.without.begin(), colouring.without.end(),
                                    [&](Register r) { return !(cost[r] < kInfinite); });
    return std::pair{must, colouring.without.size()};
  };
  return harm(second) < harm(first) ? second : first;
}

bool coalesce(Code& code, const std::vector<Register>& kept) {
  WideCode wide;
  wide.files = code.files;
  for (const Block& block : code.blocks) {
    wide.blocks.push_back(make_wide(block, place_one_op(block), {}));
    wide.blocks.back().target = block.target;
  }
  Interference graph(wide);
  if (!graph.complete) return false;
  std::vector<Register> stands_for(code.files.size());
  std::iota(stands_for.begin(), stands_for.end(), 0u);
  const auto find = [&](Register r) {
    while (stands_for[r] != r) r = stands_for[r] = stands_for[stands_for[r]];
    return r;
  };
  const auto is_kept = [&](Register r) { return std::binary_search(kept.begin(), kept.end(), r); };
  bool joined = false;
  std::vector<std::size_t> degree;  // an upper bound: registers joined later count twice
  for (const auto& neighbours : graph.neighbours) degree.push_back(neighbours.size());
  std::vector<std::uint32_t> seen(code.files.size());  // the last round in which a register was met
  std::uint32_t round = 0;
  std::vector<Register> all;  // neighbours of either
  for (const auto& [result, source] : graph.moves) {
    if (is_kept(result) || is_kept(source)) continue;
    const Register a = find(result), b = find(source);
    if (a == b) continue;
    all.clear();
    ++round;
    unsigned hard = 0;
    bool fine = true;
    for (const Register joins : {a, b})
      for (const Register neighbour : graph.neighbours[joins]) {
        if (!fine) break;
        const Register r = find(neighbour);
        if (seen[r] == round) continue;
        seen[r] = round;
        all.push_back(r);
        if (degree[r] >= numbers_in(code.files[r])) ++hard;
        fine = r != a && r != b && hard < numbers_in(code.files[a]);
      }
    if (!fine) continue;
    stands_for[b] = a;
    for (const Register r : all) ++degree[r];
    degree[a] = all.size();
    std::swap(graph.neighbours[a], all);
    graph.neighbours[b] = {};
    joined = true;
  }
  if (!joined) return true;
  const auto rename = [&](MachineOp& op) {
    for (Register& r : op.registers)
      if (r != kNoRegister) r = find(r);
  };
  for (Block& block : code.blocks) {
    for (MachineOp& op : block.ops) rename(op);
    if (block.exit) rename(*block.exit);
    std::erase_if(block.ops,
                  [](const MachineOp& op) { return is_move(op.op) && op.registers[kD] == op.registers[kA]; });
  }
  return true;
}

}  // namespace vtpu::compiler::backend
