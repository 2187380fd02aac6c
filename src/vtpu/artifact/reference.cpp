#include "vtpu/artifact/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vtpu/artifact/results_lock.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"
#include "vtpu/measure/provenance.h"

namespace vtpu::artifact {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using measure::ResultFile;
using measure::RunRecord;

constexpr const char* kVolatile = ".run.json";
constexpr const char* kDeterministic = ".json";
constexpr std::size_t kLine = 400;  // characters: a metric with its method is one line, a table is one line per row

fs::path folder_of(const fs::path& root, measure::Mode mode) { return root / "data/reference" / choice_name(mode); }

/// The experiments whose files in `folder` end like this. None if there is no such folder.
std::set<std::string> experiments_in(const fs::path& folder, std::string_view suffix) {
  std::set<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(suffix) && (suffix == kVolatile || !file.ends_with(kVolatile)))
      names.insert(file.substr(0, file.size() - suffix.size()));
  }
  return names;
}

void append_lines(const Json& json, std::size_t indent, std::string& out) {
  const std::string line = json_text(json);
  if (!json.is_structured() || json.empty() || indent + line.size() <= kLine) {
    out += line;
    return;
  }
  const std::string margin(indent + 1, ' ');
  const char* separator = json.is_object() ? "{\n" : "[\n";
  for (const auto& [key, value] : json.items()) {
    out += separator + margin;
    if (json.is_object()) out += json_text(Json(key)) + ": ";
    append_lines(value, indent + 1, out);
    separator = ",\n";
  }
  out += '\n' + std::string(indent, ' ') + (json.is_object() ? '}' : ']');
}

bool has_measured_values(const ResultFile& result) {
  return std::any_of(result.metrics.begin(), result.metrics.end(),
                     [](const auto& entry) { return entry.second.kind == measure::Kind::measured; });
}

/// The keys of values whose method says that too few timings were undisturbed.
std::vector<std::string> unmeasurable(const ResultFile& result) {
  std::vector<std::string> keys;
  for (const auto& [key, metric] : result.metrics)
    if (metric.method.find("not measurable now") != std::string::npos) keys.push_back(key);
  return keys;
}

/// A result that may become a reference.
struct Candidate {
  std::string experiment;
  ResultFile result;
  RunRecord run;
};

/// "a, b (core-ports)" for the values "a" of many experiments and "b" of one: values with up to three experiments each,
/// the most frequent value without them.
std::string counted(const std::map<std::string, std::vector<std::string>>& experiments_by_value) {
  std::vector<std::string> pieces;
  for (const auto& [value, experiments] : experiments_by_value)
    pieces.push_back(experiments.size() <= 3 ? fmt::format("{} ({})", value, join(experiments, ", "))
                                             : fmt::format("{} ({} results)", value, experiments.size()));
  return join(pieces, "; ");
}

template <class Value>
std::map<std::string, std::vector<std::string>> by_value(const std::vector<Candidate>& candidates, const Value& value) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const Candidate& candidate : candidates) groups[value(candidate)].push_back(candidate.experiment);
  return groups;
}

/// Objects unless every candidate has the expected value.
template <class Value>
void expect_value(const std::vector<Candidate>& candidates, const std::string& what, const std::string& expected,
                  const Value& value, std::vector<Error>& objections) {
  auto groups = by_value(candidates, value);
  groups.erase(expected);
  if (!groups.empty()) objections.push_back({what, "found " + counted(groups), expected});
}

void check_class(const std::vector<const Candidate*>& measured, std::vector<Error>& objections) {
  std::map<std::string, std::vector<std::string>> names;
  bool one = true;
  for (const Candidate* a : measured) {
    names[a->run.host.name()].push_back(a->experiment);
    for (const Candidate* b : measured) one = one && measure::same_class(a->run.host, b->run.host);
  }
  if (!one)
    objections.push_back({"host class", "found " + counted(names), "one class, with clocks within 10 % of each other"});
}

