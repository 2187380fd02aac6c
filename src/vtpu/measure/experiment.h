#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/configuration.h"
#include "vtpu/measure/dependency.h"
#include "vtpu/measure/disturbance.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/metric.h"

// Every experiment includes this header: it declares result files and tables of text in place of including them.
namespace vtpu {
struct Csv;
}

namespace vtpu::measure {

struct ResultFile;

/// What an experiment sees of its run, and where it records what it finds.
class Run {
 public:
  /// `root`: the project's folder. `journal`: see journal().
  Run(ResultFile& result, std::string root, std::filesystem::path journal = {})
      : result_(result), root_(std::move(root)), journal_(std::move(journal)) {}

  bool quick() const;
  /// A run for hours that looks for rare faults; its result is no part of the paper.
  bool soak() const;
  /// A random stream for each purpose, derived from the run's seed.
  Random random(std::uint64_t stream) const;

  /// The description of the host. An experiment sets all its parameters first (an invariant), so that none can follow
  /// the host: the configuration is part of the deterministic result. Sizes that follow the host are measured facts.
  const Host& host();

  /// A folder for the finished parts of a long run (sweep/journal.h), of which another run makes use after an
  /// interrupt. Its name tells apart programs, modes, seeds, what the experiment uses, and hosts. It is removed when
  /// the result has been stored.
  const std::filesystem::path& journal() const { return journal_; }

  /// The value for this mode, recorded in the configuration.
  template <class T>
  T parameter(const std::string& name, T quick_value, T full_value) {
    return parameter(name, quick_value, full_value, full_value);
  }
  template <class T>
  T parameter(const std::string& name, T quick_value, T full_value, T soak_value) {
    const T value = quick() ? quick_value : soak() ? soak_value : full_value;
    if constexpr (std::is_same_v<T, bool>)
      configure(name, value);
    else if constexpr (std::is_floating_point_v<T>)
      configure(name, static_cast<double>(value));
    else if constexpr (std::is_unsigned_v<T>)
      configure(name, static_cast<std::uint64_t>(value));
    else if constexpr (std::is_integral_v<T>)
      configure(name, static_cast<std::int64_t>(value));
    else
      configure(name, std::string(value));
    return value;
  }
  /// A value that is the same in all modes, recorded in the configuration.
  template <class T>
  T parameter(const std::string& name, T value) {
    return parameter(name, value, value);
  }

  /// Counts timings that the run kept and discarded. They end as metrics timings.<experiment>.kept and .<reason>.
  void count(const Tally& tally) { tally_ += tally; }
  const Tally& tally() const { return tally_; }

  /// The path of a declared input, which is given relative to the project's root. Other files break an invariant.
  std::string input_path(const std::string& path) const;
  /// Reads a declared input.
  Result<Csv> input_csv(const std::string& path) const;
  /// The number in column `value` of the row with that `id`, in a file with the columns of data/published.
  /// Error: as input_csv; the file or the row that lacks it.
  Result<double> published(const std::string& path, const std::string& id) const;

  /// Exact numbers: the interval is the value itself.
  void computed(const std::string& key, double value, const std::string& unit, const std::string& method);
  void simulated(const std::string& key, double value, const std::string& unit, const std::string& method);
  /// A number with an interval from seeded samples (Monte Carlo, batch means), the same on every host.
  void simulated(const std::string& key, const Estimate& estimate, const std::string& unit);
  /// A number from a clock or counter of this host.
  void measured(const std::string& key, const Estimate& estimate, const std::string& unit);
  /// A single value without an interval, derived from measured ones.
  void measured(const std::string& key, double value, const std::string& unit, const std::string& method);

  /// A new, empty table. Names are unique in an experiment (an invariant).
  Table& table(const std::string& name, std::vector<Column> columns);

 private:
  void configure(const std::string& name, Parameter value);
  void record(Metric metric);

  ResultFile& result_;
  std::string root_;
  std::filesystem::path journal_;
  Tally tally_;
  std::optional<Host> host_;
};

/// One experiment: one file below experiments/, which becomes the program `bin/experiments/<file>`. Its name is the
/// file's with '-' for '_'; the claims ledger, `make experiment NAME=` and the result files use it.
struct Experiment {
  std::string name;
  std::string question;               ///< one sentence
  std::vector<std::string> claims;    ///< ids of the ledger to which it gives values; the ledger must agree
  std::vector<std::string> inputs;    ///< files below the root; a change of one makes the result stale
  std::vector<Dependency> uses = {};  ///< what it loads or calls; a change of one makes the result stale
  double quick_seconds = 0;           ///< expected on two cores
  double full_seconds = 0;
  bool times_the_host = false;  ///< reads clocks: needs a quiet machine, and another host makes its result stale
  Result<void> (*run)(Run&) = nullptr;
};

/// `main` of an experiment program: `--describe` prints the declaration as JSON; otherwise runs and saves the result.
/// Options: `--mode quick|full|soak`, `--seed N`, `--root DIR`, `--out DIR`. Exit status: 0 done; 1 failed (one line
/// says why, and no file is left); 2 wrong usage.
int experiment_main(const Experiment& experiment, int argc, char** argv);

}  // namespace vtpu::measure
