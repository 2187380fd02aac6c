#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// How fresh results compare with the reference set.
struct Comparison {
  int exact_equal = 0;   ///< computed and simulated numbers with the same bits
  int within_bounds = 0; ///< measured numbers within their factor
  std::vector<std::string> differences;  ///< one line each: experiment, key, found, reference
};

/// How far a measured number may lie from its reference on another host: keys with this prefix, a factor ≥ 1, and why.
struct Bound {
  std::string prefix;
  double factor = 1;  ///< infinite: any value passes
};

/// Columns prefix, factor ("any" for a fact of one host, which is shown and not compared), why; the longest prefix that fits a key counts. Error: file and line.
Result<std::vector<Bound>> read_bounds(const std::filesystem::path& path);

/// Adds the comparison of one experiment. Keys that only one side has are differences. Different seeds, modes or
/// configurations cannot be compared and are one difference.
void compare(const measure::ResultFile& fresh, const measure::ResultFile& reference, const std::vector<Bound>& bounds,
             Comparison& comparison);

}  // namespace vtpu::artifact
