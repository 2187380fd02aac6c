#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"
#include "vtpu/compiler/passes/mix.h"
#include "vtpu/compiler/passes/passes.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;

constexpr std::int64_t kLine = 64;

class Prefetcher {
 public:
  using Definitions = std::map<Value, const Op*>;

  Prefetcher(ir::Module& module, const MachineModel& machine)
      : module_(module), machine_(machine), level_(level_of_data(module, machine)) {}

  void run(std::vector<Node>& list, Loop* around) {
    if (level_ < kFarLevel) return;  // hardware prefetching and the reorder window cover the second level
    const Definitions outside = around == nullptr ? Definitions{} : definitions_in(*around);
    std::vector<Node> made;
    for (Node& node : list) {
      if (Loop* loop = node.loop()) {
        if (innermost(*loop)) {
          rows_.clear();
          ask(*loop, around, outside);
          if (!rows_.empty()) ask_for_rows(*around, *loop, outside, made);
        } else {
          run(loop->body, loop);
        }
      }
      made.push_back(std::move(node));
    }
    list = std::move(made);
  }

 private:
  /// An access along a row that the enclosing loop selects.
  struct Row {
    Op op;
    std::int64_t step = 0, ahead = 0;
  };
  static constexpr std::int64_t kMostLines = 16;  // of a row

  static Definitions definitions_in(const Loop& loop) {
    Definitions definitions;
    for (const Node& node : loop.body)
      if (node.op() != nullptr && node.op()->result != kNone) definitions[node.op()->result] = node.op();
    return definitions;
  }

  /// `outside`: the ops of the loop around.
  void ask(Loop& loop, Loop* around, const Definitions& outside) {
    const double cycles = std::max(cycles_of(module_, loop.body, machine_), 1.0);
    const auto ahead = static_cast<std::int64_t>(std::ceil(machine_.ladder[level_].latency / cycles));
    const Definitions here = definitions_in(loop);
    std::vector<Node> asked;
    std::set<std::tuple<ir::TensorId, Value, std::vector<std::pair<ir::LoopId, std::int64_t>>, std::int64_t>> lines;
    for (const Node& node : loop.body) {
      const Op& op = *node.op();
      const bool memory = op.kind == OpKind::load || op.kind == OpKind::store;
      if (!memory || op.access.cell != kNone) continue;
      const ir::Tensor& tensor = module_.tensors[op.access.tensor];
      if (static_cast<double>(tensor.bytes()) < machine_.ladder[1].bytes) continue;
      if (op.access.index != kNone && ir::is_vector(module_.types[op.access.index])) continue;
      const std::int64_t step = op.access.offset.coefficient(loop.id);
      std::vector<std::pair<ir::LoopId, std::int64_t>> terms;
      for (const auto& term : op.access.offset.terms) terms.emplace_back(term.loop, term.coefficient);
      if (op.access.index != kNone && here.contains(op.access.index)) {
        if (!lines.emplace(op.access.tensor, op.access.index, terms, op.access.offset.constant / kLine).second)
          continue;
        through_index(loop, op, *here.at(op.access.index), here, ahead, asked);
        continue;
      }
      if (op.access.index != kNone && outside.contains(op.access.index) && loop.counted()) {
        rows_.push_back({op, step, ahead});
        continue;
      }
      Op prefetch = request(op);
      // The host's prefetcher follows the stride within a row. For short rows, it is the next row that needs a
      // prefetch.
      const bool row_ends =
          loop.counted() && loop.trip < ahead && around != nullptr && op.access.offset.coefficient(around->id) != 0;
      std::int64_t& place = prefetch.access.offset.constant;
      if (row_ends) {
        const std::int64_t rows = (ahead + loop.trip - 1) / std::max<std::int64_t>(loop.trip, 1);
        place = ir::wrapped_add(place, ir::wrapped_mul(rows, op.access.offset.coefficient(around->id)));
      } else {
        if (step == 0) continue;
        place = ir::wrapped_add(place, ir::wrapped_mul(ahead, step));
      }
      if (lines.emplace(op.access.tensor, op.access.index, terms, prefetch.access.offset.constant / kLine).second)
        asked.emplace_back(prefetch);
    }
    loop.body.insert(loop.body.end(), asked.begin(), asked.end());
  }

