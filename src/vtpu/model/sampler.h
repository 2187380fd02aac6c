#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/model/token.h"

namespace vtpu::model {

/// How the next token is drawn.
struct SamplingOptions {
  double temperature = 0;         ///< 0: the token with the greatest logit
  int top_k = 0;                  ///< only so many of the likeliest tokens; 0: all
  double top_p = 1;               ///< only the likeliest tokens that together have this probability
  double repetition_penalty = 1;  ///< divides positive logits of tokens that the sequence has, multiplies negative ones
  std::uint64_t seed = 1;
};

/// Draws tokens. The order is that of Hugging Face's transformers: penalty, temperature, top-k, top-p.
class Sampler {
 public:
  explicit Sampler(const SamplingOptions& options) : options_(options), random_(options.seed) {}

  /// `sequence`: the tokens so far, for the penalty. The logits are not empty.
  Token draw(std::span<const float> logits, std::span<const Token> sequence);

 private:
  SamplingOptions options_;
  Random random_;
};

}  // namespace vtpu::model
