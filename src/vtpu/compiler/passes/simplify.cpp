#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/memory.h"
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

using Constants = std::unordered_map<Value, std::int64_t>;

std::int64_t wrapped(Type type, std::uint64_t bits) {
  return type == Type::i32 ? std::int64_t{static_cast<std::int32_t>(bits)} : static_cast<std::int64_t>(bits);
}

/// The value of an integer op whose operands are all constants.
std::optional<std::int64_t> folded(const Op& op, const Constants& constants) {
  std::int64_t x[3]{};
  if (op.operands.size() > 3 || op.operands.empty()) return {};
  for (std::size_t k = 0; k < op.operands.size(); ++k) {
    const auto found = constants.find(op.operands[k]);
    if (found == constants.end()) return {};
    x[k] = found->second;
  }
  const auto u = [&](std::size_t k) { return static_cast<std::uint64_t>(x[k]); };
  if (op.kind == OpKind::compare)
    return op.operand_type == Type::i64 || op.operand_type == Type::i32
               ? std::optional<std::int64_t>(isa::holds(op.condition, x[0], x[1]))
               : std::nullopt;
  if (op.kind == OpKind::select && !ir::is_vector(op.type)) return x[0] != 0 ? x[1] : x[2];
  if (op.type != Type::i64 && op.type != Type::i32) return {};
  const std::uint64_t mask = op.type == Type::i32 ? 31 : 63;
  const std::uint64_t unsigned0 = op.type == Type::i32 ? static_cast<std::uint32_t>(x[0]) : u(0);
  switch (op.kind) {
    case OpKind::add: return wrapped(op.type, u(0) + u(1));
    case OpKind::sub: return wrapped(op.type, u(0) - u(1));
    case OpKind::mul: return wrapped(op.type, u(0) * u(1));
    case OpKind::fma: return wrapped(op.type, u(0) * u(1) + u(2));
    case OpKind::min: return std::min(x[0], x[1]);
    case OpKind::max: return std::max(x[0], x[1]);
    case OpKind::bit_and: return x[0] & x[1];
    case OpKind::bit_or: return x[0] | x[1];
    case OpKind::bit_xor: return x[0] ^ x[1];
    case OpKind::shl: return wrapped(op.type, u(0) << (u(1) & mask));
    case OpKind::shr: return wrapped(op.type, unsigned0 >> (u(1) & mask));
    case OpKind::sar: return x[0] >> (u(1) & mask);
    case OpKind::extend: return x[0];
    case OpKind::convert:
      return op.operand_type == Type::i64 || op.operand_type == Type::i32
                 ? std::optional<std::int64_t>(wrapped(op.type, u(0)))
                 : std::nullopt;
    default: return {};
  }
}

/// The operand that an op returns unchanged, if any.
Value same_as(const Op& op, const Constants& constants) {
  const auto is = [&](std::size_t k, std::int64_t value) {
    const auto found = constants.find(op.operands[k]);
    return found != constants.end() && found->second == value;
  };
  const bool integer = op.type == Type::i64 || op.type == Type::i32;
  switch (op.kind) {
    case OpKind::add:
      if (integer && is(1, 0)) return op.operands[0];
      if (integer && is(0, 0)) return op.operands[1];
      return kNone;
    case OpKind::sub:
    case OpKind::shl:
    case OpKind::shr:
    case OpKind::sar: return integer && op.operands.size() == 2 && is(1, 0) ? op.operands[0] : kNone;
    case OpKind::mul:
      if (integer && is(1, 1)) return op.operands[0];
      return integer && is(0, 1) ? op.operands[1] : kNone;
    case OpKind::select: {
      if (ir::is_vector(op.type)) return kNone;
      const auto found = constants.find(op.operands[0]);
      return found == constants.end() ? kNone : op.operands[found->second != 0 ? 1 : 2];
    }
    default: return kNone;
  }
}

/// A key that is equal for ops with equal results.
std::string key_of(const Op& op) {
  std::string key(sizeof op + op.operands.size() * sizeof(Value) +  // at most: each field once
                      op.access.offset.terms.size() * sizeof op.access.offset.terms[0],
                  '\0');
  char* at = key.data();
  const auto put = [&at](const auto& value) {
    std::memcpy(at, &value, sizeof value);
    at += sizeof value;
  };
  put(op.kind), put(op.type), put(op.operand_type), put(op.imm), put(op.condition), put(op.reduction), put(op.axis);
  put(op.width);
  for (const Value value : op.operands) put(value);
  if (op.access.tensor != ir::kNoTensor) {
    put(op.access.tensor), put(op.access.offset.constant), put(op.access.index), put(op.access.scale);
    put(op.access.cell), put(op.access.axis);
    for (const auto& term : op.access.offset.terms) put(term.loop), put(term.coefficient);
  }
  if (op.kind == OpKind::coordinate) put(op.place.bits());
  key.resize(static_cast<std::size_t>(at - key.data()));
  return key;
}

