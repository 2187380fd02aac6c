#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/host_class.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// The stored results of one mode, data/reference/<mode>/. Deterministic parts are the same on every host and are
/// stored once, as <experiment>.json. Volatile parts are stored for each class of hosts, as
/// <class>/<experiment>.run.json.
class ReferenceSet {
 public:
  /// Error: a folder without a deterministic part.
  static Result<ReferenceSet> open(const std::filesystem::path& root, measure::Mode mode);

  /// Experiments with a deterministic part, sorted.
  const std::vector<std::string>& experiments() const { return experiments_; }
  /// Class folders, sorted, and the experiments whose volatile part each has.
  const std::map<std::string, std::set<std::string>>& classes() const { return classes_; }

  Result<measure::ResultFile> load_deterministic(const std::string& experiment) const;
  /// Both parts, the volatile one from a folder of `classes`.
  Result<measure::ResultFile> load(const std::string& experiment, const std::string& class_name) const;
  /// Both parts, the volatile one from the class that has most results among those that have this one. For tables and
  /// tests, to which the host does not matter. Error: no class has it.
  Result<measure::ResultFile> load_any(const std::string& experiment) const;
  /// The class folder whose result of this experiment is of that class; nothing without one.
  Result<std::optional<std::string>> folder_for(const std::string& experiment, const measure::HostClass& host) const;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> experiments_;
  std::map<std::string, std::set<std::string>> classes_;
};

/// What came of recording a reference set.
struct Recording {
  /// Why the results may not become references; if there is any reason, nothing was written.
  std::vector<Error> objections;
  std::filesystem::path folder;  ///< of the volatile parts
  std::size_t results = 0;
};

/// Makes the results in results/json the reference set of their mode and class. They must be complete (one for each of
/// `experiments`), of this mode and seed, of one clean commit. Those with measured values must also be of one class,
/// from a quiet machine, and without a value that is not measurable now. Replaces the deterministic parts, and the
/// volatile parts of the same class; those of other classes stay. Volatile parts lose their samples. Error: a file that
/// cannot be written.
Result<Recording> record_reference(const std::filesystem::path& root, measure::Mode mode, std::uint64_t seed,
                                   const std::vector<std::string>& experiments);

/// The text of a volatile part without samples, with each metric and each table row on a line if it fits.
Result<std::string> without_samples(const std::string& run_text);

}  // namespace vtpu::artifact
