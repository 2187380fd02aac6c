#include "vtpu/model/tokenizer.h"

#include <fmt/core.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/tokenizer_state.h"

namespace vtpu::model {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Appends the whole characters at the front of `bytes` and U+FFFD for what is none. Returns how many bytes that took:
/// all, except the beginning of a character at the end.
std::size_t append_characters(std::string_view bytes, std::string& text) {
  auto at = std::int32_t{0};
  const auto size = static_cast<std::int32_t>(bytes.size());
  while (at < size) {
    const std::int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes.data(), at, size, c);
    if (c >= 0) {
      text.append(bytes, static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
      continue;
    }
    // Whether more bytes could have made it a character.
    const std::size_t left = bytes.size() - static_cast<std::size_t>(begin);
    if (at == size && left < 4) {
      std::string more(bytes.substr(static_cast<std::size_t>(begin)));
      for (const char filler : {'\x80', '\xA0', '\x90', '\xBF'}) {
        std::string tried = more + filler;
        while (tried.size() < 4 && character_bytes(tried, 0) == 0) tried += '\x80';
        if (character_bytes(tried, 0) > more.size()) return static_cast<std::size_t>(begin);
      }
    }
    text += kReplacement;
  }
  return bytes.size();
}

/// The position of the first byte that belongs to no character; the size if there is none.
std::size_t first_invalid(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight = 0;
    if (at + 8 <= text.size()) {
      std::memcpy(&eight, text.data() + at, 8);
      if ((eight & 0x8080808080808080) == 0) {
        at += 8;
        continue;
      }
    }
    auto next = static_cast<std::int32_t>(at);
    UChar32 c = 0;
    U8_NEXT(text.data(), next, static_cast<std::int32_t>(text.size()), c);
    if (c < 0) return at;
    at = static_cast<std::size_t>(next);
  }
  return at;
}

bool all_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// `text` in NFC; `storage` holds it if it is not `text` itself.
std::string_view normalized(std::string_view text, std::string& storage) {
  if (all_ascii(text)) return text;
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(status);
  VTPU_CHECK(U_SUCCESS(status), "ICU has its own data");
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  if (nfc->isNormalizedUTF8(piece, status) && U_SUCCESS(status)) return text;
  status = U_ZERO_ERROR;
  storage.clear();
  icu::StringByteSink<std::string> sink(&storage);
  nfc->normalizeUTF8(0, piece, sink, nullptr, status);
  VTPU_CHECK(U_SUCCESS(status), "valid UTF-8 can be normalized");
  return storage;
}

}  // namespace

void AddedTokens::add(std::string content, Token token) {
  tokens_.push_back({std::move(content), token});
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const Added& a, const Added& b) { return a.content.size() > b.content.size(); });
  for (auto& start : starts_) start.clear();
  for (std::size_t k = 0; k < tokens_.size(); ++k)
    starts_[static_cast<unsigned char>(tokens_[k].content[0])].push_back(k);
}

AddedTokens::Found AddedTokens::find(std::string_view text, std::size_t from) const {
  if (!tokens_.empty())
    for (std::size_t at = from; at < text.size(); ++at)
      for (const std::size_t k : starts_[static_cast<unsigned char>(text[at])])
        if (text.substr(at).starts_with(tokens_[k].content)) return {at, tokens_[k].content.size(), tokens_[k].token};
  return {};
}

ByteAlphabet::ByteAlphabet() {
  byte_of_.fill(-1);
  int further = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    byte_of_[static_cast<std::size_t>(printable ? byte : further++)] = byte;
  }
}

