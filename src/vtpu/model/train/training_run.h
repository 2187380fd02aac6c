#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/model/model_config.h"
#include "vtpu/model/train/optimizer.h"
#include "vtpu/model/train/replica.h"

namespace vtpu::model::train {

/// The sizes of a byte-level model of the Qwen3 architecture: each byte is a token.
struct Shape {
  std::int64_t layers = 5, hidden = 128, heads = 4, kv_heads = 2, head_width = 32, intermediate = 384;

  /// Its `config.json`, for sequences of up to `positions` tokens. Error: sizes that the architecture refuses.
  Result<ModelConfig> config(std::int64_t positions) const;
  std::string config_text(std::int64_t positions) const;
};

/// What decides the bits of a run, besides the text.
struct Settings {
  Shape shape;
  Optimizer optimizer;
  WeightType weights = WeightType::f32;
  std::int64_t steps = 1000;
  std::int64_t sequences = 8;   ///< of a batch
  std::int64_t length = 128;    ///< of each
  std::int64_t accumulate = 1;  ///< batches whose gradients make one step
  std::uint64_t seed = 1;
  double held_out = 0.1;              ///< share of the text, at its end, that no step reads
  std::int64_t evaluate_every = 100;  ///< steps between two losses on the held-out text

  /// All of it as JSON, which a checkpoint keeps so that a run is resumed by the same settings.
  std::string text() const;
};

/// A point of the loss curve, in nats per byte.
struct Point {
  std::int64_t step = 0;  ///< steps done
  double loss = 0;        ///< mean over the steps since the last point
  double held_out = 0;    ///< on held-out text
};

/// A training run. The same text and settings give the same bits, whether it is interrupted and resumed or not.
class TrainingRun {
 public:
  /// Makes the model, with random parameters, or continues from the checkpoint in `folder` if there is one. Error: a
  /// text that is too short for one sequence in either part; a checkpoint of other settings or another text; see
  /// `Replica::make`.
  static Result<TrainingRun> open(const Settings& settings, std::string_view corpus,
                                  const std::filesystem::path& folder);

  /// Steps done.
  std::int64_t step() const { return step_; }
  const std::vector<Point>& curve() const { return curve_; }
  const Settings& settings() const { return settings_; }
  /// Bytes of the text that a step reads.
  std::int64_t bytes_per_step() const { return settings_.sequences * settings_.length * settings_.accumulate; }
  std::int64_t trained_parameters() const;
  const Replica& replica() const { return replica_; }

  /// One step. Returns its loss. Error: a loss that is not finite; a trap, which is a bug.
  Result<double> advance();
  /// Loss on at most `windows` sequences of the held-out text, spread over it.
  Result<double> held_out_loss(std::int64_t windows);

  /// Writes `training.safetensors`, which holds all that a resumed run needs, then the model for `vtpu-model run`:
  /// `config.json`, `tokenizer.json`, `model.safetensors`, and the curve as `loss.csv`. A process that is killed
  /// leaves each file old or new.
  Result<void> save() const;

 private:
  TrainingRun(const Settings& settings, std::string_view corpus, std::filesystem::path folder, Replica replica);
  Result<void> begin();
  Result<void> resume(const std::filesystem::path& file);
  Batch batch_at(std::span<const std::int64_t> places) const;

  Settings settings_;
  std::string corpus_, digest_;
  std::int64_t trained_on_ = 0;  ///< bytes of the text before the held-out part
  std::filesystem::path folder_;
  Replica replica_;
  std::int64_t step_ = 0;
  double sum_since_ = 0;  ///< of losses since the last point of the curve
  std::int64_t steps_since_ = 0;
  std::vector<Point> curve_;
};

/// The `tokenizer.json` of a byte-level model: 256 tokens, the bytes.
std::string byte_tokenizer();

}  // namespace vtpu::model::train
