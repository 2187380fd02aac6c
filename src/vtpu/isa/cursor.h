#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::isa {

/// A position in one line of assembly text, for parsing and for the places of errors.
class Cursor {
 public:
  /// `line` counts from 1; `text` ends before a comment.
  Cursor(std::string_view file, std::size_t line, std::string_view text) : file_(file), line_(line), text_(text) {}

  void skip_blanks();
  /// Skip blanks; whether the line ends or `c` is next.
  bool at_end();
  bool at(char c);
  /// Skips blanks, then `c` if it is next; returns whether it was.
  bool eat(char c);
  /// Skips blanks, then reads the longest run of letters, digits, `_` and `.`.
  std::string_view word();
  /// Reads up to one of `stops` or the end, without surrounding blanks.
  std::string_view until(std::string_view stops);

  std::size_t line() const { return line_; }
  std::size_t mark() const { return at_; }
  void reset(std::size_t mark) { at_ = mark; }

  /// `file:line:column` of a mark, columns counted in bytes from 1.
  std::string where(std::size_t mark) const;
  Error error(std::size_t mark, std::string found, std::string expected) const;
  /// The error for what was found here instead of `expected`.
  Error unexpected(std::string expected);
  /// Skips blanks and `c`. Error: something else is next.
  Result<void> want(char c);

 private:
  std::string_view file_;
  std::size_t line_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// A decimal or `0x` number with an optional sign, from −2^63 to 2^64 − 1, as 64 bits. The error has no place; the
/// caller adds it.
Result<std::uint64_t> parse_bits(std::string_view text);

/// Text between quotes, with unprintable bytes as `\x07`.
std::string shown(std::string_view text);

/// Whether the text is a name: a letter or `_`, then letters, digits, `_` and `.`.
bool is_name(std::string_view text);

}  // namespace vtpu::isa
