#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace vtpu::isa {

/// A place in one line of assembly text, which knows how to say where it is.
class Cursor {
 public:
  /// `line` counts from 1; `text` ends before a comment.
  Cursor(std::string_view file, std::size_t line, std::string_view text) : file_(file), line_(line), text_(text) {}

  void skip_blanks();
  /// After blanks: the end of the line, or the character that stands here.
  bool at_end();
  bool at(char c);
  /// Passes over blanks and then over `c`, if it is there.
  bool eat(char c);
  /// Letters, digits, `_` and `.` after blanks, as many as there are.
  std::string_view word();
  /// Up to one of `stops` or the end, without the blanks around it.
  std::string_view until(std::string_view stops);

  std::size_t line() const { return line_; }
  std::size_t mark() const { return at_; }
  void reset(std::size_t mark) { at_ = mark; }

  /// `file:line:column` of a mark, columns counted in bytes from 1.
  std::string where(std::size_t mark) const;
  Error error(std::size_t mark, std::string found, std::string expected) const;
  /// What stands here is not what should.
  Error unexpected(std::string expected);
  /// Passes over `c`. Error: something else is here.
  Result<void> want(char c);

 private:
  std::string_view file_;
  std::size_t line_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// A decimal or `0x` number with an optional sign, from −2^63 to 2^64 − 1, as 64 bits. Error: found and expected
/// only; the caller knows the place.
Result<std::uint64_t> parse_bits(std::string_view text);

/// Text between quotes, with bytes that do not print as `\x07`.
std::string shown(std::string_view text);

/// Whether the text is a name: a letter or `_`, then letters, digits, `_` and `.`.
bool is_name(std::string_view text);

}  // namespace vtpu::isa
