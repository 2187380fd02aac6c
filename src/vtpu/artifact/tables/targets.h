#pragma once
#include <span>

#include "vtpu/artifact/table.h"

namespace vtpu::artifact::tables {

/// A target of the design, what was measured for it, and the limit that the same run found.
struct Target {
  const char* what;
  double bound;
  bool at_least;
  const char* unit;
  const char* experiment;
  const char* key;
  const char* limit_key = "";  ///< of the same experiment
  const char* limit = "";      ///< in words
};

/// One row each; the whole interval decides whether a target is met. Error: the key that is missing.
Result<PrintedTable> print_targets(const TableInputs& inputs, std::span<const Target> targets);

}  // namespace vtpu::artifact::tables
