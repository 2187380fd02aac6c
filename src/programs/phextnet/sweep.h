#pragma once
#include "programs/phextnet/options.h"
#include "vtpu/base/result.h"

namespace vtpu::command {

/// `phextnet sweep`. The process that finishes the last point writes the files.
Result<int> run_sweep(const Options& options);

}  // namespace vtpu::command
