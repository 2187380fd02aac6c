#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "vtpu/compiler/passes/cost_model.h"
#include "vtpu/compiler/passes/edit.h"
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

/// Replaces a loop of known trip count by copies of its body. `results` maps its results to the new values.
void flatten(ir::Module& module, const Loop& loop, std::vector<Node>& into, std::map<Value, Value>& results) {
  std::vector<Value> state = initial_of(loop);
  for (std::int64_t n = 0; n < loop.trip; ++n) run_once(module, loop, n, state, into);
  for (std::size_t k = 0; k < state.size(); ++k) results[loop.carried[k].result] = state[k];
}

/// Puts the bodies of loops of one iteration in their places. Values are replaced once for all loops, so that the time
/// is linear in the module however deep the loops are nested.
class Opener {
 public:
  explicit Opener(ir::Module& module) : module_(module) {}

  std::vector<Node> opened(std::vector<Node> list) {
    std::vector<Node> made;
    made.reserve(list.size());
    for (Node& node : list) {
      Loop* const loop = node.loop();
      if (loop != nullptr) loop->body = opened(std::move(loop->body));
      if (loop == nullptr || !loop->counted() || loop->trip != 1) {
        made.push_back(std::move(node));
        continue;
      }
      loops_.insert(loop->id);
      if (loop->iteration != kNone) values_[loop->iteration] = Appender(module_, made).constant(Type::i64, 0);
      for (const Loop::Carried& carried : loop->carried) {
        values_[carried.argument] = carried.initial;
        values_[carried.result] = carried.next;
      }
      for (Node& part : loop->body) made.push_back(std::move(part));
    }
    return made;
  }

  /// Replaces the values of the loops and removes the loops from places.
  void finish() {
    if (loops_.empty()) return;
    for (auto& [value, with] : values_)
      for (auto next = values_.find(with); next != values_.end(); next = values_.find(with)) with = next->second;
    replace_uses(module_.body, values_);
    ir::for_each_op(module_.body, [&](Op& op) {
      std::erase_if(op.access.offset.terms, [&](const auto& term) { return loops_.contains(term.loop); });
    });
  }

 private:
  ir::Module& module_;
  std::set<ir::LoopId> loops_;
  std::map<Value, Value> values_;
};

/// Whether a loop creates coordinates or messages. Their register files are small, and coordinates cannot be spilled.
bool must_not_grow(const Loop& loop) {
  return std::any_of(loop.body.begin(), loop.body.end(), [](const Node& node) {
    return node.op() != nullptr && (node.op()->type == Type::message || node.op()->type == Type::coordinate);
  });
}

/// Whether the vectorizer may take the loop: it reduces at least as many terms as a vector has lanes.
bool suits_lanes(const Loop& loop) {
  constexpr std::int64_t kLanes = 16;
  return loop.trip >= kLanes &&
         std::any_of(loop.carried.begin(), loop.carried.end(), [](const auto& carried) { return carried.reorderable; });
}

void unroll_fully(ir::Module& module, Reductions reductions, std::vector<Node>& list, std::map<Value, Value>& results) {
  std::vector<Node> made;
  made.reserve(list.size());
  for (Node& node : list) {
    Loop* loop = node.loop();
    if (loop == nullptr) {
      made.push_back(std::move(node));
      continue;
    }
    unroll_fully(module, reductions, loop->body, results);
    replace_uses(loop->body, results);
    for (auto& carried : loop->carried)
      for (auto at = results.find(carried.next); at != results.end(); at = results.find(carried.next))
        carried.next = at->second;
    const bool small = !must_not_grow(*loop) && innermost(*loop) && loop->counted() && loop->trip <= kFullUnroll &&
                       loop->unroll != 1 && (reductions == Reductions::unrolled || !suits_lanes(*loop)) &&
                       static_cast<std::size_t>(loop->trip) * loop->body.size() <= kFullUnrollOps;
    if (small)
      flatten(module, *loop, made, results);
    else
      made.push_back(std::move(node));
  }
  list = std::move(made);
}

class Unroller {
 public:
  Unroller(ir::Module& module, const MachineModel& machine) : module_(module), costs_(module, machine) {}

  void run(std::vector<Node>& list) {
    std::vector<Node> made;
    made.reserve(list.size());
    for (Node& node : list) {
      Loop* loop = node.loop();
      if (loop != nullptr && !innermost(*loop)) run(loop->body);
      if (loop == nullptr || !innermost(*loop)) {
        made.push_back(std::move(node));
        continue;
      }
      const std::int64_t copies = copies_for(*loop);
      if (copies < 2 || (loop->counted() && loop->trip < copies))
        made.push_back(std::move(node));
      else
        replace(*loop, copies, made);
    }
    list = std::move(made);
  }

  /// Maps the results of removed loops to the values that replace them.
  const std::map<Value, Value>& results() const { return results_; }

 private:
  static constexpr std::int64_t kMost = 8;
  static constexpr std::size_t kMostRequested = 8192;  // ops of all copies that the source requests

