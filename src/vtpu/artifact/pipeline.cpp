#include "vtpu/artifact/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <tuple>

#include "vtpu/artifact/family.h"
#include "vtpu/artifact/latex_log.h"
#include "vtpu/artifact/paper_metrics.h"
#include "vtpu/artifact/process.h"
#include "vtpu/artifact/results_lock.h"
#include "vtpu/artifact/verify.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/progress.h"

namespace vtpu::artifact {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr const char* kJson = "results/json";

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Result<Json> ask(const std::filesystem::path& program, const char* option) {
  const Result<Finished> answer = run_program({program.string(), option}, true);
  if (!answer) return answer.error();
  if (answer->status != 0)
    return Error{program.string() + " " + option, fmt::format("ended with status {}", answer->status), "a description"};
  return parse_json<Json>(answer->output, program.string() + " " + option, "a description");
}

std::vector<Program::Use> uses_from(const Json& json) {
  using Kind = measure::Dependency::Kind;
  std::vector<Program::Use> uses;
  for (const Json& entry : json) {
    const std::string kind = entry.at("kind");
    const auto is = [&kind](Kind one) { return kind == measure::name_of(one); };
    if (!is(Kind::module) && !is(Kind::library) && !is(Kind::tool)) throw std::runtime_error("uses a '" + kind + "'");
    uses.push_back({{is(Kind::module)    ? Kind::module
                     : is(Kind::library) ? Kind::library
                                         : Kind::tool,
                     entry.at("name")},
                    entry.at("path")});
  }
  return uses;
}

Result<std::vector<Program>> read_programs(const std::filesystem::path& folder, measure::Mode mode) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) files.push_back(entry.path());
  if (failed) return Error{folder.string(), "cannot list: " + failed.message(), "the built experiments"};
  std::sort(files.begin(), files.end());
  std::vector<Program> programs;
  for (const std::filesystem::path& file : files) {
    Result<Json> json = ask(file, "--describe");
    if (!json) return json.error();
    try {
      programs.push_back({json->at("name"), json->at("question"), file, json->at("claims"), json->at("inputs"), uses_from(json->at("uses")),
                          json->at(mode == measure::Mode::quick ? "quick_seconds" : "full_seconds"),
                          json->at("times_the_host")});
    } catch (const std::exception& error) {
      return Error{file.string() + " --describe", std::string("lacks a field: ") + error.what(), ""};
    }
  }
  return programs;
}

Result<std::vector<DeclaredFigure>> read_figures(const std::filesystem::path& renderer) {
  Result<Json> json = ask(renderer, "--list");
  if (!json) return json.error();
  std::vector<DeclaredFigure> figures;
  try {
    for (const Json& entry : *json)
      figures.push_back({entry.at("name"), entry.at("caption"), entry.at("alt"), entry.at("width") == "page",
                         entry.at("diagram"), entry.at("claims"), entry.at("results"), entry.at("data")});
  } catch (const std::exception& error) {
    return Error{renderer.string() + " --list", std::string("lacks a field: ") + error.what(), ""};
  }
  return figures;
}

/// The ledger names the experiment of each claim, and the experiment lists its claims as well, so that both can be read
/// on their own.
Result<void> check_agreement(const std::vector<Claim>& claims, const std::vector<Program>& programs) {
  for (const Program& program : programs) {
    std::vector<std::string> in_ledger;
    for (const Claim& claim : claims)
      if (claim.experiment == program.name) in_ledger.push_back(claim.id);
    std::vector<std::string> declared = program.claims;
    std::sort(declared.begin(), declared.end());
    std::sort(in_ledger.begin(), in_ledger.end());
    if (declared != in_ledger)
      return Error{"data/claims.csv and experiment " + program.name,
                   fmt::format("found claims '{}' in the experiment", join(declared, " ")),
                   fmt::format("'{}', as in the ledger", join(in_ledger, " "))};
  }
  return {};
}

/// Every file below a folder, as ingredients of a key.
Result<void> add_folder(Key& key, const std::filesystem::path& root, const std::string& folder) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder, failed)) {
    if (!entry.is_regular_file()) continue;
    const Result<std::string> hash = sha256_of_file(entry.path());
    if (!hash) return hash.error();
    key[std::filesystem::relative(entry.path(), root).string()] = *hash;
  }
  if (failed) return Error{(root / folder).string(), "cannot list: " + failed.message(), ""};
  return {};
}

