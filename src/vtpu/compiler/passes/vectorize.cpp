#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/passes/cost_model.h"
#include "vtpu/compiler/passes/edit.h"
#include "vtpu/compiler/passes/extremum_blocks.h"
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

constexpr std::int64_t kAllLanes = 0xffff, kLowerLanes = 0xff;
constexpr ir::Wide k32 = ir::Wide{1} << 32;  // what 32-bit lanes count modulo

/// Least and greatest value, both inclusive.
struct Interval {
  ir::Wide low = 0, high = 0;
};
Interval operator+(Interval a, Interval b) { return {a.low + b.low, a.high + b.high}; }
Interval operator-(Interval a, Interval b) { return {a.low - b.high, a.high - b.low}; }
Interval operator*(Interval a, Interval b) {
  const auto [low, high] = std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  return {low, high};
}

/// The iteration numbers of the loops around, as far as they are known.
using Numbers = std::map<ir::LoopId, std::optional<Interval>>;
std::optional<Interval> numbers_of(const Loop& loop) {
  if (!loop.counted()) return {};
  return Interval{0, std::max<std::int64_t>(loop.trip - 1, 0)};
}

/// The parts of an argmin or argmax loop, in the form that lowering produces.
struct Extremum {
  std::size_t best = 0, index = 0;  ///< indices into the loop's carried values
  const Op* compare = nullptr;
  const Op* choose_best = nullptr;
  const Op* choose_index = nullptr;
};

/// One candidate vectorisation: accesses of `width` bytes.
class VectorLoop {
 public:
  /// `constants`: the bits of all scalar constants of the module.
  VectorLoop(ir::Module& module, const std::map<Value, std::int64_t>& constants, const Numbers& around,
             const Loop& loop, std::uint8_t width)
      : module_(module), constants_(constants), around_(around), loop_(loop), width_(width) {
    for (const Node& node : loop.body) {
      if (node.op()->result != kNone) definitions_[node.op()->result] = node.op();
      for_each_operand(*node.op(), [&](Value operand) { ++uses_[operand]; });
    }
    for (const Loop::Carried& carried : loop.carried) arguments_.insert(carried.argument);
  }

  /// Whether this vector loop exists; if so, builds `body` and `front`.
  bool make() {
    if (!find_lanes() || !may_run_together(module_, loop_, lanes_) || !find_extrema()) return false;
    id_ = module_.fresh_loop();
    for (const Loop::Carried& carried : loop_.carried)
      if (!make_carried(carried)) return false;
    for (const Node& node : loop_.body)
      if (!convert(*node.op())) return false;
    return finish_carried();
  }

  std::int64_t lanes() const { return lanes_; }
  /// Predicted cycles of the vector loop and the combination of its lanes.
  double cycles(const CostModel& costs, std::int64_t passes) {
    Loop main;
    main.id = id_;
    main.trip = passes;
    main.carried = carried_;
    main.body = body_;
    near_ = !costs.limited_by_bandwidth(main);
    const double cycles = costs.best_loop(main);
    // Of several combinations, all but the first overlap with it.
    for (const Loop::Carried& carried : carried_)
      if (carried.reorderable) {
        Op op;
        op.type = module_.types[carried.argument];
        return cycles + costs.across(op);
      }
    return cycles;
  }

  /// Appends the vector loop, the combination of its partial results, and the scalar remainder.
  void emit(std::vector<Node>& into, std::map<Value, Value>& results) {
    for (Node& node : front_) into.push_back(std::move(node));
    const Division division = divide(module_, loop_, lanes_, into, extrema_.empty() ? ir::kGreatest : kMostNumbers);
    Loop main;
    main.id = id_;
    main.name = loop_.name;
    main.source = loop_.source;
    main.independent = loop_.independent;
    main.unroll = loop_.unroll;
    main.trip = division.main.number;
    main.trip_value = division.main.value;
    main.carried = carried_;
    main.body = std::move(body_);
    for (Loop::Carried& carried : main.carried) carried.result = module_.fresh(module_.types[carried.argument]);
    carried_ = main.carried;
    if (extrema_.size() == 1 && near_)
      blocks_ = ExtremumBlocks::of(module_, main, {extrema_[0].best, extrema_[0].index, carried_.size() - 1}, lanes_);
    if (blocks_) main = blocks_->loop(module_, into);
    into.emplace_back(std::move(main));
    std::vector<Value> state(loop_.carried.size(), kNone);
    for (std::size_t k = 0; k < loop_.carried.size(); ++k)
      if (loop_.carried[k].reorderable) state[k] = gathered(k, into);
    for (const Extremum& extremum : extrema_) gather(extremum, state, into);
    finish(module_, loop_, division.done, division.rest, state, into, results);
  }

