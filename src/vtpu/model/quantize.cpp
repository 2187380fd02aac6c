#include "vtpu/model/quantize.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/checkpoint.h"
#include "vtpu/model/model_config.h"
#include "vtpu/model/weight_matrix.h"

namespace vtpu::model {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kWindow = 512;

/// The tensors of a new file, and the bytes of those that are not views of the old one.
struct NewTensors {
  Tensors tensors;
  std::map<std::string, std::vector<std::byte>> bytes;

  void add(const std::string& name, ElementType type, std::vector<std::int64_t> shape, std::vector<std::byte> values) {
    const auto& kept = bytes[name] = std::move(values);
    tensors[name] = {type, std::move(shape), kept};
  }
};

Result<void> write_config(const fs::path& from, const fs::path& to, WeightType type) {
  const std::string name = (from / "config.json").string();
  const auto text = read_text(from / "config.json");
  if (!text) return text.error();
  auto file = parse_json<nlohmann::ordered_json>(*text, name, "the configuration of a model", SameKeys::refused);
  if (!file) return file.error();
  file->erase("quantization_config");
  if (is_quantized(type)) (*file)["quantization_config"] = {{"quant_method", "vtpu"}, {"weights", choice_name(type)}};
  return write_file(to / "config.json", json_text(*file, 2) + "\n");
}

/// Log-probabilities of all tokens.
std::vector<double> log_probabilities(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - top);
  std::vector<double> result;
  for (const float logit : logits) result.push_back(logit - top - std::log(sum));
  return result;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double product = 0, squares_a = 0, squares_b = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    product += static_cast<double>(a[k]) * b[k];
    squares_a += static_cast<double>(a[k]) * a[k];
    squares_b += static_cast<double>(b[k]) * b[k];
  }
  return product / std::sqrt(squares_a * squares_b);
}

}  // namespace

Result<Quantization> quantize_model(const fs::path& from, const fs::path& to, WeightType type) {
  if (type == WeightType::f32) return Error{"type", "found f32", "a type of fewer bits"};
  std::error_code ignored;
  if (fs::exists(to, ignored) && !fs::is_empty(to, ignored))
    return Error{to.string(), "is there already", "a new name or an empty folder"};
  const auto config = ModelConfig::load(from / "config.json");
  if (!config) return config.error();
  const auto checkpoint = Checkpoint::open(from);
  if (!checkpoint) return checkpoint.error();
  const WeightType stored_as = weight_type(*config, *checkpoint);

  Quantization result;
  NewTensors made;
  for (const auto& [name, tensor] : checkpoint->tensors()) {
    result.bytes_before += tensor.bytes.size();
    made.tensors[name] = tensor;
  }
  double squared_error = 0, squares = 0;
  for (const MatrixShape& matrix : matrices_of(*config)) {
    const auto found = WeightMatrix::find(*checkpoint, matrix.name, matrix.rows, matrix.columns,
                                          block_run(*config, matrix.name, matrix.columns), stored_as);
    if (!found) return found.error();
    auto stored = store_matrix(*found, type, matrix.name);
    if (!stored) return stored.error();
    squared_error += stored->squared_error, squares += stored->squares;
    made.tensors.erase(scale_name(matrix.name));
    const ElementType elements = type == WeightType::bf16         ? ElementType::bf16
                                 : type == WeightType::int4_block ? ElementType::u8
                                                                  : ElementType::i8;
    made.add(matrix.name, elements, stored->shape, std::move(stored->values));
    if (is_quantized(type))
      made.add(scale_name(matrix.name), ElementType::bf16, stored->scale_shape, std::move(stored->scales));
  }
  result.weight_error = squares == 0 ? 0 : std::sqrt(squared_error / squares);
  for (const auto& [name, tensor] : made.tensors) result.bytes_after += tensor.bytes.size();
  if (const auto done = write_config(from, to, type); !done) return done.error();
  if (const auto done = write_safetensors(to / "model.safetensors", made.tensors); !done) return done.error();
  for (const char* file : {"tokenizer.json", "tokenizer.json.xz", "tokenizer_config.json"}) {
    if (!fs::exists(from / file, ignored)) continue;
    const auto bytes = read_file(from / file);
    if (!bytes) return bytes.error();
    if (const auto done = write_file(to / file, *bytes); !done) return done.error();
  }
  return result;
}

Result<Comparison> compare_models(Transformer& before, Transformer& after, std::span<const Token> tokens) {
  VTPU_CHECK(tokens.size() >= 2, "the second token is predicted from the first");
  const auto window = static_cast<std::size_t>(std::min({before.positions(), after.positions(), kWindow}));
  const auto block = static_cast<std::size_t>(std::min(before.block(), after.block()));
  Comparison result{.least_cosine = 1};
  double surprise_before = 0, surprise_after = 0;
  std::int64_t predicted = 0, same = 0;
  for (std::size_t at = 0, count = 0; at < tokens.size(); at += count) {
    if (at % window == 0) before.restart(), after.restart();
    count = std::min({block, window - at % window, tokens.size() - at});
    for (Transformer* const model : {&before, &after})
      if (const auto done = model->append(tokens.subspan(at, count), Transformer::Logits::all); !done)
        return done.error();
    for (std::size_t t = 0; t < count; ++t) {
      const auto first = before.logits(t), second = after.logits(t);
      const auto p = log_probabilities(first), q = log_probabilities(second);
      const double angle = cosine(first, second);
      result.mean_cosine += angle;
      result.least_cosine = std::min(result.least_cosine, angle);
      for (std::size_t k = 0; k < p.size(); ++k) result.divergence += std::exp(p[k]) * (p[k] - q[k]);
      same += before.greedy(t) == after.greedy(t) ? 1 : 0;
      ++result.positions;
      const std::size_t next = at + t + 1;
      if (next >= tokens.size() || next % window == 0) continue;
      surprise_before -= p[static_cast<std::size_t>(tokens[next].value())];
      surprise_after -= q[static_cast<std::size_t>(tokens[next].value())];
      ++predicted;
    }
  }
  const auto positions = static_cast<double>(result.positions);
  result.mean_cosine /= positions;
  result.divergence /= positions;
  result.same_choice = static_cast<double>(same) / positions;
  result.perplexity_before = std::exp(surprise_before / static_cast<double>(predicted));
  result.perplexity_after = std::exp(surprise_after / static_cast<double>(predicted));
  return result;
}

}  // namespace vtpu::model
