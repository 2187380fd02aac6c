#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::model {

/// The regular expression that cuts a text into words before byte pairs are merged, compiled to a deterministic
/// automaton. A match is the one that a backtracking matcher finds first: alternatives in order, repetitions greedy.
///
/// Supported are the expressions of the GPT-2, Llama 3, Qwen and o200k tokenizers and what they are made of:
/// alternatives, groups
/// `(…)`, `(?:…)` and `(?i:…)`, classes with `\p{…}`, `\s`, `\d`, `\r`, `\n`, `\t` and ranges, the repetitions
/// `? * + {m} {m,} {m,n}`, and the look-ahead `(?!…)` at one class. Everything else is refused by name.
class SplitExpression {
 public:
  /// Error: `where`, and the position in the expression, in bytes from 1, of what is malformed or not supported.
  static Result<SplitExpression> compile(std::string_view expression, const std::string& where);

  /// The length in bytes of the match at the front of `text`, which is valid UTF-8; 0 if there is none.
  std::size_t match(std::string_view text) const {
    std::size_t at = 0, matched = 0;
    std::uint32_t state = kStart;
    for (;;) {
      std::uint32_t atom = end_atom_;
      std::size_t bytes = 0;
      if (at < text.size()) {
        const auto first = static_cast<unsigned char>(text[at]);
        if (first < 0x80) {
          atom = ascii_[first];
          bytes = 1;
        } else {
          atom = atom_at(text, at, bytes);
        }
      }
      const std::uint16_t next = table_[state * columns_ + atom];
      if ((next & kMatch) != 0) matched = at;
      state = next & ~kMatch;
      if (state == kDead || bytes == 0) return matched;
      at += bytes;
    }
  }

  std::size_t states() const { return table_.size() / columns_; }

 private:
  friend class SplitCompiler;
  static constexpr std::uint16_t kMatch = 0x8000;  ///< the expression matched before the character that was read
  static constexpr std::uint32_t kDead = 0, kStart = 1;

  std::uint32_t atom_at(std::string_view text, std::size_t at, std::size_t& bytes) const;

  /// Characters that every class of the expression treats alike form an atom. The atom of a character is
  /// blocks_[block_of_[character / 256]][character % 256].
  std::vector<std::uint8_t> ascii_;
  std::vector<std::uint16_t> block_of_;
  std::vector<std::uint8_t> blocks_;
  std::uint32_t end_atom_ = 0;  ///< of the end of the text
  std::size_t columns_ = 0;
  std::vector<std::uint16_t> table_;  ///< next state by state and atom, with kMatch
};

}  // namespace vtpu::model
