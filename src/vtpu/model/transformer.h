#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/exec/context.h"
#include "vtpu/model/checkpoint.h"
#include "vtpu/model/model_config.h"
#include "vtpu/model/token.h"
#include "vtpu/model/weight_type.h"

namespace vtpu::model {

/// A Qwen3 model on the vTPU. Its kernels are compiled for the sizes of the model when it is loaded, and a sentron runs
/// them. It holds one sequence with its keys and values.
class Transformer {
 public:
  struct Options {
    std::int64_t positions = 0;  ///< most tokens of the sequence; 0: those of the model, at most 4096
    std::int64_t block = 16;     ///< tokens that are worked on at once
  };

  /// Copies the weights into the vTPU's memory, in the layout of the kernels. Error: a tensor that is missing or has
  /// another shape or type; memory that the system refuses.
  static Result<Transformer> load(const ModelConfig& config, const Checkpoint& checkpoint, const Options& options);
  /// The same from a folder with `config.json` and weights.
  static Result<Transformer> load(const std::filesystem::path& folder, const Options& options);

  Transformer(Transformer&&) noexcept;
  Transformer& operator=(Transformer&&) noexcept;
  ~Transformer();

  const ModelConfig& config() const;
  WeightType weights() const;
  std::int64_t positions() const;  ///< most tokens of the sequence
  std::int64_t block() const;
  std::int64_t length() const;  ///< tokens of the sequence so far

  /// For which tokens logits are computed.
  enum class Logits { none, last, all };
  /// Appends at most `block` tokens. Error: a token outside the vocabulary; more positions than there is room for; a
  /// trap, which is a bug.
  Result<void> append(std::span<const Token> tokens, Logits logits);
  /// The logits after the token with this number of the last block. Valid until the next call.
  std::span<const float> logits(std::size_t token) const;
  /// The token with the greatest logit after the token with this number of the last block.
  Token greedy(std::size_t token) const;
  /// Forgets the tokens of the sequence but the first `length`.
  void cut(std::int64_t length);
  void restart() { cut(0); }

  /// The work since loading: what the vTPU retired, and the operations on floats that the host did itself, for the
  /// angles of the positions.
  struct Work {
    exec::Retired vtpu;
    std::uint64_t host = 0;
  };
  const Work& work() const;

 private:
  struct State;
  explicit Transformer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace vtpu::model
