#include "vtpu/compiler/language/lexer.h"

#include <array>
#include <charconv>
#include <system_error>

namespace vtpu::compiler::language {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Longer symbols first.
constexpr std::array<std::string_view, 39> kSymbols = {
    "..", "->", "+=", "-=", "*=", "&=", "|=", "^=", "==", "!=", "<=", ">=", "<<", ">>", "&&", "||", "/=", "+", "-", "*",
    "/",  "%",  "=",  "<",  ">",  "!",  "~",  "&",  "|",  "^",  "?",  ":",  ";",  ",",  "(",  ")",  "[",  "]", "{"};

class Lexer {
 public:
  Lexer(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {}

  std::vector<Token> run() {
    while (skip_blanks_and_comments()) next();
    begin();
    add(TokenKind::end);
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }

  void advance() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if (at_ >= text_.size() || (static_cast<unsigned char>(text_[at_]) & 0xc0) != 0x80) {
      ++place_.column;
    }
  }
  template <class Belongs>
  void advance_while(const Belongs& belongs) {
    while (!at_end() && belongs(peek())) advance();
  }
  void begin() {
    start_ = at_;
    start_place_ = place_;
  }
  std::string_view read() const { return text_.substr(start_, at_ - start_); }
  Span span() const {
    return {start_place_, place_.line == start_place_.line ? place_.column - start_place_.column : 1};
  }
  Token& add(TokenKind kind) {
    tokens_.emplace_back();
    tokens_.back().kind = kind;
    tokens_.back().text = read();
    tokens_.back().span = span();
    return tokens_.back();
  }

  /// Returns false at the end of the text.
  bool skip_blanks_and_comments() {
    for (;;) {
      advance_while(is_blank);
      if (peek() != '/') return !at_end();
      if (peek(1) == '/') {
        advance_while([](char c) { return c != '\n'; });
      } else if (peek(1) == '*') {
        skip_comment();
      } else {
        return true;
      }
    }
  }
  void skip_comment() {
    begin();
    advance(), advance();
    const Span opening = span();
    while (!at_end() && !(peek() == '*' && peek(1) == '/')) advance();
    if (at_end()) return diagnostics_.add(opening, "an unterminated comment", "'*/'");
    advance(), advance();
  }

  void next() {
    begin();
    const char c = peek();
    if (is_letter(c)) {
      advance_while([](char x) { return is_letter(x) || is_digit(x); });
      add(TokenKind::name);
    } else if (is_digit(c)) {
      number();
    } else if (c == '@') {
      at_sign();
    } else if (!symbol()) {
      unknown();
    }
  }

  bool symbol() {
    for (const std::string_view symbol : kSymbols)
      if (text_.substr(at_).starts_with(symbol)) return take(symbol.size());
    return peek() == '}' && take(1);
  }
  bool take(std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) advance();
    add(TokenKind::symbol);
    return true;
  }
  void unknown() {
    // Consume a whole run, so that a binary file gives one error per line.
    advance_while([](char c) {
      return !is_letter(c) && !is_digit(c) && !is_blank(c) && c != '@' &&
             std::string_view("+-*/%=<>!~&|^?:;,()[]{}").find(c) == std::string_view::npos;
    });
    diagnostics_.add(span(), "found " + quoted(read()), "a name, a number or an operator");
  }

  void at_sign() {
    advance();
    if (is_letter(peek())) {
      advance_while([](char c) { return is_letter(c) || is_digit(c); });
      add(TokenKind::attribute);
      return;
    }
    advance_while([](char c) { return is_digit(c) || c == '.' || c == '/'; });
    const auto parsed = phext::PackedCoordinate::parse(read().substr(1));
    if (!parsed) {
      const Error& error = parsed.error();
      diagnostics_.add(span(), "coordinate " + quoted(read()) + ": " + error.where + ": " + error.found, error.expected,
                       "nine parts, or eleven with line and column: @1.1.1/1.1.1/1.1.2 or @1.1.1/1.1.1/1.1.2/1.1");
    }
    Token& token = add(TokenKind::coordinate);
    if (parsed) token.coordinate = *parsed;
  }

  void number() {
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) return hexadecimal();
    advance_while(is_digit);
    bool real = false;
    // `0..n` is a range.
    if (peek() == '.' && peek(1) != '.') {
      real = true;
      advance();
      advance_while(is_digit);
    }
    if ((peek() == 'e' || peek() == 'E') &&
        (is_digit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && is_digit(peek(2))))) {
      real = true;
      advance(), advance();
      advance_while(is_digit);
    }
    const std::string_view digits = read();
    const std::string_view suffix = read_suffix();
    Token& token = add(real ? TokenKind::real : TokenKind::integer);
    token.suffix = suffix;
    if (real && suffix.starts_with('i'))
      diagnostics_.add(token.span, "found " + quoted(token.text), "an integer before " + quoted(suffix));
    const char* end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, token.real).ec != std::errc())
      diagnostics_.add(token.span, quoted(token.text) + " is out of range", "a number within the range of f64");
    if (real) return;
    constexpr std::uint64_t kLeast = std::uint64_t{1} << 63;
    std::uint64_t magnitude = 0;
    const bool fits = std::from_chars(digits.data(), end, magnitude).ec == std::errc() && magnitude <= kLeast;
    token.integer = static_cast<std::int64_t>(magnitude);
    token.least = fits && magnitude == kLeast && !suffix.starts_with('f');
    if (!fits || (magnitude == kLeast && !token.least)) out_of_range(token, diagnostics_);
  }

  void hexadecimal() {
    advance(), advance();
    advance_while(is_hex_digit);
    const std::string_view digits = read().substr(2);
    const std::string_view suffix = read_suffix();
    Token& token = add(TokenKind::integer);
    token.suffix = suffix;
    token.hexadecimal = true;
    std::uint64_t bits = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16).ec != std::errc())
      diagnostics_.add(token.span, "found " + quoted(token.text), "1 to 16 hexadecimal digits");
    token.integer = static_cast<std::int64_t>(bits);
    token.real = static_cast<double>(token.integer);
  }

  std::string_view read_suffix() {
    const std::size_t from = at_;
    const ir::Place place = place_;
    advance_while([](char c) { return is_letter(c) || is_digit(c); });
    const std::string_view suffix = text_.substr(from, at_ - from);
    if (suffix.empty() || suffix == "i32" || suffix == "i64" || suffix == "f32" || suffix == "f64") return suffix;
    diagnostics_.add({place, static_cast<std::uint32_t>(suffix.size())}, "found " + quoted(suffix) + " after a number",
                     "i32, i64, f32, f64 or an operator");
    return {};
  }

  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0, start_ = 0;
  ir::Place place_{1, 1}, start_place_{1, 1};
};

}  // namespace

void out_of_range(const Token& number, Diagnostics& diagnostics) {
  diagnostics.add(number.span, quoted(number.text) + " is out of range", "an integer below 2^63",
                  "write 0x… to use all 64 bits");
}

std::vector<Token> lex(std::string_view text, Diagnostics& diagnostics) { return Lexer(text, diagnostics).run(); }

}  // namespace vtpu::compiler::language