  /// The number of copies that takes the least cycles by the cost model: a power of two.
  std::int64_t copies_for(const Loop& loop) const {
    if (loop.unroll != 0) {
      std::int64_t copies = loop.counted() ? loop.unroll : std::bit_floor(loop.unroll);
      while (copies > 1 && static_cast<std::size_t>(copies) * loop.body.size() > kMostRequested) copies /= 2;
      return copies;
    }
    if (loop.body.empty() || must_not_grow(loop)) return 1;
    const bool splits =
        std::any_of(loop.carried.begin(), loop.carried.end(), [](const auto& carried) { return carried.reorderable; });
    // Every copy of a vector body keeps its own values, and partial results are live throughout.
    const unsigned live = live_vectors(module_, loop) + splits;
    const CostModel::Iteration iteration = costs_.iteration_of(loop);
    const std::int64_t trips = trips_of(loop);
    std::int64_t best = 1;
    double least = costs_.loop(iteration, trips, 1, loop.counted());
    for (std::int64_t copies = 2; copies <= kMost && 2 * copies <= trips; copies *= 2) {
      if (static_cast<std::size_t>(copies) * loop.body.size() > kMostCopied) break;
      if (static_cast<unsigned>(copies) * live > 2 * kLiveVectors) break;
      const double cycles = costs_.loop(iteration, trips, copies, loop.counted());
      if (cycles < (1 - kResolution) * least) best = copies, least = cycles;
    }
    return best;
  }

  void replace(const Loop& loop, std::int64_t copies, std::vector<Node>& into) {
    Appender front(module_, into);
    Loop main;
    main.id = module_.fresh_loop();
    main.name = loop.name;
    main.source = loop.source;
    main.independent = loop.independent;
    main.unroll = 1;
    const Division division = divide(module_, loop, copies, into);
    main.trip = division.main.number;
    main.trip_value = division.main.value;
    const std::size_t carried = loop.carried.size();
    // Partial results: copy 0 continues the loop's own value; the others start at the identity.
    std::vector<std::vector<Value>> state(static_cast<std::size_t>(copies), std::vector<Value>(carried));
    std::vector<std::vector<std::size_t>> place(static_cast<std::size_t>(copies), std::vector<std::size_t>(carried));
    for (std::size_t k = 0; k < carried; ++k) {
      const Loop::Carried& from = loop.carried[k];
      const Type type = module_.types[from.argument];
      const std::int64_t parts = from.reorderable ? copies : 1;
      for (std::int64_t c = 0; c < parts; ++c) {
        Loop::Carried part = from;
        const Type scalar = ir::is_vector(type) ? ir::scalar_of(type) : type;
        part.initial = c == 0 ? from.initial : front.constant(type, identity(from.reduction, scalar));
        part.argument = module_.fresh(type);
        part.result = module_.fresh(type);
        place[static_cast<std::size_t>(c)][k] = main.carried.size();
        state[static_cast<std::size_t>(c)][k] = part.argument;
        main.carried.push_back(part);
      }
    }
    Value base = kNone;
    if (loop.iteration != kNone) {
      main.iteration = module_.fresh(Type::i64);
      Appender body(module_, main.body);
      base = body.op(OpKind::mul, Type::i64, {main.iteration, body.constant(Type::i64, copies)});
    }
    for (std::int64_t c = 0; c < copies; ++c) {
      const auto index = static_cast<std::size_t>(c);
      Copier copier(module_);
      copier.renumber(loop.id, main.id, copies, c);
      Appender body(module_, main.body);
      if (loop.iteration != kNone)
        copier.replace(loop.iteration,
                       c == 0 ? base : body.op(OpKind::add, Type::i64, {base, body.constant(Type::i64, c)}));
      for (std::size_t k = 0; k < carried; ++k)
        copier.replace(loop.carried[k].argument,
                       loop.carried[k].reorderable || c == 0 ? state[index][k] : state[index - 1][k]);
      for (const Node& node : loop.body) main.body.push_back(copier.copy(node));
      for (std::size_t k = 0; k < carried; ++k) state[index][k] = copier.at(loop.carried[k].next);
    }
    for (std::size_t k = 0; k < carried; ++k)
      for (std::size_t c = 0; c < static_cast<std::size_t>(copies); ++c)
        if (loop.carried[k].reorderable)
          main.carried[place[c][k]].next = state[c][k];
        else if (c + 1 == static_cast<std::size_t>(copies))
          main.carried[place[0][k]].next = state[c][k];
    const std::vector<Loop::Carried> parts = main.carried;
    into.emplace_back(std::move(main));

    Appender after(module_, into);
    std::vector<Value> results(carried);
    for (std::size_t k = 0; k < carried; ++k) {
      results[k] = parts[place[0][k]].result;
      if (!loop.carried[k].reorderable) continue;
      std::vector<Value> partial;
      for (std::size_t c = 0; c < static_cast<std::size_t>(copies); ++c) partial.push_back(parts[place[c][k]].result);
      while (partial.size() > 1) {
        std::vector<Value> halved;
        for (std::size_t c = 0; c + 1 < partial.size(); c += 2)
          halved.push_back(
              after.op(kind_of(loop.carried[k].reduction), module_.types[results[k]], {partial[c], partial[c + 1]}));
        if (partial.size() % 2 != 0) halved.push_back(partial.back());
        partial = std::move(halved);
      }
      results[k] = partial[0];
    }
    finish(module_, loop, division.done, division.rest, results, into, results_);
  }

  ir::Module& module_;
  const CostModel costs_;
  std::map<Value, Value> results_;
};

}  // namespace

void unroll_fully(ir::Module& module, Reductions reductions) {
  Opener opener(module);
  module.body = opener.opened(std::move(module.body));
  opener.finish();
  std::map<Value, Value> results;
  unroll_fully(module, reductions, module.body, results);
  replace_uses(module.body, results);
}

void unroll(ir::Module& module, const MachineModel& machine) {
  Unroller unroller(module, machine);
  unroller.run(module.body);
  replace_uses(module.body, unroller.results());
}

}  // namespace vtpu::compiler::passes