std::vector<Error> objections_to(const std::vector<Candidate>& candidates, measure::Mode mode, std::uint64_t seed) {
  std::vector<Error> objections;
  expect_value(
      candidates, "mode", choice_name(mode), [](const Candidate& c) { return choice_name(c.result.mode); }, objections);
  expect_value(
      candidates, "seed", std::to_string(seed), [](const Candidate& c) { return std::to_string(c.result.seed); },
      objections);
  expect_value(
      candidates, "uncommitted changes", "no", [](const Candidate& c) { return c.run.dirty; }, objections);
  const auto commits = by_value(candidates, [](const Candidate& c) { return c.run.commit.substr(0, 12); });
  if (commits.size() > 1) objections.push_back({"commit", "found " + counted(commits), "results of one commit"});
  std::vector<const Candidate*> measured;
  for (const Candidate& candidate : candidates)
    if (has_measured_values(candidate.result)) measured.push_back(&candidate);
  check_class(measured, objections);
  for (const Candidate* candidate : measured) {
    if (!candidate->run.disturbances.empty())
      objections.push_back(
          {candidate->experiment, "found " + join(candidate->run.disturbances, "; "), "a quiet machine"});
    if (const auto keys = unmeasurable(candidate->result); !keys.empty())
      objections.push_back(
          {candidate->experiment,
           fmt::format("found {} values that are not measurable now, such as {}", keys.size(), keys[0]),
           "enough undisturbed timings"});
  }
  return objections;
}

/// The folder for these results: that of the same class if there is one, or else a new one with the median clock.
Result<std::string> class_folder(const ReferenceSet& set, const std::vector<Candidate>& candidates) {
  std::vector<measure::HostClass> hosts;
  for (const Candidate& candidate : candidates)
    if (has_measured_values(candidate.result)) hosts.push_back(candidate.run.host);
  if (hosts.empty()) hosts.push_back(candidates.front().run.host);
  const auto middle = hosts.begin() + static_cast<std::ptrdiff_t>(hosts.size() / 2);
  std::nth_element(hosts.begin(), middle, hosts.end(), [](const auto& a, const auto& b) { return a.ghz < b.ghz; });
  for (const Candidate& candidate : candidates) {
    if (!has_measured_values(candidate.result)) continue;
    Result<std::optional<std::string>> folder = set.folder_for(candidate.experiment, *middle);
    if (!folder) return folder.error();
    if (*folder) return **folder;
  }
  return middle->name();
}

Result<void> remove_files(const fs::path& folder, const std::string& suffix) {
  std::error_code failed;
  for (const std::string& experiment : experiments_in(folder, suffix)) {
    fs::remove(folder / (experiment + suffix), failed);
    if (failed) return Error{(folder / (experiment + suffix)).string(), "cannot remove: " + failed.message(), ""};
  }
  return {};
}

}  // namespace

Result<ReferenceSet> ReferenceSet::open(const fs::path& root, measure::Mode mode) {
  ReferenceSet set;
  set.folder_ = folder_of(root, mode);
  const std::set<std::string> names = experiments_in(set.folder_, kDeterministic);
  if (names.empty()) return Error{set.folder_.string(), "found no reference results", "the shipped set"};
  set.experiments_.assign(names.begin(), names.end());
  for (const auto& entry : fs::directory_iterator(set.folder_))
    if (entry.is_directory()) set.classes_[entry.path().filename().string()] = experiments_in(entry.path(), kVolatile);
  return set;
}

Result<ResultFile> ReferenceSet::load_deterministic(const std::string& experiment) const {
  return measure::load_deterministic(folder_, experiment);
}

Result<ResultFile> ReferenceSet::load(const std::string& experiment, const std::string& class_name) const {
  Result<ResultFile> result = load_deterministic(experiment);
  if (!result) return result;
  if (Result<void> added = measure::add_volatile(*result, folder_ / class_name); !added) return added.error();
  return result;
}

