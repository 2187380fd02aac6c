#include "vtpu/measure/result_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <variant>

#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::measure {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSources[] = {"label", "computed", "simulated", "measured", "quoted"};

Json to_json(const Metric& metric) {
  std::string digest_input;
  for (const double sample : metric.samples) digest_input += fmt::format("{} ", sample);
  Json json = {
      {"key", metric.key}, {"value", metric.value},   {"unit", metric.unit},       {"kind", name_of(metric.kind)},
      {"n", metric.n},     {"ci_low", metric.ci.low}, {"ci_high", metric.ci.high}, {"method", metric.method}};
  if (!metric.samples.empty()) {
    json["samples_sha256"] = sha256(digest_input);
    json["samples"] = metric.samples;
  }
  return json;
}

Json to_json(const Table& table) {
  Json columns = Json::array();
  for (const Column& column : table.columns)
    columns.push_back(
        {{"name", column.name}, {"unit", column.unit}, {"source", kSources[static_cast<int>(column.source)]}});
  Json rows = Json::array();
  for (const std::vector<Cell>& row : table.rows) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (const double* number = std::get_if<double>(&row[i]))
        cells.push_back(table.columns[i].source == Column::Source::measured ? *number : canonical(*number));
      else
        cells.push_back(std::get<std::string>(row[i]));
    }
    rows.push_back(std::move(cells));
  }
  return {{"name", table.name}, {"columns", columns}, {"rows", rows}};
}

Json to_json(const Configuration& configuration) {
  Json json = Json::object();
  for (const auto& [name, parameter] : configuration.all())
    std::visit([&json, &key = name](const auto& value) { json[key] = value; }, parameter);
  return json;
}

Configuration configuration_from(const Json& json) {
  if (!json.is_object()) throw std::runtime_error("the configuration is not an object");
  Configuration configuration;
  for (const auto& [name, value] : json.items()) {
    if (value.is_boolean())
      configuration.set(name, value.get<bool>());
    else if (value.is_string())
      configuration.set(name, value.get<std::string>());
    else if (value.is_number_float())
      configuration.set(name, value.get<double>());
    else if (value.is_number_unsigned())
      configuration.set(name, value.get<std::uint64_t>());
    else if (value.is_number_integer())
      configuration.set(name, value.get<std::int64_t>());
    else
      throw std::runtime_error("parameter '" + name + "' is neither a number nor a text");
  }
  return configuration;
}

/// May throw an exception of the JSON library; parse_result turns it into an Error that names the file.
Metric metric_from(const Json& json) {
  Metric metric;
  metric.key = json.at("key");
  metric.value = json.at("value");
  metric.unit = json.at("unit");
  const std::string kind = json.at("kind");
  metric.kind = kind == "measured" ? Kind::measured : kind == "simulated" ? Kind::simulated : Kind::computed;
  metric.n = json.at("n");
  metric.ci = {json.at("ci_low"), json.at("ci_high")};
  metric.method = json.at("method");
  if (json.contains("samples")) metric.samples = json.at("samples").get<std::vector<double>>();
  return metric;
}

Table table_from(const Json& json) {
  Table table;
  table.name = json.at("name");
  for (const Json& column : json.at("columns")) {
    const std::string source = column.at("source");
    const auto at = std::find(std::begin(kSources), std::end(kSources), source);
    if (at == std::end(kSources)) throw std::runtime_error("unknown column source '" + source + "'");
    table.columns.push_back(
        {column.at("name"), column.at("unit"), static_cast<Column::Source>(at - std::begin(kSources))});
  }
  for (const Json& row : json.at("rows")) {
    std::vector<Cell> cells;
    for (const Json& cell : row)
      cells.push_back(cell.is_string() ? Cell(cell.get<std::string>()) : Cell(cell.get<double>()));
    if (cells.size() != table.columns.size())
      throw std::runtime_error("table '" + table.name + "' has a row of another length than its header");
    table.rows.push_back(std::move(cells));
  }
  return table;
}

struct Parts {
  Json metrics = Json::array();
  Json tables = Json::array();
};

