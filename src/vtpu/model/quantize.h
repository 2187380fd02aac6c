#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

#include "vtpu/base/result.h"
#include "vtpu/model/token.h"
#include "vtpu/model/transformer.h"
#include "vtpu/model/weight_type.h"

namespace vtpu::model {

struct Quantization {
  std::uint64_t bytes_before = 0, bytes_after = 0;  ///< of all tensors
  double weight_error = 0;  ///< root of the mean squared error of the matrices, as a share of the root of their square
};

/// Writes the model in the folder `from`, with its matrices as `type`, to the folder `to`, which must be absent or
/// empty. Vectors are copied, and so are the files of its tokenizer. Error: as `Transformer::load`; `type` is f32; a
/// folder that is not empty; a file that cannot be written.
Result<Quantization> quantize_model(const std::filesystem::path& from, const std::filesystem::path& to,
                                    WeightType type);

/// What two models with the same vocabulary make of one text.
struct Comparison {
  std::int64_t positions = 0;
  double mean_cosine = 0, least_cosine = 0;  ///< of the logits
  double divergence = 0;                     ///< mean Kullback-Leibler divergence of the second model, in nats
  double same_choice = 0;                    ///< share of positions where both choose the same token
  double perplexity_before = 0, perplexity_after = 0;  ///< of all tokens but the first of each window
};

/// Reads the tokens in windows of as many tokens as both models have positions, but at most 512. At least two tokens.
/// Error: as `Transformer::append`.
Result<Comparison> compare_models(Transformer& before, Transformer& after, std::span<const Token> tokens);

}  // namespace vtpu::model
