#include "vtpu/compiler/ir/verify.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "vtpu/base/text.h"
#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/ir/text.h"
#include "vtpu/isa/names.h"

namespace vtpu::compiler::ir {
namespace {

/// An op or a loop as named in an error. The text is built only when an error occurs.
struct Where {
  const Module& module;
  const Op* op = nullptr;
  const Loop* loop = nullptr;

  std::string text() const {
    const Place source = op != nullptr ? op->source : loop->source;
    const std::string what = op != nullptr ? to_text(module, *op) : fmt::format("loop i{} '{}'", loop->id, loop->name);
    return source.line == 0 ? what : fmt::format("line {}: {}", source.line, what);
  }
};

/// Bytes of an access without index; 0 if it need not lie inside the tensor (a hint) or has sixteen places.
std::int64_t bytes_of(const Module& module, const Op& op) {
  if (op.kind == OpKind::prefetch) return 0;
  if (op.kind == OpKind::load_splat) return 4;
  if (is_vector(op.type)) return op.width;
  return static_cast<std::int64_t>(size_of(module.tensors[op.access.tensor].element));
}

/// Counts the reads of each value in `nodes`: by ops, accesses, trip counts and carried values.
void count_uses(const std::vector<Node>& nodes, std::map<Value, std::size_t>& uses) {
  for (const Node& node : nodes) {
    if (const Op* op = node.op()) {
      for (const Value value : op->operands) ++uses[value];
      ++uses[op->access.index];
      ++uses[op->access.cell];
      continue;
    }
    const Loop& loop = *node.loop();
    ++uses[loop.trip_value];
    for (const Loop::Carried& carried : loop.carried) {
      ++uses[carried.initial];
      ++uses[carried.next];
    }
    count_uses(loop.body, uses);
  }
}

class Verifier {
 public:
  Verifier(const Module& module, Places places)
      : module_(module), places_(places), defined_(module.types.size(), false), visible_(module.types.size(), false) {}

  Result<void> module() {
    if (auto ok = tensors(); !ok) return ok;
    return body(module_.body);
  }

 private:
  Result<void> tensors() {
    std::set<std::string_view> names;
    for (const Tensor& tensor : module_.tensors) {
      const auto error = [&](std::string found, std::string expected) {
        return Error{"tensor '" + tensor.name + "'", std::move(found), std::move(expected)};
      };
      if (tensor.name.empty() || tensor.name == "_" || !std::all_of(tensor.name.begin(), tensor.name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
          }))
        return error("an invalid name", "letters, digits, '_' and '.'");
      if (!names.insert(tensor.name).second) return error("a second tensor of that name", "unique names");
      if (tensor.sparse && size_of(tensor.element) != 8)
        return error(fmt::format("sparse with elements of {}", name_of(tensor.element)), "i64 or f64");
      std::int64_t bytes = static_cast<std::int64_t>(size_of(tensor.element));
      for (const std::int64_t extent : tensor.shape)
        if (extent < 1 || __builtin_mul_overflow(bytes, extent, &bytes))
          return error(fmt::format("an extent of {}", extent), "extents of at least 1 and a size that fits 63 bits");
    }
    return {};
  }

  /// Checks a definition: the value is in range, not yet defined, and of this type.
  Result<void> define(Value value, Type type, const Where& where) {
    if (value >= module_.types.size()) return Error{where.text(), "its result is not a value", "a value of the module"};
    if (defined_[value])
      return Error{where.text(), fmt::format("%{} is defined a second time", value), "values defined once"};
    if (module_.types[value] != type)
      return Error{where.text(), fmt::format("%{} is {}", value, name_of(module_.types[value])),
                   std::string(name_of(type))};
    defined_[value] = visible_[value] = true;
    scope_.push_back(value);
    return {};
  }
  Result<void> use(Value value, const Where& where) const {
    if (value == kNone) return {};
    if (value >= module_.types.size())
      return Error{where.text(), "it uses an undeclared value", "a value of the module"};
    if (visible_[value]) return {};
    return Error{where.text(), fmt::format("%{} is {} here", value, defined_[value] ? "out of scope" : "not defined"),
                 "a value that an op above, in the same loop or one around, defines"};
  }

  Result<void> body(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      auto ok = node.op() != nullptr ? op(*node.op()) : loop(*node.loop());
      if (!ok) return ok;
    }
    return {};
  }

  Result<void> op(const Op& op) {
    if (auto ok = verify_op(module_, op); !ok) return ok;
    const Where where{module_, &op};
    for (const Value value : op.operands)
      if (auto ok = use(value, where); !ok) return ok;
    for (const Value value : {op.access.index, op.access.cell})
      if (auto ok = use(value, where); !ok) return ok;
    if (op.access.tensor != kNoTensor)
      if (auto ok = range(op, where); !ok) return ok;
    return op.result == kNone ? Result<void>{} : define(op.result, op.type, where);
  }