class Simplifier {
 public:
  explicit Simplifier(ir::Module& module) : module_(module) {}

  void run() {
    spread_loads();
    share(module_.body);
    hoist(module_.body);
    drop();
  }

 private:
  using Known = std::unordered_map<std::string, Value>;  // used only for look-up

  /// A scalar load whose only uses are splats becomes a load_splat.
  void spread_loads() {
    std::map<Value, bool> spread;  // loads, and whether every use is a splat
    std::map<Value, Value> same;
    ir::for_each_op(module_.body, [&](const Op& op) {
      const bool four = op.kind == OpKind::load && (op.type == Type::f32 || op.type == Type::i32) &&
                        op.access.cell == kNone && ir::size_of(module_.tensors[op.access.tensor].element) == 4;
      if (four) spread[op.result] = true;
    });
    const auto used = [&](Value value) {
      if (const auto found = spread.find(value); found != spread.end()) found->second = false;
    };
    const auto scan = [&](const auto& self, const std::vector<Node>& nodes) -> void {
      for (const Node& node : nodes) {
        if (const Op* op = node.op()) {
          if (op->kind != OpKind::splat) for_each_operand(*op, used);
          continue;
        }
        const Loop& loop = *node.loop();
        if (loop.trip_value != kNone) used(loop.trip_value);
        for (const auto& carried : loop.carried) used(carried.initial), used(carried.next);
        self(self, loop.body);
      }
    };
    scan(scan, module_.body);
    std::erase_if(spread, [](const auto& entry) { return !entry.second; });
    if (spread.empty()) return;
    ir::for_each_op(module_.body, [&](Op& op) {
      if (op.kind == OpKind::splat && spread.contains(op.operands[0])) same[op.result] = op.operands[0];
    });
    // A load without uses stays unchanged; it is dropped later.
    std::set<Value> loads;
    for (const auto& [splat, load] : same) loads.insert(load);
    ir::for_each_op(module_.body, [&](Op& op) {
      if (!loads.contains(op.result) || op.kind != OpKind::load) return;
      op.kind = OpKind::load_splat;
      op.type = module_.types[op.result] = ir::vector_of(op.type);
    });
    replace_uses(module_.body, same);
    const auto splats = [&](const Node& node) { return node.op() != nullptr && same.contains(node.op()->result); };
    for_each_list(module_.body, [&](std::vector<Node>& list) { std::erase_if(list, splats); });
  }

  /// Folds constants and shares equal values within a list and its inner lists.
  void share(std::vector<Node>& list) {
    std::map<ir::TensorId, Known> loads;
    std::vector<const std::string*> added;  // keys that are known until the end of the list
    std::vector<Node> kept;
    kept.reserve(list.size());
    for (Node& node : list) {
      if (Loop* loop = node.loop()) {
        resolve_head(*loop);
        std::erase_if(loop->carried, [&](const Loop::Carried& carried) {  // values that no iteration changes
          if (carried.next != carried.argument) return false;
          replaced_[carried.argument] = replaced_[carried.result] = carried.initial;
          return true;
        });
        if (!loads.empty()) forget(loads, effects_of(loop->body));
        share(loop->body);
        for (auto& carried : loop->carried) resolve(carried.next);
        kept.push_back(std::move(node));
        continue;
      }
      Op& op = *node.op();
      for_each_operand(op, [&](Value& value) { resolve(value); });
      fold_index(op);
      if (op.result != kNone) {
        if (const auto value = folded(op, constants_)) {
          Op constant;
          constant.kind = OpKind::constant;
          constant.type = op.type;
          constant.result = op.result;
          constant.imm = *value;
          constant.source = op.source;
          op = constant;
        }
        if (const Value twin = same_as(op, constants_); twin != kNone) {
          replaced_[op.result] = twin;
          continue;
        }
        if (op.kind == OpKind::constant && !ir::is_vector(op.type)) constants_[op.result] = op.imm;
      }
      if (!ir::has_effect(op.kind) && op.result != kNone) {
        const bool loaded = op.kind == OpKind::load || op.kind == OpKind::load_splat;
        const bool shared = op.kind != OpKind::occupied && op.kind != OpKind::simplices && op.kind != OpKind::laplace;
        if (shared) {
          Known& where = loaded ? loads[op.access.tensor] : known_;
          const auto [place, fresh] = where.try_emplace(key_of(op), op.result);
          if (!fresh) {
            replaced_[op.result] = place->second;
            continue;
          }
          if (!loaded) added.push_back(&place->first);
        }
      }
      forget(loads, effects_of(op));
      kept.push_back(std::move(node));
    }
    list = std::move(kept);
    for (const std::string* key : added) known_.erase(known_.find(*key));
  }

  void resolve(Value& value) const {
    for (auto at = replaced_.find(value); at != replaced_.end(); at = replaced_.find(value)) value = at->second;
  }

