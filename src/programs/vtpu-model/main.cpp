// vtpu-model: tokenizers and language models on the vTPU.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "programs/command/command.h"
#include "programs/vtpu-model/train.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/random.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/continuation.h"
#include "vtpu/model/quantize.h"
#include "vtpu/model/sampler.h"
#include "vtpu/model/tokenizer.h"
#include "vtpu/model/transformer.h"
#include "vtpu/model/weight_matrix.h"

namespace vtpu::command {
namespace {

namespace fs = std::filesystem;
using model::Token;
using model::Transformer;
using nlohmann::json;
using nlohmann::ordered_json;

struct Options {
  std::string file;   ///< a tokenizer, or a model's folder
  bool bare = false;  ///< tokenize: without the template's tokens
  bool json = false;
  std::string tokens;  ///< of --tokens
  std::string prompt;
  std::string out, type, text;  ///< of quantize
  std::int64_t positions = 0;
  int most = 256;          ///< tokens to generate
  std::int64_t guess = 0;  ///< most tokens that are guessed at once
  model::SamplingOptions sampling;
};

// ---- tokenizers

/// Calls answer(line, its place) for each line of standard input and prints what it returns.
template <class Answer>
Result<int> answer_lines(const Answer& answer) {
  std::string line;
  for (std::uint64_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    const Result<std::string> text = answer(line, fmt::format("standard input, line {}", number));
    if (!text) return text.error();
    if (const auto printed = print_text(*text + "\n"); !printed) return printed.error();
  }
  if (std::cin.bad()) return Error{"standard input", "cannot be read", ""};
  return kDone;
}

Result<int> run_tokenize(const Options& options) {
  const auto tokenizer = model::Tokenizer::load(options.file);
  if (!tokenizer) return tokenizer.error();
  model::TextEncoder encoder(*tokenizer);
  const auto form = options.bare ? model::TextEncoder::Template::without : model::TextEncoder::Template::with;
  return answer_lines([&](const std::string& line, const std::string& where) -> Result<std::string> {
    const auto text = parse_json<json>(line, where, "a JSON string");
    if (!text) return text.error();
    if (!text->is_string()) return Error{where, "found JSON that is no string", "a JSON string"};
    const auto tokens = encoder.encode(text->get_ref<const std::string&>(), form);
    if (!tokens) return within(where, tokens.error());
    std::string ids = "[";
    for (const Token token : *tokens) ids += fmt::format("{}{}", ids.size() > 1 ? "," : "", token.value());
    return ids + "]";
  });
}

/// The tokens of a JSON array.
Result<std::vector<Token>> tokens_of(const json& list, const std::string& where) {
  std::vector<Token> tokens;
  const Error wrong{where, "found JSON that is no array of token numbers", "an array such as [3, 1, 4]"};
  if (!list.is_array()) return wrong;
  for (const json& number : list) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > std::uint64_t{INT32_MAX}) return wrong;
    tokens.emplace_back(number.get<int>());
  }
  return tokens;
}

Result<int> run_detokenize(const Options& options) {
  const auto tokenizer = model::Tokenizer::load(options.file);
  if (!tokenizer) return tokenizer.error();
  return answer_lines([&](const std::string& line, const std::string& where) -> Result<std::string> {
    const auto list = parse_json<json>(line, where, "a JSON array of token numbers");
    if (!list) return list.error();
    const auto tokens = tokens_of(*list, where);
    if (!tokens) return tokens.error();
    const auto text = tokenizer->decode(*tokens);
    if (!text) return within(where, text.error());
    return json_text(json(*text));
  });
}

// ---- models

/// Set by Ctrl-C, once `run` catches it.
volatile std::sig_atomic_t interrupted = 0;

/// Appends a sequence in blocks, until interrupted; calls each(t) for each token of a block whose logits `which` asks
/// for.
template <class Each>
Result<void> append_all(Transformer& transformer, std::span<const Token> tokens, Transformer::Logits which,
                        const Each& each) {
  const auto block = static_cast<std::size_t>(transformer.block());
  for (std::size_t at = 0; at < tokens.size() && interrupted == 0; at += block) {
    const std::size_t count = std::min(block, tokens.size() - at);
    const bool last = at + count == tokens.size();
    const auto logits = which == Transformer::Logits::last && !last ? Transformer::Logits::none : which;
    if (const auto done = transformer.append(tokens.subspan(at, count), logits); !done) return done.error();
    if (logits != Transformer::Logits::none)
      for (std::size_t t = logits == Transformer::Logits::last ? count - 1 : 0; t < count; ++t) each(t);
  }
  return {};
}

