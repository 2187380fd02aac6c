#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/model/token.h"
#include "vtpu/model/weight_type.h"

namespace vtpu::model {

/// The sizes of a Qwen3 model, from its `config.json`.
struct ModelConfig {
  std::int64_t hidden = 0, layers = 0, heads = 0, kv_heads = 0, head_width = 0, intermediate = 0, vocabulary = 0;
  std::int64_t context = 0;  ///< most positions
  double norm_epsilon = 0;
  bool tied = false;  ///< the output layer is the embedding
  /// By which the angle of each pair of a head's elements grows with a position, after scaling.
  std::vector<double> frequencies;
  double rotation_scale = 1;  ///< of sines and cosines
  std::vector<Token> stops;   ///< tokens after which generation ends
  std::string element;        ///< as the file says, for `info`
  /// Of a model that `vtpu-model quantize` wrote: how its matrices are stored.
  std::optional<WeightType> quantized;

  /// Error: the file, the field, what was found and what is supported.
  static Result<ModelConfig> load(const std::filesystem::path& path);
  static Result<ModelConfig> parse(std::string_view text, const std::string& name);
};

}  // namespace vtpu::model
