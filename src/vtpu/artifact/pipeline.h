#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/manifest.h"
#include "vtpu/artifact/values.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/dependency.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// An experiment program, as it describes itself.
struct Program {
  /// What the experiment loads or calls, and where its program found it; the path is empty where it is absent.
  struct Use {
    measure::Dependency dependency;
    std::string path;
  };
  std::string name;
  std::string question;
  std::filesystem::path path;
  std::vector<std::string> claims;
  std::vector<std::string> inputs;
  std::vector<Use> uses;
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

/// The last step to take. Each includes those before it, but only `reproduce` runs experiments.
enum class Goal { experiments, tables, figures, paper };

/// From experiments to a checked paper. Current products are kept, all others are made again, and every product enters
/// the manifest as soon as it is complete. Several processes may work in one folder: see results_lock.h.
class Pipeline {
 public:
  /// Reads the descriptions of every program below bin/experiments and of the renderer. Error: a program that does not
  /// describe itself, a malformed ledger, a claim and an experiment that contradict each other, a corrupt manifest.
  static Result<Pipeline> open(const Options& options);

  /// Runs all experiments whose result is stale or missing, or only the named one. A failed experiment is reported, and
  /// the others still run. Error: the name of an unknown experiment, a tampered result.
  Result<void> run_experiments(const std::string& only = "");

  /// Makes verdicts, then tables, figures and the paper, up to `goal`. Error: the first failed check.
  Result<void> build(Goal goal);

  /// Why a product would be made again: one line per ingredient that differs. `name`: an experiment, a figure,
  /// "tables" or "paper".
  Result<std::vector<std::string>> why(const std::string& name);

  /// The verdicts, their counts, which products are fresh or reused, and the paths of the paper.
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
  Result<void> run_one(const Program& program);
  Result<void> load_results();
  Result<void> judge_claims();
  Result<void> count_paper_itself();
  /// Adds how many deterministic values differ from the reference sets to what the paper counts of itself.
  Result<void> compare_with_references(measure::ResultFile& counted) const;
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
