#pragma once
#include "programs/phextnet/options.h"
#include "vtpu/base/result.h"

namespace CLI {
class App;
}

namespace vtpu::command {

/// The options of `rings` beside those that describe its network.
void add_rings_options(CLI::App& command, RingsOptions& options);

/// Finds rings through all chips that share no link, proves them, and prints or writes them.
Result<int> run_rings(const Options& options);

}  // namespace vtpu::command
