// Asks how well the compiler's cost model, from a table measured on this host, predicts programs that it has never
// seen, and how good the code is that it chooses for them.
//
// Claim cc.costs. The ten programs of kernels/programs/unseen.def were written after the model had been frozen. Each is
// compiled by a table that this experiment measures first, and by the reference table. The model predicts the cycles of
// a run from the compiled loops; the factor of a program is the greater of predicted over measured cycles and its
// inverse. Control: a prediction by dispatch alone, all ops of the run over the ops that can start in a cycle. Answers,
// repetitions, alternatives and bounds are those of compiler-tiers, with data in the first-level cache.
//
// Parameters: processes. Outputs: keys phextcc.costs.*; table costs.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/study/host/host_mix.h"
#include "vtpu/study/programs/cost_survey.h"
#include "vtpu/study/programs/program_study.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::compiler::MachineModel;
using vtpu::study::baselines::References;
using vtpu::study::programs::ProgramResult;
using vtpu::study::programs::ProgramVariants;
using vtpu::study::programs::Variant;
using Source = Column::Source;

constexpr const char* kOther = "tier3_reference";

SamplingRule rule_of(Run& run, std::uint64_t stream, std::size_t processes, std::size_t rounds) {
  SamplingRule rule;
  rule.least = rule.most = processes;
  rule.rounds = rounds;
  rule.seed = run.random(stream).next();
  return rule;
}

/// The factor by which a prediction differs from each sample, at least 1.
Estimate factor_of(const Estimate& cycles, double predicted, const char* method) {
  return vtpu::study::host::of_each(cycles, method, [&](std::size_t n) {
    return std::max(predicted / cycles.samples[n], cycles.samples[n] / predicted);
  });
}

Result<void> run_costs(Run& run) {
  warn_of_disturbance("compiler-costs");
  const auto processes = run.parameter<std::size_t>("processes", 10, 20);
  const auto programs = vtpu::kernels::unseen_programs();
  Progress progress("compiler-costs", 2 + programs.size());
  const auto survey = vtpu::study::programs::survey_costs(rule_of(run, 1, run.quick() ? 6 : 12, 1));
  if (!survey) return survey.error();
  run.count(survey->tally);
  progress.step("costs");
  const auto own = std::make_shared<const MachineModel>(survey->model);

  std::vector<std::pair<std::string, References>> modules;
  for (const auto& level : vtpu::study::baselines::kReferenceLevels) {
    const auto module = vtpu::study::baselines::load_references(level);
    if (module)
      modules.emplace_back(level.name, *module);
    else if (level.compiler != vtpu::study::baselines::Compiler::clang)
      return module.error();
  }
  const std::vector<Variant> words{{"tier3", Variant::By::compiler, 3, true, nullptr, own},
                                   {kOther, Variant::By::compiler, 3, true, nullptr, nullptr}};
  std::vector<ProgramVariants> prepared;
  for (const auto& program : programs) {
    auto variants = ProgramVariants::prepare(program, 0, words, modules, {});
    if (!variants) return variants.error();
    prepared.push_back(std::move(*variants));
    progress.step(std::string(program.name));
  }
  const auto results = vtpu::study::programs::study_programs(prepared, &own->ports, rule_of(run, 2, processes, 3));
  if (!results) return results.error();
  run.count(results->front().tally);

  Table& table = run.table("costs", {{"program", "", Source::label},
                                     {"measured", "cycles", Source::measured},
                                     {"predicted", "cycles", Source::measured},
                                     {"ratio", "1", Source::measured},
                                     {"share", "1", Source::measured},
                                     {"limit", "", Source::measured},
                                     {"over", "x", Source::measured},
                                     {"low", "x", Source::measured},
                                     {"high", "x", Source::measured},
                                     {"strongest", "", Source::measured},
                                     {"reference", "x", Source::measured}});
  std::vector<Estimate> factors, controls, overs, references, shares;
  double slower = 0, worst = 1;
  for (std::size_t k = 0; k < results->size(); ++k) {
    const ProgramResult& result = (*results)[k];
    const std::string name(result.program->name);
    const ProgramVariants::Prepared& tier3 = *prepared[k].find("tier3");
    const auto repeat = static_cast<double>(tier3.repeat);
    const auto compiled = prepared[k].compiled(tier3);
    if (!compiled.predicted_cycles)
      return vtpu::Error{name, "ops without a known rate", "a program that the cost model covers"};
    const double predicted = *compiled.predicted_cycles / repeat;
    const Estimate& cycles = result.cycles.at("tier3");
    factors.push_back(factor_of(cycles, predicted, "; predicted over measured cycles, or the inverse if that is more"));
    controls.push_back(factor_of(cycles, tier3.ops / repeat / own->ports.dispatch,
                                 "; ops over dispatch against measured cycles, the greater of ratio and inverse"));
    run.measured("phextcc.costs.factor." + name, factors.back(), "x");
    worst = std::max(worst, factors.back().value);
    const std::string strongest = vtpu::study::programs::strongest_reference(result);
    overs.push_back(result.over.at(strongest));
    references.push_back(result.over.at(kOther));
    slower += overs.back().value < 1;
    run.measured("phextcc.costs.over." + name, overs.back(), "x");
    if (result.bound) {
      shares.push_back(result.bound->share);
      run.measured("phextcc.costs.share." + name, result.bound->share, "1");
    }
    table.add({name, cycles.value, predicted, predicted / cycles.value,
               result.bound ? Cell(result.bound->share.value) : Cell(std::string()),
               result.bound ? result.bound->limit : std::string("runtime"), overs.back().value, overs.back().ci.low,
               overs.back().ci.high, strongest, references.back().value});
  }
  const auto mean = [&](const char* key, const std::vector<Estimate>& all, const char* unit) {
    if (all.empty()) return;
    run.measured(key,
                 vtpu::study::host::geometric_mean(
                     all, fmt::format("; geometric mean over {} programs within each process", all.size())),
                 unit);
  };
  mean("phextcc.costs.factor", factors, "x");
  mean("phextcc.costs.factor.control", controls, "x");
  mean("phextcc.costs.over_strongest", overs, "x");
  mean("phextcc.costs.over_reference_table", references, "x");
  mean("phextcc.costs.share_of_bound", shares, "1");
  run.measured("phextcc.costs.worst_factor", worst, "x", "the greatest median factor of a program");
  run.measured("phextcc.costs.slower", slower, "1",
               "programs whose median time is above that of the fastest C++ by gcc or clang");
  run.measured("phextcc.costs.programs", static_cast<double>(results->size()), "1", "count");
  progress.step("tables");
  return {};
}

const Experiment kExperiment{
    .name = "compiler-costs",
    .question = "How well does the measured cost model predict, and choose for, programs that it has never seen?",
    .claims = {"cc.costs"},
    .inputs = {},
    .uses = vtpu::study::baselines::modules_for(vtpu::study::baselines::Use::references),
    .quick_seconds = 40,
    .full_seconds = 120,
    .times_the_host = true,
    .run = run_costs};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
