#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/model/train/training_run.h"

// `vtpu-model train`.

namespace vtpu::command {

struct TrainOptions {
  std::string corpus, folder;
  model::train::Settings settings;
  std::int64_t save_every = 100;  ///< steps
  bool bf16 = false;
};

/// Adds the options of the command.
void add_train_options(CLI::App& command, TrainOptions& options);

/// Trains until the last step or Ctrl-C. Returns the exit status.
Result<int> run_train(const TrainOptions& options);

}  // namespace vtpu::command
