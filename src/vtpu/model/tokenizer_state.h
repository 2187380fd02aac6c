#pragma once
#include <absl/container/flat_hash_map.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/keyed_hash.h"
#include "vtpu/model/byte_pairs.h"
#include "vtpu/model/split_expression.h"
#include "vtpu/model/tokenizer.h"

namespace vtpu::model {

/// The added tokens of one kind. At each position of a text, the longest one that stands there is taken.
class AddedTokens {
 public:
  void add(std::string content, Token token);
  bool empty() const { return tokens_.empty(); }

  struct Found {
    std::size_t at = 0, bytes = 0;
    Token token;
  };
  /// The first one at or after `from`; none if `bytes` is 0.
  Found find(std::string_view text, std::size_t from) const;

 private:
  struct Added {
    std::string content;
    Token token;
  };
  std::vector<Added> tokens_;                         ///< the longest first
  std::array<std::vector<std::size_t>, 256> starts_;  ///< by the first byte, positions in `tokens_`
};

/// A ByteLevel alphabet: every byte as a printable character.
class ByteAlphabet {
 public:
  ByteAlphabet();
  /// The bytes that the characters of a token stand for; the token itself if it has others.
  std::string bytes_of(std::string_view token) const;

 private:
  std::array<int, 512> byte_of_;  ///< of a character; -1: none
};

/// Tokens by text, which a file chooses. Text is a std::string or a view.
struct TextHash : ProcessKeyedHash {
  using is_transparent = void;
};
template <class Text>
using TokenOf = absl::flat_hash_map<Text, Token, TextHash, std::equal_to<>>;

struct Tokenizer::State {
  bool normalizes = false;                 ///< to NFC
  AddedTokens added, added_to_normalized;  ///< found before and after normalization
  bool prefix_space = false;
  std::vector<SplitExpression> splits;  ///< applied in order to what the one before leaves
  bool ignore_merges = false;           ///< a word of the vocabulary is one token whatever the merges say
  BytePairs pairs;
  std::vector<Token> before, after;  ///< of the template

  std::vector<std::string> bytes;  ///< of each token
  std::vector<bool> exists, is_special;
  TokenOf<std::string_view> token_of_bytes;  ///< of the vocabulary; views of `bytes`
  TokenOf<std::string> token_of_added;
};

}  // namespace vtpu::model