 private:
  static constexpr std::int64_t kMostNumbers = std::int64_t{1} << 31;  // iterations that lanes can number

  bool inside(Value value) const {
    return definitions_.contains(value) || value == loop_.iteration || arguments_.contains(value);
  }

  std::size_t uses_of(Value value) const {
    const auto found = uses_.find(value);
    return found == uses_.end() ? 0 : found->second;
  }

  /// Chooses the lane count by the widest type of the body. False if types of both sizes would become vectors, or none.
  bool find_lanes() {
    bool wide = false, narrow = false;
    const auto see = [&](Type type) {
      wide |= type == Type::f64;
      narrow |= type == Type::f32 || type == Type::i32;
    };
    for (const Node& node : loop_.body) {
      const Op& op = *node.op();
      if (op.result == kNone && op.kind != OpKind::store && op.kind != OpKind::prefetch) return false;
      if (op.kind == OpKind::constant) continue;
      see(op.type), see(op.operand_type);
    }
    if (wide == narrow) return false;
    lanes_ = (wide ? 8 : 16) * width_ / 64;
    return !loop_.counted() || loop_.trip >= lanes_;
  }

  bool find_extrema() {
    std::set<Value> taken;
    for (std::size_t best = 0; best < loop_.carried.size(); ++best) {
      const Loop::Carried& carried = loop_.carried[best];
      if (carried.reorderable) continue;
      const auto chooses = definitions_.find(carried.next);
      if (chooses == definitions_.end() || chooses->second->kind != OpKind::select) continue;
      const Op& choose = *chooses->second;
      if (choose.operands[2] != carried.argument) continue;
      const auto compares = definitions_.find(choose.operands[0]);
      if (compares == definitions_.end() || compares->second->kind != OpKind::compare) continue;
      const Op& compare = *compares->second;
      const bool strict = compare.condition == isa::Condition::lt || compare.condition == isa::Condition::gt;
      if (!strict || compare.operands[0] != choose.operands[1] || compare.operands[1] != carried.argument) continue;
      if (compare.operand_type != Type::f32 && compare.operand_type != Type::i32) continue;
      for (std::size_t index = 0; index < loop_.carried.size(); ++index) {
        const auto other = definitions_.find(loop_.carried[index].next);
        if (index == best || other == definitions_.end() || other->second->kind != OpKind::select) continue;
        const Op& second = *other->second;
        if (second.type != Type::i64 || second.operands[0] != compare.result ||
            second.operands[2] != loop_.carried[index].argument)
          continue;
        if (uses_of(loop_.carried[index].argument) != 1 || uses_of(carried.argument) != 2) continue;
        extrema_.push_back({best, index, &compare, &choose, &second});
        taken.insert(best), taken.insert(index);
      }
    }
    for (std::size_t k = 0; k < loop_.carried.size(); ++k)
      if (!loop_.carried[k].reorderable && !taken.contains(k)) return false;
    // The index is computed after the loop from the iteration number.
    for (const Extremum& extremum : extrema_) {
      skipped_.insert(extremum.choose_index);
      if (!only_counts(extremum.choose_index->operands[1])) return false;
    }
    return extrema_.empty() || width_ == 64;
  }

  /// Whether an i64 depends only on the iteration number and values from outside; its ops are then left out.
  bool only_counts(Value value) {
    if (!inside(value) || value == loop_.iteration) return true;
    const auto found = definitions_.find(value);
    if (found == definitions_.end()) return false;
    const Op& op = *found->second;
    const bool simple = op.kind == OpKind::add || op.kind == OpKind::sub || op.kind == OpKind::mul ||
                        op.kind == OpKind::constant || op.kind == OpKind::shl;
    if (!simple || op.type != Type::i64) return false;
    counting_.insert(&op);
    return std::all_of(op.operands.begin(), op.operands.end(), [&](Value v) { return only_counts(v); });
  }

