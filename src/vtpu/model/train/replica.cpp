#include "vtpu/model/train/replica.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::model::train {
namespace {

/// Of a tensor of one dimension; see `compiler::box_of`.
constexpr std::int64_t kMostElements = std::int64_t{1} << 33;

const char* name_of(Replica::Vector vector) {
  constexpr std::array kNames = {"master", "gradient", "sum", "first_moment", "second_moment"};
  return kNames[static_cast<std::size_t>(vector)];
}

}  // namespace

Result<Replica> Replica::make(const ModelConfig& config, const Options& options) {
  const Sizes sizes(config, options.sequences, options.length);
  const Parameters parameters(config, sizes);
  const std::int64_t rows = (sizes.layers + 1) * sizes.tokens;
  const std::pair<const char*, std::int64_t> counts[] = {
      {"the parameters", parameters.total},
      {"the feed-forward layers of a batch", rows * sizes.gated},
      {"the projections of a batch", rows * sizes.projected},
      {"the attention of a batch", sizes.layers * sizes.sequences * sizes.heads * sizes.length * sizes.span},
      {"the logits of a batch", sizes.tokens * sizes.logits}};
  for (const auto& [what, count] : counts)
    if (count > kMostElements)
      return Error{what, fmt::format("found {} elements", count), fmt::format("at most {}", kMostElements)};
  auto machine = KernelMachine::make(training_kernels(sizes, parameters, options.weights));
  if (!machine) return machine.error();
  return Replica(config, options, sizes, parameters, *std::move(machine));
}

Replica::Replica(const ModelConfig& config, const Options& options, const Sizes& sizes, const Parameters& parameters,
                 KernelMachine machine)
    : config_(config), options_(options), sizes_(sizes), parameters_(parameters), machine_(std::move(machine)) {
  const auto numbers = machine_.elements<float>("numbers");
  const auto head_width = static_cast<double>(config.head_width);
  numbers[number::kPerHidden] = static_cast<float>(1 / static_cast<double>(config.hidden));
  numbers[number::kEpsilon] = static_cast<float>(config.norm_epsilon);
  numbers[number::kPerHead] = static_cast<float>(1 / head_width);
  numbers[number::kScoreScale] = static_cast<float>(1 / std::sqrt(head_width));
  const auto cosine = machine_.elements<float>("cosine"), sine = machine_.elements<float>("sine");
  for (std::int64_t t = 0; t < sizes.length; ++t)
    for (std::size_t k = 0; k < config.frequencies.size(); ++k) {
      const double angle = static_cast<double>(t) * config.frequencies[k];
      const std::size_t at = static_cast<std::size_t>(t * sizes.half) + k;
      cosine[at] = static_cast<float>(std::cos(angle) * config.rotation_scale);
      sine[at] = static_cast<float>(std::sin(angle) * config.rotation_scale);
    }
}

std::span<float> Replica::values(Vector vector) const { return machine_.elements<float>(name_of(vector)); }

Result<void> Replica::weights_changed() {
  return options_.weights == WeightType::bf16 ? machine_.run("round") : Result<void>();
}

Result<void> Replica::set(const Batch& batch, double factor) {
  const auto count = static_cast<std::size_t>(sizes_.sequences * sizes_.length);
  VTPU_CHECK(batch.tokens.size() == count && batch.targets.size() == count,
             "a batch has the sizes for which the kernels were compiled");
  const auto token = machine_.elements<std::int64_t>("token"), target = machine_.elements<std::int64_t>("target");
  const auto part = machine_.elements<float>("part");
  for (std::size_t k = 0; k < count; ++k) {
    for (const Token each : {batch.tokens[k], batch.targets[k]})
      if (!each.valid() || each.value() >= config_.vocabulary)
        return Error{"", fmt::format("found the token {}", each.value()),
                     fmt::format("a token from 0 to {}", config_.vocabulary - 1)};
    token[k] = batch.tokens[k].value();
    target[k] = batch.targets[k].value();
    part[k] = static_cast<float>(factor / static_cast<double>(count));
  }
  host_ += count;
  return {};
}

Result<void> Replica::run(std::int64_t layer, std::span<const char* const> kernels) {
  machine_.elements<std::int64_t>("args")[0] = layer;
  for (const char* kernel : kernels)
    if (auto done = machine_.run(kernel); !done) return done;
  return {};
}

Result<void> Replica::forward() {
  constexpr std::array kFirst = {"embed"};
  constexpr std::array kLayer = {"attention_norm", "project", "rotate",   "attend", "attention_out",
                                 "mlp_norm",       "gate",    "activate", "mlp_out"};
  constexpr std::array kLast = {"final_norm", "output", "loss"};
  if (auto done = run(0, kFirst); !done) return done;
  for (std::int64_t layer = 0; layer < sizes_.layers; ++layer)
    if (auto done = run(layer, kLayer); !done) return done;
  return run(0, kLast);
}

Result<void> Replica::backward() {
  // The weights' derivatives of a product come before a kernel changes what they read.
  constexpr std::array kFirst = {"output.inputs", "output.weights", "final_norm.back"};
  constexpr std::array kLayer = {
      "mlp_out.inputs", "mlp_out.weights",      "activate.back",         "gate.inputs", "gate.weights",
      "mlp_norm.back",  "attention_out.inputs", "attention_out.weights", "attend.back", "rotate.back",
      "project.inputs", "project.weights",      "attention_norm.back"};
  constexpr std::array kLast = {"embed.back"};
  std::ranges::fill(values(Vector::gradient), 0.0F);
  if (auto done = run(0, kFirst); !done) return done;
  for (std::int64_t layer = sizes_.layers; layer-- > 0;)
    if (auto done = run(layer, kLayer); !done) return done;
  return run(0, kLast);
}

Result<double> Replica::loss(const Batch& batch) {
  if (const auto done = set(batch, 1); !done) return done.error();
  if (const auto done = forward(); !done) return done.error();
  return machine_.elements<double>("result")[0];
}

Result<double> Replica::differentiate(const Batch& batch, double factor) {
  if (const auto done = set(batch, factor); !done) return done.error();
  if (const auto done = forward(); !done) return done.error();
  const double found = machine_.elements<double>("result")[0] / factor;
  if (const auto done = backward(); !done) return done.error();
  return found;
}

void Replica::clear_sum() { std::ranges::fill(values(Vector::sum), 0.0F); }

Result<void> Replica::add() { return machine_.run("add"); }

Result<double> Replica::update(const Optimizer& optimizer, double rate, std::int64_t step) {
  const auto numbers = machine_.elements<float>("numbers");
  const auto put = [&](std::size_t place, double value) { numbers[place] = static_cast<float>(value); };
  put(number::kRate, rate);
  put(number::kDecay, rate * optimizer.decay);
  put(number::kBeta1, optimizer.method == Method::sgd ? 0 : optimizer.beta1);
  put(number::kBeta2, optimizer.beta2);
  put(number::kCorrection1, 1 / (1 - std::pow(optimizer.beta1, static_cast<double>(step))));
  put(number::kCorrection2, 1 / (1 - std::pow(optimizer.beta2, static_cast<double>(step))));
  put(number::kStability, optimizer.stability);
  put(number::kMostNorm, optimizer.most_norm > 0 ? optimizer.most_norm : std::numeric_limits<float>::max());
  host_ += 20;
  for (const char* kernel : {"measure", optimizer.method == Method::adamw ? "adamw" : "descend"})
    if (const auto done = machine_.run(kernel); !done) return done.error();
  if (const auto done = weights_changed(); !done) return done.error();
  return machine_.elements<double>("result")[1];
}

}  // namespace vtpu::model::train
