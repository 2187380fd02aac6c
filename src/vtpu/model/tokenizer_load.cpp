// Reads tokenizer.json. Each feature that is not supported is refused by its name.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/json_fields.h"
#include "vtpu/model/tokenizer_state.h"
#include "vtpu/model/xz.h"

namespace vtpu::model {

using nlohmann::json;

constexpr std::uint64_t kMostTokenizerBytes = std::uint64_t{1} << 30;
constexpr std::int64_t kMostTokens = std::int64_t{1} << 24;

/// What the field of `kind` "type" says, "" where the whole value is absent.
static std::string type_of(const json* value) {
  if (value == nullptr || !value->is_object()) return {};
  const json* const type = field(*value, "type");
  return type != nullptr && type->is_string() ? type->get<std::string>() : std::string();
}

/// The GPT-2 expression, which ByteLevel applies itself unless `use_regex` is false.
static constexpr const char* kByteLevelExpression =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class TokenizerLoader {
 public:
  TokenizerLoader(const json& file, std::string name) : file_(file), name_(std::move(name)) {}

  Result<Tokenizer> load() {
    using Step = Result<void> (TokenizerLoader::*)();
    for (const Step step : {&TokenizerLoader::read_form, &TokenizerLoader::read_model, &TokenizerLoader::read_added,
                            &TokenizerLoader::read_normalizer, &TokenizerLoader::read_pre_tokenizer,
                            &TokenizerLoader::read_post_processor, &TokenizerLoader::read_decoder})
      if (const auto done = (this->*step)(); !done) return done.error();
    return Tokenizer(std::move(state_));
  }

 private:
  std::string place(const std::string& key) const { return name_ + ": " + key; }

  Error unsupported(const std::string& where, const json& value, std::string expected) const {
    return {where, "found " + shown_json(value) + ", which is not supported", std::move(expected)};
  }

  Result<void> read_form() {
    if (!file_.is_object()) return Error{name_, "found " + shown_json(file_), "an object, as in tokenizer.json"};
    for (const char* key : {"truncation", "padding"})
      if (const json* const value = field(file_, key)) return unsupported(place(key), *value, "null");
    return {};
  }

  /// Enters the bytes of a token. Error: a number that another token has.
  Result<void> enter(Token token, std::string bytes, const std::string& where) {
    const auto at = static_cast<std::size_t>(token.value());
    if (at >= state_->bytes.size()) {
      state_->bytes.resize(at + 1);
      state_->exists.resize(at + 1);
      state_->is_special.resize(at + 1);
    }
    if (state_->exists[at])
      return Error{where, fmt::format("found the token {} twice", token.value()), "one text for each token"};
    state_->exists[at] = true;
    state_->bytes[at] = std::move(bytes);
    return {};
  }

  Result<void> read_model() {
    const std::string where = place("model");
    const json* const model = field(file_, "model");
    if (model == nullptr || !model->is_object()) return Error{where, "is missing", "an object"};
    if (const json* const type = field(*model, "type"); type != nullptr && *type != "BPE")
      return unsupported(where + ": type", *type, "BPE");
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
      if (const json* const value = field(*model, key); value != nullptr && *value != "")
        return unsupported(where + ": " + key, *value, "null or an empty text");
    if (const json* const value = field(*model, "dropout"); value != nullptr && *value != 0)
      return unsupported(where + ": dropout", *value, "null");
    const auto fallback = flag_field(*model, "byte_fallback", where, false);
    if (!fallback) return fallback.error();
    if (*fallback) return unsupported(where + ": byte_fallback", true, "false");
    const auto ignores = flag_field(*model, "ignore_merges", where, false);
    if (!ignores) return ignores.error();
    state_->ignore_merges = *ignores;

    const json* const vocabulary = field(*model, "vocab");
    if (vocabulary == nullptr || !vocabulary->is_object()) return Error{where + ": vocab", "is missing", "an object"};
    const std::int64_t most = std::max<std::int64_t>(0, static_cast<std::int64_t>(vocabulary->size()) * 4 + 65536);
    for (const auto& [text, number] : vocabulary->items()) {
      const std::string entry = where + ": vocab: " + shown_json(text);
      if (!number.is_number_unsigned() ||
          number.get<std::uint64_t>() >= static_cast<std::uint64_t>(std::min(most, kMostTokens)))
        return Error{entry, "found " + shown_json(number),
                     fmt::format("a whole number from 0 to {}", std::min(most, kMostTokens) - 1)};
      const Token token(number.get<int>());
      token_of_text_.emplace(text, token);
      if (const auto entered = enter(token, alphabet_.bytes_of(text), entry); !entered) return entered.error();
    }
    for (std::size_t k = 0; k < state_->bytes.size(); ++k)
      if (state_->exists[k]) state_->token_of_bytes.emplace(state_->bytes[k], Token(static_cast<int>(k)));
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const auto found = state_->token_of_bytes.find(std::string_view(&c, 1));
      if (found == state_->token_of_bytes.end())
        return Error{where + ": vocab", fmt::format("found no token of the byte {}", byte), "a token of every byte"};
      state_->pairs.set_byte(static_cast<unsigned char>(byte), found->second);
    }
    return read_merges(*model, where + ": merges");
  }