  /// What every lane of a reduction starts from. A sum of floats that starts from 0 does so in every lane; it is then
  /// never -0, and the 0 need not be added after the loop.
  std::int64_t start_of(const Loop::Carried& carried) const {
    const auto initial = constants_.find(carried.initial);
    const bool zero = initial != constants_.end() && initial->second == 0;
    if (carried.reduction == isa::ReductionKind::add && zero) return 0;
    return identity(carried.reduction, module_.types[carried.argument]);
  }

  bool make_carried(const Loop::Carried& carried) {
    const Type type = module_.types[carried.argument];
    Loop::Carried made = carried;
    Appender front(module_, front_);
    if (carried.reorderable) {
      const Type vector = ir::vector_of(type);
      if (vector == Type::none) return false;
      made.initial = front.constant(vector, start_of(carried));
      made.argument = module_.fresh(vector);
    } else if (type == Type::i64) {  // the index of an extremum: iteration numbers
      made.initial = front.constant(Type::i32x16, 0);
      made.argument = module_.fresh(Type::i32x16);
    } else {
      made.initial = spread(carried.initial, type);
      made.argument = module_.fresh(ir::vector_of(type));
    }
    vectors_[carried.argument] = made.argument;
    carried_.push_back(made);
    return true;
  }

  bool finish_carried() {
    for (std::size_t k = 0; k < loop_.carried.size(); ++k) {
      const auto next = vectors_.find(loop_.carried[k].next);
      if (next == vectors_.end()) return false;
      carried_[k].next = next->second;
    }
    if (numbers_ != kNone) {
      Appender front(module_, front_), body(module_, body_);
      Loop::Carried counts;
      counts.initial = front.op(OpKind::iota, Type::i32x16, {});
      counts.argument = numbers_;
      counts.next = body.op(OpKind::add, Type::i32x16, {numbers_, front.constant(Type::i32x16, lanes_)});
      carried_.push_back(counts);
    }
    return true;
  }

  /// A vector with a scalar from outside in every lane.
  Value spread(Value value, Type type) {
    const auto [place, fresh] = spread_.try_emplace(value, kNone);
    if (!fresh) return place->second;
    Op op;
    op.kind = OpKind::splat;
    op.type = ir::vector_of(type);
    op.operand_type = type;
    op.operands = {value};
    return place->second = Appender(module_, front_).add(op);
  }

  /// The vector that holds a value's lanes, if there is one.
  std::optional<Value> lift(Value value) {
    if (const auto found = vectors_.find(value); found != vectors_.end()) return found->second;
    const Type type = module_.types[value];
    if (const auto found = constants_.find(value); found != constants_.end() && ir::vector_of(type) != Type::none)
      return vectors_[value] = Appender(module_, front_).constant(ir::vector_of(type), found->second);
    if (inside(value) || ir::vector_of(type) == Type::none) return {};
    return spread(value, type);
  }

  /// The low 32 bits of an i64 in each lane.
  std::optional<Value> lift_low(Value value) {
    if (const auto found = low_.find(value); found != low_.end()) return found->second;
    Appender body(module_, body_);
    const auto keep = [&](Value made) { return low_[value] = made; };
    if (value == loop_.iteration) return keep(numbers());
    if (const auto found = constants_.find(value); found != constants_.end())
      return keep(Appender(module_, front_).constant(Type::i32x16, static_cast<std::int32_t>(found->second)));
    if (!inside(value)) {
      Op op;
      op.kind = OpKind::convert;
      op.type = Type::i32;
      op.operand_type = Type::i64;
      op.operands = {value};
      return keep(spread(Appender(module_, front_).add(op), Type::i32));
    }
    const auto found = definitions_.find(value);
    if (found == definitions_.end()) return {};
    const Op& op = *found->second;
    if (op.kind == OpKind::extend) return lift(op.operands[0]);
    if (op.kind != OpKind::add && op.kind != OpKind::sub && op.kind != OpKind::mul) return {};
    const auto a = lift_low(op.operands[0]), b = lift_low(op.operands[1]);
    if (!a || !b) return {};
    return keep(body.op(op.kind, Type::i32x16, {*a, *b}));
  }