Result<int> run_logits(const Options& options) {
  const std::string where = "--tokens";
  std::vector<Token> tokens;
  for (const std::string_view part : split(options.tokens, ',')) {
    const auto number = parse_between<int>(trim(part), where, 0, std::numeric_limits<int>::max());
    if (!number) return number.error();
    tokens.emplace_back(*number);
  }
  auto transformer = Transformer::load(options.file, {.positions = options.positions});
  if (!transformer) return transformer.error();
  json rows = json::array();
  const auto done = append_all(*transformer, tokens, Transformer::Logits::all, [&](std::size_t t) {
    const auto logits = transformer->logits(t);
    rows.push_back(std::vector<float>(logits.begin(), logits.end()));
  });
  if (!done) return within(where, done.error());
  if (options.json) return print(json_text(json{{"logits", rows}}) + "\n");
  std::string text;
  for (const json& row : rows) {
    std::string line;
    for (const json& value : row) line += fmt::format("{}{:.9g}", line.empty() ? "" : " ", value.get<double>());
    text += line + "\n";
  }
  return print(text);
}

Result<int> print_facts(const ordered_json& facts, const Options& options) {
  if (options.json) return print(json_text(facts, 2) + "\n");
  std::string text;
  for (const auto& [key, value] : facts.items()) text += fmt::format("{:<17} {}\n", key, json_text(value));
  return print(text);
}

Result<int> run_info(const Options& options) {
  const fs::path folder = options.file;
  const auto config = model::ModelConfig::load(folder / "config.json");
  if (!config) return config.error();
  const auto checkpoint = model::Checkpoint::open(folder);
  if (!checkpoint) return checkpoint.error();
  std::uint64_t weights = 0, bytes = 0;
  for (const auto& [name, tensor] : checkpoint->tensors()) {
    bytes += tensor.bytes.size();
    if (tensor.shape.size() != 2) weights += tensor.bytes.size() / model::bytes_of(tensor.type);
  }
  for (const model::MatrixShape& matrix : model::matrices_of(*config))
    weights += static_cast<std::uint64_t>(matrix.rows * matrix.columns);
  const ordered_json facts{{"layers", config->layers},
                           {"hidden", config->hidden},
                           {"heads", config->heads},
                           {"key_value_heads", config->kv_heads},
                           {"head_width", config->head_width},
                           {"intermediate", config->intermediate},
                           {"vocabulary", config->vocabulary},
                           {"positions", config->context},
                           {"tied", config->tied},
                           {"matrices", choice_name(model::weight_type(*config, *checkpoint))},
                           {"tensors", checkpoint->tensors().size()},
                           {"weights", weights},
                           {"bytes", bytes}};
  return print_facts(facts, options);
}

// ---- generation

/// The tokenizer in a model's folder.
Result<model::Tokenizer> tokenizer_in(const fs::path& folder) {
  const fs::path packed = folder / "tokenizer.json.xz";
  return model::Tokenizer::load(fs::exists(packed) ? packed : folder / "tokenizer.json");
}

/// The text of --text as tokens; without one, random tokens.
Result<std::vector<Token>> tokens_to_compare(const Options& options, std::int64_t vocabulary) {
  constexpr int kRandomTokens = 64;
  std::vector<Token> tokens;
  if (options.text.empty()) {
    Random random(1);
    for (int k = 0; k < kRandomTokens; ++k)
      tokens.emplace_back(static_cast<int>(random.below(static_cast<std::uint64_t>(vocabulary))));
    return tokens;
  }
  const auto tokenizer = tokenizer_in(options.file);
  if (!tokenizer) return tokenizer.error();
  const auto text = read_text(options.text);
  if (!text) return text.error();
  auto encoded = model::TextEncoder(*tokenizer).encode(*text);
  if (!encoded) return within(options.text, encoded.error());
  if (encoded->size() < 2) return Error{options.text, fmt::format("has {} tokens", encoded->size()), "at least 2"};
  return encoded;
}

