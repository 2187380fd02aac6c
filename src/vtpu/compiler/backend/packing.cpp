#include "vtpu/compiler/backend/packing.h"

#include <algorithm>
#include <functional>
#include <queue>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"
#include "vtpu/compiler/backend/pressure.h"

namespace vtpu::compiler::backend {
namespace {

constexpr std::uint32_t kWindow = 256;  // candidates considered after the first unplaced op

const MachineOp& op_at(const Block& block, std::uint32_t i) {
  return i < block.ops.size() ? block.ops[i] : *block.exit;
}
std::uint32_t count_of(const Block& block) {
  return static_cast<std::uint32_t>(block.ops.size() + (block.exit ? 1 : 0));
}
std::size_t slot_of(const MachineOp& op) { return static_cast<std::size_t>(row_of(op.op.opcode).slot); }

/// State of the list scheduler.
class ListScheduler {
 public:
  ListScheduler(const Block& block, const Graph& graph, const std::vector<isa::File>& files,
                const std::vector<Register>& live_out, bool in_order)
      : block_(block),
        graph_(graph),
        pressure_(block, files, live_out),
        height_(graph.nodes),
        waits_for_(graph.nodes),
        earliest_(graph.nodes) {
    for (std::uint32_t i = graph.nodes; i-- > 0;)
      for (const Dependence& e : graph.from(i)) {
        if (!in_order) height_[i] = std::max(height_[i], e.delay + height_[e.to]);
        ++waits_for_[e.to];
      }
    placement_.word_of.assign(graph.nodes, kUnplaced);
    for (std::uint32_t i = 0; i < graph.nodes; ++i)
      if (waits_for_[i] == 0) make_ready(i);
  }

  Placement run() {
    for (std::uint32_t left = graph_.nodes; left > 0;) {
      bool slots_free[3] = {true, true, true};
      std::uint32_t placed = 0;
      bool held_back = false;
      for (;;) {
        const Choice choice = choose(slots_free);
        held_back |= choice.held_back;
        if (choice.op == kUnplaced) break;
        place(choice.op, slots_free);
        ++placed;
      }
      if (placed == 0) {
        const std::int32_t next = next_cycle();
        if (next > cycle_) {  // a cycle in which nothing starts gets no word
          cycle_ = next;
          continue;
        }
        VTPU_CHECK(held_back, "every ready op is placed unless it waits for registers");
        place(first_in_order(), slots_free);
        placed = 1;
      }
      left -= placed;
      ++placement_.words;
      ++cycle_;
    }
    placement_.excess = pressure_.excess();
    return std::move(placement_);
  }

 private:
  static constexpr std::uint32_t kUnplaced = ~std::uint32_t{0};
  struct Choice {
    std::uint32_t op = kUnplaced;
    bool held_back = false;  ///< some op waits for registers
  };

  void make_ready(std::uint32_t op) {
    if (op < first_unplaced_ + kWindow)
      ready_.push_back(op);
    else
      beyond_.push(op);
  }

  Choice choose(const bool* slots_free) {
    Choice choice;
    for (const std::uint32_t op : ready_) {
      if (earliest_[op] > cycle_ || !slots_free[slot_of(op_at(block_, op))]) continue;
      if (choice.op != kUnplaced && !better(op, choice.op)) continue;
      if (!pressure_.fits(op)) {
        choice.held_back = true;
        continue;
      }
      choice.op = op;
    }
    return choice;
  }
  bool better(std::uint32_t a, std::uint32_t b) const {
    return height_[a] != height_[b] ? height_[a] > height_[b] : a < b;
  }

  std::int32_t next_cycle() const {
    std::int32_t next = -1;
    for (const std::uint32_t op : ready_)
      if (earliest_[op] > cycle_ && (next < 0 || earliest_[op] < next)) next = earliest_[op];
    return next;
  }
  std::uint32_t first_in_order() const {
    std::uint32_t first = kUnplaced;
    for (const std::uint32_t op : ready_)
      if (earliest_[op] <= cycle_) first = std::min(first, op);
    return first;
  }

