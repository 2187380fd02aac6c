#pragma once
#include "programs/phextnet/options.h"
#include "vtpu/base/result.h"

namespace CLI {
class App;
}

namespace vtpu::command {

void add_learn_options(CLI::App& command, LearnOptions& options);

/// `phextnet learn`: whichever process sees the last restart done writes the file.
Result<int> run_learn(const Options& asked);

}  // namespace vtpu::command
