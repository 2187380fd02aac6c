#include "vtpu/compiler/random_kernel/generator.h"

namespace vtpu::compiler::random_kernel_tree {

Expression ExpressionGenerator::leaf(Type type) {
  std::vector<Name> names;
  for (const Name& name : scope_)
    if (name.type == type) names.push_back(name);
  if (!names.empty() && chance(45)) return variable(one_of(names));
  if (is_vector(type)) {
    if (chance(80))
      if (auto e = slice(type)) return std::move(*e);
    if (type == Type::i32x16 && chance(50)) return make(ExpressionKind::iota, type);
    return make(ExpressionKind::spread, type, {leaf(lane_of(type))});
  }
  if (type == Type::boolean) {
    constexpr Type kTypes[] = {Type::i32, Type::i64, Type::f32, Type::f64};
    const Type of = kTypes[random_.below(4)];
    const auto op = static_cast<Operator>(static_cast<std::size_t>(Operator::eq) + random_.below(6));
    return binary(op, Type::boolean, leaf(of), leaf(of));
  }
  if (chance(75))
    if (auto e = load(type)) return std::move(*e);
  if (chance(30)) {
    const Type other = type == Type::i64 ? Type::i32 : type == Type::i32 ? Type::i64 : Type::i32;
    return make(ExpressionKind::convert, type, {load(other).value_or(random_literal(other))});
  }
  return random_literal(type);
}

Expression ExpressionGenerator::with_literal(Operator op, Expression a) {
  const Type type = a.type;
  Expression right = random_literal(lane_of(type));
  right.bare = a.kind != ExpressionKind::literal && chance(50);
  return binary(op, type, std::move(a), std::move(right));
}

Expression ExpressionGenerator::expression(Type type, unsigned depth) {
  if (depth == 0 || chance(15)) return leaf(type);
  if (type == Type::boolean) return boolean(depth);
  if (is_vector(type)) return vector(type, depth);
  if (plain_) return plain(type, depth);
  if (chance(6))
    if (auto e = call(type, depth)) return std::move(*e);
  if (chance(4)) {
    Expression first = expression(type, depth - 1);
    const Name name{fresh('b'), type, false, false, 0, 0};
    scope_.push_back(name);
    Expression e = make(ExpressionKind::block, type, {std::move(first), expression(type, depth - 1)});
    scope_.pop_back();
    e.name = name.name;
    return e;
  }
  if (reductions_ < 2 && work_ < kMostWork / 4 && chance(5)) return reduction(type, depth);
  if (type != Type::i64 && chance(4)) {
    const Type of = type == Type::i32 ? Type::i32x16 : type == Type::f32 ? Type::f32x16 : Type::f64x8;
    Expression from = vector(of, depth - 1);
    constexpr ExpressionKind kForms[] = {ExpressionKind::reduce_add, ExpressionKind::reduce_min,
                                         ExpressionKind::reduce_max, ExpressionKind::lane};
    Expression e = make(kForms[pick({30, 20, 20, 30})], type, {std::move(from)});
    if (e.kind == ExpressionKind::lane) e.number = between(0, type == Type::f64 ? 7 : 15);
    return e;
  }
  if (chance(8)) {
    const bool call = chance(50);
    return make(call ? ExpressionKind::select : ExpressionKind::conditional, type,
                {boolean(depth - 1), expression(type, depth - 1), expression(type, depth - 1)});
  }
  return is_float(type) ? real(type, depth) : integer(type, depth);
}

Expression ExpressionGenerator::plain(Type type, unsigned depth) {
  const auto part = [&] { return expression(type, depth - 1); };
  switch (pick({50, 10, 8, 8, 10, is_float(type) ? 4u : 0u, 5})) {
    case 0: {
      constexpr Operator kOperators[] = {Operator::add,     Operator::sub,    Operator::mul,    Operator::div,
                                         Operator::bit_and, Operator::bit_or, Operator::bit_xor};
      const Operator op = kOperators[is_float(type) ? pick({5, 3, 4, 1}) : pick({5, 3, 3, 0, 1, 1, 1})];
      if (chance(25)) return with_literal(op, part());
      Expression a = part();
      return binary(op, type, std::move(a), part());
    }
    case 1: {
      Expression a = part();
      return make(chance(50) ? ExpressionKind::min : ExpressionKind::max, type, {std::move(a), part()});
    }
    case 2: return make(ExpressionKind::negate, type, {part()});
    case 3: {
      Expression a = part(), b = part();
      return make(ExpressionKind::fma, type, {std::move(a), std::move(b), part()});
    }
    case 4: {
      const auto op = static_cast<Operator>(static_cast<std::size_t>(Operator::eq) + random_.below(6));
      Expression a = part();
      Expression condition = binary(op, Type::boolean, std::move(a), part());
      a = part();
      return make(ExpressionKind::conditional, type, {std::move(condition), std::move(a), part()});
    }
    case 5: return make(ExpressionKind::sqrt, type, {part()});
    default: return make(ExpressionKind::abs, type, {part()});
  }
}

Expression ExpressionGenerator::integer(Type type, unsigned depth) {
  const auto part = [&] { return expression(type, depth - 1); };
  switch (pick({40, 12, 12, 5, 6, 6, 4, 8, 4, 4})) {
    case 0: {
      constexpr Operator kOperators[] = {Operator::add, Operator::sub, Operator::mul};
      const Operator op = kOperators[pick({5, 3, 3})];
      if (chance(25)) return with_literal(op, part());
      Expression a = part();
      return binary(op, type, std::move(a), part());
    }
    case 1: {
      constexpr Operator kOperators[] = {Operator::bit_and, Operator::bit_or, Operator::bit_xor};
      const Operator op = kOperators[random_.below(3)];
      Expression a = part();
      return binary(op, type, std::move(a), part());
    }
    case 2: {
      constexpr Operator kOperators[] = {Operator::shl, Operator::shr, Operator::lshr};
      const Operator op = kOperators[random_.below(3)];
      Expression a = part();
      if (chance(65))
        return binary(op, type, std::move(a), literal(Type::i64, between(0, type == Type::i32 ? 31 : 63)));
      return binary(op, type, std::move(a), expression(chance(50) ? Type::i64 : type, 0));
    }
    case 3: return make(chance(50) ? ExpressionKind::negate : ExpressionKind::complement, type, {part()});
    case 4: {
      Expression a = part();
      return make(chance(50) ? ExpressionKind::min : ExpressionKind::max, type, {std::move(a), part()});
    }
    case 5: return make(ExpressionKind::abs, type, {part()});
    case 6: {
      Expression e = make(ExpressionKind::remainder, type, {part()});
      e.number = between(0, 12);
      return e;
    }
    case 7: {
      constexpr Type kTypes[] = {Type::i32, Type::i64, Type::f32, Type::f64};
      const Type from = kTypes[random_.below(4)];
      return from == type ? part() : make(ExpressionKind::convert, type, {expression(from, depth - 1)});
    }
    case 8: {
      const Type from = type == Type::i32 ? Type::f32 : Type::f64;
      Expression e = make(ExpressionKind::bits, type, {expression(from, depth - 1)});
      e.name = fresh('b');
      return e;
    }
    default: {
      Expression a = part(), b = part();
      return make(ExpressionKind::fma, type, {std::move(a), std::move(b), part()});
    }
  }
}

Expression ExpressionGenerator::real(Type type, unsigned depth) {
  const auto part = [&] { return expression(type, depth - 1); };
  switch (pick({50, 6, 4, 7, 4, 8, 12, 4})) {
    case 0: {
      constexpr Operator kOperators[] = {Operator::add, Operator::sub, Operator::mul, Operator::div};
      const Operator op = kOperators[pick({5, 3, 4, 1})];
      if (chance(25)) return with_literal(op, part());
      Expression a = part();
      return binary(op, type, std::move(a), part());
    }
    case 1: return make(ExpressionKind::negate, type, {part()});
    case 2: return make(ExpressionKind::abs, type, {part()});
    case 3: {
      Expression a = part();
      return make(chance(50) ? ExpressionKind::min : ExpressionKind::max, type, {std::move(a), part()});
    }
    case 4: return make(ExpressionKind::sqrt, type, {part()});
    case 5: {
      Expression a = part(), b = part();
      return make(ExpressionKind::fma, type, {std::move(a), std::move(b), part()});
    }
    case 6: {
      const std::size_t from = pick({4, 3, 4});
      if (from == 0) return make(ExpressionKind::convert, type, {expression(Type::i32, depth - 1)});
      if (from == 1) return make(ExpressionKind::convert, type, {expression(Type::i64, depth - 1)});
      return make(ExpressionKind::convert, type, {expression(type == Type::f32 ? Type::f64 : Type::f32, depth - 1)});
    }
    default: {
      Expression e =
          make(ExpressionKind::bits, type, {expression(type == Type::f32 ? Type::i32 : Type::i64, depth - 1)});
      // Arbitrary bits could form NaNs with payloads that truncation to bf16 turns into infinities.
      const std::int64_t mask = type == Type::f32 ? 0x47ffffff : 0x43ffffffffffffff;
      e.parts[0] = masked(std::move(e.parts[0]), mask);
      return e;
    }
  }
}

Expression ExpressionGenerator::boolean(unsigned depth) {
  const unsigned below = depth == 0 ? 0 : depth - 1;
  switch (pick({70, 15, 15})) {
    case 0: {
      constexpr Type kTypes[] = {Type::i32, Type::i64, Type::f32, Type::f64};
      const Type of = kTypes[random_.below(4)];
      const auto op = static_cast<Operator>(static_cast<std::size_t>(Operator::eq) + random_.below(6));
      Expression a = expression(of, below);
      return binary(op, Type::boolean, std::move(a), expression(of, below));
    }
    case 1: return make(ExpressionKind::logical_not, Type::boolean, {expression(Type::boolean, below)});
    default: {
      Expression a = expression(Type::boolean, below);
      return binary(chance(50) ? Operator::logical_and : Operator::logical_or, Type::boolean, std::move(a),
                    expression(Type::boolean, below));
    }
  }
}

std::optional<Expression> ExpressionGenerator::call(Type type, unsigned depth) {
  std::vector<const Function*> all;
  for (const Function& function : program_.functions)
    if (function.gives && function.type == type) all.push_back(&function);
  if (all.empty() || in_function_) return {};
  const Function& function = *one_of(all);
  Expression e = make(ExpressionKind::call, type);
  e.name = function.name;
  const Tensor* tensor = nullptr;
  for (const Function::Parameter& p : function.parameters) {
    if (p.tensor) {
      std::vector<const Tensor*> suits;
      for (const Tensor& candidate : program_.tensors)
        if (candidate.element == p.element && candidate.shape.size() == p.dimensions) suits.push_back(&candidate);
      if (suits.empty()) return {};
      tensor = one_of(suits);
      e.tensors.push_back(tensor->name);
    }
  }
  std::size_t places_left = tensor == nullptr ? 0 : tensor->shape.size();
  for (const Function::Parameter& p : function.parameters) {
    if (p.tensor) continue;
    if (places_left > 0) {
      e.parts.push_back(index(tensor->shape[tensor->shape.size() - places_left]));
      --places_left;
    } else {
      e.parts.push_back(expression(p.type, depth == 0 ? 0 : depth - 1));
    }
  }
  return e;
}

}  // namespace vtpu::compiler::random_kernel_tree
