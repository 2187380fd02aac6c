// The command behind the Makefile: runs experiments, judges claims, draws figures, builds the paper, explains why a
// product would be made again, compares results with the reference set, records that set.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "vtpu/artifact/history.h"
#include "vtpu/artifact/pipeline.h"
#include "vtpu/artifact/reference.h"
#include "vtpu/artifact/verify.h"
#include "vtpu/base/file.h"
#include "vtpu/isa/manual.h"

namespace {

using namespace vtpu;
using namespace vtpu::artifact;

int fail(const Error& error) {
  fmt::print(stderr, "error: {}\n", error.message());
  return 1;
}

int interrupted() {
  fmt::print(stderr, "\nInterrupted. Finished results are kept; the same command continues from here.\n");
  return 130;
}

int reproduce(const Options& options, Goal goal, bool run) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return fail(pipeline.error());
  if (run) {
    if (Result<void> ran = pipeline->run_experiments(); !ran)
      return pipeline->interrupted() ? interrupted() : fail(ran.error());
  }
  if (Result<void> built = pipeline->build(goal); !built)
    return pipeline->interrupted() ? interrupted() : fail(built.error());
  const std::string report = pipeline->report();
  fmt::print("{}", report);
  if (Result<void> wrote = write_file(options.root / "results/report.txt", report); !wrote) return fail(wrote.error());
  return pipeline->exit_status();
}

int experiment(const Options& options, const std::string& name) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return fail(pipeline.error());
  if (Result<void> ran = pipeline->run_experiments(name); !ran)
    return pipeline->interrupted() ? interrupted() : fail(ran.error());
  fmt::print("results/json/{}.json\nresults/json/{}.run.json\n", name, name);
  return pipeline->exit_status();
}

int why(const Options& options, const std::string& name) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return fail(pipeline.error());
  const Result<std::vector<std::string>> reasons = pipeline->why(name);
  if (!reasons) return fail(reasons.error());
  if (reasons->empty()) fmt::print("{} is current: none of its ingredients has changed.\n", name);
  for (const std::string& reason : *reasons) fmt::print("{}: {}\n", name, reason);
  return 0;
}

int list(const Options& options) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return fail(pipeline.error());
  for (const Program& program : pipeline->programs())
    fmt::print("{:<14} {:>5.0f} s  {}\n", program.name, program.expected_seconds, program.question);
  return 0;
}

int check(const Options& options) {
  const Result<Comparison> comparison = verify(options.root, options.mode);
  if (!comparison) return fail(comparison.error());
  fmt::print("{}", comparison->report());
  return comparison->agrees() ? 0 : 1;
}

int reference(const Options& options) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return fail(pipeline.error());
  std::vector<std::string> experiments;
  for (const Program& program : pipeline->programs()) experiments.push_back(program.name);
  const Result<Recording> recording = record_reference(options.root, options.mode, options.seed, experiments);
  if (!recording) return fail(recording.error());
  for (const Error& objection : recording->objections) fail(objection);
  if (!recording->objections.empty()) return 1;
  fmt::print("{} results are the reference set; their volatile parts are in {}.\n", recording->results,
             recording->folder.string());
  return 0;
}

/// Without a repository, as in an archive, the stored history is printed, and said to be that.
int history(const Options& options) {
  const Result<std::vector<LedgerChange>> changes = ledger_history(options.root);
  if (changes && !changes->empty()) {
    fmt::print("{}", history_csv(*changes));
    return 0;
  }
  const std::filesystem::path stored = options.root / "data/claims_history.csv";
  const Result<std::string> text = read_file(stored);
  if (!text) return fail(text.error());
  fmt::print(stderr, "No Git history of data/claims.csv here; this is the stored one, {}.\n", stored.string());
  fmt::print("{}", *text);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Reproduces the paper: experiments, claims, tables, figures, text."};
  app.require_subcommand(1);
  Options options;
  options.pages["manual.html"] = isa::manual_html();
  bool quick = false;
  std::string name;
  app.add_option("--root", options.root, "the project's folder");
  app.add_option("--bin", options.bin, "folder of the built programs");
  app.add_option("--seed", options.seed, "seed of every random choice");
  app.add_flag("--quick", quick, "reduced sample sizes");
  app.add_flag("--strict", options.strict, "fail when a claim is open");
  CLI::App* all =
      app.add_subcommand("reproduce", "everything: run stale experiments, judge claims, draw, build the paper");
  CLI::App* one = app.add_subcommand("experiment", "one experiment, if its result is stale");
  one->add_option("name", name, "as `list` prints it")->required();
  CLI::App* tables = app.add_subcommand("tables", "verdicts and tables from the present results");
  CLI::App* figures = app.add_subcommand("figures", "figures from the present results");
  CLI::App* paper = app.add_subcommand("paper", "the paper from the present results");
  CLI::App* reasons = app.add_subcommand("why", "why a product would be made again");
  reasons->add_option("name", name, "an experiment, a figure or paper")->required();
  CLI::App* listing = app.add_subcommand("list", "the experiments with their times");
  CLI::App* comparison = app.add_subcommand(
      "verify",
      "compare the results with the shipped reference set: deterministic values, and intervals within a host class");
  CLI::App* record = app.add_subcommand("reference", "make the results the reference set of their mode and host class");
  CLI::App* past = app.add_subcommand("history", "every change of the ledger, and whether it came after a result");
  app.fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.mode = quick ? measure::Mode::quick : measure::Mode::full;
  if (*all) return reproduce(options, Goal::paper, true);
  if (*one) return experiment(options, name);
  if (*tables) return reproduce(options, Goal::tables, false);
  if (*figures) return reproduce(options, Goal::figures, false);
  if (*paper) return reproduce(options, Goal::paper, false);
  if (*reasons) return why(options, name);
  if (*listing) return list(options);
  if (*comparison) return check(options);
  if (*record) return reference(options);
  if (*past) return history(options);
  return 2;
}
