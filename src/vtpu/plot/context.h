#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/metric.h"
#include "vtpu/plot/table_view.h"

namespace vtpu::measure {
struct ResultFile;
}

namespace vtpu::plot {

/// The data that a figure declares, and a record of what it used. A request for other data throws `MissingData`.
class Context {
 public:
  /// Loads the declared results (experiments, from `results_folder`) and data files (paths below `root`).
  /// Error: the first file that is missing or malformed.
  static Result<Context> load(const std::vector<std::string>& results, const std::vector<std::string>& data,
                              const std::filesystem::path& root, const std::filesystem::path& results_folder);

  Context(Context&&) noexcept;
  ~Context();

  const measure::Metric& metric(const std::string& experiment, const std::string& key);
  double value(const std::string& experiment, const std::string& key) { return metric(experiment, key).value; }
  TableView table(const std::string& experiment, const std::string& name);
  TableView data(const std::string& path);

  /// Everything requested so far: "metric <experiment>/<key>", "table <experiment>/<name>" or "file <path>" → SHA-256
  /// of the values.
  const std::map<std::string, std::string>& used() const { return used_; }
  /// SHA-256 of `used()`: two figures with the same hash are drawn from the same numbers.
  std::string data_hash() const;
  /// Whether a result used so far comes from a quick run.
  bool quick() const { return quick_; }

 private:
  struct Loaded;  // results and files, defined in context.cpp so that figures compile without the JSON library

  Context();
  const measure::ResultFile& result(const std::string& experiment) const;
  void note(const std::string& experiment, const std::string& item, const std::string& values);

  std::unique_ptr<Loaded> loaded_;
  std::map<std::string, std::string> used_;
  bool quick_ = false;
};

}  // namespace vtpu::plot
