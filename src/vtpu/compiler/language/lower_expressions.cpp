#include <fmt/core.h>

#include <bit>
#include <limits>
#include <utility>
#include <vector>

#include "vtpu/compiler/language/lower.h"
#include "vtpu/compiler/language/parser.h"

namespace vtpu::compiler::language {
namespace {

/// Maximum depth of expressions including inlined functions, so that no text overflows the stack. Operators of
/// different precedence are levels too.
constexpr std::uint32_t kDeepestInlined = 1200;

constexpr std::string_view symbol_of(Operator op) {
  constexpr std::string_view kOperatorSymbols[] = {"=",  "||", "&&", "|", "^", "&", "==", "!=", "<", "<=", ">",
                                                   ">=", "<<", ">>", "+", "-", "*", "/",  "%",  "-", "!",  "~"};
  return kOperatorSymbols[static_cast<std::size_t>(op)];
}

struct Direct {
  ir::OpKind kind;
  bool bitwise;
};
std::optional<Direct> direct(Operator op) {
  switch (op) {
    case Operator::add: return Direct{ir::OpKind::add, false};
    case Operator::sub: return Direct{ir::OpKind::sub, false};
    case Operator::mul: return Direct{ir::OpKind::mul, false};
    case Operator::bit_and: return Direct{ir::OpKind::bit_and, true};
    case Operator::bit_or: return Direct{ir::OpKind::bit_or, true};
    case Operator::bit_xor: return Direct{ir::OpKind::bit_xor, true};
    default: return std::nullopt;
  }
}

std::optional<isa::Condition> condition_of(Operator op) {
  if (op < Operator::eq || op > Operator::ge) return std::nullopt;
  // The operators and conditions are listed in the same order.
  return static_cast<isa::Condition>(static_cast<int>(op) - static_cast<int>(Operator::eq));
}
static_assert(static_cast<int>(Operator::ge) - static_cast<int>(Operator::eq) == static_cast<int>(isa::Condition::ge));

}  // namespace

Quantity Lowering::expression(const Expression& e, Type wanted) {
  if (stop_when_too_much(e.span)) return {};
  if (depth_ >= kDeepestInlined) {
    fail(e.span, "expressions are nested too deeply with every call inlined",
         fmt::format("at most {} levels", kDeepestInlined));
    return {};
  }
  ++depth_;
  Quantity q = expression_inside(e, wanted);
  --depth_;
  return q;
}

Quantity Lowering::expression_inside(const Expression& e, Type wanted) {
  at(e.span);
  switch (e.kind) {
    case Expression::Kind::integer:
    case Expression::Kind::real: return number(e);
    case Expression::Kind::coordinate: {
      Quantity made;
      made.type = Type::coord;
      made.place = e.coordinate;
      return made;
    }
    case Expression::Kind::name: return name(e);
    case Expression::Kind::element: return element_expression(e);
    case Expression::Kind::call: return call(e);
    case Expression::Kind::reduction: return reduction(e);
    case Expression::Kind::unary: return unary(e, wanted);
    case Expression::Kind::binary: {
      const Type inner = condition_of(e.links.front().op) ? Type::poison : wanted;
      Quantity made = expression(*e.parts.front(), inner);
      for (std::size_t i = 0; i < e.links.size(); ++i) {
        Quantity right = expression(*e.parts[i + 1], inner);
        made = binary_of(e.links[i].op, std::move(made), std::move(right), e.links[i].span);
      }
      return made;
    }
    case Expression::Kind::conditional: return conditional(e, wanted);
    case Expression::Kind::block: return block(e, wanted);
  }
  return {};
}

Quantity Lowering::number(const Expression& e) {
  Quantity made = e.kind == Expression::Kind::integer
                      ? Quantity::integer(e.integer)
                      : Quantity::of_bits(Type::f64, std::bit_cast<std::int64_t>(e.real));
  made.literal = true;
  made.hexadecimal = e.hexadecimal;
  if (!e.suffix.empty() && !adapt(made, *type_named(e.suffix), e.span)) return {};
  made.literal = e.suffix.empty();
  return made;
}

Quantity Lowering::name(const Expression& e) {
  if (e.name == "true" || e.name == "false") return Quantity::of_bits(Type::boolean, e.name == "true" ? 1 : 0);
  const Binding* found = find(e.name);
  if (found == nullptr) {
    fail(e.span, "undeclared name " + quoted(e.name), "a name declared above",
         e.name == reduced_ ? "the term of a reduction ends before an operator: put it in parentheses"
                            : did_you_mean(e.name, visible_names()));
    return {};
  }
  if (found->kind != Binding::Kind::tensor) return found->value;
  if (found->tensor != ir::kNoTensor)
    fail(e.span, quoted(e.name) + " is a tensor", "an element of it", fmt::format("write {}[…]", e.name));
  return {};
}

bool Lowering::adapt(Quantity& q, Type type, Span span) {
  if (!q.literal || q.type == type) return true;
  const Type lane = lane_type(type);
  if (lane == Type::poison) return true;
  if (is_float(q.type) && is_integer(type)) {
    fail(span, fmt::format("a number with a point where {} is required", name_of(type)), "an integer");
    return false;
  }
  if (lane == Type::i32) {
    const std::int64_t value = q.form.constant;
    const std::int64_t most = q.hexadecimal ? std::numeric_limits<std::uint32_t>::max()
                                            : std::int64_t{std::numeric_limits<std::int32_t>::max()};
    if (value < std::numeric_limits<std::int32_t>::min() || value > most) {
      fail(span, fmt::format("{} does not fit an i32", value), "a number from −2^31 to 2^31 − 1");
      return false;
    }
  }
  const auto bits = q.constant();
  q = Quantity::of_bits(type, fold_convert(q.type, lane, *bits));
  return true;
}

bool Lowering::unify(Quantity& a, Quantity& b, Span span, std::string_view what) {
  if (a.poison() || b.poison()) return false;
  if (a.literal && b.literal) {
    if (a.type == b.type) return true;
    Quantity& integer = a.type == Type::i64 ? a : b;
    const bool fine = adapt(integer, Type::f64, span);
    integer.literal = true;
    return fine;
  }
  if (!adapt(a, b.type, span) || !adapt(b, a.type, span)) return false;
  if (a.type == b.type) return true;
  if (is_vector(a.type) && lane_type(a.type) == b.type) {
    b = math_.splat(b);
    return true;
  }
  if (is_vector(b.type) && lane_type(b.type) == a.type) {
    a = math_.splat(a);
    return true;
  }
  std::string hint;
  if (a.type == Type::nothing || b.type == Type::nothing)
    hint = "a call here returns no value";
  else if (is_scalar_number(a.type) && is_scalar_number(b.type))
    hint = fmt::format("there is no implicit conversion: write {0}(…) or {1}(…) around one of them", name_of(a.type),
                       name_of(b.type));
  else if (a.type == Type::boolean || b.type == Type::boolean)
    hint = "i64(…) converts a bool to a number, … != 0 a number to a bool";
  fail(span, fmt::format("{} of {} and {}", what, name_of(a.type), name_of(b.type)), "operands of one type", hint);
  return false;
}

Quantity Lowering::unary(const Expression& e, Type wanted) {
  Quantity a = expression(*e.parts[0], wanted);
  if (a.poison()) return {};
  at(e.span);
  const auto wrong = [&](std::string expected) {
    fail(e.span, fmt::format("{} of {}", quoted(symbol_of(e.op)), name_of(a.type)), std::move(expected));
    return Quantity{};
  };
  Quantity made;
  if (e.op == Operator::logical_not) {
    if (a.type != Type::boolean) return wrong("a bool");
    return math_.binary(ir::OpKind::bit_xor, a, Quantity::of_bits(Type::boolean, 1));
  }
  if (e.op == Operator::complement) {
    if (!is_integer(a.type)) return wrong("an integer");
    made = math_.binary(ir::OpKind::bit_xor, a, Quantity::of_bits(a.type, -1));
  } else {
    if (!is_number(a.type)) return wrong("a number");
    made = math_.negate(a);
  }
  made.literal = a.literal;
  return made;
}

Quantity Lowering::binary_of(Operator op, Quantity a, Quantity b, Span span) {
  if (a.poison() || b.poison()) return {};
  at(span);
  const std::string what = quoted(symbol_of(op));
  if (op == Operator::shl) return shift(ir::OpKind::shl, std::move(a), std::move(b), span, what);
  if (op == Operator::shr) return shift(ir::OpKind::sar, std::move(a), std::move(b), span, what);
  if (op == Operator::logical_and || op == Operator::logical_or) {
    if (a.type == Type::boolean && b.type == Type::boolean)
      return math_.binary(op == Operator::logical_and ? ir::OpKind::bit_and : ir::OpKind::bit_or, a, b);
    fail(span, fmt::format("{} of {} and {}", what, name_of(a.type), name_of(b.type)), "two bools",
         is_integer(a.type) || is_integer(b.type) ? "write … != 0" : "");
    return {};
  }
  if (!unify(a, b, span, what)) return {};
  const bool literal = a.literal && b.literal;
  const bool truths = a.type == Type::boolean;
  const auto wrong = [&](std::string expected, std::string hint = {}) {
    fail(span, fmt::format("{} of {}", what, name_of(a.type)), std::move(expected), std::move(hint));
    return Quantity{};
  };
  if (const auto condition = condition_of(op)) {
    if (truths ? op > Operator::ne : !is_number(a.type))
      return wrong("numbers", a.type == Type::coord ? "distance(c, d) == 0 compares coordinates" : "");
    return math_.compare(*condition, a, b);
  }
  Quantity made;
  if (const auto plain = direct(op)) {
    if (plain->bitwise ? !is_integer(a.type) && !truths : !is_number(a.type))
      return wrong(plain->bitwise ? "integers or bools" : "numbers");
    made = math_.binary(plain->kind, a, b);
  } else if (op == Operator::div && is_float(a.type)) {
    made = math_.binary(ir::OpKind::div, a, b);
  } else {
    if (!is_integer(a.type)) return wrong(op == Operator::rem ? "integers" : "numbers");
    made = divide(op, a, b, span);
  }
  made.literal = literal && !made.poison();
  made.hexadecimal = literal && a.hexadecimal && b.hexadecimal;
  return made;
}

Quantity Lowering::divide(Operator op, const Quantity& a, const Quantity& b, Span span) {
  const auto divisor = b.constant();
  const auto dividend = a.constant();
  if (dividend && divisor && *dividend >= 0 && *divisor > 0)
    return Quantity::of_bits(a.type, op == Operator::div ? *dividend / *divisor : *dividend % *divisor);
  const std::string what = quoted(symbol_of(op));
  if (!divisor || *divisor <= 0 || !std::has_single_bit(static_cast<std::uint64_t>(*divisor))) {
    fail(span, fmt::format("{} of integers by {}", what, divisor ? std::to_string(*divisor) : "a value"),
         "a constant power of two", op == Operator::div ? "divide floats: f64(a) / f64(b)" : "");
    return {};
  }
  if (op == Operator::rem) return math_.binary(ir::OpKind::bit_and, a, Quantity::of_bits(a.type, *divisor - 1));
  const std::int64_t by = std::countr_zero(static_cast<std::uint64_t>(*divisor));
  const auto bounds = a.type == Type::i64    ? emit_.bounds(a.form)
                      : a.value != ir::kNone ? emit_.bounds_of(a.value)
                                             : std::nullopt;
  if (by > 0 && (!bounds || bounds->low < 0)) {
    fail(span, "'/' of an integer that may be negative", "one known to be non-negative",
         fmt::format("write >> {}, which rounds down", by));
    return {};
  }
  return math_.shift(ir::OpKind::sar, a, Quantity::integer(by));
}

Quantity Lowering::shift(ir::OpKind kind, Quantity a, Quantity b, Span span, const std::string& what) {
  if (a.poison() || b.poison()) return {};
  at(span);
  if (!b.literal && b.type == Type::i32 && !adapt(a, Type::i32, span)) return {};
  if (!is_integer(a.type)) {
    fail(span, fmt::format("{} of {}", what, name_of(a.type)), "an integer");
    return {};
  }
  if (!adapt(b, Type::i64, span)) return {};
  if (is_vector(a.type) ? !b.constant() || is_vector(b.type) : b.type != Type::i64 && b.type != a.type) {
    fail(span, fmt::format("{} of {} by {}", what, name_of(a.type), is_vector(a.type) ? "a value" : name_of(b.type)),
         is_vector(a.type) ? "a constant" : "an i64");
    return {};
  }
  Quantity made = math_.shift(kind, a, b);
  made.literal = a.literal && b.constant().has_value();
  return made;
}

Quantity Lowering::conditional(const Expression& e, Type wanted) {
  struct Case {
    Quantity condition, value;
  };
  std::vector<Case> cases;
  for (std::size_t i = 0; i < e.links.size(); ++i) {
    Quantity condition = expression(*e.parts[2 * i]);
    cases.push_back({std::move(condition), expression(*e.parts[2 * i + 1], wanted)});
  }
  Quantity made = expression(*e.parts.back(), wanted);
  for (std::size_t i = cases.size(); i-- > 0;) {
    at(e.links[i].span);
    made = choose(cases[i].condition, std::move(cases[i].value), std::move(made), e.links[i].span, wanted);
  }
  return made;
}

Quantity Lowering::choose(const Quantity& condition, Quantity a, Quantity b, Span span, Type wanted) {
  if (a.literal && b.literal && !condition.constant()) {
    const Type type = lane_type(wanted);
    const bool fits = !(is_integer(type) && (is_float(a.type) || is_float(b.type)));
    if (type != Type::poison && fits && !(adapt(a, type, span) && adapt(b, type, span))) return {};
  }
  if (condition.poison() || !unify(a, b, span, "a choice")) return {};
  const bool mask = condition.type == Type::mask16 || condition.type == Type::mask8;
  if (!mask && condition.type != Type::boolean) {
    fail(span, fmt::format("a condition of type {}", name_of(condition.type)), "a bool or a mask",
         is_integer(condition.type) ? "write … != 0" : "");
    return {};
  }
  if (a.type == Type::coord && !mask) return math_.select_coordinate(condition, a, b);
  if (!is_number(a.type) && a.type != Type::boolean) {
    fail(span, fmt::format("a choice of {}", name_of(a.type)), "numbers, bools or coordinates");
    return {};
  }
  const bool literal = a.literal && b.literal;
  if (mask && !literal && vector_type(a.type) != Type::poison) {
    a = math_.splat(a);
    b = math_.splat(b);
  }
  const Type suits = a.type == Type::f64x8 ? Type::mask8 : is_vector(a.type) ? Type::mask16 : Type::boolean;
  if (mask && condition.type != suits) {
    fail(span, fmt::format("a choice of {} by {}", name_of(a.type), name_of(condition.type)),
         condition.type == Type::mask8 ? "vectors of 8 lanes" : "vectors of 16 lanes");
    return {};
  }
  Quantity made = math_.select(condition, a, b);
  made.literal = literal && condition.constant().has_value();
  made.loaded = false;
  return made;
}

Quantity Lowering::block(const Expression& e, Type wanted) {
  const std::size_t mark = bindings_.size(), outer = std::exchange(scope_, mark);
  for (const Let& part : e.lets) let(part, Binding::Kind::let);
  Quantity q = expression(*e.parts[0], wanted);
  close_scope(mark);
  scope_ = outer;
  return q;
}

}  // namespace vtpu::compiler::language
