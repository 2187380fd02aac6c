#include "vtpu/plot/context.h"

#include <fmt/core.h>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::plot {
namespace {

std::string text_of(const measure::Metric& metric) {
  return fmt::format("{} [{}, {}] {} {} n={}", metric.value, metric.ci.low, metric.ci.high, metric.unit,
                     measure::name_of(metric.kind), metric.n);
}

std::string text_of(const measure::Table& table) {
  std::string text;
  std::vector<std::string> cells;
  for (const measure::Column& column : table.columns) cells.push_back(column.name + " [" + column.unit + "]");
  text += csv_line(cells);
  for (const std::vector<measure::Cell>& row : table.rows) {
    cells.clear();
    for (const measure::Cell& cell : row) {
      const double* number = std::get_if<double>(&cell);
      cells.push_back(number ? fmt::format("{}", *number) : std::get<std::string>(cell));
    }
    text += csv_line(cells);
  }
  return text;
}

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& entry : map) keys.push_back(entry.first);
  return keys;
}

}  // namespace

struct Context::Loaded {
  struct File {
    Csv csv;
    std::string hash;
  };
  std::map<std::string, measure::ResultFile> results;
  std::map<std::string, File> files;
};

Context::Context() : loaded_(std::make_unique<Loaded>()) {}
Context::Context(Context&&) noexcept = default;
Context::~Context() = default;

Result<Context> Context::load(const std::vector<std::string>& results, const std::vector<std::string>& data,
                              const std::filesystem::path& root, const std::filesystem::path& results_folder) {
  Context context;
  for (const std::string& experiment : results) {
    Result<measure::ResultFile> result = measure::load(results_folder, experiment);
    if (!result) return result.error();
    context.loaded_->results.emplace(experiment, std::move(*result));
  }
  for (const std::string& path : data) {
    const Result<std::string> text = read_text(root / path);
    if (!text) return text.error();
    Result<Csv> csv = parse_csv(*text, path);
    if (!csv) return csv.error();
    context.loaded_->files.emplace(path, Loaded::File{std::move(*csv), sha256(*text)});
  }
  return context;
}

const measure::ResultFile& Context::result(const std::string& experiment) const {
  const auto at = loaded_->results.find(experiment);
  if (at == loaded_->results.end())
    throw MissingData("the figure does not declare results of " +
                      quoted_with_hint(experiment, keys_of(loaded_->results)));
  return at->second;
}

void Context::note(const std::string& experiment, const std::string& item, const std::string& values) {
  used_[item] = sha256(values);
  if (result(experiment).mode == measure::Mode::quick) quick_ = true;
}

const measure::Metric& Context::metric(const std::string& experiment, const std::string& key) {
  const measure::ResultFile& from = result(experiment);
  const auto at = from.metrics.find(key);
  if (at == from.metrics.end())
    throw MissingData("results of " + experiment + ": no metric " + quoted_with_hint(key, keys_of(from.metrics)));
  note(experiment, "metric " + experiment + "/" + key, text_of(at->second));
  return at->second;
}

TableView Context::table(const std::string& experiment, const std::string& name) {
  const measure::ResultFile& from = result(experiment);
  const auto at = from.tables.find(name);
  if (at == from.tables.end())
    throw MissingData("results of " + experiment + ": no table " + quoted_with_hint(name, keys_of(from.tables)));
  note(experiment, "table " + experiment + "/" + name, text_of(at->second));
  return TableView(at->second, "results of " + experiment + ", table " + name);
}

TableView Context::data(const std::string& path) {
  const auto at = loaded_->files.find(path);
  if (at == loaded_->files.end())
    throw MissingData("the figure does not declare the data file " + quoted_with_hint(path, keys_of(loaded_->files)));
  used_["file " + path] = at->second.hash;
  return TableView(at->second.csv);
}

std::string Context::data_hash() const {
  std::string lines;
  for (const auto& [item, hash] : used_) lines += item + " " + hash + "\n";
  return sha256(lines);
}

}  // namespace vtpu::plot
