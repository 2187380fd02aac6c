#include <algorithm>
#include <map>
#include <optional>

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

constexpr std::int64_t kLongInner = 16;  // minimum iterations of an inner loop; shorter ones share too little
constexpr std::size_t kSmallInner = 12;  // maximum ops of an inner body of which four copies find registers
constexpr std::size_t kLargeInner = 40;  // maximum ops of an inner body of which two copies find registers
constexpr std::size_t kMostCarried = 8;  // values that an inner loop may carry, so that all find registers
constexpr std::size_t kMostOps = 200;    // ops of one iteration, so that its copies stay in the instruction cache

/// What decides how many iterations are run together.
struct Shape {
  std::size_t inner = 0, ops = 0, largest = 0, carried = 0;  ///< `largest` body and most `carried` of one inner loop
  std::int64_t shortest = 0;                                 ///< trip count
  bool reduces = true;                                       ///< every inner loop consists of reductions
  bool shares = false;                                       ///< the iterations share a load
};

class Jammer {
 public:
  Jammer(ir::Module& module, const MachineModel& machine)
      : module_(module), near_(level_of_data(module, machine) < kFarLevel) {}

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
  /// None if the loop contains anything but ops and innermost loops of known trip counts.
  static std::optional<Shape> shape_of(const Loop& loop) {
    Shape shape;
    for (const Node& node : loop.body) {
      if (const Op* op = node.op()) {
        if (op->type == Type::message || op->type == Type::coordinate) return {};  // these have few registers
        ++shape.ops;
        continue;
      }
      const Loop& inner = *node.loop();
      if (!innermost(inner) || !inner.counted() || inner.unroll == 1) return {};
      shape.shortest = shape.inner == 0 ? inner.trip : std::min(shape.shortest, inner.trip);
      ++shape.inner;
      shape.ops += inner.body.size();
      shape.largest = std::max(shape.largest, inner.body.size());
      shape.carried = std::max(shape.carried, inner.carried.size());
      shape.reduces &= !inner.carried.empty() && std::all_of(inner.carried.begin(), inner.carried.end(),
                                                             [](const auto& carried) { return carried.reorderable; });
      for (const Node& part : inner.body) {
        const Op& op = *part.op();
        if (op.type == Type::message || op.type == Type::coordinate) return {};
        shape.shares |= op.kind == OpKind::load && op.access.cell == kNone && op.access.index == kNone &&
                        op.access.offset.coefficient(loop.id) == 0 && op.access.offset.coefficient(inner.id) != 0;
      }
    }
    return shape;
  }

  std::int64_t copies_for(const Loop& loop) const {
    if (!loop.counted() || !loop.carried.empty() || loop.unroll == 1) return 1;
    const std::optional<Shape> shape = shape_of(loop);
    if (!shape || shape->inner == 0 || shape->shortest < kLongInner || shape->ops > kMostOps) return 1;
    std::int64_t most = 1;
    if (shape->inner == 1 && shape->reduces && shape->shares && shape->largest <= kSmallInner)
      most = shape->carried > 1 ? 2 : 4;
    else if (near_ && shape->carried > 0 && 2 * shape->carried <= kMostCarried && shape->largest <= kLargeInner &&
             (shape->inner > 1 || shape->shares))
      most = 2;
    if (most == 1 || loop.trip < (shape->inner == 1 ? 2 * most : most)) return 1;
    return iterations_apart(module_, loop) ? most : 1;
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
  const bool near_;  // the data are in the nearer caches
  std::map<Value, Value> results_;
};

}  // namespace

void jam(ir::Module& module, const MachineModel& machine) {
  Jammer jammer(module, machine);
  jammer.run(module.body);
  replace_uses(module.body, jammer.results());
}

}  // namespace vtpu::compiler::passes
