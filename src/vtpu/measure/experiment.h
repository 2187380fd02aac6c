#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/metric.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::measure {

/// What an experiment sees of its run, and where it puts what it finds.
class Run {
 public:
  Run(ResultFile& result, std::filesystem::path root) : result_(result), root_(std::move(root)) {}

  bool quick() const { return result_.mode == Mode::quick; }
  /// A stream of its own for every purpose, from the run's seed.
  Random random(std::uint64_t stream) const { return Random(result_.seed).fork(stream); }

  /// The value for this mode, noted in the configuration.
  template <class T>
  T parameter(const std::string& name, T quick_value, T full_value) {
    const T value = quick() ? quick_value : full_value;
    result_.configuration[name] = value;
    return value;
  }
  /// A value that is the same in both modes, noted in the configuration.
  template <class T>
  T parameter(const std::string& name, T value) {
    return parameter(name, value, value);
  }

  /// Where one of the declared inputs is (path below the project's root).
  std::filesystem::path input_path(const std::string& path) const;
  /// Reads one of them.
  Result<Csv> input_csv(const std::string& path) const;
  /// The number in column `value` of the row with that `id`, as the files of data/published have them.
  /// Error: as input_csv; the file or row that lacks it.
  Result<double> published(const std::string& path, const std::string& id) const;

  /// Exact numbers: the interval is the value itself.
  void computed(const std::string& key, double value, const std::string& unit, const std::string& method);
  void simulated(const std::string& key, double value, const std::string& unit, const std::string& method);
  /// A number with an interval from the same seeds everywhere (Monte Carlo, batch means).
  void simulated(const std::string& key, const Estimate& estimate, const std::string& unit);
  /// A number read off this host's clocks or counters.
  void measured(const std::string& key, const Estimate& estimate, const std::string& unit);

  /// A new, empty table. Names are unique in an experiment (an invariant).
  Table& table(const std::string& name, std::vector<Column> columns);

 private:
  void record(Metric metric);

  ResultFile& result_;
  std::filesystem::path root_;
};

/// One experiment: one file below experiments/, which becomes the program `bin/experiments/<file>`. Its name is the
/// file's with '-' for '_', and is what the claims ledger, `make experiment NAME=` and the result files call it.
struct Experiment {
  std::string name;
  std::string question;             ///< one sentence: what it is for
  std::vector<std::string> claims;  ///< ledger ids it gives values to; the ledger must agree
  std::vector<std::string> inputs;  ///< files below the root; their hashes decide, with the program's, on staleness
  double quick_seconds = 0;         ///< expected on two cores
  double full_seconds = 0;
  bool times_the_host = false;  ///< reads clocks: wants a quiet machine, and another host makes its result stale
  std::function<Result<void>(Run&)> run;
};

/// `main` of an experiment program: `--describe` prints the declaration as JSON; otherwise runs and saves the result.
/// Options: `--mode quick|full`, `--seed N`, `--root DIR`, `--out DIR`. Exit status: 0 done, 1 failed (one line says
/// why, and no file is left), 2 wrong usage.
int experiment_main(const Experiment& experiment, int argc, char** argv);

}  // namespace vtpu::measure