Result<void> add_file(Key& key, const std::filesystem::path& root, const std::string& path) {
  const Result<std::string> hash = sha256_of_file(root / path);
  if (!hash) return hash.error();
  key[path] = *hash;
  return {};
}

std::vector<std::string> outputs_of(const Program& program) {
  return {measure::deterministic_path(kJson, program.name).string(), measure::volatile_path(kJson, program.name).string()};
}

/// Removes what a process that was killed while writing has left. No other process may write to the folder.
void remove_temporaries(const std::filesystem::path& results) {
  std::error_code ignored;
  std::vector<std::filesystem::path> partial;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(results, ignored))
    if (entry.path().filename().string().starts_with(kTemporaryPrefix)) partial.push_back(entry.path());
  for (const std::filesystem::path& path : partial) std::filesystem::remove(path, ignored);
}

}  // namespace

std::filesystem::path Pipeline::bin() const {
  return options_.bin.is_absolute() ? options_.bin : options_.root / options_.bin;
}

Result<Pipeline> Pipeline::open(const Options& options) {
  Pipeline pipeline;
  pipeline.options_ = options;
  Result<Manifest> manifest = Manifest::load(options.root, pipeline.below("results/manifest.json"));
  if (!manifest) return manifest.error();
  pipeline.manifest_ = std::move(*manifest);
  Result<std::vector<Claim>> claims = read_claims(pipeline.below("data/claims.csv"));
  if (!claims) return claims.error();
  pipeline.claims_ = std::move(*claims);
  Result<std::map<std::string, PublishedFact>> published = read_published(pipeline.below("data/published"));
  if (!published) return published.error();
  pipeline.published_ = std::move(*published);
  Result<std::vector<Program>> programs = read_programs(pipeline.bin() / "experiments", options.mode);
  if (!programs) return programs.error();
  pipeline.programs_ = std::move(*programs);
  const std::filesystem::path renderer = pipeline.bin() / "render_figures";
  if (!std::filesystem::exists(renderer))
    return Error{renderer.string(), "the figure program was not built: no Matplotlib for /usr/bin/python3, or no pybind11",
                 "scripts/bootstrap installs both"};
  Result<std::vector<DeclaredFigure>> figures = read_figures(renderer);
  if (!figures) return figures.error();
  pipeline.figures_ = std::move(*figures);
  if (Result<void> agree = check_agreement(pipeline.claims_, pipeline.programs_); !agree) return agree.error();
  return pipeline;
}

Result<Key> Pipeline::key_of(const Program& program) const {
  Key key{{"mode", choice_name(options_.mode)}, {"seed", std::to_string(options_.seed)}};
  const Result<std::string> binary = sha256_of_file(program.path);
  if (!binary) return binary.error();
  key["program"] = *binary;
  for (const std::string& input : program.inputs)
    if (Result<void> added = add_file(key, options_.root, input); !added) return added.error();
  for (const Program::Use& use : program.uses) {
    const std::string name = std::string(measure::name_of(use.dependency.kind)) + " " + use.dependency.name;
    const measure::Identity identity = measure::identify(use.dependency.kind, use.path);
    key[name] = identity.sha256;
    key[name + ", version"] = identity.version;
  }
  if (program.times_the_host) key["host"] = measure::host_identity();
  return key;
}

Result<void> Pipeline::run_one(const Program& program) {
  const std::string product = "experiment " + program.name;
  const Result<FileLock> pipeline =
      lock_results(below("results"), "pipeline",
                   program.times_the_host ? FileLock::Kind::exclusive : FileLock::Kind::shared);
  if (!pipeline) return pipeline.error();
  const Result<FileLock> own = lock_results(below("results"), product, FileLock::Kind::exclusive);
  if (!own) return own.error();
  // Another process may have made it while this one waited or ran others.
  if (Result<void> read = manifest_.reload(); !read) return read;
  const Result<Key> key = key_of(program);
  if (!key) return key.error();
  const Result<State> state = manifest_.state(product, *key);
  if (!state) return state.error();
  if (*state == State::current) {
    note(product, false, manifest_.find(product)->seconds);
    return {};
  }
  const Clock::time_point begin = Clock::now();
  const Result<Finished> finished =
      run_program({program.path.string(), "--mode", choice_name(options_.mode), "--seed",
                   std::to_string(options_.seed), "--root", options_.root.string(), "--out", below(kJson).string()});
  if (!finished) return finished.error();
  interrupted_ = finished->interrupted;
  const Error interrupt{program.name, "interrupted", ""};
  if (finished->status != 0) {
    if (interrupted_) return interrupt;
    failures_.push_back(fmt::format("{} ended with status {}", program.name, finished->status));
    return {};
  }
  const double seconds = seconds_since(begin);
  note(product, true, seconds);
  if (Result<void> made = manifest_.made(product, *key, outputs_of(program), seconds); !made) return made;
  return interrupted_ ? Result<void>(interrupt) : Result<void>();
}