  /// Checks that terms name enclosing loops from outside in, and that the bytes lie in the tensor at every iteration,
  /// as far as this is known.
  Result<void> range(const Op& op, const Where& where) const {
    const Affine& offset = op.access.offset;
    Wide low = offset.constant, high = offset.constant;
    constexpr Wide kFar = Wide{1} << 100;  // beyond any tensor
    bool known = op.access.index == kNone && op.access.cell == kNone && bytes_of(module_, op) > 0;
    auto around = loops_.begin();
    for (const Affine::Term& term : offset.terms) {
      around = std::find_if(around, loops_.end(), [&](const Loop* loop) { return loop->id == term.loop; });
      if (around == loops_.end() || term.coefficient == 0)
        return Error{where.text(), fmt::format("the term {}*i{}", term.coefficient, term.loop),
                     "enclosing loops from outside in, with coefficients other than 0"};
      const Loop& loop = **around++;
      if (!loop.counted()) known = false;
      const Wide reach = static_cast<Wide>(term.coefficient) * (std::max<std::int64_t>(loop.trip, 1) - 1);
      (reach < 0 ? low : high) += reach;
      low = std::max(low, -kFar), high = std::min(high, kFar);
    }
    const bool runs =
        std::all_of(loops_.begin(), loops_.end(), [](const Loop* loop) { return loop->counted() && loop->trip > 0; });
    if (!known || !runs || places_ == Places::anywhere) return {};
    const std::int64_t size = module_.tensors[op.access.tensor].bytes();
    high += bytes_of(module_, op);
    if (low >= 0 && high <= size) return {};
    // The message clamps numbers that exceed 64 bits.
    const auto shown = [](Wide x) { return static_cast<std::int64_t>(std::clamp<Wide>(x, kLeast, kGreatest)); };
    return Error{where.text(), fmt::format("it touches bytes {} to {}", shown(low), shown(high - 1)),
                 fmt::format("bytes 0 to {} of {}", size - 1, module_.tensors[op.access.tensor].name)};
  }

  Result<void> loop(const Loop& loop) {
    const Where where{module_, nullptr, &loop};
    if (loop.id >= module_.loops || !ids_.insert(loop.id).second)
      return Error{where.text(), fmt::format("the id {}", loop.id), fmt::format("a unique id below {}", module_.loops)};
    if (!loop.counted()) {
      if (auto ok = use(loop.trip_value, where); !ok) return ok;
      if (module_.types[loop.trip_value] != Type::i64)
        return Error{where.text(), fmt::format("a trip count of type {}", name_of(module_.types[loop.trip_value])),
                     "i64"};
    }
    for (const Loop::Carried& carried : loop.carried) {
      if (carried.initial == kNone) return Error{where.text(), "a carried value without an initial one", "a value"};
      if (auto ok = use(carried.initial, where); !ok) return ok;
    }
    const std::size_t mark = scope_.size();
    if (loop.iteration != kNone)
      if (auto ok = define(loop.iteration, Type::i64, where); !ok) return ok;
    for (const Loop::Carried& carried : loop.carried)
      if (auto ok = define(carried.argument, module_.types[carried.initial], where); !ok) return ok;
    loops_.push_back(&loop);
    if (auto ok = body(loop.body); !ok) return ok;
    loops_.pop_back();
    for (const Loop::Carried& carried : loop.carried) {
      if (carried.next == kNone) return Error{where.text(), "a carried value without a next one", "a value"};
      if (auto ok = use(carried.next, where); !ok) return ok;
      if (module_.types[carried.next] != module_.types[carried.initial])
        return Error{where.text(),
                     fmt::format("%{} carries on with {}", carried.argument, name_of(module_.types[carried.next])),
                     std::string(name_of(module_.types[carried.initial]))};
      if (carried.reorderable)
        if (auto ok = reorderable(loop, carried, where); !ok) return ok;
    }
    for (; scope_.size() > mark; scope_.pop_back()) visible_[scope_.back()] = false;
    for (const Loop::Carried& carried : loop.carried)
      if (auto ok = define(carried.result, module_.types[carried.initial], where); !ok) return ok;
    return {};
  }

  /// A chain of reduction ops must lead from argument to next, and each link must be used only by the following one. A
  /// sum may use fma, and an iteration may add several terms.
  Result<void> reorderable(const Loop& loop, const Loop::Carried& carried, const Where& where) const {
    std::map<Value, std::size_t> uses;
    count_uses(loop.body, uses);
    for (const Loop::Carried& other : loop.carried) ++uses[other.next];
    const OpKind kind = carried.reduction == isa::ReductionKind::add   ? OpKind::add
                        : carried.reduction == isa::ReductionKind::min ? OpKind::min
                                                                       : OpKind::max;
    Value at = carried.argument;
    for (const Node& node : loop.body) {
      if (at == carried.next || uses[at] != 1) break;
      const Op* op = node.op();
      if (op == nullptr) continue;
      const auto taken = std::find(op->operands.begin(), op->operands.end(), at);
      if (taken == op->operands.end()) continue;
      const bool fma = kind == OpKind::add && op->kind == OpKind::fma && taken - op->operands.begin() == 2;
      if (op->kind != kind && !fma) break;
      at = op->result;
    }
    if (at == carried.next && uses[at] == 1) return {};
    return Error{where.text(),
                 fmt::format("%{} is reorderable, but %{} is not {}(%{}, …) or is used otherwise", carried.argument,
                             carried.next, isa::name_of(carried.reduction), carried.argument),
                 "only the reduction between argument and next"};
  }

  const Module& module_;
  const Places places_;
  std::vector<bool> defined_, visible_;
  std::vector<Value> scope_;  ///< currently visible values, in order of definition
  std::vector<const Loop*> loops_;
  std::set<LoopId> ids_;
};

}  // namespace

Result<void> verify(const Module& module, Places places) { return Verifier(module, places).module(); }

}  // namespace vtpu::compiler::ir