  /// Prefetches all lines of the rows selected by a later index of the enclosing loop, before the current row.
  void ask_for_rows(Loop& around, const Loop& loop, const Definitions& definitions, std::vector<Node>& asked) {
    std::set<std::pair<Value, std::int64_t>> lines;
    std::map<Value, Value> later;
    for (const Row& row : rows_) {
      const std::int64_t wait =
          std::max<std::int64_t>(1, ir::trip_count(row.ahead, std::max<std::int64_t>(loop.trip, 1)));
      const ir::Wide first = row.op.access.offset.constant;
      const ir::Wide last = first + ir::Wide{row.step} * (loop.trip - 1);
      const ir::Wide end = std::min(std::max(first, last) + 1, std::min(first, last) + kMostLines * kLine);
      for (ir::Wide wide = std::min(first, last); wide < end; wide += kLine) {
        const auto at = static_cast<std::int64_t>(wide);
        if (!lines.emplace(row.op.access.index, at / kLine).second) continue;
        auto found = later.find(row.op.access.index);
        if (found == later.end()) {
          const Value place = later_index(around, *definitions.at(row.op.access.index), definitions, wait, asked);
          found = later.emplace(row.op.access.index, place).first;
        }
        if (found->second == kNone) continue;
        Op prefetch = request(row.op);
        std::erase_if(prefetch.access.offset.terms, [&](const auto& term) { return term.loop == loop.id; });
        prefetch.access.offset.constant = at;
        prefetch.access.index = found->second;
        asked.emplace_back(prefetch);
      }
    }
  }

  void through_index(Loop& loop, const Op& op, const Op& index, const Definitions& definitions, std::int64_t ahead,
                     std::vector<Node>& asked) {
    const Value place = later_index(loop, index, definitions, ahead, asked);
    if (place == kNone) return;
    Op prefetch = request(op);
    prefetch.access.index = place;
    asked.emplace_back(prefetch);
  }

  /// The value that an in-order loaded index has `ahead` iterations later, or in the last iteration; its ops are
  /// appended to `asked`. kNone if the index has another form.
  Value later_index(Loop& loop, const Op& index, const Definitions& definitions, std::int64_t ahead,
                    std::vector<Node>& asked) {
    const Op* source = &index;
    if (index.kind == OpKind::extend) {
      const auto found = definitions.find(index.operands[0]);
      if (found == definitions.end()) return kNone;
      source = found->second;
    }
    const std::int64_t step = source->access.offset.coefficient(loop.id);
    if (source->kind != OpKind::load || ir::is_vector(source->type) || source->access.cell != kNone || step <= 0)
      return kNone;
    if (source->access.index != kNone && (source->access.scale != step || definitions.contains(source->access.index)))
      return kNone;
    if (loop.iteration == kNone) loop.iteration = module_.fresh(Type::i64);
    Appender at(module_, asked);
    const Value last = loop.counted() ? at.constant(Type::i64, loop.trip - 1)
                                      : at.op(OpKind::sub, Type::i64, {loop.trip_value, at.constant(Type::i64, 1)});
    Value number = at.op(OpKind::min, Type::i64,
                         {at.op(OpKind::add, Type::i64, {loop.iteration, at.constant(Type::i64, ahead)}), last});
    if (source->access.index != kNone) number = at.op(OpKind::add, Type::i64, {number, source->access.index});
    Op later = *source;
    std::erase_if(later.access.offset.terms, [&](const auto& term) { return term.loop == loop.id; });
    later.access.index = number;
    later.access.scale = step;
    const Value loaded = at.add(later);
    return index.kind == OpKind::extend ? at.op(OpKind::extend, Type::i64, {loaded}) : loaded;
  }

  static Op request(const Op& op) {
    Op prefetch;
    prefetch.kind = OpKind::prefetch;
    prefetch.access = op.access;
    prefetch.source = op.source;
    return prefetch;
  }

  ir::Module& module_;
  const MachineModel& machine_;
  const std::size_t level_;
  std::vector<Row> rows_;  // of the current innermost loop
};

}  // namespace

void insert_prefetches(ir::Module& module, const MachineModel& machine) {
  Prefetcher(module, machine).run(module.body, nullptr);
}

}  // namespace vtpu::compiler::passes