Parts parts_of(const ResultFile& result, bool measured) {
  Parts parts;
  for (const auto& [key, metric] : result.metrics)
    if ((metric.kind == Kind::measured) == measured) parts.metrics.push_back(to_json(metric));
  for (const auto& [name, table] : result.tables)
    if (table.measured() == measured) parts.tables.push_back(to_json(table));
  return parts;
}

void take_parts(ResultFile& result, const Json& json) {
  for (const Json& entry : json.at("metrics")) {
    Metric metric = metric_from(entry);
    result.metrics.emplace(metric.key, std::move(metric));
  }
  for (const Json& entry : json.at("tables")) {
    Table table = table_from(entry);
    result.tables.emplace(table.name, std::move(table));
  }
}

Result<Json> parse(const std::filesystem::path& path, const std::string& text) {
  return parse_json<Json>(text, path.string(), "a result file");
}

Error other_shape(const std::filesystem::path& path, const std::exception& error) {
  return {path.string(), std::string("found another shape of JSON: ") + error.what(), "a result file"};
}

Result<ResultFile> parse_deterministic(const std::string& text, const std::filesystem::path& path) {
  const Result<Json> json = parse(path, text);
  if (!json) return json.error();
  try {
    if (json->at("schema") != kResultSchema)
      return Error{path.string(), "found schema " + json_text(json->at("schema")), std::to_string(kResultSchema)};
    ResultFile result;
    result.experiment = json->at("experiment");
    const Result<Mode> mode = parse_choice<Mode>(json->at("mode").get<std::string>(), path.string() + ", mode");
    if (!mode) return mode.error();
    result.mode = *mode;
    result.seed = json->at("seed");
    result.configuration = configuration_from(json->at("configuration"));
    result.input_hashes = json->at("inputs").get<std::map<std::string, std::string>>();
    result.source_hash = json->at("source_sha256");
    take_parts(result, *json);
    return result;
  } catch (const std::exception& error) {
    return other_shape(path, error);
  }
}

/// Returns the hash of the deterministic part that this volatile part was written with.
Result<std::string> take_volatile(ResultFile& result, const std::string& text, const std::filesystem::path& path) {
  const Result<Json> json = parse(path, text);
  if (!json) return json.error();
  try {
    if (const std::string experiment = json->value("experiment", result.experiment); experiment != result.experiment)
      return Error{path.string(), "found a result of " + experiment, result.experiment};
    const std::string named = json->at("deterministic_sha256");
    take_parts(result, *json);
    result.provenance = json_text(json->at("provenance"));
    return named;
  } catch (const std::exception& error) {
    return other_shape(path, error);
  }
}

}  // namespace

std::filesystem::path deterministic_path(const std::filesystem::path& folder, const std::string& experiment) {
  return folder / (experiment + ".json");
}

std::filesystem::path volatile_path(const std::filesystem::path& folder, const std::string& experiment) {
  return folder / (experiment + ".run.json");
}

Result<void> save(const ResultFile& result, const std::filesystem::path& folder) {
  const Parts exact = parts_of(result, false);
  const Parts timed = parts_of(result, true);
  const Json deterministic = {{"schema", kResultSchema},
                              {"experiment", result.experiment},
                              {"mode", choice_name(result.mode)},
                              {"seed", result.seed},
                              {"configuration", to_json(result.configuration)},
                              {"inputs", result.input_hashes},
                              {"source_sha256", result.source_hash},
                              {"metrics", exact.metrics},
                              {"tables", exact.tables}};
  const std::string text = json_text(deterministic, 1) + "\n";
  const Result<Json> provenance = parse_json<Json>(result.provenance, "provenance", "the record of a run");
  if (!provenance) return provenance.error();
  const Json run = {
      {"schema", kResultSchema},  {"experiment", result.experiment}, {"deterministic_sha256", sha256(text)},
      {"metrics", timed.metrics}, {"tables", timed.tables},          {"provenance", *provenance}};
  if (Result<void> wrote = write_file(deterministic_path(folder, result.experiment), text); !wrote) return wrote;
  return write_file(volatile_path(folder, result.experiment), json_text(run, 1) + "\n");
}