Result<ResultFile> ReferenceSet::load_any(const std::string& experiment) const {
  const std::pair<const std::string, std::set<std::string>>* most = nullptr;
  for (const auto& one : classes_)
    if (one.second.contains(experiment) && (most == nullptr || one.second.size() > most->second.size())) most = &one;
  if (most == nullptr)
    return Error{folder_.string(), "found no class with a result of " + experiment, experiment + kVolatile};
  return load(experiment, most->first);
}

Result<std::optional<std::string>> ReferenceSet::folder_for(const std::string& experiment,
                                                            const measure::HostClass& host) const {
  for (const auto& [name, experiments] : classes_) {
    if (!experiments.contains(experiment)) continue;
    const Result<ResultFile> result = load(experiment, name);
    if (!result) return result.error();
    const Result<RunRecord> run = measure::read_provenance(result->provenance);
    if (!run) return Error{name + "/" + experiment + kVolatile, run.error().message(), ""};
    if (measure::same_class(run->host, host)) return std::optional(name);
  }
  return std::optional<std::string>();
}

Result<std::string> without_samples(const std::string& run_text) {
  Result<Json> run = parse_json<Json>(run_text, "volatile part", "a result file");
  if (!run) return run.error();
  try {
    for (Json& metric : run->at("metrics")) {
      metric.erase("samples");
      metric.erase("samples_sha256");
    }
    std::string out;
    append_lines(*run, 0, out);
    return out + '\n';
  } catch (const std::exception& error) {
    return Error{"volatile part", std::string("found another shape of JSON: ") + error.what(), "a result file"};
  }
}

Result<Recording> record_reference(const fs::path& root, measure::Mode mode, std::uint64_t seed,
                                   const std::vector<std::string>& experiments) {
  const fs::path results = root / "results/json";
  const Result<FileLock> lock = lock_results(root / "results", "pipeline", FileLock::Kind::exclusive);
  if (!lock) return lock.error();
  Recording recording;
  std::vector<Candidate> candidates;
  std::vector<std::string> missing;
  for (const std::string& experiment : experiments) {
    if (!fs::exists(measure::volatile_path(results, experiment))) {
      missing.push_back(experiment);
      continue;
    }
    Result<ResultFile> result = measure::load(results, experiment);
    if (!result) {
      recording.objections.push_back(result.error());
      continue;
    }
    Result<RunRecord> run = measure::read_provenance(result->provenance);
    if (!run) {
      recording.objections.push_back({experiment + ": " + run.error().where, run.error().found, run.error().expected});
      continue;
    }
    candidates.push_back({experiment, std::move(*result), std::move(*run)});
  }
  if (!missing.empty() || experiments.empty())
    recording.objections.push_back({results.string(), "found no result of " + join(missing, ", "),
                                    fmt::format("one of each of the {} experiments", experiments.size())});
  const std::vector<Error> more = objections_to(candidates, mode, seed);
  recording.objections.insert(recording.objections.end(), more.begin(), more.end());
  if (!recording.objections.empty()) return recording;

  const fs::path folder = folder_of(root, mode);
  const Result<ReferenceSet> before = ReferenceSet::open(root, mode);
  const Result<std::string> name = class_folder(before.value_or({}), candidates);
  if (!name) return name.error();
  recording.folder = folder / *name;
  if (Result<void> removed = remove_files(folder, kDeterministic); !removed) return removed.error();
  if (Result<void> removed = remove_files(recording.folder, kVolatile); !removed) return removed.error();
  for (const std::string& experiment : experiments) {
    const Result<std::string> exact = read_text(measure::deterministic_path(results, experiment));
    if (!exact) return exact.error();
    const Result<std::string> run = read_text(measure::volatile_path(results, experiment));
    if (!run) return run.error();
    const Result<std::string> short_run = without_samples(*run);
    if (!short_run) return short_run.error();
    if (Result<void> wrote = write_file(measure::deterministic_path(folder, experiment), *exact); !wrote)
      return wrote.error();
    if (Result<void> wrote = write_file(measure::volatile_path(recording.folder, experiment), *short_run); !wrote)
      return wrote.error();
    ++recording.results;
  }
  return recording;
}

}  // namespace vtpu::artifact
