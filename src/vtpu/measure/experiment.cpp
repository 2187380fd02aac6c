#include "vtpu/measure/experiment.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "vtpu/base/arguments.h"
#include "vtpu/base/check.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/program.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/provenance.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::measure {
namespace {

using Json = nlohmann::ordered_json;

Json uses_with_paths(const Experiment& experiment) {
  Json uses = Json::array();
  for (const Dependency& one : experiment.uses)
    uses.push_back({{"kind", name_of(one.kind)}, {"name", one.name}, {"path", path_of(one)}});
  return uses;
}

/// For the volatile part: which bytes and which version of each dependency the run used.
Json uses_with_versions(const Experiment& experiment) {
  Json uses = Json::array();
  for (const Dependency& one : experiment.uses) {
    const Identity identity = identify(one.kind, path_of(one));
    uses.push_back(
        {{"kind", name_of(one.kind)}, {"name", one.name}, {"version", identity.version}, {"sha256", identity.sha256}});
  }
  return uses;
}

void check_loaded_modules(const Experiment& experiment) {
  for (const std::string& module : loaded_modules()) {
    const Dependency loaded{Dependency::Kind::module, module};
    VTPU_CHECK(std::find(experiment.uses.begin(), experiment.uses.end(), loaded) != experiment.uses.end(),
               "an experiment loads only the modules it declares");
  }
}

Json description(const Experiment& experiment) {
  return {{"name", experiment.name},
          {"question", experiment.question},
          {"claims", experiment.claims},
          {"inputs", experiment.inputs},
          {"uses", uses_with_paths(experiment)},
          {"quick_seconds", experiment.quick_seconds},
          {"full_seconds", experiment.full_seconds},
          {"times_the_host", experiment.times_the_host}};
}

void record_tally(Run& run, const std::string& name) {
  const auto record = [&](const std::string& what, std::size_t count, const std::string& method) {
    const double value = static_cast<double>(count);
    run.measured(fmt::format("timings.{}.{}", name, what), {value, {value, value}, {}, 1, method}, "1");
  };
  if (run.tally() == Tally{}) return;
  record("kept", run.tally().kept, "timings that nothing disturbed");
  record("unmeasurable", run.tally().unmeasurable, "samplings with too few undisturbed processes");
  for (const auto& [reason, what] : kChoices<Disturbance>)
    record(std::string(what), run.tally()[reason], "timings discarded and repeated for this reason");
}

std::string source_file(const Experiment& experiment) {
  std::string file = experiment.name;
  std::replace(file.begin(), file.end(), '-', '_');
  return "experiments/" + file + ".cpp";
}

/// Where the experiment's runs keep finished parts, one folder for each identity.
std::filesystem::path journals_of(const Experiment& experiment, const std::filesystem::path& out) {
  return out / (experiment.name + ".journal");
}

Result<std::string> journal_name(const Experiment& experiment, const ResultFile& result) {
  const Result<std::string> program = sha256_of_file("/proc/self/exe");
  if (!program) return program.error();
  std::string identity =
      fmt::format("{} {} {} {} {}", experiment.name, *program, choice_name(result.mode), result.seed, host_identity());
  for (const Dependency& one : experiment.uses) identity += " " + identify(one.kind, path_of(one)).sha256;
  return sha256(identity).substr(0, 16);
}

Result<void> run_and_save(const Experiment& experiment, ResultFile& result, const std::filesystem::path& root,
                          const std::filesystem::path& out) {
  const Provenance provenance(root);
  for (const std::string& input : experiment.inputs) {
    Result<std::string> hash = sha256_of_file(root / input);
    if (!hash) return hash.error();
    result.input_hashes[input] = *hash;
  }
  Result<std::string> sources = source_hash(root, {"src/vtpu", source_file(experiment)});
  if (!sources) return sources.error();
  result.source_hash = *sources;
  const Result<std::string> journal = journal_name(experiment, result);
  if (!journal) return journal.error();
  Run run(result, root.string(), journals_of(experiment, out) / *journal);
  if (Result<void> ran = experiment.run(run); !ran) return ran;
  record_tally(run, experiment.name);
  check_loaded_modules(experiment);
  Json recorded = provenance.finish();
  recorded["uses"] = uses_with_versions(experiment);
  result.provenance = json_text(recorded);
  if (Result<void> saved = save(result, out); !saved) return saved;
  std::error_code ignored;  // what is left takes space and nothing else
  std::filesystem::remove_all(journals_of(experiment, out), ignored);
  return {};
}

}  // namespace