Result<void> Pipeline::run_experiments(const std::string& only) {
  struct Job {
    const Program* program;
    double expected;
  };
  std::vector<Job> jobs;
  std::vector<std::string> names;
  double left = 0;
  for (const Program& program : programs_) {
    names.push_back(program.name);
    if (!only.empty() && program.name != only) continue;
    Result<Key> key = key_of(program);
    if (!key) return key.error();
    const std::string product = "experiment " + program.name;
    Result<State> state = manifest_.state(product, *key);
    if (!state) {
      // Another process may be writing it at this moment.
      const Result<FileLock> own = lock_results(below("results"), product, FileLock::Kind::exclusive);
      if (!own) return own.error();
      if (Result<void> read = manifest_.reload(); !read) return read;
      state = manifest_.state(product, *key);
    }
    if (!state) return state.error();
    const Product* before = manifest_.find(product);
    if (*state == State::current) {
      note(product, false, before->seconds);
      continue;
    }
    const bool comparable = before != nullptr && before->key.at("mode") == key->at("mode");
    jobs.push_back({&program, comparable ? before->seconds : program.expected_seconds});
    left += jobs.back().expected;
  }
  if (!only.empty() && std::find(names.begin(), names.end(), only) == names.end())
    return Error{"experiment", "found " + quoted_with_hint(only, names), join(names, ", ")};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (Result<void> said = print_text(fmt::format(
            "[{}/{}] {} (about {}; {} left): {}\n", i + 1, jobs.size(), jobs[i].program->name,
            measure::duration_text(jobs[i].expected), measure::duration_text(left), jobs[i].program->question));
        !said)
      return said;
    if (Result<void> ran = run_one(*jobs[i].program); !ran) return ran;
    left -= jobs[i].expected;
  }
  return {};
}

Result<void> Pipeline::load_results() {
  results_.clear();
  stale_.clear();
  for (const Program& program : programs_) {
    const Result<Key> key = key_of(program);
    if (!key) return key.error();
    const Result<State> state = manifest_.state("experiment " + program.name, *key);
    if (!state) return state.error();
    if (*state == State::missing) continue;
    if (*state == State::stale) {
      stale_.insert(program.name);
      continue;
    }
    Result<measure::ResultFile> result = measure::load(below(kJson), program.name);
    if (!result) return result.error();
    results_.emplace(program.name, std::move(*result));
  }
  return {};
}

Result<void> Pipeline::compare_with_references(measure::ResultFile& counted) const {
  const measure::Mode other = options_.mode == measure::Mode::quick ? measure::Mode::full : measure::Mode::quick;
  for (const auto& [key, mode, what] :
       {std::tuple{"artifact.values_that_differ", options_.mode, "the reference set of this mode"},
        std::tuple{"artifact.values_that_differ.control", other, "the reference set of the other mode"}}) {
    const auto differ = values_that_differ(results_, options_.root, mode, mode == other);
    if (!differ) return differ.error();
    if (!*differ) continue;
    const auto value = static_cast<double>(**differ);
    counted.metrics[key] = {key,
                            value,
                            "values",
                            measure::Kind::computed,
                            1,
                            {value, value},
                            std::string("computed and simulated values and tables that differ from ") + what,
                            {}};
  }
  return {};
}

Result<void> Pipeline::count_paper_itself() {
  Result<measure::ResultFile> counted =
      count_paper(options_.root, below("build/paper"), below("results/paper/paper.md"), options_.mode, figures_,
                  options_.tables.size());
  if (!counted) return counted.error();
  if (Result<void> compared = compare_with_references(*counted); !compared) return compared;
  if (Result<void> saved = measure::save(*counted, below(kJson)); !saved) return saved;
  results_["paper"] = std::move(*counted);
  return {};
}

