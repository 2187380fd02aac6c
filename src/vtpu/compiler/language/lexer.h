#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "vtpu/compiler/language/diagnostics.h"
#include "vtpu/phext/packed.h"

namespace vtpu::compiler::language {

enum class TokenKind : std::uint8_t {
  name,
  integer,
  real,
  coordinate,  ///< text includes the `@`
  attribute,   ///< text includes the `@`
  symbol,
  end
};

/// A token. It refers to the source text, which must outlive it.
struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  Span span;
  std::int64_t integer = 0;  ///< hexadecimal values above 2^63 − 1 wrap around
  double real = 0;
  bool hexadecimal = false;
  bool least = false;       ///< the decimal 2^63, in range only after a minus sign; `integer` is then −2^63
  std::string_view suffix;  ///< of a number: `i32`, `i64`, `f32`, `f64` or empty
  phext::PackedCoordinate coordinate;

  bool is(std::string_view wanted) const {
    return (kind == TokenKind::name || kind == TokenKind::symbol) && text == wanted;
  }
};

/// Reports an integer that does not fit 64 bits.
void out_of_range(const Token& number, Diagnostics& diagnostics);

/// The tokens of a text; the last has kind `end`. Columns count UTF-8 characters from 1.
std::vector<Token> lex(std::string_view text, Diagnostics& diagnostics);

}  // namespace vtpu::compiler::language
