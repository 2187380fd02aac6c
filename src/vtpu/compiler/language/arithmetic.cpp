#include "vtpu/compiler/language/arithmetic.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>
#include <vector>

namespace vtpu::compiler::language {
namespace {

Type mask_type(Type vector) { return vector == Type::f64x8 ? Type::mask8 : Type::mask16; }

constexpr Range kTruth{0, 1};
constexpr Range kInt32{std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};

}  // namespace

Quantity Arithmetic::number(Type type, double value) {
  const Type lane = type == Type::boolean ? Type::i64 : lane_type(type);
  return Quantity::of_bits(type, fold_convert(Type::f64, lane, std::bit_cast<std::int64_t>(value)));
}

Quantity Arithmetic::op(ir::OpKind kind, Type type, std::initializer_list<const Quantity*> operands) {
  std::vector<std::int64_t> known;
  for (const Quantity* operand : operands)
    if (const auto constant = operand->constant()) known.push_back(*constant);
  if (known.size() == operands.size())
    if (const auto folded = fold(kind, type == Type::boolean ? type : lane_type(type), known))
      return Quantity::of_bits(type, *folded);
  std::vector<ir::Value> values;
  for (const Quantity* operand : operands) values.push_back(value_of(*operand));
  return Quantity::of_value(type, emit_.append(kind, to_ir(type), std::move(values)));
}

Quantity Arithmetic::integer_binary(ir::OpKind kind, const Quantity& a, const Quantity& b) {
  if (kind == ir::OpKind::add || kind == ir::OpKind::sub) {
    Form sum = kind == ir::OpKind::add ? a.form + b.form : a.form - b.form;
    // Long sums are materialised in between. Walking over a form of a thousand terms a thousand times would be slow.
    constexpr std::size_t kMostValues = 4;
    if (sum.values.size() > kMostValues) {
      const Form dynamic{0, {}, std::exchange(sum.values, {})};
      sum.values = {{emit_.value_of(dynamic), 1}};
    }
    return Quantity::of_form(std::move(sum));
  }
  if (kind == ir::OpKind::mul) {
    if (const auto factor = b.constant()) return Quantity::of_form(a.form * *factor);
    if (const auto factor = a.constant()) return Quantity::of_form(b.form * *factor);
  }
  if (kind == ir::OpKind::bit_and && (a.constant() || b.constant()) && !(a.constant() && b.constant())) {
    const std::int64_t mask = b.constant() ? *b.constant() : *a.constant();
    const Quantity& other = b.constant() ? a : b;
    if (mask == 0) return Quantity::integer(0);
    const auto bounds = emit_.bounds(other.form);
    const bool low_bits = mask > 0 && std::has_single_bit(static_cast<std::uint64_t>(mask) + 1);
    if (low_bits && bounds && bounds->low >= 0 && bounds->high <= mask) return other;
    Quantity made = op(kind, Type::i64, {&a, &b});
    if (mask > 0) emit_.set_bounds(made.form.values.front().value, {0, mask});
    return made;
  }
  return op(kind, Type::i64, {&a, &b});
}

Quantity Arithmetic::binary(ir::OpKind kind, const Quantity& a, const Quantity& b) {
  if (a.type == Type::i64) return integer_binary(kind, a, b);
  // f64x8 has no min and max.
  if (a.type == Type::f64x8 && (kind == ir::OpKind::min || kind == ir::OpKind::max))
    return select(compare(kind == ir::OpKind::min ? isa::Condition::lt : isa::Condition::gt, a, b), a, b);
  Quantity made = op(kind, a.type, {&a, &b});
  const std::int64_t mask = std::max(a.bits.value_or(-1), b.bits.value_or(-1));
  if (kind == ir::OpKind::bit_and && a.type == Type::i32 && made.value != ir::kNone && mask >= 0)
    emit_.set_bounds(made.value, {0, mask});
  return made;
}

Quantity Arithmetic::fma(const Quantity& a, const Quantity& b, const Quantity& c) {
  if (is_integer(a.type)) return binary(ir::OpKind::add, binary(ir::OpKind::mul, a, b), c);
  return op(ir::OpKind::fma, a.type, {&a, &b, &c});
}

Quantity Arithmetic::shift(ir::OpKind kind, const Quantity& a, const Quantity& count) {
  const std::optional<std::int64_t> by = count.constant();
  if (is_vector(a.type)) {
    const std::int64_t bits = by.value_or(0) & 31;
    if (a.bits) return op(kind, a.type, {&a, &count});
    ir::Op made = emit_.make(kind, to_ir(a.type), {value_of(a)});
    made.imm = bits;
    return Quantity::of_value(a.type, emit_.append(std::move(made)));
  }
  if (a.type != Type::i64) {
    const Quantity narrow = count.type == a.type ? count : convert(count, a.type);
    return op(kind, a.type, {&a, &narrow});
  }
  const Quantity wide = count.type == Type::i64 ? count : convert(count, Type::i64);
  if (!by || a.constant()) return op(kind, Type::i64, {&a, &wide});
  const unsigned bits = static_cast<unsigned>(*by & 63);
  if (bits == 0) return a;
  if (kind == ir::OpKind::shl) return Quantity::of_form(a.form * static_cast<std::int64_t>(std::uint64_t{1} << bits));
  const std::optional<Range> bounds = emit_.bounds(a.form);
  const bool positive = bounds && bounds->low >= 0;
  if ((kind == ir::OpKind::sar || positive) && bounds && a.form.divisible(bits))
    return Quantity::of_form(shifted_right(a.form, bits));
  Quantity made = op(kind, Type::i64, {&a, &wide});
  if (positive || (kind == ir::OpKind::sar && bounds))
    emit_.set_bounds(made.form.values.front().value, {bounds->low >> bits, bounds->high >> bits});
  else if (kind == ir::OpKind::shr)
    emit_.set_bounds(made.form.values.front().value, {0, static_cast<std::int64_t>(~std::uint64_t{0} >> bits)});
  return made;
}

Quantity Arithmetic::negate(const Quantity& a) {
  if (a.type == Type::i64) return Quantity::of_form(a.form * -1);
  // −0 − x is −x also for x = 0.
  const Quantity zero = number(a.type, -0.0);
  return op(ir::OpKind::sub, a.type, {&zero, &a});
}

Quantity Arithmetic::absolute(const Quantity& a) {
  if (is_integer(a.type)) return binary(ir::OpKind::max, a, binary(ir::OpKind::sub, number(a.type, 0), a));
  const Type integer = is_vector(a.type) ? Type::i32x16 : a.type == Type::f64 ? Type::i64 : Type::i32;
  const bool wide = lane_type(a.type) == Type::f64;
  // The mask has the float type, because there are no vectors of i64.
  const Quantity mask = Quantity::of_bits(a.type, wide ? 0x7fffffffffffffff : 0x7fffffff);
  // Two statements, because C++ does not fix the order in which arguments are evaluated.
  const Quantity own = bits(a, integer);
  const Quantity kept = bits(mask, integer);
  return bits(binary(ir::OpKind::bit_and, own, kept), a.type);
}

Quantity Arithmetic::square_root(const Quantity& a) { return op(ir::OpKind::sqrt, a.type, {&a}); }

Quantity Arithmetic::compare(isa::Condition condition, const Quantity& a, const Quantity& b) {
  const bool vector = is_vector(a.type);
  const Type result = vector ? mask_type(a.type) : Type::boolean;
  if (!vector && a.constant() && b.constant())
    return Quantity::of_bits(result, fold_compare(condition, a.type, *a.constant(), *b.constant()) ? 1 : 0);
  ir::Op made = emit_.make(ir::OpKind::compare, to_ir(result), {value_of(a), value_of(b)});
  made.operand_type = to_ir(a.type);
  made.condition = condition;
  return Quantity::of_value(result, emit_.append(std::move(made)));
}

Quantity Arithmetic::mask_of(const Quantity& condition, Type vector) {
  const Quantity lanes = splat(convert(condition, lane_type(vector)));
  return compare(isa::Condition::ne, lanes, number(vector, 0));
}

Quantity Arithmetic::select(const Quantity& condition, const Quantity& a, const Quantity& b) {
  if (const auto known = condition.constant()) return *known != 0 ? a : b;
  const bool spread = condition.type == Type::boolean && is_vector(a.type);
  const Quantity chosen = spread ? mask_of(condition, a.type) : condition;
  const std::vector<ir::Value> operands = {value_of(chosen), value_of(a), value_of(b)};
  return Quantity::of_value(a.type, emit_.append(ir::OpKind::select, to_ir(a.type), operands));
}

/// No opcode chooses a coordinate, so the numbers on the axes where the two may differ are chosen.
Quantity Arithmetic::select_coordinate(const Quantity& condition, const Quantity& a, const Quantity& b) {
  if (const auto known = condition.constant()) return *known != 0 ? a : b;
  const auto number_on = [&](phext::Axis axis, const Quantity& c) {
    if (c.place) return Quantity::integer(c.place->get(axis));
    ir::Op op = emit_.make(ir::OpKind::get_axis, ir::Type::i64, {value_of(c)});
    op.axis = axis;
    return Quantity::of_value(Type::i64, emit_.append(std::move(op)));
  };
  Quantity made = b;
  for (std::size_t k = 0; k < phext::PackedCoordinate::kAxes; ++k) {
    const auto axis = static_cast<phext::Axis>(k);
    if (a.place && b.place && a.place->get(axis) == b.place->get(axis)) continue;
    const Quantity from_a = number_on(axis, a), from_b = number_on(axis, b);
    const ir::Value number = value_of(select(condition, from_a, from_b));
    ir::Op op = emit_.make(ir::OpKind::set_axis, ir::Type::coordinate, {value_of(made), number});
    op.axis = axis;
    made = Quantity::of_value(Type::coord, emit_.append(std::move(op)));
  }
  return made;
}

Quantity Arithmetic::convert(const Quantity& a, Type to) {
  if (a.type == to) return a;
  const Type from = a.type == Type::boolean ? Type::i64 : is_vector(a.type) ? lane_type(a.type) : a.type;
  const Type lane = is_vector(to) ? lane_type(to) : to;
  if (const auto known = a.constant()) return Quantity::of_bits(to, fold_convert(from, lane, *known));
  const ir::Value value = value_of(a);
  if (a.type == Type::boolean && to == Type::i64) {
    emit_.set_bounds(value, kTruth);
    return Quantity::of_value(to, value);
  }
  const bool extend = from == Type::i32 && to == Type::i64;
  ir::Op made = emit_.make(extend ? ir::OpKind::extend : ir::OpKind::convert, to_ir(to), {value});
  if (!extend) made.operand_type = to_ir(a.type);
  const ir::Value result = emit_.append(std::move(made));
  if (extend) emit_.set_bounds(result, emit_.bounds_of(value).value_or(kInt32));
  return Quantity::of_value(to, result);
}

Quantity Arithmetic::bits(const Quantity& a, Type to) {
  if (a.type == to) return a;
  const bool widths_agree = is_vector(a.type) ? lane_type(a.type) != Type::f64 : true;
  if (const auto known = a.constant(); known && widths_agree) {
    const bool narrow = lane_type(to) == Type::i32;
    const bool low_half = lane_type(to) == Type::f32;
    const std::int64_t kept = narrow     ? static_cast<std::int32_t>(*known)
                              : low_half ? static_cast<std::int64_t>(static_cast<std::uint32_t>(*known))
                                         : *known;
    return Quantity::of_bits(to, kept);
  }
  ir::Op made = emit_.make(ir::OpKind::bits, to_ir(to), {value_of(a)});
  made.operand_type = to_ir(a.type);
  return Quantity::of_value(to, emit_.append(std::move(made)));
}

Quantity Arithmetic::splat(const Quantity& a) {
  const Type vector = vector_type(a.type);
  if (const auto known = a.constant()) return Quantity::of_bits(vector, *known);
  if (a.loaded && emit_.make_load_splat(a.value, to_ir(vector))) return Quantity::of_value(vector, a.value);
  ir::Op made = emit_.make(ir::OpKind::splat, to_ir(vector), {value_of(a)});
  made.operand_type = to_ir(a.type);
  return Quantity::of_value(vector, emit_.append(std::move(made)));
}

}  // namespace vtpu::compiler::language
