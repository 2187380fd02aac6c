#include <array>
#include <utility>

#include "vtpu/compiler/language/parser_impl.h"

namespace vtpu::compiler::language {
namespace {

struct Assign {
  std::string_view symbol;
  Operator op;
};
constexpr std::array<Assign, 7> kAssigns = {{{"=", Operator::none},
                                             {"+=", Operator::add},
                                             {"-=", Operator::sub},
                                             {"*=", Operator::mul},
                                             {"&=", Operator::bit_and},
                                             {"|=", Operator::bit_or},
                                             {"^=", Operator::bit_xor}}};

struct Foreign {
  std::string_view word, hint;
};
constexpr std::array<Foreign, 6> kForeign = {{{"if", "there is no if: write x = condition ? a : b;"},
                                              {"else", "there is no if: write x = condition ? a : b;"},
                                              {"while", "loops are counted: write for i in 0..n { … }"},
                                              {"int", "write let x = …; or var x = …;"},
                                              {"float", "write let x = …; or var x = …;"},
                                              {"double", "write let x = …; or var x = …;"}}};

std::string_view hint_for(std::string_view word) {
  for (const Foreign& foreign : kForeign)
    if (foreign.word == word) return foreign.hint;
  return {};
}

}  // namespace

void Parser::skip_braces() {
  std::size_t open = 0;
  while (!at_end()) {
    if (next_is("{")) ++open;
    if (next_is("}") && --open == 0) {
      ++at_;
      return;
    }
    if (at_item()) return;
    ++at_;
  }
}

void Parser::skip_statement() {
  while (!at_end() && !at_item() && !at_statement() && !next_is("}")) {
    if (accept(";")) return;
    if (!next_is("{")) {
      ++at_;
      continue;
    }
    skip_braces();
    if (!next_is("else")) return;
    ++at_;
  }
}

std::vector<Statement> Parser::block() {
  const Nested nested(*this, blocks_);
  const Token& opening = peek();
  std::vector<Statement> statements;
  if (!expect("{")) return statements;
  while (!next_is("}")) {
    if (at_end() || at_item()) {
      fail("'}'", "the '{' in line " + std::to_string(opening.span.place.line) + " is not closed");
      return statements;
    }
    const std::size_t before = at_;
    if (std::optional<Statement> made = statement()) {
      statements.push_back(std::move(*made));
      continue;
    }
    if (at_ == before && (at_statement() || peek().kind == TokenKind::attribute)) ++at_;
    skip_statement();
    if (at_ == before) ++at_;
  }
  ++at_;
  return statements;
}

bool Parser::let(Let& let) {
  const Token* name = expect_name("a name");
  if (name == nullptr) return false;
  let.name = name->text;
  let.span = name->span;
  if (accept(":")) {
    let.type = type_name();
    if (!let.type) return false;
  }
  if (!expect("=", "a declaration needs a value")) return false;
  let.value = expression();
  return let.value != nullptr && expect_semicolon();
}

std::optional<Statement> Parser::statement() {
  Statement made;
  made.span = peek().span;
  if (peek().kind == TokenKind::attribute || next_is("for")) return loop();
  if (next_is("let") || next_is("var")) {
    made.kind = next_is("let") ? Statement::Kind::let : Statement::Kind::var;
    ++at_;
    if (!let(made.let)) return std::nullopt;
    return made;
  }
  if (accept("return")) {
    made.kind = Statement::Kind::return_;
    if (!next_is(";") && !next_is("}")) {
      made.value = expression();
      if (!made.value) return std::nullopt;
    }
    if (!expect_semicolon()) return std::nullopt;
    return made;
  }
  if (peek().kind == TokenKind::name && !peek().is("true") && !peek().is("false")) return assignment();
  fail("a statement", peek().is("{") ? "a block may follow for, or = as an expression" : "");
  return std::nullopt;
}

std::optional<Statement> Parser::assignment() {
  Statement made;
  made.span = peek().span;
  if (const std::string_view hint = hint_for(peek().text); !hint.empty()) {
    fail("a statement", hint);
    return std::nullopt;
  }
  if (peek(1).is("(")) {
    made.kind = Statement::Kind::call;
    made.value = named();
    if (!made.value || !expect_semicolon()) return std::nullopt;
    return made;
  }
  const Token* name = expect_name("a statement");
  if (name == nullptr) return std::nullopt;
  if (next_is("[")) {
    made.kind = Statement::Kind::store;
    ExpressionPtr target = make(Expression::Kind::element, name->span);
    target->name = name->text;
    made.target = element(std::move(target));
    if (!made.target) return std::nullopt;
  } else {
    made.kind = Statement::Kind::assign;
    made.let.name = name->text;
    made.let.span = name->span;
  }
  for (const Assign& assign : kAssigns) {
    if (!accept(assign.symbol)) continue;
    made.op = assign.op;
    ExpressionPtr value = expression();
    if (!value || !expect_semicolon()) return std::nullopt;
    (made.kind == Statement::Kind::store ? made.value : made.let.value) = std::move(value);
    return made;
  }
  std::string_view hint;
  if (peek().is("+") && peek(1).is("+")) hint = "write x += 1;";
  if (peek().is("-") && peek(1).is("-")) hint = "write x -= 1;";
  if (peek().is(":")) hint = "declare with let or var";
  fail(made.kind == Statement::Kind::store ? "'=' or another assignment" : "'=', '[' or '('", hint);
  return std::nullopt;
}

std::optional<Statement> Parser::loop() {
  Statement made;
  made.kind = Statement::Kind::loop;
  while (peek().kind == TokenKind::attribute) {
    if (peek().text == "@independent") {
      ++at_;
      made.independent = true;
    } else if (peek().text == "@unroll") {
      ++at_;
      if (!expect("(")) return std::nullopt;
      made.unroll = expression();
      if (!made.unroll || !expect(")")) return std::nullopt;
    } else {
      fail("@unroll(k) or @independent");
      return std::nullopt;
    }
  }
  made.span = peek().span;
  if (!expect("for", "an attribute must precede a for")) return std::nullopt;
  const bool fine = [&] {
    const bool bracket = next_is("(");
    const Token* name = expect_name("a name");
    if (name == nullptr) {
      if (bracket) made.span = peek().span;
      return false;
    }
    made.let.name = name->text;
    made.let.span = name->span;
    if (!expect("in", "write for i in 0..n { … }")) return false;
    made.low = expression();
    if (!made.low || !expect("..")) return false;
    made.high = expression();
    if (!made.high) return false;
    if (accept("step")) {
      made.step = expression();
      if (!made.step) return false;
    }
    if (next_is("{")) return true;
    fail("step or '{'");
    return false;
  }();
  if (fine) {
    made.body = block();
    return made;
  }
  // The body is parsed even after an error in the head.
  while (!at_end() && !at_item() && !at_statement() && !next_is("{") && !next_is("}")) ++at_;
  if (next_is("{")) {
    block();
    return made;  // a loop without bounds; a program with errors is not lowered
  }
  return std::nullopt;
}

}  // namespace vtpu::compiler::language
