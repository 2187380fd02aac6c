#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "vtpu/compiler/passes/cost_model.h"
#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"
#include "vtpu/compiler/passes/mix.h"
#include "vtpu/compiler/passes/passes.h"
#include "vtpu/compiler/passes/split.h"

namespace vtpu::compiler::passes {
namespace {

using ir::kNone;
using ir::Loop;
using ir::Node;
using ir::Op;
using ir::OpKind;
using ir::Type;
using ir::Value;

constexpr std::int64_t kMostJammed = 4;

/// An innermost loop as its copies will run: in vectors, where the vectorizer should be able to make them.
struct Inner {
  CostModel::Iteration own, shared;  ///< what each copy does, and what is done once for all of them
  std::int64_t passes = 0;
  double across = 0;  ///< cycles from the last pass to the scalars that it leaves
  std::size_t live = 0, shared_live = 0;
};

class Jammer {
 public:
  Jammer(ir::Module& module, const MachineModel& machine) : module_(module), costs_(module, machine) {}

  void run(std::vector<Node>& list) {
    std::vector<Node> made;
    made.reserve(list.size());
    for (Node& node : list) {
      Loop* loop = node.loop();
      if (loop != nullptr) run(loop->body);
      const std::int64_t copies = loop == nullptr ? 1 : copies_for(*loop);
      if (copies < 2)
        made.push_back(std::move(node));
      else
        replace(*loop, copies, made);
    }
    list = std::move(made);
  }

  const std::map<Value, Value>& results() const { return results_; }

 private:
  /// Whether the vectorizer should be able to take the loop: elements of one size in order, and no other values.
  std::int64_t lanes_of(const Loop& inner) const {
    bool wide = false, narrow = false;
    for (const Node& node : inner.body) {
      const Op& op = *node.op();
      if (op.kind == OpKind::constant) continue;
      if (ir::is_vector(op.type)) return 1;
      wide |= op.type == Type::f64;
      narrow |= op.type == Type::f32 || op.type == Type::i32;
      if (op.kind != OpKind::load && op.kind != OpKind::store) continue;
      const std::int64_t step = op.access.offset.coefficient(inner.id);
      const auto size = static_cast<std::int64_t>(ir::size_of(module_.tensors[op.access.tensor].element));
      if (op.access.cell != kNone || op.access.index != kNone || size < 4 || (step != 0 && step != size)) return 1;
    }
    if (wide == narrow) return 1;
    for (const auto& carried : inner.carried)
      if (!carried.reorderable) return 1;
    return wide ? 8 : 16;
  }

  /// The classes of an iteration's ops when it is done in vectors.
  static ports::Mix in_vectors(const ports::Mix& scalar) {
    using isa::Cost;
    ports::Mix made{};
    for (std::size_t k = 0; k < scalar.size(); ++k) {
      Cost cost = static_cast<Cost>(k);
      switch (cost) {
        case Cost::load: cost = Cost::load64; break;
        case Cost::store: cost = Cost::store64; break;
        case Cost::scalar_float: cost = Cost::vector_float; break;
        case Cost::alu:
        case Cost::shift:
        case Cost::mul: cost = Cost::vector_int; break;
        default: break;
      }
      made[static_cast<std::size_t>(cost)] += scalar[k];
    }
    return made;
  }

  /// `around`: the values that an iteration of the outer loop makes outside of its inner loops.
  Inner inner_of(const Loop& outer, const Loop& loop, const std::set<Value>& around) const {
    Inner made;
    const std::int64_t lanes = lanes_of(loop);
    Loop own = loop, shared = loop;
    own.body.clear(), shared.body.clear(), shared.carried.clear();
    for (const Node& node : loop.body) {
      const Op& op = *node.op();
      const bool once = op.kind == OpKind::load && op.access.cell == kNone && op.access.index == kNone &&
                        op.access.offset.coefficient(outer.id) == 0;
      (once ? shared : own).body.push_back(node);
    }
    made.own = costs_.iteration_of(own);
    made.shared = costs_.iteration_of(shared);
    made.live = live_data(module_, own, around);
    made.shared_live = shared.body.size();
    made.passes = std::max<std::int64_t>(1, loop.trip / lanes);
    if (lanes > 1) {
      made.own.mix = in_vectors(made.own.mix), made.shared.mix = in_vectors(made.shared.mix);
      made.own.bytes *= static_cast<double>(lanes), made.shared.bytes *= static_cast<double>(lanes);
    }
    for (const Node& node : loop.body)
      for (const auto& carried : loop.carried)
        if (lanes > 1 && carried.reorderable && node.op()->result == carried.next)
          made.across = std::max(made.across, costs_.across(*node.op()));
    return made;
  }

  /// Predicted cycles of an iteration of the outer loop, of which `copies` run together.
  double cycles_of(const std::vector<Inner>& inner, std::int64_t copies) const {
    const auto times = static_cast<double>(copies);
    double cycles = 0;
    for (const Inner& one : inner) {
      CostModel::Iteration together = one.own;
      for (std::size_t k = 0; k < together.mix.size(); ++k)
        together.mix[k] = times * one.own.mix[k] + one.shared.mix[k];
      together.bytes = times * one.own.bytes + one.shared.bytes;
      together.ops = times * one.own.ops + one.shared.ops;
      together.pointers = std::max(one.own.pointers, one.shared.pointers);
      cycles += costs_.best_loop(together, one.passes, true) + one.across;
    }
    return cycles / times;
  }

