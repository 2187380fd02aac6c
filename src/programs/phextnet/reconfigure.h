#pragma once
#include "programs/phextnet/options.h"
#include "vtpu/base/result.h"

namespace vtpu::command {

/// `phextnet reconfigure`.
Result<int> run_reconfigure(const Options& options);

}  // namespace vtpu::command