  /// Where an i64 lies, if this is known and near enough for further sums and products.
  std::optional<Interval> interval_of(Value value) const {
    constexpr ir::Wide kNear = ir::Wide{1} << 62;
    if (value == loop_.iteration) return numbers_of(loop_);
    if (const auto found = constants_.find(value); found != constants_.end())
      return Interval{found->second, found->second};
    const auto found = definitions_.find(value);
    if (found == definitions_.end()) return {};
    const Op& op = *found->second;
    if (op.kind == OpKind::extend) return interval_of_i32(op.operands[0]);
    if (op.kind != OpKind::add && op.kind != OpKind::sub && op.kind != OpKind::mul) return {};
    const auto a = interval_of(op.operands[0]), b = interval_of(op.operands[1]);
    if (!a || !b) return {};
    const Interval made = op.kind == OpKind::add ? *a + *b : op.kind == OpKind::sub ? *a - *b : *a * *b;
    return made.low < -kNear || made.high > kNear ? std::nullopt : std::optional(made);
  }
  Interval interval_of_i32(Value value) const {
    constexpr Interval kAny{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    const auto found = definitions_.find(value);
    if (found == definitions_.end()) return kAny;
    const Op& op = *found->second;
    if (op.kind == OpKind::bit_and)
      for (const Value operand : op.operands)
        if (const auto mask = constants_.find(operand); mask != constants_.end() && mask->second >= 0)
          return {0, mask->second};
    if (op.kind != OpKind::load) return kAny;
    switch (module_.tensors[op.access.tensor].element) {
      case ir::Element::u8: return {0, 255};
      case ir::Element::u16: return {0, 65535};
      case ir::Element::i8: return {-128, 127};
      default: return kAny;
    }
  }

  /// Whether an access to sixteen places touches the bytes that single accesses would, or traps as they would, although
  /// its lanes are numbers modulo 2^32. `lanes`: the part of the place that the lanes hold, in elements of four bytes.
  /// What the loops around add to it is taken from the access.
  bool suits_lanes(const Op& op, Interval lanes) const {
    for (const auto& term : op.access.offset.terms) {
      if (term.loop == loop_.id) continue;
      const auto number = around_.find(term.loop);
      if (number == around_.end() || !number->second || term.coefficient % 4 != 0) return false;
      lanes = lanes + *number->second * Interval{term.coefficient / 4, term.coefficient / 4};
      if (!ir::fits_i64(lanes.low) || !ir::fits_i64(lanes.high)) return false;
    }
    const ir::Wide elements = module_.tensors[op.access.tensor].bytes() / 4, first = op.access.offset.constant / 4;
    if (op.access.offset.constant % 4 != 0 || !ir::fits_i32(-first) || !ir::fits_i32(elements - 1 - first))
      return false;
    // Lanes that come round must lie outside of the tensor, too.
    return (ir::fits_i32(lanes.low) || lanes.low + k32 + first >= elements) &&
           (ir::fits_i32(lanes.high) || lanes.high - k32 + first < 0);
  }
  /// A loop that steps through a tensor traps at the first place outside, so it goes no further than one vector.
  Interval until_outside(const Op& op, std::int64_t step) const {
    const ir::Wide elements = module_.tensors[op.access.tensor].bytes() / 4, first = op.access.offset.constant / 4;
    const ir::Wide vector = lanes_ * ir::magnitude(step);
    return {std::min<ir::Wide>(0, -first) - vector, std::max<ir::Wide>(0, elements - first) + vector};
  }

  /// i32x16: the lanes' iteration numbers, as a carried value.
  Value numbers() {
    if (numbers_ == kNone) numbers_ = module_.fresh(Type::i32x16);
    return numbers_;
  }

  bool convert(const Op& op) {
    if (skipped_.contains(&op)) {
      const auto chosen = vectors_.find(op.operands[0]), before = vectors_.find(op.operands[2]);
      if (chosen == vectors_.end() || before == vectors_.end()) return false;
      vectors_[op.result] =
          Appender(module_, body_).op(OpKind::select, Type::i32x16, {chosen->second, numbers(), before->second});
      return true;
    }
    if (counting_.contains(&op) && op.kind != OpKind::constant) return true;
    switch (op.kind) {
      case OpKind::constant: return true;
      case OpKind::load:
      case OpKind::load_splat:
      case OpKind::store: return convert_access(op);
      case OpKind::prefetch: return true;
      case OpKind::extend: return true;  // indices look through it
      case OpKind::convert: return convert_number(op);
      case OpKind::add:
      case OpKind::sub:
      case OpKind::mul:
        if (op.type == Type::i64) return only_counts(op.result) || feeds_indices_only(op);
        return plain(op);
      case OpKind::fma:
      case OpKind::div:
      case OpKind::sqrt:
      case OpKind::min:
      case OpKind::max:
      case OpKind::bit_and:
      case OpKind::bit_or:
      case OpKind::bit_xor:
      case OpKind::select:
      case OpKind::bits: return plain(op);
      case OpKind::compare: return plain(op);
      case OpKind::shl:
      case OpKind::shr:
      case OpKind::sar: {
        const auto amount = constants_.find(op.operands[1]);
        const auto from = lift(op.operands[0]);
        if (op.type != Type::i32 || amount == constants_.end() || !from) return false;
        vectors_[op.result] = Appender(module_, body_).op(op.kind, Type::i32x16, {*from}, amount->second & 31);
        return true;
      }
      default: return false;
    }
  }

  /// i64 arithmetic that only feeds indices; lift_low looks through it.
  bool feeds_indices_only(const Op& op) { return lift_low(op.result).has_value(); }

  bool plain(const Op& op) {
    Op made = op;
    const bool compares = op.kind == OpKind::compare;
    const Type scalar = compares ? op.operand_type : op.type;
    // Truth values are masks here, so logical ops become bit ops on masks.
    const bool truth = !compares && op.type == Type::i64 &&
                       (op.kind == OpKind::bit_and || op.kind == OpKind::bit_or || op.kind == OpKind::bit_xor);
    if (truth) {
      for (Value& value : made.operands) {
        const auto found = vectors_.find(value);
        if (found == vectors_.end() || module_.types[found->second] != Type::lanes) return false;
        value = found->second;
      }
      made.type = Type::lanes;
      vectors_[op.result] = Appender(module_, body_).add(made);
      return true;
    }
    if (ir::vector_of(scalar) == Type::none) return false;
    for (std::size_t k = 0; k < made.operands.size(); ++k) {
      const auto lifted = op.kind == OpKind::select && k == 0 ? mask(op.operands[0]) : lift(op.operands[k]);
      if (!lifted) return false;
      made.operands[k] = *lifted;
    }
    if (compares) {
      made.type = Type::lanes;
      made.operand_type = ir::vector_of(scalar);
    } else {
      made.type = ir::vector_of(scalar);
      if (op.kind == OpKind::bits) {
        made.operand_type = ir::vector_of(op.operand_type);
        if (made.operand_type == Type::none) return false;
      }
    }
    vectors_[op.result] = Appender(module_, body_).add(made);
    return true;
  }

  /// A truth value as a vector mask.
  std::optional<Value> mask(Value value) {
    const auto found = vectors_.find(value);
    if (found != vectors_.end()) return found->second;
    if (inside(value)) return {};
    // A truth value from outside selects all lanes or none.
    Appender front(module_, front_);
    return front.op(OpKind::select, Type::lanes,
                    {value, front.constant(Type::lanes, kAllLanes), front.constant(Type::lanes, 0)});
  }

  bool convert_number(const Op& op) {
    const bool from_i64 = op.operand_type == Type::i64;
    std::optional<Value> from;
    if (from_i64) {
      // A conversion to i32 needs only the low half. One to f32 needs the full value, which must therefore fit.
      const bool fits = op.operands[0] == loop_.iteration && loop_.counted() && loop_.trip < (std::int64_t{1} << 31);
      if (op.type != Type::i32 && !(op.type == Type::f32 && fits)) return false;
      from = lift_low(op.operands[0]);
      if (from && op.type == Type::i32) {
        vectors_[op.result] = *from;
        return true;
      }
    } else {
      from = lift(op.operands[0]);
    }
    const bool pair = (op.type == Type::f32 && (from_i64 || op.operand_type == Type::i32)) ||
                      (op.type == Type::i32 && op.operand_type == Type::f32);
    if (!from || !pair) return false;
    Op made = op;
    made.operands = {*from};
    made.type = ir::vector_of(op.type);
    made.operand_type = from_i64 ? Type::i32x16 : ir::vector_of(op.operand_type);
    vectors_[op.result] = Appender(module_, body_).add(made);
    return true;
  }

  bool convert_access(const Op& op) {
    const ir::Tensor& tensor = module_.tensors[op.access.tensor];
    const auto size = static_cast<std::int64_t>(ir::size_of(tensor.element));
    const Type scalar = op.kind == OpKind::store ? module_.types[op.operands[0]] : op.type;
    if (op.access.cell != kNone || ir::vector_of(scalar) == Type::none || ir::is_vector(op.type)) return false;
    if (size != (scalar == Type::f64 ? 8 : 4)) return false;
    Copier copier(module_);
    copier.renumber(loop_.id, id_, lanes_, 0);
    Op made = op;
    made.access = copier.copy(op.access);
    made.type = ir::vector_of(scalar);
    made.width = width_;
    const std::int64_t step = op.access.offset.coefficient(loop_.id);
    const bool scattered = op.access.index != kNone && inside(op.access.index);
    if (op.kind == OpKind::store) {
      const auto value = lift(op.operands[0]);
      if (!value) return false;
      made.operands = {*value};
    }
    if (scattered) {
      // An access to sixteen places by index. If two lanes share a place, the later iteration is the higher lane and
      // wins.
      if (size != 4 || op.access.scale != 4 || step != 0 || width_ != 64) return false;
      const auto range = interval_of(op.access.index);
      if (!range || !suits_lanes(op, *range)) return false;
      const auto index = lift_low(op.access.index);
      if (!index) return false;
      made.access.index = *index;
    } else if (step == 0) {
      if (op.kind == OpKind::store || size != 4) return false;
      made.kind = OpKind::load_splat;
    } else if (step != size) {
      if (size != 4 || step % 4 != 0 || width_ != 64 || op.access.index != kNone) return false;
      if (!suits_lanes(op, until_outside(op, step / 4))) return false;
      Appender front(module_, front_);
      made.access.index = front.op(OpKind::mul, Type::i32x16,
                                   {front.op(OpKind::iota, Type::i32x16, {}), front.constant(Type::i32x16, step / 4)});
      made.access.scale = 4;
    }
    if (op.kind == OpKind::store)
      body_.emplace_back(made);
    else
      vectors_[op.result] = Appender(module_, body_).add(made);
    return true;
  }

  /// Reduces all lanes of a vector to one scalar.
  Value across(isa::ReductionKind reduction, Type vector, Value value, std::vector<Node>& into) {
    Op op;
    op.kind = OpKind::reduce;
    op.type = ir::scalar_of(vector);
    op.operand_type = vector;
    op.reduction = reduction;
    op.operands = {value};
    return Appender(module_, into).add(op);
  }

  /// The result of a reduction: its initial value combined with the lanes' partial results.
  Value gathered(std::size_t k, std::vector<Node>& into) {
    const Loop::Carried& carried = loop_.carried[k];
    const Type vector = module_.types[carried_[k].argument];
    Appender at(module_, into);
    Value lanes = carried_[k].result;
    if (width_ == 32) {  // the upper half holds results computed from zeros
      const Value neutral = at.constant(vector, identity(carried.reduction, ir::scalar_of(vector)));
      const std::int64_t lower = vector == Type::f64x8 ? kLowerLanes >> 4 : kLowerLanes;
      lanes = at.op(OpKind::select, vector, {at.constant(Type::lanes, lower), lanes, neutral});
    }
    const Value all = across(carried.reduction, vector, lanes, into);
    const auto initial = constants_.find(carried.initial);
    if (initial != constants_.end() && initial->second == start_of(carried)) return all;
    return at.op(kind_of(carried.reduction), ir::scalar_of(vector), {carried.initial, all});
  }

  void gather(const Extremum& extremum, std::vector<Value>& state, std::vector<Node>& into) {
    const Loop::Carried& best = loop_.carried[extremum.best];
    const Type scalar = module_.types[best.argument], vector = ir::vector_of(scalar);
    const bool greatest = extremum.compare->condition == isa::Condition::gt;
    const Value all = across(greatest ? isa::ReductionKind::max : isa::ReductionKind::min, vector,
                             carried_[extremum.best].result, into);
    Appender at(module_, into);
    const auto spread_here = [&](Value value, Type type) {
      Op op;
      op.kind = OpKind::splat;
      op.type = ir::vector_of(type);
      op.operand_type = type;
      op.operands = {value};
      return at.add(op);
    };
    const auto compare = [&](isa::Condition condition, Type operand, Type type, Value a, Value b) {
      Op op;
      op.kind = OpKind::compare;
      op.type = type;
      op.operand_type = operand;
      op.condition = condition;
      op.operands = {a, b};
      return at.add(op);
    };
    const Value equal =
        compare(isa::Condition::eq, vector, Type::lanes, carried_[extremum.best].result, spread_here(all, scalar));
    const Value none = at.constant(Type::i32x16, 0x7fffffff);
    const Value candidates = at.op(OpKind::select, Type::i32x16, {equal, carried_[extremum.index].result, none});
    Op number;
    number.kind = OpKind::extend;
    number.type = Type::i64;
    number.operands = {across(isa::ReductionKind::min, Type::i32x16, candidates, into)};
    const Value better = compare(extremum.compare->condition, scalar, Type::i64, all, best.initial);
    Value first = at.add(number);
    if (blocks_) first = blocks_->search(module_, first, better, spread_here(all, scalar), into);
    // Computes the index from the iteration number, as the loop does.
    Copier copier(module_);
    if (loop_.iteration != kNone) copier.replace(loop_.iteration, first);
    for (const Node& node : loop_.body)
      if (counting_.contains(node.op()) || node.op()->kind == OpKind::constant) into.push_back(copier.copy(node));
    state[extremum.best] = at.op(OpKind::select, scalar, {better, all, best.initial});
    state[extremum.index] =
        at.op(OpKind::select, Type::i64,
              {better, copier.at(extremum.choose_index->operands[1]), loop_.carried[extremum.index].initial});
  }

  ir::Module& module_;
  const std::map<Value, std::int64_t>& constants_;
  const Numbers& around_;
  const Loop& loop_;
  const std::uint8_t width_;
  bool near_ = true;  // bandwidth does not decide the speed
  std::int64_t lanes_ = 0;
  ir::LoopId id_ = 0;
  std::map<Value, const Op*> definitions_;
  std::map<Value, std::size_t> uses_;  // within the body
  std::set<Value> arguments_;
  std::vector<Extremum> extrema_;
  std::optional<ExtremumBlocks> blocks_;
  std::set<const Op*> skipped_, counting_;
  std::map<Value, Value> vectors_, spread_, low_;
  Value numbers_ = kNone;
  std::vector<Loop::Carried> carried_;
  std::vector<Node> front_, body_;
};

class Vectorizer {
 public:
  Vectorizer(ir::Module& module, const MachineModel& machine) : module_(module), costs_(module, machine) {
    ir::for_each_op(module.body, [&](const Op& op) {
      if (op.kind == OpKind::constant && !ir::is_vector(op.type)) constants_[op.result] = op.imm;
    });
  }