  std::int64_t copies_for(const Loop& loop) const {
    if (!loop.counted() || !loop.carried.empty() || loop.unroll == 1) return 1;
    std::size_t ops = 0;
    std::vector<Inner> inner;
    std::set<Value> around;
    for (const Node& node : loop.body)
      if (const Op* op = node.op())
        around.insert(op->result);
      else
        for (const auto& carried : node.loop()->carried) around.insert(carried.result);
    for (const Node& node : loop.body) {
      if (const Op* op = node.op()) {
        if (op->type == Type::message || op->type == Type::coordinate) return 1;  // these have few registers
        ++ops;
        continue;
      }
      const Loop& part = *node.loop();
      if (!innermost(part) || !part.counted() || part.unroll == 1) return 1;
      if (std::any_of(part.body.begin(), part.body.end(), [](const Node& each) {
            return each.op()->type == Type::message || each.op()->type == Type::coordinate;
          }))
        return 1;
      ops += part.body.size();
      inner.push_back(inner_of(loop, part, around));
    }
    if (inner.empty()) return 1;
    std::int64_t best = 1;
    const double alone = cycles_of(inner, 1);
    double least = static_cast<double>(loop.trip) * alone;
    for (std::int64_t copies = 2; copies <= kMostJammed && copies <= loop.trip; copies *= 2) {
      const auto times = static_cast<std::size_t>(copies);
      const bool fits = std::all_of(inner.begin(), inner.end(), [&](const Inner& one) {
        return times * one.live + one.shared_live <= kLiveVectors;
      });
      if (!fits || times * ops > kMostCopied) break;
      const double cycles = static_cast<double>(loop.trip / copies * copies) * cycles_of(inner, copies) +
                            static_cast<double>(loop.trip % copies) * alone;
      if (cycles < (1 - kResolution) * least) best = copies, least = cycles;
    }
    return best > 1 && iterations_apart(module_, loop) ? best : 1;
  }

  void replace(const Loop& loop, std::int64_t copies, std::vector<Node>& into) {
    const Division division = divide(module_, loop, copies, into);
    Loop main;
    main.id = module_.fresh_loop();
    main.name = loop.name;
    main.source = loop.source;
    main.independent = loop.independent;
    main.unroll = 1;
    main.trip = division.main.number;
    Value first = kNone;
    if (loop.iteration != kNone) {
      main.iteration = module_.fresh(Type::i64);
      Appender body(module_, main.body);
      first = body.op(OpKind::mul, Type::i64, {main.iteration, body.constant(Type::i64, copies)});
    }
    std::vector<Copier> copiers;
    for (std::int64_t c = 0; c < copies; ++c) {
      Copier& copier = copiers.emplace_back(module_);
      copier.renumber(loop.id, main.id, copies, c);
      Appender body(module_, main.body);
      if (loop.iteration != kNone)
        copier.replace(loop.iteration, body.op(OpKind::add, Type::i64, {first, body.constant(Type::i64, c)}));
    }
    for (auto part = loop.body.begin(); part != loop.body.end();) {
      if (part->loop() != nullptr) {
        fuse(*part++->loop(), copiers, main.body);
        continue;
      }
      const auto end = std::find_if(part, loop.body.end(), [](const Node& node) { return node.loop() != nullptr; });
      for (Copier& copier : copiers)
        for (auto node = part; node != end; ++node) main.body.push_back(copier.copy(*node));
      part = end;
    }
    into.emplace_back(std::move(main));
    finish(module_, loop, division.done, division.rest, {}, into, results_);
  }

  /// Appends one loop that does the work of an inner loop for all copies.
  void fuse(const Loop& inner, std::vector<Copier>& copiers, std::vector<Node>& into) {
    Loop fused;
    fused.id = module_.fresh_loop();
    fused.name = inner.name;
    fused.source = inner.source;
    fused.independent = inner.independent;
    fused.trip = inner.trip;
    fused.unroll = inner.unroll;
    if (inner.iteration != kNone) fused.iteration = module_.fresh(Type::i64);
    for (Copier& copier : copiers) {
      copier.renumber(inner.id, fused.id, 1, 0);
      if (inner.iteration != kNone) copier.replace(inner.iteration, fused.iteration);
      for (const auto& from : inner.carried) {
        Loop::Carried carried = from;
        carried.initial = copier.at(from.initial);
        carried.argument = module_.fresh(module_.types[from.argument]);
        carried.result = module_.fresh(module_.types[from.result]);
        copier.replace(from.argument, carried.argument);
        copier.replace(from.result, carried.result);
        fused.carried.push_back(carried);
      }
      for (const Node& node : inner.body) fused.body.push_back(copier.copy(node));
    }
    for (std::size_t k = 0; k < fused.carried.size(); ++k)
      fused.carried[k].next = copiers[k / inner.carried.size()].at(inner.carried[k % inner.carried.size()].next);
    into.emplace_back(std::move(fused));
  }

  ir::Module& module_;
  const CostModel costs_;
  std::map<Value, Value> results_;
};

}  // namespace

void jam(ir::Module& module, const MachineModel& machine) {
  Jammer jammer(module, machine);
  jammer.run(module.body);
  replace_uses(module.body, jammer.results());
}

}  // namespace vtpu::compiler::passes