Result<void> Pipeline::judge_claims() {
  Evidence evidence{results_, stale_, {"paper"}, {}};
  for (const Program& program : programs_) evidence.experiments.insert(program.name);
  for (const Claim& claim : claims_) {
    if (claim.experiment == "-") continue;  // its needs are no property of a host
    for (const std::string& need : claim.needs) {
      const Result<bool> met = measure::host_has(need);
      if (!met) return Error{fmt::format("data/claims.csv:{}, needs", claim.line), met.error().found, met.error().expected};
      evidence.host_has[need] = *met;
    }
  }
  judged_.clear();
  for (const Claim& claim : claims_) judged_.push_back(judge(claim, evidence));
  judge_family(judged_);
  const Key key{{"verdicts", sha256(verdicts_csv(judged_))}};
  if (Result<void> untouched = check_untouched("claims", key); !untouched) return untouched;
  if (Result<void> wrote = write_file_if_changed(below("results/claims.csv"), verdicts_csv(judged_)); !wrote) return wrote;
  return manifest_.made("claims", key, {"results/claims.csv"}, 0);
}

Result<void> Pipeline::check_untouched(const std::string& product, const Key& key) const {
  const Result<State> state = manifest_.state(product, key);
  return state ? Result<void>() : Result<void>(state.error());
}

Result<void> Pipeline::write_tables() {
  const TableInputs inputs{options_.root, &results_, &judged_};
  Key key;
  std::vector<std::pair<std::string, std::string>> files;
  for (const TableDeclaration& declaration : options_.tables) {
    const Result<PrintedTable> table = declaration.build(inputs);
    if (!table) return Error{"table " + declaration.name + ": " + table.error().where, table.error().found, table.error().expected};
    const std::string base = "results/tables/" + declaration.name;
    files.emplace_back(base + ".csv", to_csv(*table));
    files.emplace_back(base + ".md", to_markdown(declaration, *table));
    files.emplace_back(base + ".tex", to_latex(declaration, *table));
    files.emplace_back(base + ".html", to_html(declaration, *table));
  }
  for (const auto& [name, text] : options_.pages) files.emplace_back("results/html/" + name, text);
  std::vector<std::string> outputs;
  for (const auto& [path, text] : files) {
    key[path] = sha256(text);
    outputs.push_back(path);
  }
  if (Result<void> untouched = check_untouched("tables", key); !untouched) return untouched;
  for (const auto& [path, text] : files)
    if (Result<void> wrote = write_file_if_changed(below(path), text); !wrote) return wrote;
  return manifest_.made("tables", key, outputs, 0);
}

Result<Key> Pipeline::key_of(const DeclaredFigure& figure) const {
  Key key;
  const Result<std::string> renderer = sha256_of_file(bin() / "render_figures");
  if (!renderer) return renderer.error();
  key["renderer"] = *renderer;
  // Matplotlib's own version decides on the bytes of a picture too.
  if (const Result<std::string> version = sha256_of_file("/usr/lib/python3/dist-packages/matplotlib/_version.py"))
    key["matplotlib"] = *version;
  // A figure from a quick run is marked as such, even if both modes give the same numbers.
  if (!figure.results.empty()) key["mode"] = choice_name(options_.mode);
  for (const std::string& experiment : figure.results) {
    const auto at = results_.find(experiment);
    if (at == results_.end())
      return Error{"figure " + figure.name, "found no current result of " + experiment, "make experiment NAME=" + experiment};
    key["result " + experiment] = measure::data_hash(at->second);
  }
  for (const std::string& path : figure.data)
    if (Result<void> added = add_file(key, options_.root, path); !added) return added.error();
  return key;
}

Result<void> Pipeline::draw_figures() {
  std::vector<std::string> command = {(bin() / "render_figures").string(), "--root", options_.root.string(), "--results",
                                      below(kJson).string(), "--out", below("results/figures").string()};
  std::vector<std::pair<std::string, Key>> drawn;
  for (const DeclaredFigure& figure : figures_) {
    Result<Key> key = key_of(figure);
    if (!key) return key.error();
    const Result<State> state = manifest_.state("figure " + figure.name, *key);
    if (!state) return state.error();
    if (*state == State::current) {
      note("figure " + figure.name, false, 0);
      continue;
    }
    command.push_back(figure.name);
    drawn.emplace_back(figure.name, std::move(*key));
  }
  if (drawn.empty()) return {};
  if (Result<void> said = print_text(fmt::format("Drawing {} of {} figures.\n", drawn.size(), figures_.size())); !said)
    return said;
  const Clock::time_point begin = Clock::now();
  const Result<Finished> finished = run_program(command);
  if (!finished) return finished.error();
  interrupted_ = interrupted_ || finished->interrupted;
  if (finished->status != 0) return Error{"figures", fmt::format("the renderer ended with status {}", finished->status), ""};
  for (const auto& [name, key] : drawn) {
    const std::string base = "results/figures/" + name;
    note("figure " + name, true, seconds_since(begin) / static_cast<double>(drawn.size()));
    if (Result<void> made = manifest_.made("figure " + name, key, {base + ".svg", base + ".pdf"}, 0); !made) return made;
  }
  return {};
}