bool Run::quick() const { return result_.mode == Mode::quick; }

bool Run::soak() const { return result_.mode == Mode::soak; }

Random Run::random(std::uint64_t stream) const { return Random(result_.seed).fork(stream); }

const Host& Run::host() {
  if (!host_) host_ = read_host();
  return *host_;
}

void Run::configure(const std::string& name, Parameter value) {
  VTPU_CHECK(!host_, "an experiment sets its parameters before it reads the description of the host");
  result_.configuration.set(name, std::move(value));
}

std::string Run::input_path(const std::string& path) const {
  VTPU_CHECK(result_.input_hashes.contains(path), "an experiment reads only the inputs it declares");
  return (std::filesystem::path(root_) / path).string();
}

Result<Csv> Run::input_csv(const std::string& path) const { return read_csv(input_path(path)); }

Result<double> Run::published(const std::string& path, const std::string& id) const {
  const Result<Csv> csv = input_csv(path);
  if (!csv) return csv.error();
  const auto ids = csv->column("id"), values = csv->column("value");
  if (!ids) return ids.error();
  if (!values) return values.error();
  for (const Csv::Row& row : csv->rows)
    if (row.cells[*ids] == id) return parse_number(row.cells[*values], csv->where(row));
  return Error{csv->name, "no row " + id, "the row this experiment compares itself with"};
}

void Run::record(Metric metric) {
  VTPU_CHECK(!result_.metrics.contains(metric.key), "a metric key is recorded once");
  if (metric.kind != Kind::measured) {
    metric.value = canonical(metric.value);
    metric.ci = {canonical(metric.ci.low), canonical(metric.ci.high)};
    for (double& sample : metric.samples) sample = canonical(sample);
  }
  std::string key = metric.key;
  result_.metrics.emplace(std::move(key), std::move(metric));
}

void Run::computed(const std::string& key, double value, const std::string& unit, const std::string& method) {
  record({key, value, unit, Kind::computed, 1, {value, value}, method, {}});
}

void Run::simulated(const std::string& key, double value, const std::string& unit, const std::string& method) {
  record({key, value, unit, Kind::simulated, 1, {value, value}, method, {}});
}

void Run::simulated(const std::string& key, const Estimate& e, const std::string& unit) {
  record({key, e.value, unit, Kind::simulated, e.n, e.ci, e.method, e.samples});
}

void Run::measured(const std::string& key, const Estimate& e, const std::string& unit) {
  record({key, e.value, unit, Kind::measured, e.n, e.ci, e.method, e.samples});
}

void Run::measured(const std::string& key, double value, const std::string& unit, const std::string& method) {
  record({key, value, unit, Kind::measured, 1, {value, value}, method, {}});
}

Table& Run::table(const std::string& name, std::vector<Column> columns) {
  const auto [at, fresh] = result_.tables.emplace(name, Table{name, std::move(columns), {}});
  VTPU_CHECK(fresh, "a table is made once");
  return at->second;
}

namespace {

int run_experiment(const Experiment& experiment, int argc, char** argv) {
  CLI::App app{experiment.question};
  bool describe = false;
  ResultFile result;
  result.experiment = experiment.name;
  result.mode = Mode::full;
  result.seed = 1;
  std::filesystem::path root = ".";
  std::filesystem::path out = "results/json";
  app.add_flag("--describe", describe, "print the declaration as JSON and stop");
  add_choice<Mode>(app, "--mode", result.mode, "sample sizes")->default_str(choice_name(result.mode));
  add_number(app, "--seed", result.seed, "seed of every random choice");
  app.add_option("--root", root, "the project's folder");
  app.add_option("--out", out, "folder of the result files");
  const auto failed = [&](const Error& error, int status) {
    std::fputs(fmt::format("{}: {}\n", experiment.name, error.message()).c_str(), stderr);
    return status;
  };
  const auto printed = [&](const std::string& text) {
    const Result<void> done = print_text(text);
    return done ? 0 : failed(done.error(), 1);
  };
  const Result<std::string> help = parse_arguments(experiment.name, app, argc, argv);
  if (!help) return failed(help.error(), 2);
  if (!help->empty()) return printed(*help);
  if (describe) return printed(json_text(description(experiment), 2) + "\n");
  if (Result<void> done = run_and_save(experiment, result, root, out); !done) return failed(done.error(), 1);
  return 0;
}

}  // namespace

int experiment_main(const Experiment& experiment, int argc, char** argv) {
  return guarded_main([&] { return run_experiment(experiment, argc, argv); });
}

}  // namespace vtpu::measure