Result<int> run_quantize(const Options& options) {
  const auto type = parse_choice<model::WeightType>(options.type, "--type");
  if (!type) return type.error();
  if (*type == model::WeightType::f32) return Error{"--type", "found f32", "a type of fewer bits"};
  const auto config = model::ModelConfig::load(fs::path(options.file) / "config.json");
  if (!config) return config.error();
  // The text is read first, so that a wrong one costs no time.
  const auto tokens = tokens_to_compare(options, config->vocabulary);
  if (!tokens) return tokens.error();
  const auto made = model::quantize_model(options.file, options.out, *type);
  if (!made) return made.error();
  const Transformer::Options sizes{.positions = std::min<std::int64_t>(config->context, 512)};
  auto before = Transformer::load(options.file, sizes);
  if (!before) return before.error();
  auto after = Transformer::load(options.out, sizes);
  if (!after) return after.error();
  const auto compared = model::compare_models(*before, *after, *tokens);
  if (!compared) return compared.error();
  ordered_json facts{{"matrices", options.type},
                     {"bytes_before", made->bytes_before},
                     {"bytes_after", made->bytes_after},
                     {"weight_error", made->weight_error},
                     {"compared_on", options.text.empty() ? "random tokens" : options.text},
                     {"tokens", compared->positions},
                     {"mean_cosine", compared->mean_cosine},
                     {"least_cosine", compared->least_cosine},
                     {"divergence_nats", compared->divergence},
                     {"same_choice", compared->same_choice}};
  if (!options.text.empty()) {
    facts["perplexity_before"] = compared->perplexity_before;
    facts["perplexity_after"] = compared->perplexity_after;
  }
  return print_facts(facts, options);
}

Result<int> run_run(const Options& options) {
  if (options.guess > 0 && (options.sampling.temperature != 0 || options.sampling.repetition_penalty != 1))
    return Error{"--guess", "found a temperature or a repetition penalty beside it", "neither"};
  const auto tokenizer = tokenizer_in(options.file);
  if (!tokenizer) return tokenizer.error();
  const auto prompt = model::TextEncoder(*tokenizer).encode(options.prompt);
  if (!prompt) return within("PROMPT", prompt.error());
  if (prompt->empty()) return Error{"PROMPT", "has no tokens", "at least one"};
  auto transformer = Transformer::load(options.file, {.positions = options.positions});
  if (!transformer) return transformer.error();
  const std::vector<Token>& stops = transformer->config().stops;

  std::signal(SIGINT, [](int) { interrupted = 1; });
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  std::size_t last = 0;
  if (const auto done = append_all(*transformer, *prompt, Transformer::Logits::last, [&](std::size_t t) { last = t; });
      !done)
    return within("PROMPT", done.error());
  const auto first = Clock::now();

  model::Sampler sampler(options.sampling);
  model::StreamDecoder stream(*tokenizer);
  std::vector<Token> sequence = *prompt;
  const bool greedy = options.sampling.temperature == 0 && options.sampling.repetition_penalty == 1;
  int generated = 0, guessed = 0, accepted = 0;
  const auto write = [&](Token token) -> Result<void> {
    sequence.push_back(token);
    ++generated;
    const auto text = stream.push(token);
    if (!text) return text.error();
    return print_text(*text);
  };
  const auto ends = [&](Token token) { return std::find(stops.begin(), stops.end(), token) != stops.end(); };
  while (generated < options.most && transformer->length() < transformer->positions() && interrupted == 0) {
    const Token next = greedy ? transformer->greedy(last) : sampler.draw(transformer->logits(last), sequence);
    if (ends(next)) break;
    if (const auto written = write(next); !written) return written.error();
    // The token and the guess that follows it are read at once; the guess is kept as far as the model agrees.
    const std::int64_t room =
        std::min({options.guess, transformer->block() - 1, transformer->positions() - transformer->length() - 1,
                  static_cast<std::int64_t>(options.most - generated)});
    const std::vector<Token> guess = model::guess_continuation(sequence, static_cast<std::size_t>(room));
    std::vector<Token> block = {next};
    block.insert(block.end(), guess.begin(), guess.end());
    const auto logits = guess.empty() ? Transformer::Logits::last : Transformer::Logits::all;
    if (const auto done = transformer->append(block, logits); !done) return done.error();
    last = 0;
    while (last < guess.size() && guess[last] == transformer->greedy(last) && !ends(guess[last])) {
      if (const auto written = write(guess[last]); !written) return written.error();
      ++last;
    }
    transformer->cut(transformer->length() - static_cast<std::int64_t>(guess.size() - last));
    guessed += static_cast<int>(guess.size()), accepted += static_cast<int>(last);
  }
  if (const auto printed = print_text(stream.finish() + "\n"); !printed) return printed.error();
  const auto seconds = [](auto from, auto to) { return std::chrono::duration<double>(to - from).count(); };
  const double reading = seconds(begin, first), writing = seconds(first, Clock::now());
  std::fputs(
      fmt::format("{} tokens read at {:.1f} per second, {} written at {:.1f} per second\n", prompt->size(),
                  static_cast<double>(prompt->size()) / reading, generated, generated == 0 ? 0.0 : generated / writing)
          .c_str(),
      stderr);
  if (options.guess > 0)
    std::fputs(fmt::format("{} of {} guessed tokens accepted\n", accepted, guessed).c_str(), stderr);
  return interrupted == 0 ? kDone : kInterrupted;
}

