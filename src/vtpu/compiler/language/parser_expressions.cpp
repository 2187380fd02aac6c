#include <algorithm>
#include <array>
#include <utility>

#include "vtpu/compiler/ir/integers.h"
#include "vtpu/compiler/language/parser_impl.h"

namespace vtpu::compiler::language {
namespace {

struct Binary {
  std::string_view symbol;
  Operator op;
  unsigned level;  ///< a higher level binds tighter
};
constexpr std::array<Binary, 18> kBinary = {{{"||", Operator::logical_or, 1},
                                             {"&&", Operator::logical_and, 2},
                                             {"|", Operator::bit_or, 3},
                                             {"^", Operator::bit_xor, 4},
                                             {"&", Operator::bit_and, 5},
                                             {"==", Operator::eq, 6},
                                             {"!=", Operator::ne, 6},
                                             {"<", Operator::lt, 7},
                                             {"<=", Operator::le, 7},
                                             {">", Operator::gt, 7},
                                             {">=", Operator::ge, 7},
                                             {"<<", Operator::shl, 8},
                                             {">>", Operator::shr, 8},
                                             {"+", Operator::add, 9},
                                             {"-", Operator::sub, 9},
                                             {"*", Operator::mul, 10},
                                             {"/", Operator::div, 10},
                                             {"%", Operator::rem, 10}}};

const Binary* binary_of(const Token& token) {
  if (token.kind != TokenKind::symbol) return nullptr;
  const auto found =
      std::find_if(kBinary.begin(), kBinary.end(), [&](const Binary& b) { return b.symbol == token.text; });
  return found == kBinary.end() ? nullptr : &*found;
}

/// A number that fits its type only after a minus sign.
bool is_least(const Token& token) {
  constexpr std::int64_t kLeast32 = std::int64_t{1} << 31;
  return token.least ||
         (token.kind == TokenKind::integer && !token.hexadecimal && token.suffix == "i32" && token.integer == kLeast32);
}

bool is_reduction(std::string_view name) {
  return name == "sum" || name == "min" || name == "max" || name == "argmin" || name == "argmax";
}

}  // namespace

void Parser::stop_too_deep() {
  if (!stopped_)
    diagnostics_.add(peek().span, "expressions or blocks are nested too deeply",
                     "at most " + std::to_string(kDeepest) + " levels", "name a subexpression with let");
  stopped_ = true;
}

ExpressionPtr Parser::make(Expression::Kind kind, Span span) const {
  auto made = std::make_unique<Expression>();
  made->kind = kind;
  made->span = span;
  return made;
}

bool Parser::part(Expression& of) {
  ExpressionPtr made = expression();
  if (!made) return false;
  of.parts.push_back(std::move(made));
  return true;
}

ExpressionPtr Parser::conditional() {
  const Nested nested(*this, expressions_);
  ExpressionPtr last = binary(1);
  if (!last || !next_is("?")) return last;
  ExpressionPtr made = make(Expression::Kind::conditional, peek().span);
  while (next_is("?")) {
    made->links.push_back({Operator::none, peek().span});
    made->parts.push_back(std::move(last));
    ++at_;
    if (!part(*made) || !expect(":", "write condition ? a : b")) return nullptr;
    last = binary(1);
    if (!last) return nullptr;
  }
  made->parts.push_back(std::move(last));
  return made;
}

ExpressionPtr Parser::binary(unsigned lowest) {
  ExpressionPtr left = unary();
  unsigned level = 0;  // of the operators of `left`, when it is a chain
  while (left && !stopped_) {
    const Binary* found = binary_of(peek());
    if (found == nullptr || found->level < lowest) break;
    if (found->level != level) {
      ExpressionPtr chain = make(Expression::Kind::binary, peek().span);
      chain->parts.push_back(std::move(left));
      left = std::move(chain);
      level = found->level;
    }
    left->span = peek().span;
    left->links.push_back({found->op, peek().span});
    ++at_;
    ExpressionPtr right = binary(level + 1);
    if (!right) return nullptr;
    left->parts.push_back(std::move(right));
  }
  return left;
}

ExpressionPtr Parser::unary() {
  if (stopped_) return nullptr;
  Operator op = Operator::none;
  if (next_is("-")) op = Operator::negate;
  if (next_is("!")) op = Operator::logical_not;
  if (next_is("~")) op = Operator::complement;
  if (op == Operator::none) return primary();
  const Nested nested(*this, expressions_);
  ExpressionPtr made = make(Expression::Kind::unary, peek().span);
  made->op = op;
  ++at_;
  if (op == Operator::negate && is_least(peek())) return number(true);
  ExpressionPtr operand = unary();
  if (!operand) return nullptr;
  made->parts.push_back(std::move(operand));
  return made;
}

ExpressionPtr Parser::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::integer:
    case TokenKind::real: return number();
    case TokenKind::coordinate: {
      ExpressionPtr made = make(Expression::Kind::coordinate, token.span);
      made->coordinate = token.coordinate;
      ++at_;
      return made;
    }
    case TokenKind::name:
      if (!is_reserved(token.text) || token.is("true") || token.is("false")) return named();
      break;
    default: break;
  }
  if (accept("(")) {
    ExpressionPtr made = expression();
    if (!made || !expect(")")) return nullptr;
    return made;
  }
  if (next_is("{")) return block_expression();
  fail("an expression");
  return nullptr;
}