Result<ResultFile> load(const std::filesystem::path& folder, const std::string& experiment) {
  const std::filesystem::path path = deterministic_path(folder, experiment);
  const std::filesystem::path run_path = volatile_path(folder, experiment);
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  const Result<std::string> run_text = read_text(run_path);
  if (!run_text) return run_text.error();
  return parse_result(*text, path, *run_text, run_path);
}

Result<ResultFile> load_deterministic(const std::filesystem::path& folder, const std::string& experiment) {
  const std::filesystem::path path = deterministic_path(folder, experiment);
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  return parse_deterministic(*text, path);
}

Result<void> add_volatile(ResultFile& result, const std::filesystem::path& folder) {
  const std::filesystem::path path = volatile_path(folder, result.experiment);
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  const Result<std::string> tie = take_volatile(result, *text, path);
  return tie ? Result<void>() : Result<void>(tie.error());
}

Result<ResultFile> parse_result(const std::string& text, const std::filesystem::path& path, const std::string& run_text,
                                const std::filesystem::path& run_path) {
  Result<ResultFile> result = parse_deterministic(text, path);
  if (!result) return result;
  const Result<std::string> named = take_volatile(*result, run_text, run_path);
  if (!named) return named.error();
  if (*named != sha256(text))
    return Error{path.string(), "found other bytes than those " + run_path.filename().string() + " was written with",
                 "SHA-256 " + *named};
  return result;
}

std::string data_hash(const ResultFile& result) {
  const Parts exact = parts_of(result, false);
  const Parts timed = parts_of(result, true);
  return sha256(json_text(Json{exact.metrics, exact.tables, timed.metrics, timed.tables}));
}

std::string without_comments(std::string_view source) {
  std::string kept;
  const auto blank = [&kept] {
    if (!kept.empty() && kept.back() != ' ') kept += ' ';
  };
  for (std::size_t i = 0; i < source.size();) {
    const char c = source[i];
    if (source.substr(i, 2) == "//") {
      i = std::min(source.find('\n', i), source.size());
    } else if (source.substr(i, 2) == "/*") {
      const std::size_t end = source.find("*/", i + 2);
      i = end == std::string_view::npos ? source.size() : end + 2;
      blank();
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      blank();
      ++i;
    } else if (c == '"' && i > 0 && source[i - 1] == 'R') {
      const std::size_t open = source.find('(', i);
      const std::string close = ")" + std::string(source.substr(i + 1, open - i - 1)) + "\"";
      const std::size_t end = open == std::string_view::npos ? open : source.find(close, open);
      const std::size_t stop = end == std::string_view::npos ? source.size() : end + close.size();
      kept += source.substr(i, stop - i);
      i = stop;
    } else if (c == '"' || (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(source[i - 1]))))) {
      // A quote after a digit or letter separates digits (1'000) and opens no literal.
      std::size_t stop = i + 1;
      while (stop < source.size() && source[stop] != c && source[stop] != '\n') stop += source[stop] == '\\' ? 2 : 1;
      stop = std::min(stop + 1, source.size());
      kept += source.substr(i, stop - i);
      i = stop;
    } else {
      kept += c;
      ++i;
    }
  }
  return kept;
}

Result<std::string> source_hash(const std::filesystem::path& root, const std::vector<std::string>& below) {
  std::vector<std::string> files;
  for (const std::string& place : below) {
    if (std::error_code failed; std::filesystem::is_directory(root / place, failed)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(root / place)) {
        const std::string extension = entry.path().extension().string();
        if (extension == ".h" || extension == ".cpp" || extension == ".def")
          files.push_back(std::filesystem::relative(entry.path(), root).string());
      }
    } else {
      files.push_back(place);
    }
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const std::string& file : files) {
    Result<std::string> text = read_file(root / file);
    if (!text) return text.error();
    all += file + '\n' + without_comments(*text) + '\n';
  }
  return sha256(all);
}

}  // namespace vtpu::measure
