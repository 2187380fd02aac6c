#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/exec/context.h"
#include "vtpu/model/model_config.h"
#include "vtpu/model/token.h"
#include "vtpu/model/train/kernel_machine.h"
#include "vtpu/model/train/optimizer.h"
#include "vtpu/model/train/parameters.h"
#include "vtpu/model/train/training_kernels.h"

namespace vtpu::model::train {

/// Sequences of one length, one after the other, and the token that follows each of their tokens.
struct Batch {
  std::vector<Token> tokens, targets;
};

/// A model with everything that a training step needs, on one vTPU: the loss of a batch, its derivatives by all
/// parameters, and the update.
class Replica {
 public:
  struct Options {
    std::int64_t sequences = 1;  ///< of a batch
    std::int64_t length = 1;     ///< of each
    WeightType weights = WeightType::f32;
  };

  /// All parameters are zero. Error: a model or a batch that is too large for the kernels' tensors.
  static Result<Replica> make(const ModelConfig& config, const Options& options);

  const Sizes& sizes() const { return sizes_; }
  const Parameters& parameters() const { return parameters_; }

  /// The parameters and what belongs to each, with padding.
  enum class Vector { master, gradient, sum, first_moment, second_moment };
  std::span<float> values(Vector vector) const;
  /// To be called after the host has changed `master`.
  Result<void> weights_changed();

  /// The mean cross entropy of a batch, in nats per token. Error: a token outside the vocabulary.
  Result<double> loss(const Batch& batch);
  /// The same, and sets `gradient` to the derivatives, all times `factor`.
  Result<double> differentiate(const Batch& batch, double factor = 1);

  /// Sets `sum` to zero.
  void clear_sum();
  /// Adds `gradient` to `sum`.
  Result<void> add();
  /// Updates the parameters by `sum`; `step` counts from 1. Returns the norm of `sum` before it is clipped.
  Result<double> update(const Optimizer& optimizer, double rate, std::int64_t step);

  /// What the vTPU has retired, and the operations on floats that the host did itself since the model was made.
  const exec::Retired& retired() const { return machine_.retired(); }
  std::uint64_t host_operations() const { return host_; }

 private:
  Replica(const ModelConfig& config, const Options& options, const Sizes& sizes, const Parameters& parameters,
          KernelMachine machine);
  Result<void> set(const Batch& batch, double factor);
  Result<void> forward();
  Result<void> backward();
  /// Runs kernels in order, for one layer.
  Result<void> run(std::int64_t layer, std::span<const char* const> kernels);

  ModelConfig config_;
  Options options_;
  Sizes sizes_;
  Parameters parameters_;
  KernelMachine machine_;
  std::uint64_t host_ = 0;
};

}  // namespace vtpu::model::train