ExpressionPtr Parser::number(bool negated) {
  const Token& token = peek();
  ++at_;
  if (token.least && !negated) out_of_range(token, diagnostics_);
  const bool real = token.kind == TokenKind::real || token.suffix.starts_with('f');
  ExpressionPtr made = make(real ? Expression::Kind::real : Expression::Kind::integer, token.span);
  made->integer = negated ? ir::wrapped_sub(0, token.integer) : token.integer;
  made->real = token.real;
  made->hexadecimal = token.hexadecimal;
  made->suffix = token.suffix;
  return made;
}

ExpressionPtr Parser::named() {
  const Token& name = peek();
  ++at_;
  ExpressionPtr made = make(Expression::Kind::name, name.span);
  made->name = name.text;
  if (next_is("[")) return element(std::move(made));
  if (!next_is("(")) return made;
  if (is_reduction(name.text) && peek(1).kind == TokenKind::name && peek(2).is("in")) return reduction(std::move(made));
  return call(std::move(made));
}

ExpressionPtr Parser::call(ExpressionPtr made) {
  made->kind = Expression::Kind::call;
  const std::size_t first = at_ - 1;
  ++at_;
  while (!next_is(")")) {
    if (!part(*made)) return nullptr;
    if (!accept(",")) break;
  }
  if (!next_is(")")) {
    fail("',' or ')'");
    return nullptr;
  }
  ++at_;
  made->span = since(first);
  return made;
}

ExpressionPtr Parser::element(ExpressionPtr made) {
  made->kind = Expression::Kind::element;
  const std::size_t first = at_ - 1;
  ++at_;
  while (!next_is("]") && !next_is(":")) {
    if (!part(*made)) return nullptr;
    if (!accept(",")) break;
  }
  if (accept(":")) {
    made->width = expression();
    if (!made->width) return nullptr;
  }
  if (!next_is("]")) {
    fail(made->width ? "']'" : "',', ':' or ']'");
    return nullptr;
  }
  ++at_;
  made->span = since(first);
  return made;
}

bool Parser::range(Expression& of) {
  if (!part(of) || !expect("..") || !part(of)) return false;
  if (!accept("step")) return true;
  of.width = expression();
  return of.width != nullptr;
}

ExpressionPtr Parser::reduction(ExpressionPtr made) {
  made->kind = Expression::Kind::reduction;
  ++at_;
  const Token* variable = expect_name("a name");
  if (variable == nullptr) return nullptr;
  made->variable = variable->text;
  if (!expect("in") || !range(*made)) return nullptr;
  if (!next_is(")")) {
    fail("step or ')'");
    return nullptr;
  }
  ++at_;
  const Nested nested(*this, expressions_);
  ExpressionPtr body = unary();
  if (!body) return nullptr;
  made->parts.push_back(std::move(body));
  return made;
}

ExpressionPtr Parser::block_expression() {
  ExpressionPtr made = make(Expression::Kind::block, peek().span);
  ++at_;
  while (accept("let")) {
    Let& made_let = made->lets.emplace_back();
    if (!let(made_let)) return nullptr;
  }
  if (!part(*made)) return nullptr;
  if (next_is(";")) {
    fail("'}'", "the value of a block is its last expression, without ';'");
    return nullptr;
  }
  if (!expect("}")) return nullptr;
  return made;
}

}  // namespace vtpu::compiler::language
