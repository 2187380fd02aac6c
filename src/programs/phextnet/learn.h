#pragma once
#include "programs/phextnet/options.h"
#include "vtpu/base/result.h"

namespace CLI {
class App;
}

namespace vtpu::command {

void add_learn_options(CLI::App& command, LearnOptions& options);

/// `phextnet learn`. The process that finishes the last restart writes the file.
Result<int> run_learn(const Options& asked);

}  // namespace vtpu::command
