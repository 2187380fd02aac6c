#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/manifest.h"
#include "vtpu/artifact/values.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// An experiment program as it describes itself.
struct Program {
  std::string name;
  std::string question;
  std::filesystem::path path;
  std::vector<std::string> claims;
  std::vector<std::string> inputs;
  double expected_seconds = 0;
  bool times_the_host = false;
};

struct Options {
  std::filesystem::path root = ".";
  std::filesystem::path bin = "build/bin";  ///< below the root, or absolute
  measure::Mode mode = measure::Mode::full;
  std::uint64_t seed = 1;
  std::vector<TableDeclaration> tables = all_tables();
  std::map<std::string, std::string> pages = {};  ///< other pages of results/html: file name → text
  bool strict = false;  ///< an open claim fails the run
};

/// How far to go: each step takes in those before it, but only `reproduce` runs experiments.
enum class Goal { experiments, tables, figures, paper };

/// From experiments to a checked paper: what is current is kept, what is not is made again, and every product is entered
/// in the manifest as soon as it is whole.
class Pipeline {
 public:
  /// Asks every program below bin/experiments and the renderer what they are. Error: a program that cannot be asked, a
  /// malformed ledger, a claim and an experiment that disagree about each other, a corrupt manifest.
  static Result<Pipeline> open(const Options& options);

  /// Runs what is stale or missing of all experiments, or of the named one. An experiment that fails is reported, and
  /// the others still run. Error: the name of an unknown experiment, a tampered result.
  Result<void> run_experiments(const std::string& only = "");

  /// Verdicts, then tables, figures and the paper, as far as the goal says. Error: the first thing that does not hold.
  Result<void> build(Goal goal);

  /// One line an ingredient that differs; NAME is an experiment, a figure, "tables" or "paper".
  Result<std::vector<std::string>> why(const std::string& name);

  /// Claims table, counts, what was fresh and what was reused, where the paper lies.
  std::string report() const;

  /// 0; 1 when an experiment failed, a claim is stale or in error, or strict is on and a claim is open.
  int exit_status() const;
  bool interrupted() const { return interrupted_; }

  const std::vector<Program>& programs() const { return programs_; }
  const std::vector<DeclaredFigure>& figures() const { return figures_; }

 private:
  Pipeline() = default;

  std::filesystem::path bin() const;
  std::filesystem::path below(const std::string& path) const { return options_.root / path; }
  Result<Key> key_of(const Program& program) const;
  Result<Key> key_of(const DeclaredFigure& figure) const;
  Result<Key> paper_key() const;
  Result<void> run_one(const Program& program, const Key& key);
  Result<void> load_results();
  Result<void> judge_claims();
  Result<void> count_paper_itself();
  Result<void> write_tables();
  Result<void> draw_figures();
  Result<void> build_paper();
  Result<void> check_untouched(const std::string& product, const Key& key) const;
  std::int64_t epoch() const;
  void note(const std::string& product, bool fresh, double seconds);

  struct Note {
    std::string product;
    bool fresh = false;
    double seconds = 0;
  };

  Options options_;
  Manifest manifest_;
  std::vector<Program> programs_;
  std::vector<DeclaredFigure> figures_;
  std::vector<Claim> claims_;
  std::map<std::string, PublishedFact> published_;
  std::map<std::string, measure::ResultFile> results_;
  std::set<std::string> stale_;
  std::vector<Judged> judged_;
  std::vector<std::string> failures_;
  std::vector<Note> notes_;
  bool interrupted_ = false;
  bool paper_built_ = false;
};

}  // namespace vtpu::artifact