  void place(std::uint32_t op, bool* slots_free) {
    placement_.word_of[op] = placement_.words;
    slots_free[slot_of(op_at(block_, op))] = false;
    pressure_.place(op);
    ready_.erase(std::find(ready_.begin(), ready_.end(), op));
    for (const Dependence& e : graph_.from(op)) {
      earliest_[e.to] = std::max(earliest_[e.to], cycle_ + e.delay);
      if (--waits_for_[e.to] == 0) make_ready(e.to);
    }
    while (first_unplaced_ < graph_.nodes && placement_.word_of[first_unplaced_] != kUnplaced) ++first_unplaced_;
    for (; !beyond_.empty() && beyond_.top() < first_unplaced_ + kWindow; beyond_.pop())
      ready_.push_back(beyond_.top());
  }

  const Block& block_;
  const Graph& graph_;
  Pressure pressure_;
  Placement placement_;
  std::vector<std::int32_t> height_;
  std::vector<std::uint32_t> waits_for_;
  std::vector<std::int32_t> earliest_;
  std::vector<std::uint32_t> ready_;                                                       // in the window
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> beyond_;  // ready, after the window
  std::uint32_t first_unplaced_ = 0;
  std::int32_t cycle_ = 0;
};

}  // namespace

Placement place_one_op(const Block& block) {
  Placement placement;
  placement.words = count_of(block);
  for (std::uint32_t i = 0; i < placement.words; ++i) placement.word_of.push_back(i);
  return placement;
}

Placement place_by_pipe(const Block& block, const Graph& graph) {
  Placement placement;
  std::vector<std::uint32_t> word;  // ops of the last word
  for (std::uint32_t i = 0; i < count_of(block); ++i) {
    const bool exit = i == block.ops.size();
    bool joins = !word.empty();
    for (const std::uint32_t other : word) {
      joins &= slot_of(op_at(block, other)) != slot_of(op_at(block, i));
      for (const Dependence& e : graph.from(other)) joins &= e.to != i || (exit && e.delay == 0);
    }
    if (!joins) word.clear(), ++placement.words;
    word.push_back(i);
    placement.word_of.push_back(placement.words - 1);
  }
  return placement;
}

Placement list_schedule(const Block& block, const Graph& graph, const std::vector<isa::File>& files,
                        const std::vector<Register>& live_out) {
  Placement by_height = ListScheduler(block, graph, files, live_out, false).run();
  if (by_height.excess == 0) return by_height;
  Placement in_order = ListScheduler(block, graph, files, live_out, true).run();
  return in_order.excess < by_height.excess ? in_order : by_height;
}

WideBlock make_wide(const Block& block, const Placement& placement, const std::vector<Induction>& inductions) {
  WideBlock wide;
  wide.words.resize(placement.words);
  wide.depth = block.depth;
  for (std::uint32_t i = 0; i < count_of(block); ++i) {
    const MachineOp& op = op_at(block, i);
    PlacedOp placed(op);
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (!row.index) return;
      const auto at = std::lower_bound(inductions.begin(), inductions.end(), r,
                                       [](const Induction& x, Register y) { return x.r < y; });
      if (at == inductions.end() || at->r != r) return;
      const std::int64_t meant = i > at->op ? 1 : 0;
      const std::int64_t done = placement.word_of[at->op] < placement.word_of[i] ? 1 : 0;
      placed.op.disp += static_cast<std::int32_t>((meant - done) * at->step * (std::int64_t{1} << op.op.mode));
    });
    PlacedOp& slot = wide.words[placement.word_of[i]].slots[slot_of(op)];
    VTPU_CHECK(slot.empty(), "each slot holds one op");
    slot = placed;
  }
  wide.branches = block.exit.has_value();
  return wide;
}

}  // namespace vtpu::compiler::backend
