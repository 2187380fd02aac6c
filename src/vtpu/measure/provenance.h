#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/host_class.h"

namespace vtpu::measure {

nlohmann::ordered_json to_json(const Host& host);

/// The record of a run in the volatile part of its result: commit and whether the tree was dirty, compiler and flags,
/// the program's hash, the class of the host and its description, start in UTC, wall and processor time, peak memory,
/// what may have disturbed the run before, during and after it, each with the core's clock or the load of others.
/// The tree is dirty if anything but data/reference differs from the commit: no result depends on the reference set, so
/// the references of full runs need no commit before those of quick runs are recorded.
class Provenance {
 public:
  /// Starts the clocks. `root`: the project's folder; without a git repository the commit is "unknown".
  explicit Provenance(const std::filesystem::path& root);
  ~Provenance();
  nlohmann::ordered_json finish() const;

 private:
  struct Start;
  std::unique_ptr<Start> start_;
};

/// What the reference set needs to know of a run.
struct RunRecord {
  std::string commit;
  std::string dirty;  ///< "yes", "no" or "unknown"
  HostClass host;     ///< its clock is the mean of those before and after the run
  /// One sentence for each disturbance: the load of other processes and stolen time during the run; another process
  /// before or after it; a clock that was unsteady both before and after it, or another one afterwards. A load average
  /// is none: it also counts what ran earlier, which the timings no longer notice.
  std::vector<std::string> disturbances;
};

/// Reads the provenance of a result. Error: text that is no provenance.
Result<RunRecord> read_provenance(const std::string& json);

}  // namespace vtpu::measure
