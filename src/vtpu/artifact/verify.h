#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// Comparison of fresh results with the reference set.
struct Comparison {
  int exact_equal = 0;   ///< computed and simulated values and tables with the same bits
  int within_bounds = 0; ///< measured numbers within their bound
  std::vector<std::string> differences;  ///< one line each: experiment, key, found, reference
};

/// Bound for the measured numbers whose keys have this prefix: the factor ≥ 1 by which they may differ from the
/// reference on another host, and why.
struct Bound {
  std::string prefix;
  double factor = 1;  ///< infinite: every value passes
};

/// Reads the columns prefix, factor and why. The factor "any" marks a fact of one host, which is not compared. The
/// longest prefix that matches a key applies. Error: file and line.
Result<std::vector<Bound>> read_bounds(const std::filesystem::path& path);

/// Adds the comparison of one experiment. A key that only one side has is a difference. Results with different seeds,
/// modes or configurations cannot be compared and count as one difference.
void compare(const measure::ResultFile& fresh, const measure::ResultFile& reference, const std::vector<Bound>& bounds,
             Comparison& comparison);

}  // namespace vtpu::artifact