std::int64_t Pipeline::epoch() const {
  if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH")) return std::atoll(fixed);
  const Result<Finished> date = run_program(
      {"git", "-c", "safe.directory=*", "-C", options_.root.string(), "log", "-1", "--format=%ct", "--", "paper", "data"}, true);
  return date && date->status == 0 ? std::atoll(date->output.c_str()) : 0;
}

Result<Key> Pipeline::paper_key() const {
  Key key;
  key["numbers and verdicts"] =
      sha256(values_lua(epoch(), options_.mode, results_, published_, judged_, figures_, options_.tables));
  for (const char* folder : {"paper", "results/tables"})
    if (Result<void> added = add_folder(key, options_.root, folder); !added) return added.error();
  for (const DeclaredFigure& figure : figures_)
    for (const char* extension : {".svg", ".pdf"})
      if (Result<void> added = add_file(key, options_.root, "results/figures/" + figure.name + extension); !added)
        return added.error();
  for (const char* file : {"scripts/build-paper", "data/published/refs.bib"})
    if (Result<void> added = add_file(key, options_.root, file); !added) return added.error();
  return key;
}

Result<void> Pipeline::build_paper() {
  Result<Key> key = paper_key();
  if (!key) return key.error();
  const Result<State> state = manifest_.state("paper", *key);
  if (!state) return state.error();
  if (*state == State::current) return {};
  if (Result<void> said = print_text("Building the paper.\n"); !said) return said;
  const Clock::time_point begin = Clock::now();
  if (Result<void> wrote = write_file(below("build/paper/values.lua"),
                                      values_lua(epoch(), options_.mode, results_, published_, judged_, figures_, options_.tables));
      !wrote)
    return wrote;
  const Result<Finished> finished =
      run_program({below("scripts/build-paper").string(), "--root", options_.root.string(), "--build",
                   below("build/paper").string(), "--results", below("results").string()});
  if (!finished) return finished.error();
  interrupted_ = interrupted_ || finished->interrupted;
  if (finished->status != 0) return Error{"paper", fmt::format("scripts/build-paper ended with status {}", finished->status), ""};
  const Result<std::string> log = read_file(below("build/paper/paper.log"));
  if (!log) return log.error();
  if (const std::vector<std::string> complaints = complaints_in_latex_log(*log); !complaints.empty())
    return Error{"build/paper/paper.log", fmt::format("{} complaints, the first: {}", complaints.size(), complaints[0]),
                 "no undefined reference, no missing glyph, no box more than 2 pt too wide"};
  std::vector<std::string> outputs = {"results/index.html", "results/paper/paper.pdf", "results/paper/paper.tex",
                                      "results/paper/paper.md"};
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(below("results/html"), failed))
    if (entry.is_regular_file()) outputs.push_back("results/html/" + entry.path().filename().string());
  paper_built_ = true;
  return manifest_.made("paper", *key, outputs, seconds_since(begin));
}

Result<void> Pipeline::build(Goal goal) {
  const Result<FileLock> lock = lock_results(below("results"), "pipeline", FileLock::Kind::exclusive);
  if (!lock) return lock.error();
  remove_temporaries(below("results"));
  if (Result<void> read = manifest_.reload(); !read) return read;
  if (Result<void> loaded = load_results(); !loaded) return loaded;
  if (goal == Goal::experiments) return {};
  // The paper counts its own pages and words, and its claims table shows them: build until the counts no longer change.
  constexpr int kMostBuilds = 4;
  for (int build = 0; build < kMostBuilds; ++build) {
    if (Result<void> counted = count_paper_itself(); !counted) return counted;
    if (Result<void> judged = judge_claims(); !judged) return judged;
    if (Result<void> written = write_tables(); !written) return written;
    if (goal == Goal::tables) return {};
    if (Result<void> drawn = draw_figures(); !drawn) return drawn;
    if (goal == Goal::figures) return {};
    const std::string before = measure::data_hash(results_.at("paper"));
    if (Result<void> built = build_paper(); !built) return built;
    if (Result<void> counted = count_paper_itself(); !counted) return counted;
    if (measure::data_hash(results_.at("paper")) == before) {
      note("paper", paper_built_, manifest_.find("paper")->seconds);
      std::vector<std::string> declared = {"claims", "tables", "paper"};
      for (const Program& program : programs_) declared.push_back("experiment " + program.name);
      for (const DeclaredFigure& figure : figures_) declared.push_back("figure " + figure.name);
      return manifest_.keep_only(declared);
    }
  }
  return Error{"paper", "its page or word count changes with every build", "a stable count"};
}

