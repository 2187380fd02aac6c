#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// Comparison of fresh results with the reference set.
struct Comparison {
  std::size_t exact = 0;                 ///< computed and simulated values, and tables without measured columns
  std::size_t exact_equal = 0;           ///< those with the same bits
  std::vector<std::string> differences;  ///< one line each: experiment, key, found, reference

  std::size_t intervals = 0;          ///< measured values with an interval on both sides, of the same class of hosts
  std::size_t overlapping = 0;        ///< those whose intervals overlap
  std::size_t without_interval = 0;   ///< measured values of fewer than two samples on either side: not compared
  std::vector<std::string> disjoint;  ///< one line each: experiment, key, both intervals
  std::set<std::string> classes;      ///< folders of the references that measured values were compared with
  std::map<std::string, std::size_t> other_classes;  ///< class of fresh results → measured values without a reference
  std::vector<std::string> reference_classes;        ///< all that the reference set has

  /// No difference, and at least 95 % of the intervals overlap. Two 95 % intervals of the same median nearly always do;
  /// the rest is left for the few of a thousand that miss by chance.
  bool agrees() const;
  /// Each difference, each pair of disjoint intervals, and the counts, a line each.
  std::string report() const;
};

/// Adds the comparison of the deterministic parts of one experiment. A key that only one side has is a difference.
/// Results with different seeds, modes or configurations cannot be compared and count as one difference.
void compare_deterministic(const measure::ResultFile& fresh, const measure::ResultFile& reference,
                           Comparison& comparison);

/// The deterministic values and tables of these results that differ from those of the reference set of `mode`, of the
/// experiments that both have; nothing if they have none in common or the project has no such set. An experiment of
/// another seed counts as one difference. `as_if_equal`: results are compared even if their modes and configurations
/// differ.
Result<std::optional<std::size_t>> values_that_differ(const std::map<std::string, measure::ResultFile>& results,
                                                      const std::filesystem::path& root, measure::Mode mode,
                                                      bool as_if_equal);

/// Adds the comparison of the measured values of one experiment, both from hosts of one class. A key that only one side
/// has is a difference. Measured tables are not compared: the numbers that matter in them are values as well.
void compare_measured(const measure::ResultFile& fresh, const measure::ResultFile& reference, Comparison& comparison);

/// Compares results/json with the reference set of this mode. Measured values are compared if the set has a result of
/// the same experiment from a host of the same class. Error: a missing or malformed file.
Result<Comparison> verify(const std::filesystem::path& root, measure::Mode mode);

}  // namespace vtpu::artifact
