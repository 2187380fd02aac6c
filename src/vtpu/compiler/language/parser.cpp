#include "vtpu/compiler/language/parser.h"

#include <algorithm>
#include <array>

#include "vtpu/compiler/language/parser_impl.h"

namespace vtpu::compiler::language {
namespace {

constexpr std::array<std::string_view, 5> kItemWords = {"param", "const", "tensor", "fn", "kernel"};
constexpr std::array<std::string_view, 4> kStatementWords = {"let", "var", "for", "return"};
constexpr std::array<std::string_view, 3> kOtherWords = {"in", "true", "false"};

template <std::size_t kCount>
bool holds(const std::array<std::string_view, kCount>& words, std::string_view name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

std::string shown(const Token& token) {
  return token.kind == TokenKind::end ? "found the end of the file" : "found " + quoted(token.text);
}

}  // namespace

bool is_reserved(std::string_view name) {
  return holds(kItemWords, name) || holds(kStatementWords, name) || holds(kOtherWords, name);
}

Program parse(const std::vector<Token>& tokens, Diagnostics& diagnostics) { return Parser(tokens, diagnostics).run(); }

// ---- tokens

bool Parser::at_item() const { return peek().kind == TokenKind::name && holds(kItemWords, peek().text); }
bool Parser::at_statement() const { return peek().kind == TokenKind::name && holds(kStatementWords, peek().text); }

void Parser::fail_at(Span span, std::string found, std::string_view expected, std::string_view hint) {
  // A second error in the same line is usually a consequence of the first.
  if (!stopped_ && !diagnostics_.has_line(span.place.line))
    diagnostics_.add(span, std::move(found), std::string(expected), std::string(hint));
}
void Parser::fail(std::string_view expected, std::string_view hint) {
  fail_at(peek().span, shown(peek()), expected, hint);
}

bool Parser::expect(std::string_view text, std::string_view hint) {
  if (accept(text)) return true;
  fail(quoted(text), hint);
  return false;
}

bool Parser::expect_semicolon() {
  if (accept(";")) return true;
  // A missing ';' belongs after the previous token, which may be on an earlier line.
  const bool missing = at_ > 0 && peek().span.place.line != tokens_[at_ - 1].span.place.line;
  if (!missing && !at_item() && !at_statement() && !next_is("}")) {
    fail("an operator or ';'");
    return false;
  }
  Span after = at_ > 0 ? tokens_[at_ - 1].span : peek().span;
  after.place.column += after.length;
  after.length = 1;
  fail_at(after, shown(peek()), "';'", "a ';' is missing here");
  return false;
}

const Token* Parser::expect_name(std::string_view what) {
  if (!stopped_ && peek().kind == TokenKind::name) {
    if (!is_reserved(peek().text)) return &tokens_[at_++];
    fail(what, std::string(peek().text) + " is a keyword");
    return nullptr;
  }
  fail(what);
  return nullptr;
}

Span Parser::since(std::size_t first) const {
  Span span = tokens_[first].span;
  const Span& last = tokens_[at_ > first ? at_ - 1 : first].span;
  if (last.place.line == span.place.line) span.length = last.place.column + last.length - span.place.column;
  return span;
}

// ---- items

Program Parser::run() {
  while (!at_end()) {
    const std::size_t before = at_;
    item();
    if (at_ == before && !at_end()) ++at_;
  }
  program_.end = tokens_.back().span;
  return std::move(program_);
}

void Parser::skip_to_item() {
  while (!at_end() && !at_item()) ++at_;
}

void Parser::item() {
  bool fine = false;
  if (accept("param"))
    fine = constant_item(true);
  else if (accept("const"))
    fine = constant_item(false);
  else if (accept("tensor"))
    fine = tensor_item();
  else if (accept("fn"))
    fine = function_item(false);
  else if (accept("kernel"))
    fine = function_item(true);
  else
    fail("param, const, tensor, fn or kernel", peek().is("}") ? "this '}' has no matching '{'" : "");
  if (fine) return;
  // An item on one line ends at its ';'.
  while (!at_end() && !at_item()) {
    if (accept(";")) {
      if (!at_end() && !at_item() && !peek().is("}")) skip_to_item();
      return;
    }
    if (next_is("{")) {
      skip_braces();
      return skip_to_item();
    }
    ++at_;
  }
}

bool Parser::constant_item(bool parameter) {
  ConstantItem made;
  made.parameter = parameter;
  const Token* name = expect_name("a name");
  if (name == nullptr) return false;
  made.let.name = name->text;
  made.let.span = name->span;
  if (next_is(":")) {
    if (parameter) {
      fail("'='", "a param is an i64");
      return false;
    }
    ++at_;
    made.let.type = type_name();
    if (!made.let.type) return false;
  }
  if (!expect("=")) return false;
  made.let.value = expression();
  if (!made.let.value || !expect_semicolon()) return false;
  program_.declarations.emplace_back(std::move(made));
  return true;
}

bool Parser::tensor_item() {
  TensorItem made;
  const Token* name = expect_name("a name");
  if (name == nullptr) return false;
  made.name = name->text;
  made.span = name->span;
  if (!expect(":", "write tensor x: f32[n];")) return false;
  if (peek().kind != TokenKind::name) {
    fail("an element: i8, u8, u16, bf16, i32, f32, i64 or f64");
    return false;
  }
  made.element = {peek().text, peek().span, 0};
  ++at_;
  if (!expect("[", "write tensor x: f32[n];")) return false;
  while (!next_is("]")) {
    ExpressionPtr size = expression();
    if (!size) return false;
    made.shape.push_back(std::move(size));
    if (!accept(",")) break;
  }
  if (!expect("]")) return false;
  for (;;) {
    if (accept("sparse")) {
      made.sparse = true;
    } else if (accept("local")) {
      made.local = true;
    } else if (accept("at")) {
      if (peek().kind != TokenKind::coordinate) {
        fail("a coordinate", "write at @1.1.1/1.1.1/1.1.2");
        return false;
      }
      made.at = tokens_[at_++].coordinate;
    } else {
      break;
    }
  }
  if (!next_is(";") && peek().span.place.line == made.span.place.line) {
    fail("sparse, local, at or ';'");
    return false;
  }
  if (!expect_semicolon()) return false;
  program_.declarations.emplace_back(std::move(made));
  return true;
}

std::optional<TypeName> Parser::type_name() {
  if (peek().kind != TokenKind::name || is_reserved(peek().text)) {
    fail("a type");
    return std::nullopt;
  }
  TypeName type{peek().text, peek().span, 0};
  ++at_;
  if (!accept("[")) return type;
  type.dimensions = 1;
  while (accept(",")) ++type.dimensions;
  if (!expect("]", "a tensor parameter has no sizes: f32[] or f32[,]")) return std::nullopt;
  return type;
}

bool Parser::parameters(Function& function) {
  if (!expect("(")) return false;
  while (!next_is(")")) {
    const Token* name = expect_name("a parameter or ')'");
    if (name == nullptr) return false;
    Parameter made{name->text, name->span, std::nullopt};
    if (accept(":")) {
      made.type = type_name();
      if (!made.type) return false;
    }
    function.parameters.push_back(made);
    if (!accept(",")) break;
  }
  return expect(")");
}

bool Parser::function_item(bool kernel) {
  Function made;
  const Token* name = expect_name(kernel ? "main" : "a name");
  if (name == nullptr) return false;
  made.name = name->text;
  made.span = name->span;
  bool fine = parameters(made);
  if (fine && accept("->")) {
    made.result = type_name();
    fine = made.result.has_value();
  }
  if (fine && !next_is("{")) {
    fail("'{'");
    fine = false;
  }
  // The body is parsed even after an error in the head.
  while (!fine && !at_end() && !at_item() && !next_is("{") && !next_is("}")) ++at_;
  if (!next_is("{")) return false;
  made.body = block();
  (kernel ? program_.kernels : program_.functions).push_back(std::move(made));
  return true;
}

}  // namespace vtpu::compiler::language
