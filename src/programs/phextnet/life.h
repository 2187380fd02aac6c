#pragma once
#include "programs/phextnet/options.h"
#include "vtpu/base/result.h"

namespace vtpu::command {

/// `phextnet life`; --csv writes the events of the first life.
Result<int> run_life(const Options& options);

}  // namespace vtpu::command
