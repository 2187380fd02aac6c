#include "vtpu/compiler/backend/dependences.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "vtpu/compiler/backend/memory_order.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

using isa::Opcode;

constexpr std::uint32_t kNone = ~std::uint32_t{0};
constexpr std::int64_t kGreatestStep = 1 << 24;  // limit of the native engine, with room for merged steps

/// The last writer of a register and its readers since then.
struct History {
  std::uint32_t writer = kNone;
  bool writer_is_earlier = false;  // the writer belongs to the previous iteration
  std::vector<std::pair<std::uint32_t, bool>> readers;
};

/// Walks the block once, or twice to find dependences between iterations.
class RegisterEdges {
 public:
  RegisterEdges(const Block& block, const GraphOptions& options, std::vector<Dependence>& edges)
      : block_(block), options_(options), edges_(edges) {
    const auto note = [this](const MachineOp& op) {
      for_each_operand(op.op, op.registers, [this](const OperandRow&, Register r) { registers_.push_back(r); });
    };
    for (const MachineOp& op : block.ops) note(op);
    if (block.exit && !options.carried) note(*block.exit);
    std::sort(registers_.begin(), registers_.end());
    registers_.erase(std::unique(registers_.begin(), registers_.end()), registers_.end());
    histories_.resize(registers_.size() + 2);
    stepped_by_.assign(registers_.size(), kNone);
    for (const Induction& induction : options.inductions) {
      const std::size_t k = place_of(induction.r);
      stepped_by_[k] = induction.op;
      if (options.skip_merged && induction.addresses_only) skipped_.push_back(induction.op);
    }
  }

  void run() {
    const auto ops = static_cast<std::uint32_t>(block_.ops.size());
    for (std::uint32_t i = 0; i < ops; ++i) visit(i, block_.ops[i]);
    if (!options_.carried) {
      if (block_.exit) visit(ops, *block_.exit);
      return;
    }
    second_ = true;
    for (std::size_t k = 0; k < histories_.size(); ++k) {
      History& history = histories_[k];
      if (k < registers_.size() && std::binary_search(options_.locals.begin(), options_.locals.end(), registers_[k])) {
        history = {};
        continue;
      }
      history.writer_is_earlier = true;
      for (auto& reader : history.readers) reader.second = true;
    }
    for (std::uint32_t i = 0; i < ops; ++i) visit(i, block_.ops[i]);
  }

 private:
  std::size_t place_of(Register r) const {
    return static_cast<std::size_t>(std::lower_bound(registers_.begin(), registers_.end(), r) - registers_.begin());
  }
  std::size_t saturated() const { return registers_.size(); }
  std::size_t empty() const { return registers_.size() + 1; }

  void edge(std::uint32_t from, bool earlier, std::uint32_t to, std::int32_t delay) {
    if (second_ != earlier) return;  // the second walk finds only edges between iterations
    edges_.push_back({from, to, delay, earlier ? 1u : 0u});
  }

  void read(std::size_t k, std::uint32_t i) {
    History& history = histories_[k];
    if (history.writer != kNone) {
      const Opcode opcode = block_.ops[history.writer].op.opcode;
      edge(history.writer, history.writer_is_earlier, i,
           options_.latencies[static_cast<std::size_t>(row_of(opcode).cost)]);
    }
    history.readers.emplace_back(i, false);
  }

  void write(std::size_t k, std::uint32_t i) {
    History& history = histories_[k];
    if (history.writer != kNone) edge(history.writer, history.writer_is_earlier, i, 1);
    for (const auto& [reader, earlier] : history.readers)
      if (reader != i || earlier) edge(reader, earlier, i, options_.strict && reader != i ? 1 : 0);
    history.writer = i;
    history.writer_is_earlier = false;
    history.readers.clear();
  }

  void visit(std::uint32_t i, const MachineOp& op) {
    if (std::find(skipped_.begin(), skipped_.end(), i) != skipped_.end()) return;
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      const std::size_t k = place_of(r);
      if (row.reads && !(row.index && stepped_by_[k] != kNone)) read(k, i);
    });
    if (options_.status_read && op.op.opcode == Opcode::dmov_sr) read(saturated(), i), read(empty(), i);
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (row.writes) write(place_of(r), i);
    });
    if (options_.status_read && op.op.opcode == Opcode::sindex) write(saturated(), i);
    if (options_.status_read && op.op.opcode == Opcode::crecv_try) write(empty(), i);
  }

  const Block& block_;
  const GraphOptions& options_;
  std::vector<Dependence>& edges_;
  std::vector<Register> registers_;
  std::vector<History> histories_;  // by index in registers_, then the two status bits
  std::vector<std::uint32_t> stepped_by_;
  std::vector<std::uint32_t> skipped_;
  bool second_ = false;
};

}  // namespace