  void run(std::vector<Node>& list) {
    std::vector<Node> made;
    made.reserve(list.size());
    for (Node& node : list) {
      Loop* loop = node.loop();
      if (loop != nullptr && !innermost(*loop)) {
        around_[loop->id] = numbers_of(*loop);
        run(loop->body);
        around_.erase(loop->id);
      }
      if (loop == nullptr || !innermost(*loop) || !replace(*loop, made)) made.push_back(std::move(node));
    }
    list = std::move(made);
  }

  const std::map<Value, Value>& results() const { return results_; }

 private:
  bool replace(const Loop& loop, std::vector<Node>& into) {
    if (loop.body.empty()) return false;
    const std::int64_t trips = trips_of(loop);
    const CostModel::Iteration scalar = costs_.iteration_of(loop);
    std::optional<VectorLoop> best;
    double least = costs_.best_loop(loop);
    for (const std::uint8_t width : {std::uint8_t{64}, std::uint8_t{32}}) {
      VectorLoop loop_of_width(module_, constants_, around_, loop, width);
      if (!loop_of_width.make()) continue;
      const std::int64_t lanes = loop_of_width.lanes();
      const double cycles =
          loop_of_width.cycles(costs_, trips / lanes) + costs_.loop(scalar, trips % lanes, 1, loop.counted());
      if (cycles >= (1 - kResolution) * least) continue;
      least = cycles;
      best.emplace(std::move(loop_of_width));
    }
    if (!best) return false;
    best->emit(into, results_);
    return true;
  }

  ir::Module& module_;
  const CostModel costs_;
  std::map<Value, std::int64_t> constants_;
  Numbers around_;  // of the loops around the current list
  std::map<Value, Value> results_;
};

}  // namespace

void vectorize(ir::Module& module, const MachineModel& machine) {
  Vectorizer vectorizer(module, machine);
  vectorizer.run(module.body);
  replace_uses(module.body, vectorizer.results());
}

}  // namespace vtpu::compiler::passes