  Result<void> read_merges(const json& model, const std::string& where) {
    const json* const merges = field(model, "merges");
    if (merges == nullptr || !merges->is_array()) return Error{where, "is missing", "a list"};
    for (std::size_t rank = 0; rank < merges->size(); ++rank) {
      const json& merge = (*merges)[rank];
      const std::string entry = fmt::format("{}: number {}", where, rank + 1);
      std::string left, right;
      if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
        left = merge[0].get<std::string>(), right = merge[1].get<std::string>();
      } else if (merge.is_string()) {
        const auto text = merge.get<std::string>();
        const std::size_t blank = text.find(' ');
        if (blank != std::string::npos) left = text.substr(0, blank), right = text.substr(blank + 1);
      }
      if (left.empty() || right.empty()) return Error{entry, "found " + shown_json(merge), "two tokens"};
      Token tokens[3];
      const std::string texts[3] = {left, right, left + right};
      for (std::size_t k = 0; k < 3; ++k) {
        const auto found = token_of_text_.find(texts[k]);
        if (found == token_of_text_.end())
          return Error{entry, "found the token " + shown_json(texts[k]), "a token of the vocabulary"};
        tokens[k] = found->second;
      }
      if (!state_->pairs.add(tokens[0], tokens[1], tokens[2], static_cast<std::int32_t>(rank)))
        return Error{entry, "found the merge " + shown_json(merge) + " twice", "each merge once"};
    }
    return {};
  }

  Result<void> read_added() {
    const json* const list = field(file_, "added_tokens");
    if (list == nullptr) return {};
    if (!list->is_array()) return Error{place("added_tokens"), "found " + shown_json(*list), "a list"};
    for (std::size_t k = 0; k < list->size(); ++k) {
      const json& added = (*list)[k];
      const std::string where = fmt::format("{}: number {}", place("added_tokens"), k + 1);
      if (!added.is_object()) return Error{where, "found " + shown_json(added), "an object"};
      const auto number = whole_field(added, "id", where, 0, kMostTokens - 1);
      if (!number) return number.error();
      const auto content = text_field(added, "content", where);
      if (!content) return content.error();
      if (content->empty()) return Error{where + ": content", "is empty", "the text of a token"};
      for (const char* key : {"single_word", "lstrip", "rstrip"}) {
        const auto set = flag_field(added, key, where, false);
        if (!set) return set.error();
        if (*set) return unsupported(where + ": " + key, true, "false");
      }
      const auto special = flag_field(added, "special", where, false);
      if (!special) return special.error();
      const auto is_normalized = flag_field(added, "normalized", where, !*special);
      if (!is_normalized) return is_normalized.error();
      const Token token(static_cast<int>(*number));
      const auto at = static_cast<std::size_t>(*number);
      if (at >= state_->bytes.size() || !state_->exists[at] || state_->bytes[at] != *content)
        if (const auto entered = enter(token, *content, where); !entered) return entered.error();
      state_->is_special[at] = *special;
      if (!state_->token_of_added.try_emplace(*content, token).second)
        return Error{where, "found " + shown_json(*content) + " twice", "each content once"};
      (*is_normalized ? state_->added_to_normalized : state_->added).add(*content, token);
    }
    // The vocabulary may have grown, and the strings with it.
    state_->token_of_bytes.clear();
    for (const auto& [text, token] : token_of_text_)
      state_->token_of_bytes.emplace(state_->bytes[static_cast<std::size_t>(token.value())], token);
    return {};
  }

  Result<void> read_normalizer() {
    const json* const value = field(file_, "normalizer");
    if (value == nullptr) return {};
    if (type_of(value) == "Sequence") {
      const json* const list = field(*value, "normalizers");
      if (list != nullptr && list->is_array() && list->empty()) return {};
    }
    if (type_of(value) != "NFC") return unsupported(place("normalizer"), *value, "null or NFC");
    state_->normalizes = true;
    return {};
  }

  Result<void> read_pre_tokenizer() {
    const std::string where = place("pre_tokenizer");
    const json* const value = field(file_, "pre_tokenizer");
    const char* const expected = "ByteLevel, or a Sequence of Splits that ends with it";
    if (value == nullptr) return Error{where, "is missing", expected};
    std::vector<json> steps = {*value};
    if (type_of(value) == "Sequence") {
      const json* const list = field(*value, "pretokenizers");
      if (list == nullptr || !list->is_array()) return Error{where + ": pretokenizers", "is missing", "a list"};
      steps = list->get<std::vector<json>>();
    }
    for (std::size_t k = 0; k < steps.size(); ++k) {
      const std::string step = fmt::format("{}, step {}", where, k + 1);
      const bool last = k + 1 == steps.size();
      const std::string type = type_of(&steps[k]);
      if (type != (last ? "ByteLevel" : "Split")) return unsupported(step, steps[k], expected);
      if (const auto read = last ? read_byte_level(steps[k], step) : read_split(steps[k], step); !read)
        return read.error();
    }
    if (steps.empty()) return unsupported(where, *value, expected);
    return {};
  }

  Result<void> add_split(const std::string& expression, const std::string& where) {
    auto compiled = SplitExpression::compile(expression, where);
    if (!compiled) return compiled.error();
    state_->splits.push_back(*std::move(compiled));
    return {};
  }

  Result<void> read_byte_level(const json& step, const std::string& where) {
    const auto prefix = flag_field(step, "add_prefix_space", where, true);
    if (!prefix) return prefix.error();
    const auto splits = flag_field(step, "use_regex", where, true);
    if (!splits) return splits.error();
    if (*prefix && *splits)  // the space would have to be added between two steps
      return unsupported(where + ": add_prefix_space", true, "false where use_regex is true");
    state_->prefix_space = *prefix;
    return *splits ? add_split(kByteLevelExpression, where) : Result<void>();
  }

  Result<void> read_split(const json& step, const std::string& where) {
    const json* const pattern = field(step, "pattern");
    const json* const expression = pattern != nullptr && pattern->is_object() ? field(*pattern, "Regex") : nullptr;
    if (expression == nullptr || !expression->is_string())
      return unsupported(where + ": pattern", pattern == nullptr ? json() : *pattern, "{\"Regex\": …}");
    if (const json* const behaviour = field(step, "behavior"); behaviour == nullptr || *behaviour != "Isolated")
      return unsupported(where + ": behavior", behaviour == nullptr ? json() : *behaviour, "Isolated");
    const auto inverted = flag_field(step, "invert", where, false);
    if (!inverted) return inverted.error();
    if (*inverted) return unsupported(where + ": invert", true, "false");
    return add_split(expression->get<std::string>(), where + ": pattern");
  }

  Result<void> read_post_processor() {
    const json* const value = field(file_, "post_processor");
    if (value == nullptr) return {};
    const std::string where = place("post_processor");
    if (type_of(value) != "Sequence") return read_processor(*value, where);
    const json* const list = field(*value, "processors");
    if (list == nullptr || !list->is_array()) return Error{where + ": processors", "is missing", "a list"};
    for (std::size_t k = 0; k < list->size(); ++k)
      if (const auto read = read_processor((*list)[k], fmt::format("{}, step {}", where, k + 1)); !read)
        return read.error();
    return {};
  }

  Result<void> read_processor(const json& step, const std::string& where) {
    if (type_of(&step) == "ByteLevel") return {};  // changes offsets only
    if (type_of(&step) != "TemplateProcessing") return unsupported(where, step, "ByteLevel or TemplateProcessing");
    const json* const single = field(step, "single");
    if (single == nullptr || !single->is_array()) return Error{where + ": single", "is missing", "a list"};
    bool after = false;
    for (const json& part : *single) {
      const json* const sequence = part.is_object() ? field(part, "Sequence") : nullptr;
      const json* const special = part.is_object() ? field(part, "SpecialToken") : nullptr;
      if (sequence != nullptr && !after) {
        after = true;
        continue;
      }
      const auto name = special != nullptr && special->is_object() ? text_field(*special, "id", where + ": single")
                                                                   : Result<std::string>(Error{});
      const auto found = name ? state_->token_of_added.find(*name) : state_->token_of_added.end();
      if (found == state_->token_of_added.end())
        return unsupported(where + ": single", part, "added tokens around one Sequence");
      (after ? state_->after : state_->before).push_back(found->second);
    }
    if (!after) return unsupported(where + ": single", *single, "added tokens around one Sequence");
    return {};
  }

  Result<void> read_decoder() {
    const json* const value = field(file_, "decoder");
    if (type_of(value) == "ByteLevel") return {};
    return unsupported(place("decoder"), value == nullptr ? json() : *value, "ByteLevel");
  }

  const json& file_;
  const std::string name_;
  const ByteAlphabet alphabet_;
  TokenOf<std::string> token_of_text_;  ///< as the file writes tokens
  std::unique_ptr<Tokenizer::State> state_ = std::make_unique<Tokenizer::State>();
};

Result<Tokenizer> Tokenizer::parse(std::string_view text, const std::string& name) {
  const auto file = parse_json<json>(text, name, "a tokenizer");
  if (!file) return file.error();
  return TokenizerLoader(*file, name).load();
}

Result<Tokenizer> Tokenizer::load(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  if (path.extension() == ".xz") {
    auto unpacked = unpack_xz(*bytes, path.string(), kMostTokenizerBytes);
    if (!unpacked) return unpacked.error();
    bytes = std::move(unpacked);
  }
  const auto text = to_text(*std::move(bytes), path.string());
  if (!text) return text.error();
  return parse(*text, path.string());
}

}  // namespace vtpu::model