Result<std::vector<std::string>> Pipeline::why(const std::string& name) {
  if (Result<void> loaded = load_results(); !loaded) return loaded.error();
  std::vector<std::string> names = {"paper"};
  for (const Program& program : programs_) {
    names.push_back(program.name);
    if (program.name != name) continue;
    const Result<Key> key = key_of(program);
    if (!key) return key.error();
    return manifest_.why("experiment " + name, *key);
  }
  for (const DeclaredFigure& figure : figures_) {
    names.push_back(figure.name);
    if (figure.name != name) continue;
    const Result<Key> key = key_of(figure);
    if (!key) return std::vector<std::string>{key.error().message()};
    return manifest_.why("figure " + name, *key);
  }
  if (name == "paper") {
    const Result<FileLock> lock = lock_results(below("results"), "pipeline", FileLock::Kind::exclusive);
    if (!lock) return lock.error();
    if (Result<void> counted = count_paper_itself(); !counted) return counted.error();
    if (Result<void> judged = judge_claims(); !judged) return judged.error();
    const Result<Key> key = paper_key();
    if (!key) return std::vector<std::string>{key.error().message()};
    return manifest_.why("paper", *key);
  }
  return Error{"NAME", "found " + quoted_with_hint(name, names), join(names, ", ")};
}

void Pipeline::note(const std::string& product, bool fresh, double seconds) {
  // A later pass over the paper may visit a product again: it is listed once, and is fresh if any pass made it.
  for (Note& note : notes_) {
    if (note.product != product) continue;
    if (fresh) note = {product, true, seconds};
    return;
  }
  notes_.push_back({product, fresh, seconds});
}

std::string Pipeline::report() const {
  std::string text = "\nClaims\n";
  std::string open;
  for (const Judged& one : judged_) {
    if (one.verdict == Verdict::open)
      open += (open.empty() ? "" : " ") + one.claim.id;
    else
      text += fmt::format("  {:<18} {:<28} {}\n", one.claim.id, name_of(one.verdict), one.reason);
  }
  if (!open.empty()) text += "  open: " + open + "\n";
  text += "\nVerdicts:";
  for (const auto& [verdict, number] : count(judged_)) text += fmt::format(" {} {},", number, name_of(verdict));
  text.back() = '.';
  const FamilyCount family = count_family(judged_);
  text += fmt::format("\n{} of {} decisions by intervals with spread stand at a family-wise {:.0f} %.", family.stand,
                      family.members, 100 * kFamilyLevel);
  text += fmt::format("\n{} claims in all.\n\nFresh and reused\n", judged_.size());
  std::string reused_figures;
  for (const Note& note : notes_) {
    if (note.product.starts_with("figure ")) continue;
    text += fmt::format("  {:<28} {}, {} when it was made\n", note.product, note.fresh ? "fresh" : "reused",
                        measure::duration_text(note.seconds));
  }
  const auto fresh_figures = std::count_if(notes_.begin(), notes_.end(), [](const Note& n) {
    return n.fresh && n.product.starts_with("figure ");
  });
  text += fmt::format("  figures                      {} fresh, {} reused\n", fresh_figures,
                      static_cast<long>(figures_.size()) - fresh_figures);
  for (const std::string& failure : failures_) text += "  failed: " + failure + "\n";
  text += fmt::format("\n{}\n{}\n{}\n", below("results/paper/paper.pdf").lexically_normal().string(),
                      below("results/index.html").lexically_normal().string(),
                      below("results/claims.csv").lexically_normal().string());
  return text;
}

int Pipeline::exit_status() const {
  const std::map<Verdict, int> counts = count(judged_);
  const bool broken = !failures_.empty() || counts.at(Verdict::stale) > 0 || counts.at(Verdict::no_power) > 0 ||
                      counts.at(Verdict::error) > 0;
  return broken || (options_.strict && counts.at(Verdict::open) > 0) ? 1 : 0;
}

}  // namespace vtpu::artifact