std::string ByteAlphabet::bytes_of(std::string_view token) const {
  std::string bytes;
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(token.size());) {
    UChar32 c = 0;
    U8_NEXT(token.data(), at, static_cast<std::int32_t>(token.size()), c);
    const int byte = c < 0 || c >= static_cast<UChar32>(byte_of_.size()) ? -1 : byte_of_[static_cast<std::size_t>(c)];
    if (byte < 0) return std::string(token);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

Tokenizer::Tokenizer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

int Tokenizer::vocabulary() const { return static_cast<int>(state_->bytes.size()); }

std::optional<Token> Tokenizer::token_of(std::string_view content) const {
  if (const auto found = state_->token_of_added.find(content); found != state_->token_of_added.end())
    return found->second;
  if (const auto found = state_->token_of_bytes.find(content); found != state_->token_of_bytes.end())
    return found->second;
  return std::nullopt;
}

Result<std::string_view> Tokenizer::bytes_of(Token token) const {
  const auto at = static_cast<std::size_t>(token.value());
  if (!token.valid() || at >= state_->bytes.size() || !state_->exists[at])
    return Error{"", fmt::format("found the token {}", token.value()),
                 fmt::format("a token of the vocabulary, from 0 to {}", vocabulary() - 1)};
  return std::string_view(state_->bytes[at]);
}

bool Tokenizer::special(Token token) const {
  return token.valid() && token.value() < vocabulary() && state_->is_special[static_cast<std::size_t>(token.value())];
}

Result<std::string> Tokenizer::decode(std::span<const Token> tokens, bool without_special) const {
  StreamDecoder decoder(*this);
  std::string text;
  for (const Token token : tokens) {
    if (without_special && special(token)) continue;
    const auto more = decoder.push(token);
    if (!more) return more.error();
    text += *more;
  }
  return text + decoder.finish();
}

Result<std::string> StreamDecoder::push(Token token) {
  const auto bytes = tokenizer_->bytes_of(token);
  if (!bytes) return bytes.error();
  held_ += *bytes;
  std::string text;
  held_.erase(0, append_characters(held_, text));
  return text;
}

std::string StreamDecoder::finish() { return std::exchange(held_, "").empty() ? "" : std::string(kReplacement); }

/// The tokens of short words that came before. Each word has one place, and a new one replaces the old: the memory is
/// bounded, and no text can make it slow.
struct TextEncoder::Memory {
  static constexpr std::size_t kWordBytes = 16, kWordTokens = 11, kWords = 1 << 14;
  struct alignas(64) Word {
    std::uint64_t low = 0, high = 0;  ///< the bytes, then zeros
    std::uint8_t bytes = 0, count = 0;
    std::array<std::int32_t, kWordTokens> tokens{};
  };

  const Tokenizer* tokenizer = nullptr;
  BytePairs::Scratch scratch;
  std::vector<Word> words = std::vector<Word>(kWords);
  std::string with_space, nfc;

  const Tokenizer::State& state() const { return *tokenizer->state_; }

  void append_word(std::string_view word, std::vector<Token>& out) {
    if (word.size() > kWordBytes) return append_new_word(word, out);
    std::array<std::uint64_t, 2> parts{};
    std::memcpy(parts.data(), word.data(), word.size());
    std::uint64_t hash = (parts[0] ^ (parts[1] * 0x9E3779B97F4A7C15) ^ word.size()) * 0xD6E8FEB86659FD93;
    hash ^= hash >> 32;
    Word& known = words[hash * 0xD6E8FEB86659FD93 >> 50];
    if (known.low != parts[0] || known.high != parts[1] || known.bytes != word.size()) {
      const std::size_t begin = out.size();
      append_new_word(word, out);
      if (out.size() - begin > kWordTokens) return;
      known.low = parts[0], known.high = parts[1];
      known.bytes = static_cast<std::uint8_t>(word.size());
      known.count = static_cast<std::uint8_t>(out.size() - begin);
      for (std::size_t k = 0; k < known.count; ++k) known.tokens[k] = out[begin + k].value();
      return;
    }
    for (std::size_t k = 0; k < known.count; ++k) out.push_back(Token(known.tokens[k]));
  }

  void append_new_word(std::string_view word, std::vector<Token>& out) {
    if (state().ignore_merges)
      if (const auto found = state().token_of_bytes.find(word); found != state().token_of_bytes.end()) {
        out.push_back(found->second);
        return;
      }
    state().pairs.merge(word, scratch, out);
  }

  /// Cuts a text by the expressions from number `split` on. What an expression does not match is a part of its own.
  void append_split(std::string_view text, std::size_t split, std::vector<Token>& out) {
    if (split == state().splits.size()) {
      if (state().prefix_space && !text.starts_with(' ')) {
        std::string spaced = " " + std::string(text);
        return append_word(spaced, out);
      }
      return append_word(text, out);
    }
    const SplitExpression& expression = state().splits[split];
    std::size_t at = 0, unmatched = 0;  // where what no match has taken begins
    while (at < text.size()) {
      const std::size_t bytes = expression.match(text.substr(at));
      if (bytes == 0) {
        at += std::max<std::size_t>(character_bytes(text, at), 1);
        continue;
      }
      if (unmatched < at) append_split(text.substr(unmatched, at - unmatched), split + 1, out);
      append_split(text.substr(at, bytes), split + 1, out);
      unmatched = at += bytes;
    }
    if (unmatched < at) append_split(text.substr(unmatched), split + 1, out);
  }

  template <class Append>
  static void between_added(const AddedTokens& added, std::string_view text, std::vector<Token>& out,
                            const Append& append) {
    for (std::size_t at = 0; at < text.size();) {
      const AddedTokens::Found found = added.find(text, at);
      const std::size_t end = found.bytes == 0 ? text.size() : found.at;
      if (end > at) append(text.substr(at, end - at));
      if (found.bytes > 0) out.push_back(found.token);
      at = end + found.bytes;
    }
  }
};

TextEncoder::TextEncoder(const Tokenizer& tokenizer) : memory_(std::make_unique<Memory>()) {
  memory_->tokenizer = &tokenizer;
}
TextEncoder::~TextEncoder() = default;

Result<std::vector<Token>> TextEncoder::encode(std::string_view text, Template form) {
  if (text.size() >= std::size_t{std::numeric_limits<std::int32_t>::max()} / 4)
    return Error{"", fmt::format("found a text of {} bytes", text.size()), "less than 512 MiB"};
  if (const std::size_t at = first_invalid(text); at < text.size())
    return Error{fmt::format("byte {}", at + 1), "found bytes that are not UTF-8", "UTF-8 text"};
  Memory& memory = *memory_;
  const Tokenizer::State& state = memory.state();
  std::vector<Token> out;
  if (form == Template::with) out = state.before;
  Memory::between_added(state.added, text, out, [&](std::string_view part) {
    if (state.normalizes) part = normalized(part, memory.nfc);
    Memory::between_added(state.added_to_normalized, part, out,
                          [&](std::string_view piece) { memory.append_split(piece, 0, out); });
  });
  if (form == Template::with) out.insert(out.end(), state.after.begin(), state.after.end());
  return out;
}

}  // namespace vtpu::model