  void resolve_head(Loop& loop) const {
    if (loop.trip_value != kNone) {
      resolve(loop.trip_value);
      if (const auto found = constants_.find(loop.trip_value); found != constants_.end()) {
        loop.trip = std::max<std::int64_t>(found->second, 0);
        loop.trip_value = kNone;
      }
    }
    for (auto& carried : loop.carried) resolve(carried.initial);
  }

  void fold_index(Op& op) const {
    if (op.access.index == kNone || op.access.cell != kNone) return;
    const auto found = constants_.find(op.access.index);
    if (found == constants_.end()) return;
    op.access.offset.constant =
        ir::wrapped_add(op.access.offset.constant, ir::wrapped_mul(found->second, op.access.scale));
    op.access.index = kNone;
    op.access.scale = 1;
  }

  static void forget(std::map<ir::TensorId, Known>& loads, const Effects& effects) {
    if (effects.everything) loads.clear();
    for (const ir::TensorId tensor : effects.written) loads.erase(tensor);
  }

  /// Hoists loop-invariant ops out of loops, inner loops first.
  void hoist(std::vector<Node>& list) {
    std::vector<Node> made;
    made.reserve(list.size());
    for (Node& node : list) {
      Loop* loop = node.loop();
      if (loop != nullptr) {
        hoist(loop->body);
        take_out(*loop, made);
      }
      made.push_back(std::move(node));
    }
    list = std::move(made);
  }

  void take_out(Loop& loop, std::vector<Node>& front) {
    const bool runs = loop.counted() && loop.trip > 0;
    const bool loads = runs && std::any_of(loop.body.begin(), loop.body.end(), [](const Node& node) {
                         return node.op() != nullptr && node.op()->access.tensor != ir::kNoTensor;
                       });
    const Effects effects = loads ? effects_of(loop.body) : Effects{};
    // What an op of this list can read from within the loop is defined in the list itself.
    std::unordered_set<Value> inside;
    if (loop.iteration != kNone) inside.insert(loop.iteration);
    for (const auto& carried : loop.carried) inside.insert(carried.argument);
    for (const Node& node : loop.body) {
      if (const Op* op = node.op()) {
        if (op->result != kNone) inside.insert(op->result);
        continue;
      }
      for (const auto& carried : node.loop()->carried) inside.insert(carried.result);
    }
    std::vector<Node> kept;
    kept.reserve(loop.body.size());
    for (Node& node : loop.body) {
      Op* op = node.op();
      bool out = op != nullptr && op->result != kNone && !ir::has_effect(op->kind);
      if (out) {
        for_each_operand(*op, [&](Value value) { out &= !inside.contains(value); });
        out &= op->access.offset.coefficient(loop.id) == 0;
        const bool reads = op->access.tensor != ir::kNoTensor;
        if (reads) out &= runs && !effects.everything && !effects.written.contains(op->access.tensor);
        out &= op->kind != OpKind::occupied && op->kind != OpKind::simplices && op->kind != OpKind::laplace;
      }
      if (!out) {
        kept.push_back(std::move(node));
        continue;
      }
      inside.erase(op->result);
      front.push_back(std::move(node));
    }
    loop.body = std::move(kept);
  }

  /// Drops ops and loops that have no effect and whose results are never read. Walks backwards, so that a whole chain
  /// goes in one pass.
  void drop() {
    uses_ = count_uses(module_, module_.body);
    drop(module_.body);
  }
  void drop(std::vector<Node>& list) {
    std::vector<Node> kept;
    kept.reserve(list.size());
    for (auto node = list.rbegin(); node != list.rend(); ++node) {
      if (node->op() != nullptr ? is_idle(*node->op()) : is_idle(*node->loop()))
        for_each_read(*node, [&](Value value) { --uses_[value]; });
      else
        kept.push_back(std::move(*node));
    }
    std::reverse(kept.begin(), kept.end());
    list = std::move(kept);
  }
  bool is_idle(const Op& op) const { return op.result != kNone && uses_[op.result] == 0 && !ir::has_effect(op.kind); }
  /// Also drops what is idle within the loop.
  bool is_idle(Loop& loop) {
    for (bool changed = true; changed;) {
      changed = false;
      // A carried value that is used only to compute its own next value.
      std::erase_if(loop.carried, [&](const Loop::Carried& carried) {
        if (uses_[carried.result] != 0) return false;
        const bool own = uses_[carried.argument] == (carried.next == carried.argument ? 1U : 0U);
        if (own) --uses_[carried.next], --uses_[carried.initial], changed = true;
        return own;
      });
      drop(loop.body);
    }
    const bool read = std::any_of(loop.carried.begin(), loop.carried.end(),
                                  [&](const auto& carried) { return uses_[carried.result] != 0; });
    return !read && std::none_of(loop.body.begin(), loop.body.end(), acts);
  }

  ir::Module& module_;
  Known known_;
  std::vector<std::uint32_t> uses_;  // of each value, while dropping
  Constants constants_;
  std::unordered_map<Value, Value> replaced_;
};

}  // namespace

void simplify(ir::Module& module) { Simplifier(module).run(); }

}  // namespace vtpu::compiler::passes
