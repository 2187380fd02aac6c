// Asks about this core's ports: which classes of ops share them, how wide dispatch is, what the resulting port map
// predicts for loops, and what the loops actually take. Claim core.ports says that D, S and C ops never compete.
//
// Port map: measured with loops of independent host instructions, one per op. Each class runs alone; each pair of
// classes runs together, balanced so that both would take equally long alone; chains give latencies, and mixes of all
// classes give the dispatch width (study/port_survey.h).
//
// Conflicts of a workload: the host instructions of its loop's D slots run alone, then those of its S slots, then those
// of its C slots, then all together in their order. If their ports were disjoint, all together would take as long as
// the slowest of the three or as long as dispatch requires, whichever is longer. The reported value is the share of
// cycles beyond that. The engine takes no part in it. The control is a word whose ops share ports: a 512-bit
// multiply-add and two vector stores, which share the pipes that feed stores.
//
// Predicted against measured: cycles per iteration from the port map's constraints and the loop's recurrence, against
// the native engine on the same loop.
//
// Parameters: processes and rounds of timing. Outputs: keys host.ports.*, vtpu.core.port_conflicts.*,
// vtpu.core.predicted_over_measured; tables port_rates, port_pairs, port_conflicts.
#include <fmt/core.h>

#include <memory>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/study/engines/engine_study.h"
#include "vtpu/study/host/host_loop.h"
#include "vtpu/study/host/port_survey.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::isa::Cost;
using vtpu::study::host::HostLoop;
using Source = Column::Source;

SamplingRule rule_of(Run& run, std::uint64_t stream) {
  SamplingRule rule;
  rule.most = run.quick() ? 20 : 40;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = run.quick() ? 20 : 60;
  rule.seed = run.random(stream).next();
  return rule;
}

void record_map(Run& run, const vtpu::study::host::PortSurvey& survey) {
  Table& rates = run.table("port_rates", {{"class", "", Source::label},
                                          {"cycles", "cycles", Source::measured},
                                          {"low", "cycles", Source::measured},
                                          {"high", "cycles", Source::measured},
                                          {"per_cycle", "1/cycle", Source::measured},
                                          {"latency", "cycles", Source::measured}});
  for (const auto& rate : survey.rates) {
    const std::string name(vtpu::isa::name_of(rate.cost));
    run.measured("host.ports.cycles." + name, rate.cycles, "cycles");
    if (rate.latency) run.measured("host.ports.latency." + name, *rate.latency, "cycles");
    rates.add({name, rate.cycles.value, rate.cycles.ci.low, rate.cycles.ci.high, 1 / rate.cycles.value,
               rate.latency ? Cell(rate.latency->value) : Cell(std::string("-"))});
  }
  Table& pairs = run.table("port_pairs", {{"first", "", Source::label},
                                          {"second", "", Source::label},
                                          {"together", "1", Source::measured},
                                          {"low", "1", Source::measured},
                                          {"high", "1", Source::measured}});
  for (const auto& pair : survey.pairs)
    pairs.add({std::string(vtpu::isa::name_of(pair.first)), std::string(vtpu::isa::name_of(pair.second)),
               pair.together.value, pair.together.ci.low, pair.together.ci.high});
  run.measured("host.ports.dispatch", survey.dispatch, "ops/cycle");
}

Result<void> control(Run& run) {
  const std::vector<std::vector<Cost>> words = {
      {Cost::vector_fma}, {Cost::store64}, {Cost::store32}, {Cost::vector_fma, Cost::store64, Cost::store32}};
  std::vector<Alternative> alternatives;
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto loop = HostLoop::independent(words[i]);
    if (!loop) return loop.error();
    const auto shared = std::make_shared<HostLoop>(std::move(*loop));
    constexpr std::uint64_t kIterations = 1500;
    alternatives.push_back({std::to_string(i),
                            kIterations * shared->ops() / static_cast<double>(words[i].size()),
                            [shared] { shared->run(kIterations); },
                            {}});
  }
  const auto sampled = sample_in_processes(
      run, [&] { return alternatives; }, rule_of(run, 3));
  if (!sampled) return sampled.error();
  std::vector<double> lost;
  const auto cycles = [&](std::size_t i, std::size_t n) { return (*sampled)[i].cycles[n] / (*sampled)[i].work; };
  for (std::size_t n = 0; n < sampled->front().cycles.size(); ++n)
    lost.push_back(1 - std::max({cycles(0, n), cycles(1, n), cycles(2, n)}) / cycles(3, n));
  Estimate estimate = estimate_over_time(std::move(lost));
  estimate.method =
      "a word of a multiply-add and two vector stores: 1 − time of the slowest alone over time of all three together";
  run.measured("vtpu.core.port_conflicts.control", estimate, "1");
  return {};
}

Result<void> run_ports(Run& run) {
  warn_of_disturbance("core-ports");
  run.parameter("processes_at_most", 20, 40);
  run.parameter("rounds_in_each_process", 1, 3);
  Progress progress("core-ports", 3);
  const auto survey = vtpu::study::host::survey_ports(rule_of(run, 1));
  if (!survey) return survey.error();
  record_map(run, *survey);
  progress.step("workloads");
  const auto study =
      vtpu::study::engines::study_engines(survey->map, rule_of(run, 2), vtpu::study::engines::Engines::native_only);
  if (!study) return study.error();
  progress.step("control");

  Table& table = run.table("port_conflicts", {{"workload", "", Source::label},
                                              {"conflicts", "1", Source::measured},
                                              {"low", "1", Source::measured},
                                              {"high", "1", Source::measured},
                                              {"limit", "", Source::label},
                                              {"predicted", "ops/cycle", Source::computed},
                                              {"measured", "ops/cycle", Source::measured},
                                              {"measured_low", "ops/cycle", Source::measured},
                                              {"measured_high", "ops/cycle", Source::measured},
                                              {"ratio", "1", Source::measured}});
  std::vector<double> ratios;
  for (const auto& row : study->workloads) {
    const std::string name(row.workload.name);
    const Estimate& native = row.ops_per_cycle.at("native");
    run.measured("vtpu.core.port_conflicts." + name, row.conflicts, "1");
    ratios.push_back(row.predicted / native.value);
    table.add({name, row.conflicts.value, row.conflicts.ci.low, row.conflicts.ci.high, row.limit, row.predicted,
               native.value, native.ci.low, native.ci.high, row.predicted / native.value});
  }
  Estimate ratio = estimate_median(ratios);
  ratio.method = "predicted over measured ops per cycle, median over the workloads";
  run.measured("vtpu.core.predicted_over_measured", ratio, "1");
  if (auto done = control(run); !done) return done;
  run.count(survey->tally);
  run.count(study->tally);
  progress.step("");
  return {};
}

const Experiment kExperiment{
    .name = "core-ports",
    .question = "Which classes of ops share ports on this core, and do D, S and C ops compete?",
    .claims = {"core.ports"},
    .inputs = {},
    .quick_seconds = 12,
    .full_seconds = 45,
    .times_the_host = true,
    .run = run_ports};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
