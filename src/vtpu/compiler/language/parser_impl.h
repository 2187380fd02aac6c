#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/compiler/language/parser.h"

namespace vtpu::compiler::language {

/// A recursive-descent parser. A part that cannot be parsed is reported and returned as null or false.
class Parser {
 public:
  Parser(const std::vector<Token>& tokens, Diagnostics& diagnostics) : tokens_(tokens), diagnostics_(diagnostics) {}
  Program run();

 private:
  // ---- tokens
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[at_ + ahead < tokens_.size() ? at_ + ahead : tokens_.size() - 1];
  }
  bool at_end() const { return stopped_ || peek().kind == TokenKind::end; }
  bool next_is(std::string_view text) const { return !stopped_ && peek().is(text); }
  bool accept(std::string_view text) {
    if (!next_is(text)) return false;
    ++at_;
    return true;
  }
  /// `expected` and `hint` are the parts of the message.
  bool expect(std::string_view text, std::string_view hint = {});
  bool expect_semicolon();
  /// A name that is not a keyword.
  const Token* expect_name(std::string_view what);
  void fail(std::string_view expected, std::string_view hint = {});
  void fail_at(Span span, std::string found, std::string_view expected, std::string_view hint = {});
  bool at_item() const;
  bool at_statement() const;
  /// The range from token `first` to the last one consumed.
  Span since(std::size_t first) const;

  // ---- items
  void item();
  bool constant_item(bool parameter);
  bool tensor_item();
  bool function_item(bool kernel);
  bool parameters(Function& function);
  std::optional<TypeName> type_name();
  /// Skips to the next word that begins an item.
  void skip_to_item();

  // ---- statements
  std::vector<Statement> block();
  std::optional<Statement> statement();
  std::optional<Statement> loop();
  std::optional<Statement> assignment();
  bool let(Let& let);
  /// Recovers from an error: skips to the next statement.
  void skip_statement();
  void skip_braces();

  // ---- expressions
  ExpressionPtr expression() { return conditional(); }
  ExpressionPtr conditional();
  ExpressionPtr binary(unsigned lowest);
  ExpressionPtr unary();
  ExpressionPtr primary();
  /// `negated`: after a minus sign that belongs to the number.
  ExpressionPtr number(bool negated = false);
  ExpressionPtr named();
  ExpressionPtr call(ExpressionPtr made);
  ExpressionPtr element(ExpressionPtr made);
  ExpressionPtr reduction(ExpressionPtr made);
  ExpressionPtr block_expression();
  ExpressionPtr make(Expression::Kind kind, Span span) const;
  bool part(Expression& of);
  bool range(Expression& of);
  void stop_too_deep();

  /// Counts one nesting level of expressions or of blocks while a construct is open. The outermost is not nested.
  class Nested {
   public:
    Nested(Parser& parser, std::uint32_t& depth) : depth_(depth) {
      if (++depth_ > kDeepest + 1) parser.stop_too_deep();
    }
    ~Nested() { --depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    std::uint32_t& depth_;
  };

  const std::vector<Token>& tokens_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  std::uint32_t expressions_ = 0, blocks_ = 0;  ///< that are open
  bool stopped_ = false;                        ///< set when nesting is too deep; later errors would be meaningless
  Program program_;
};

}  // namespace vtpu::compiler::language