Latencies latencies_of(const ports::PortMap& map, unsigned divisor) {
  Latencies all{};
  for (std::size_t k = 0; k < all.size(); ++k) {
    // Latencies are measured: 4.02 cycles count as 4.
    const double words = std::ceil((map.latency_of(static_cast<isa::Cost>(k)) - 0.1) / divisor);
    all[k] = std::max(1, static_cast<std::int32_t>(words));
  }
  return all;
}

void Graph::finish() {
  std::sort(edges.begin(), edges.end(), [](const Dependence& a, const Dependence& b) {
    return std::tie(a.from, a.to, a.distance, b.delay) < std::tie(b.from, b.to, b.distance, a.delay);
  });
  edges.erase(std::unique(edges.begin(), edges.end(),
                          [](const Dependence& a, const Dependence& b) {
                            return a.from == b.from && a.to == b.to && a.distance == b.distance;
                          }),
              edges.end());
  first_.assign(nodes + 1, 0);
  for (const Dependence& e : edges) ++first_[e.from + 1];
  for (std::uint32_t n = 0; n < nodes; ++n) first_[n + 1] += first_[n];
}

std::vector<Induction> find_inductions(const Block& block) {
  std::vector<Induction> found;
  if (!block.loop) return found;
  for (std::uint32_t i = 0; i < block.ops.size(); ++i) {
    const MachineOp& op = block.ops[i];
    if (is_step(op.op, op.registers) && op.op.imm > -kGreatestStep && op.op.imm < kGreatestStep)
      found.push_back({op.registers[kD], i, op.op.imm, true});
  }
  std::sort(found.begin(), found.end(),
            [](const Induction& a, const Induction& b) { return std::tie(a.r, a.op) < std::tie(b.r, b.op); });
  std::vector<bool> spoilt(found.size());
  const auto look = [&](std::uint32_t i, const MachineOp& op) {
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      auto at = std::lower_bound(found.begin(), found.end(), r, [](const Induction& x, Register y) { return x.r < y; });
      if (at == found.end() || at->r != r) return;
      const auto k = static_cast<std::size_t>(at - found.begin());
      if (row.writes && i != at->op) spoilt[k] = true;
      if (row.reads && i != at->op && !row.index) at->addresses_only = false;
      // A larger displacement might overflow when it compensates for the step.
      if (row.index && std::abs(std::int64_t{op.op.disp}) > (std::int64_t{1} << 30)) spoilt[k] = true;
    });
  };
  for (std::uint32_t i = 0; i < block.ops.size(); ++i) look(i, block.ops[i]);
  if (block.exit) look(static_cast<std::uint32_t>(block.ops.size()), *block.exit);
  std::vector<Induction> kept;
  for (std::size_t k = 0; k < found.size(); ++k)
    if (!spoilt[k] && (k == 0 || found[k - 1].r != found[k].r)) kept.push_back(found[k]);
  return kept;
}

std::vector<Register> find_locals(const Block& block) {
  std::vector<std::pair<Register, std::uint32_t>> reads, writes;
  for (std::uint32_t i = 0; i < block.ops.size(); ++i)
    for_each_operand(block.ops[i].op, block.ops[i].registers, [&](const OperandRow& row, Register r) {
      if (row.reads) reads.emplace_back(r, i);
      if (row.writes) writes.emplace_back(r, i);
    });
  std::sort(reads.begin(), reads.end());
  std::sort(writes.begin(), writes.end());
  std::vector<Register> locals;
  for (std::size_t k = 0; k < writes.size(); ++k) {
    if (k > 0 && writes[k - 1].first == writes[k].first) continue;
    const auto read = std::lower_bound(reads.begin(), reads.end(), std::pair{writes[k].first, 0u});
    const bool read_first = read != reads.end() && read->first == writes[k].first && read->second <= writes[k].second;
    if (!read_first) locals.push_back(writes[k].first);
  }
  return locals;
}

Graph make_graph(const Block& block, const GraphOptions& options) {
  Graph graph;
  const auto ops = static_cast<std::uint32_t>(block.ops.size());
  const bool exit = block.exit.has_value() && !options.carried;
  graph.nodes = ops + (exit ? 1 : 0);
  RegisterEdges(block, options, graph.edges).run();
  add_memory_edges(block, options.carried, graph.edges);
  if (exit)
    for (std::uint32_t i = 0; i < ops; ++i) graph.edges.push_back({i, ops, 0, 0});
  graph.finish();
  return graph;
}

}  // namespace vtpu::compiler::backend
