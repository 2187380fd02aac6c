#include "vtpu/model/model_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <utility>

#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/model/json_fields.h"

namespace vtpu::model {
namespace {

using nlohmann::json;

Error not_supported(const std::string& where, const json& value, std::string expected) {
  return {where, "found " + shown_json(value) + ", which is not supported", std::move(expected)};
}

/// Sets frequencies and scale. Source of "yarn": Peng et al., "YaRN: efficient context window extension of large
/// language models", ICLR 2024, with the constants of Hugging Face's transformers.
Result<void> read_rotation(const json& file, const std::string& name, ModelConfig& config) {
  const json* scaling = field(file, "rope_parameters");  // of transformers 5, with the base in it
  const bool newer = scaling != nullptr;
  if (!newer) scaling = field(file, "rope_scaling");
  const std::string where = name + (newer ? ": rope_parameters" : ": rope_scaling");
  if (scaling != nullptr && !scaling->is_object()) return not_supported(where, *scaling, "an object or null");
  const bool inside = newer && field(*scaling, "rope_theta") != nullptr;
  const auto base = number_field(inside ? *scaling : file, "rope_theta", inside ? where : name, 1.0, 1e12);
  if (!base) return base.error();
  const auto width = static_cast<double>(config.head_width);
  const auto pairs = static_cast<std::size_t>(config.head_width / 2);
  for (std::size_t k = 0; k < pairs; ++k)
    config.frequencies.push_back(std::pow(*base, -2 * static_cast<double>(k) / width));
  if (scaling == nullptr) return {};

  const char* const key = field(*scaling, "rope_type") != nullptr ? "rope_type" : "type";
  const auto type = text_field(*scaling, key, where, "default");
  if (!type) return type.error();
  if (*type == "default") return {};
  if (*type != "linear" && *type != "yarn") return not_supported(where + ": " + key, *type, "default, linear or yarn");
  const auto factor = number_field(*scaling, "factor", where, 1.0, 1e6);
  if (!factor) return factor.error();
  if (*type == "linear") {
    for (double& frequency : config.frequencies) frequency /= *factor;
    return {};
  }
  for (const char* other : {"mscale", "mscale_all_dim", "truncate"})
    if (const json* const value = field(*scaling, other)) return not_supported(where + ": " + other, *value, "null");
  const auto fast = number_field(*scaling, "beta_fast", where, 1e-3, 1e6, 32.0);
  if (!fast) return fast.error();
  const auto slow = number_field(*scaling, "beta_slow", where, 1e-3, 1e6, 1.0);
  if (!slow) return slow.error();
  const auto original =
      whole_field(*scaling, "original_max_position_embeddings", where, 1, std::int64_t{1} << 32, config.context);
  if (!original) return original.error();
  const auto scale = number_field(*scaling, "attention_factor", where, 1e-3, 1e3, 0.1 * std::log(*factor) + 1);
  if (!scale) return scale.error();
  config.rotation_scale = *scale;
  // The number of the pair that turns `turns` times within the original context.
  const auto pair_of = [&](double turns) {
    return width * std::log(static_cast<double>(*original) / (turns * 2 * std::numbers::pi)) / (2 * std::log(*base));
  };
  const double low = std::max(std::floor(pair_of(*fast)), 0.0);
  double high = std::min(std::ceil(pair_of(*slow)), width - 1);
  if (high == low) high += 0.001;
  for (std::size_t k = 0; k < pairs; ++k) {
    const double ramp = std::clamp((static_cast<double>(k) - low) / (high - low), 0.0, 1.0);
    config.frequencies[k] *= ramp / *factor + (1 - ramp);
  }
  return {};
}

Result<void> read_quantization(const json& file, const std::string& name, ModelConfig& config) {
  const json* const object = field(file, "quantization_config");
  if (object == nullptr) return {};
  const std::string where = name + ": quantization_config";
  const json* const method = object->is_object() ? field(*object, "quant_method") : nullptr;
  if (method == nullptr || *method != "vtpu")
    return not_supported(where, *object, "an object with the quant_method \"vtpu\", as vtpu-model quantize writes it");
  const auto text = text_field(*object, "weights", where);
  if (!text) return text.error();
  const auto type = parse_choice<WeightType>(*text, where + ": weights");
  if (!type) return type.error();
  if (!is_quantized(*type)) return not_supported(where + ": weights", *text, "a type of whole numbers");
  config.quantized = *type;
  return {};
}

Result<void> refuse_others(const json& file, const std::string& name) {
  const auto only = [&](const char* key, const json& wanted) -> Result<void> {
    const json* const value = field(file, key);
    if (value == nullptr || *value == wanted) return {};
    return not_supported(name + ": " + key, *value, json_text(wanted));
  };
  const std::pair<const char*, json> all[] = {
      {"model_type", "qwen3"}, {"hidden_act", "silu"}, {"attention_bias", false}, {"use_sliding_window", false}};
  for (const auto& [key, wanted] : all)
    if (const auto done = only(key, wanted); !done) return done.error();
  const json* const names = field(file, "architectures");
  if (names == nullptr || *names != json::array({"Qwen3ForCausalLM"}))
    return not_supported(name + ": architectures", names == nullptr ? json() : *names, "[\"Qwen3ForCausalLM\"]");
  if (const json* const kinds = field(file, "layer_types"); kinds != nullptr)
    for (const json& kind : *kinds)
      if (kind != "full_attention") return not_supported(name + ": layer_types", kind, "full_attention");
  return {};
}

}  // namespace

Result<ModelConfig> ModelConfig::parse(std::string_view text, const std::string& name) {
  const auto parsed = parse_json<json>(text, name, "the configuration of a model", SameKeys::refused);
  if (!parsed) return parsed.error();
  const json& file = *parsed;
  if (!file.is_object()) return Error{name, "found " + shown_json(file), "an object, as in config.json"};
  if (const auto done = refuse_others(file, name); !done) return done.error();
  ModelConfig config;
  constexpr std::int64_t kMostWidth = 1 << 17;
  struct Size {
    const char* key;
    std::int64_t* value;
    std::int64_t most;
    std::optional<std::int64_t> otherwise;
  };
  for (const Size& size :
       {Size{"hidden_size", &config.hidden, kMostWidth, {}}, Size{"num_hidden_layers", &config.layers, 1024, {}},
        Size{"num_attention_heads", &config.heads, 1024, {}}, Size{"num_key_value_heads", &config.kv_heads, 1024, {}},
        Size{"intermediate_size", &config.intermediate, kMostWidth, {}},
        Size{"vocab_size", &config.vocabulary, 1 << 24, {}},
        Size{"max_position_embeddings", &config.context, std::int64_t{1} << 32, {}}}) {
    const auto value = whole_field(file, size.key, name, 1, size.most, size.otherwise);
    if (!value) return value.error();
    *size.value = *value;
  }
  const auto width = whole_field(file, "head_dim", name, 2, 4096, config.hidden / config.heads);
  if (!width) return width.error();
  config.head_width = *width;
  if (config.head_width < 2 || config.head_width % 2 != 0)
    return Error{name + ": head_dim", fmt::format("found {}", config.head_width), "an even number"};
  if (config.heads % config.kv_heads != 0)
    return Error{name + ": num_attention_heads", fmt::format("found {}", config.heads),
                 fmt::format("a multiple of num_key_value_heads, which is {}", config.kv_heads)};
  const auto epsilon = number_field(file, "rms_norm_eps", name, 0.0, 1.0);
  if (!epsilon) return epsilon.error();
  config.norm_epsilon = *epsilon;
  const auto tied = flag_field(file, "tie_word_embeddings", name, false);
  if (!tied) return tied.error();
  config.tied = *tied;
  if (const json* const stops = field(file, "eos_token_id")) {
    for (const json& stop : stops->is_array() ? *stops : json::array({*stops})) {
      if (!stop.is_number_unsigned() || stop.get<std::uint64_t>() >= static_cast<std::uint64_t>(config.vocabulary))
        return Error{name + ": eos_token_id", "found " + shown_json(*stops), "tokens of the vocabulary"};
      config.stops.emplace_back(stop.get<int>());
    }
  }
  const char* const element = field(file, "torch_dtype") != nullptr ? "torch_dtype" : "dtype";
  const auto type = text_field(file, element, name, "");
  if (!type) return type.error();
  config.element = *type;
  if (const auto done = read_rotation(file, name, config); !done) return done.error();
  if (const auto done = read_quantization(file, name, config); !done) return done.error();
  return config;
}

Result<ModelConfig> ModelConfig::load(const std::filesystem::path& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  return parse(*text, path.string());
}

}  // namespace vtpu::model
