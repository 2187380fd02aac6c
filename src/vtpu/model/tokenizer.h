#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/model/token.h"

namespace vtpu::model {

/// A byte-pair tokenizer of the ByteLevel family (GPT-2, Llama 3, Qwen 2 and 3) as a `tokenizer.json` describes it:
/// added tokens, normalizer, split expressions, merges, template of special tokens, decoder. It does not change after
/// loading, and threads may share it.
class Tokenizer {
 public:
  /// Reads `tokenizer.json`, or `.json.xz`. Error: the file, the field, what was found and what is supported.
  static Result<Tokenizer> load(const std::filesystem::path& path);
  /// The same from the text of a file.
  static Result<Tokenizer> parse(std::string_view json, const std::string& name);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// One more than the greatest token.
  int vocabulary() const;
  /// The token with this content: an added token, or one of the vocabulary by its bytes.
  std::optional<Token> token_of(std::string_view content) const;
  /// The bytes of a token, which need not be whole characters. Error: no such token.
  Result<std::string_view> bytes_of(Token token) const;
  /// Whether the token is marked as special, such as the end of a turn.
  bool special(Token token) const;

  /// The text of tokens; bytes that are not UTF-8 become U+FFFD, one for each maximal part of a character. Error: no
  /// such token.
  Result<std::string> decode(std::span<const Token> tokens, bool without_special = false) const;

 private:
  friend class TextEncoder;
  friend class TokenizerLoader;
  struct State;
  explicit Tokenizer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Turns texts into tokens. It keeps the tokens of recent words, so one encoder should serve many texts of one thread.
/// The tokenizer must outlive it.
class TextEncoder {
 public:
  explicit TextEncoder(const Tokenizer& tokenizer);
  ~TextEncoder();

  enum class Template { with, without };
  /// The tokens of a text, with those that the file's template adds. Error: bytes that are not UTF-8, with their
  /// position; 512 MiB or more.
  Result<std::vector<Token>> encode(std::string_view text, Template form = Template::with);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

/// Turns tokens that come one by one into text, without cutting characters.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer) {}

  /// The characters that the token completes. Bytes that cannot become a character give U+FFFD. Error: no such token.
  Result<std::string> push(Token token);
  /// The text of what is left: U+FFFD for an incomplete character.
  std::string finish();

 private:
  const Tokenizer* tokenizer_;
  std::string held_;  ///< the beginning of a character
};

}  // namespace vtpu::model