// ---- the command line

class CommandLine {
 public:
  CommandLine() : app_("vtpu-model: tokenizers and language models on the vTPU") {
    app_.name("vtpu-model");
    app_.require_subcommand(1);
    app_.footer(
        "TOKENIZER is a tokenizer.json of the ByteLevel family, or the same as .json.xz. DIR is a folder with\n"
        "config.json and model.safetensors, or model.safetensors.index.json and the files that it lists.\n"
        "Exit status: 0 done, 1 wrong input, 2 wrong usage, 130 interrupted.\n"
        "Any status but 0 and 130 comes with one line on standard error.");
    CLI::App* tokenize =
        add("tokenize", "turn each line, a JSON string, into a JSON array of tokens", "TOKENIZER", run_tokenize);
    tokenize->add_flag("--bare", options_.bare, "without the tokens that the tokenizer's template adds");
    add("detokenize", "turn each line, a JSON array of tokens, into a JSON string", "TOKENIZER", run_detokenize);
    CLI::App* logits = add("logits", "the logits after each token, computed on the vTPU", "DIR", run_logits);
    logits->add_option("--tokens", options_.tokens, "tokens, separated by commas")->required();
    with_positions(logits), with_json(logits);
    with_json(add("info", "the sizes of a model", "DIR", run_info));
    CLI::App* quantize =
        add("quantize", "write a model with smaller weights, and report what it loses", "DIR", run_quantize);
    quantize->add_option("OUT", options_.out, "the new folder")->required();
    quantize->add_option("--type", options_.type, "bf16, int8-row, int8-block or int4-block")->required();
    quantize->add_option("--text", options_.text, "held-out text to compare on; without it, random tokens");
    with_json(quantize);
    CLI::App* run = add("run", "continue a text", "DIR", run_run);
    run->add_option("PROMPT", options_.prompt, "the text")->required();
    add_number(*run, "--tokens", options_.most, "most tokens to write", 1, 1 << 20);
    add_number(*run, "--temperature", options_.sampling.temperature, "0 takes the likeliest token", 0.0, 100.0);
    add_number(*run, "--top-k", options_.sampling.top_k, "draw from so many of the likeliest tokens; 0: all", 0,
               1 << 24);
    add_number(*run, "--top-p", options_.sampling.top_p, "draw from the likeliest tokens of this probability", 0.0,
               1.0);
    add_number(*run, "--repetition-penalty", options_.sampling.repetition_penalty,
               "what logits of earlier tokens are divided by", 0.01, 100.0);
    add_number(*run, "--guess", options_.guess,
               "guess so many tokens at once from repetitions in the text; the text stays the same", std::int64_t{0},
               std::int64_t{15});
    add_number(*run, "--seed", options_.sampling.seed, "of the random numbers");
    with_positions(run);
    CLI::App* train = app_.add_subcommand("train", "train a byte-level model on a text, or continue a run");
    add_train_options(*train, train_options_);
    train->final_callback([this] { action_ = [this] { return run_train(train_options_); }; });
  }

  int run(int argc, char** argv) {
    return run_command("vtpu-model", app_, argc, argv, {}, [this] { return action_(); });
  }

 private:
  using Action = Result<int> (*)(const Options&);

  CLI::App* add(const char* name, const char* what, const char* file, Action action) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->add_option(file, options_.file, "see below")->required();
    command->final_callback([this, action] { action_ = [this, action] { return action(options_); }; });
    return command;
  }
  void with_json(CLI::App* command) { command->add_flag("--json", options_.json, "as JSON"); }
  void with_positions(CLI::App* command) {
    add_number(*command, "--positions", options_.positions, "most tokens of the sequence; 0: the model's, at most 4096",
               std::int64_t{0}, std::int64_t{1} << 20);
  }

  Options options_;
  TrainOptions train_options_;
  std::function<Result<int>()> action_;
  CLI::App app_;
};

}  // namespace
}  // namespace vtpu::command

int main(int argc, char** argv) { return vtpu::command::CommandLine().run(argc, argv); }
