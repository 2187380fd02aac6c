#include <algorithm>
#include <map>

#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"
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

constexpr std::int64_t kLongInner = 16;  // minimum iterations of the inner loop; shorter ones share too little
constexpr std::size_t kSmallInner = 12;  // maximum ops of the inner body, so that its copies find registers

class Jammer {
 public:
  explicit Jammer(ir::Module& module) : module_(module) {}

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
  /// The single inner loop, which must be innermost; null for any other shape.
  static const Loop* inner_of(const Loop& loop) {
    const Loop* inner = nullptr;
    for (const Node& node : loop.body) {
      if (node.loop() == nullptr) continue;
      if (inner != nullptr || !innermost(*node.loop())) return nullptr;
      inner = node.loop();
    }
    return inner;
  }

  std::int64_t copies_for(const Loop& loop) const {
    const Loop* inner = inner_of(loop);
    if (inner == nullptr || !loop.counted() || !loop.carried.empty() || loop.unroll == 1) return 1;
    if (!inner->counted() || inner->trip < kLongInner || inner->body.size() > kSmallInner || inner->unroll == 1)
      return 1;
    const bool reduces =
        !inner->carried.empty() && std::all_of(inner->carried.begin(), inner->carried.end(),
                                               [](const auto& carried) { return carried.reorderable; });
    if (!reduces) return 1;
    const auto shares = [&](const Node& node) {
      const Op& op = *node.op();
      return op.kind == OpKind::load && op.access.cell == kNone && op.access.index == kNone &&
             op.access.offset.coefficient(loop.id) == 0 && op.access.offset.coefficient(inner->id) != 0;
    };
    if (std::none_of(inner->body.begin(), inner->body.end(), shares)) return 1;
    if (!iterations_apart(module_, loop)) return 1;
    const std::int64_t most = inner->carried.size() > 1 ? 2 : 4;
    return loop.trip >= 2 * most ? most : 1;
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
    const Loop& inner = *inner_of(loop);
    Loop fused;
    fused.id = module_.fresh_loop();
    fused.name = inner.name;
    fused.source = inner.source;
    fused.independent = inner.independent;
    fused.trip = inner.trip;
    fused.unroll = inner.unroll;
    if (inner.iteration != kNone) fused.iteration = module_.fresh(Type::i64);
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
      copier.renumber(inner.id, fused.id, 1, 0);
      Appender body(module_, main.body);
      if (loop.iteration != kNone)
        copier.replace(loop.iteration, body.op(OpKind::add, Type::i64, {first, body.constant(Type::i64, c)}));
      if (inner.iteration != kNone) copier.replace(inner.iteration, fused.iteration);
      for (const Node& node : loop.body) {
        if (node.loop() != nullptr) break;
        main.body.push_back(copier.copy(node));
      }
    }
    for (Copier& copier : copiers) {
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
    main.body.emplace_back(std::move(fused));
    for (Copier& copier : copiers) {
      bool after_inner = false;
      for (const Node& node : loop.body) {
        if (after_inner) main.body.push_back(copier.copy(node));
        after_inner |= node.loop() != nullptr;
      }
    }
    into.emplace_back(std::move(main));
    finish(module_, loop, division.done, division.rest, {}, into, results_);
  }

  ir::Module& module_;
  std::map<Value, Value> results_;
};

}  // namespace

void jam(ir::Module& module) {
  Jammer jammer(module);
  jammer.run(module.body);
  replace_uses(module.body, jammer.results());
}

}  // namespace vtpu::compiler::passes
