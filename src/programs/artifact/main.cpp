// The command behind the Makefile: runs experiments, judges claims, draws figures, builds the paper, explains why a
// product would be made again, compares results with the reference set, records that set.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "programs/command/command.h"
#include "vtpu/artifact/history.h"
#include "vtpu/artifact/pipeline.h"
#include "vtpu/artifact/reference.h"
#include "vtpu/artifact/verify.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/isa/manual.h"

namespace vtpu::artifact {
namespace {

using command::kInterrupted;
using command::kWrongInput;

constexpr const char* kProgram = "artifact";

/// Prints the text, then ends with `status`.
Result<int> said(const std::string& text, int status = command::kDone) {
  if (const Result<void> printed = print_text(text); !printed) return printed.error();
  return status;
}

Result<int> ended(const Pipeline& pipeline, const Error& error) {
  if (!pipeline.interrupted()) return error;
  return command::fail(kProgram, "interrupted; finished results are kept, and the same command continues from here",
                       kInterrupted);
}

Result<int> reproduce(const Options& options, Goal goal, bool run) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return pipeline.error();
  if (run)
    if (Result<void> ran = pipeline->run_experiments(); !ran) return ended(*pipeline, ran.error());
  if (Result<void> built = pipeline->build(goal); !built) return ended(*pipeline, built.error());
  const std::string report = pipeline->report();
  if (Result<void> wrote = write_file(options.root / "results/report.txt", report); !wrote) return wrote.error();
  return said(report, pipeline->exit_status());
}

Result<int> experiment(const Options& options, const std::string& name) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return pipeline.error();
  if (Result<void> ran = pipeline->run_experiments(name); !ran) return ended(*pipeline, ran.error());
  return said(fmt::format("results/json/{}.json\nresults/json/{}.run.json\n", name, name), pipeline->exit_status());
}

Result<int> why(const Options& options, const std::string& name) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return pipeline.error();
  const Result<std::vector<std::string>> reasons = pipeline->why(name);
  if (!reasons) return reasons.error();
  std::string text;
  if (reasons->empty()) text = fmt::format("{} is current: none of its ingredients has changed.\n", name);
  for (const std::string& reason : *reasons) text += fmt::format("{}: {}\n", name, reason);
  return said(text);
}

Result<int> list(const Options& options) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return pipeline.error();
  std::string text;
  for (const Program& program : pipeline->programs())
    text += fmt::format("{:<14} {:>5.0f} s  {}\n", program.name, program.expected_seconds, program.question);
  return said(text);
}

Result<int> check(const Options& options) {
  const Result<Comparison> comparison = verify(options.root, options.mode);
  if (!comparison) return comparison.error();
  return said(comparison->report(), comparison->agrees() ? command::kDone : kWrongInput);
}

Result<int> reference(const Options& options) {
  Result<Pipeline> pipeline = Pipeline::open(options);
  if (!pipeline) return pipeline.error();
  std::vector<std::string> experiments;
  for (const Program& program : pipeline->programs()) experiments.push_back(program.name);
  const Result<Recording> recording = record_reference(options.root, options.mode, options.seed, experiments);
  if (!recording) return recording.error();
  for (const Error& objection : recording->objections) command::fail(kProgram, objection.message(), kWrongInput);
  if (!recording->objections.empty()) return kWrongInput;
  return said(fmt::format("{} results are the reference set; their volatile parts are in {}.\n", recording->results,
                          recording->folder.string()));
}

/// Without a repository, as in an archive, the stored history is printed, and said to be that.
Result<int> history(const Options& options) {
  const Result<std::vector<LedgerChange>> changes = ledger_history(options.root);
  if (changes && !changes->empty()) return said(history_csv(*changes));
  const std::filesystem::path stored = options.root / "data/claims_history.csv";
  const Result<std::string> text = read_file(stored);
  if (!text) return text.error();
  std::fputs(
      fmt::format("No Git history of data/claims.csv here; this is the stored one, {}.\n", stored.string()).c_str(),
      stderr);
  return said(*text);
}

/// Reads the command line and runs the command.
int run(int argc, char** argv) {
  CLI::App app{"Reproduces the paper: experiments, claims, tables, figures, text."};
  app.name(kProgram);
  app.require_subcommand(1);
  app.fallthrough();  // before the commands, which inherit it: options may follow them
  Options options;
  options.pages["manual.html"] = isa::manual_html();
  bool quick = false;
  std::string name;
  app.add_option("--root", options.root, "the project's folder");
  app.add_option("--bin", options.bin, "folder of the built programs");
  add_number(app, "--seed", options.seed, "seed of every random choice");
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
  app.add_subcommand("history", "every change of the ledger, and whether it came after a result");
  const auto act = [&]() -> Result<int> {
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
    return history(options);
  };
  return command::run_command(kProgram, app, argc, argv, {}, act);
}

}  // namespace
}  // namespace vtpu::artifact

int main(int argc, char** argv) { return vtpu::artifact::run(argc, argv); }
