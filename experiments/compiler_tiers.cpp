// Asks how good the compiler's code is. Every program of kernels/programs is compiled at each tier and compared with
// the same work written by hand in words, compiled from C++ by other compilers, and done by libraries. The comparison
// is made in ops per cycle, in useful work, in time, and against the bound of the program's own loops.
//
// Claims core.opt, cc.tier3, cc.hand. Every answer is checked against the reference before timing starts. A run repeats
// its program until it takes about 100 µs, or 100 times as long as starting it. Memory is mapped and filled beforehand,
// and one run is untimed, so that data of size L1 are in the first-level cache. All alternatives are timed in the same
// processes, and each ratio is taken within one process.
//
// Alternatives: tier0 to tier3; tier3_list, which is tier 3 with list scheduling instead of modulo scheduling; hand,
// words written by a person; the C++ reference by each `references` row of study/baselines/compilers.def (clang's if
// the build found it); openblas and eigen where they have the routine. phextcc.over.<level>.strongest compares with the
// fastest C++ of each program; -ffast-math counts there only where it leaves every byte as it is. Of the tiers, only
// tier 3 may reorder float sums, within the bound that the language states. -ffast-math may reorder them too.
//
// Means are geometric, over the single-sentron programs at size L1. They leave out ring and all_reduce, whose speed is
// set by the runtime's messages; the tables include both. Ops per cycle are all ops that the run retired over all its
// cycles. Bound: see study/programs/program_study.h. Rooflines: peaks of this run, one thread; bytes are those that a
// repetition must move, read or written, against the rate of reads alone. Table loops holds the compiler's reports,
// which are the same on every host.
//
// Parameters: processes, sizes (quick: L1 only). Outputs: keys vtpu.core.ops_per_cycle.tier3*, phextcc.*; tables
// programs, useful, speed, hand, slower, roofs, roofline, loops.
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/study/host/host_mix.h"
#include "vtpu/study/host/port_survey.h"
#include "vtpu/study/programs/program_study.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::kernels::CompiledProgram;
using vtpu::study::baselines::References;
using vtpu::study::programs::ProgramResult;
using vtpu::study::programs::ProgramVariants;
using Source = Column::Source;
using Modules = std::vector<std::pair<std::string, References>>;
using Results = std::vector<ProgramResult>;

constexpr const char* kTiers[] = {"tier0", "tier1", "tier2", "tier3_list", "tier3"};
/// What compiled programs are compared with: every reference of compilers.def, and the libraries.
std::vector<std::string> others() {
  std::vector<std::string> names;
  for (const auto& level : vtpu::study::baselines::kReferenceLevels) names.emplace_back(level.name);
  names.insert(names.end(), {"openblas", "eigen"});
  return names;
}
constexpr double kAtBound = 0.9;

std::string key_of(const std::string& level) {
  std::string key = level;
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
  return key;
}

const Estimate* find(const std::map<std::string, Estimate>& all, const std::string& way) {
  const auto at = all.find(way);
  return at == all.end() ? nullptr : &at->second;
}

// ---- sampling

SamplingRule rule_of(Run& run, std::uint64_t stream, std::size_t processes, std::size_t rounds) {
  SamplingRule rule;
  rule.least = rule.most = processes;
  rule.rounds = rounds;
  rule.seed = run.random(stream).next();
  return rule;
}

Result<Modules> load_modules() {
  Modules modules;
  for (const vtpu::study::baselines::Baseline& level : vtpu::study::baselines::kReferenceLevels) {
    const auto module = vtpu::study::baselines::load_references(level);
    if (module)
      modules.emplace_back(level.name, *module);
    else if (level.compiler != vtpu::study::baselines::Compiler::clang)
      return module.error();
  }
  return modules;
}

/// Studies all programs at one size. Large sizes are studied one program at a time so that only one program's data are
/// in memory.
Result<Results> sample(Run& run, std::size_t size, const Modules& modules, const vtpu::ports::PortMap* map,
                       std::size_t processes, Progress& progress) {
  const bool small = size == 0, large = size == 2;
  const auto words = small ? vtpu::study::programs::all_word_variants() : vtpu::study::programs::tier3_only();
  Results results;
  std::vector<ProgramVariants> prepared;
  std::uint64_t stream = 16 + 64 * size;
  const auto flush = [&]() -> Result<void> {
    auto some = vtpu::study::programs::study_programs(prepared, map, rule_of(run, ++stream, processes, large ? 1 : 3));
    if (!some) return some.error();
    for (ProgramResult& one : *some) results.push_back(std::move(one));
    prepared.clear();
    return {};
  };
  for (const CompiledProgram& program : vtpu::kernels::programs()) {
    auto variants = ProgramVariants::prepare(program, size, words, modules, {});
    if (!variants) return variants.error();
    prepared.push_back(std::move(*variants));
    if (large)
      if (auto done = flush(); !done) return done.error();
    progress.step(fmt::format("{}, {}", program.name, program.sizes[size].level));
  }
  if (!prepared.empty())
    if (auto done = flush(); !done) return done.error();
  return results;
}

// ---- results at size L1

bool alone(const ProgramResult& result) { return result.program->sentrons == 1; }

/// Records the mean over single-sentron programs under `key`, and each program's own value under `<key>.<program>`.
void record_mean(Run& run, const Results& results, const std::string& key, const std::string& unit,
                 const std::function<std::optional<Estimate>(const ProgramResult&)>& of, bool each = true) {
  std::vector<Estimate> all;
  for (const ProgramResult& result : results) {
    const auto one = of(result);
    if (!one) continue;
    if (each) run.measured(fmt::format("{}.{}", key, result.program->name), *one, unit);
    if (alone(result)) all.push_back(*one);
  }
  if (all.empty()) return;
  run.measured(
      key,
      vtpu::study::host::geometric_mean(
          all, fmt::format("; geometric mean over {} single-sentron programs within each process", all.size())),
      unit);
}

/// Time of `above` over time of `below` within each process.
std::optional<Estimate> ratio(const ProgramResult& result, const std::string& above, const std::string& below) {
  const Estimate *const a = find(result.ns, above), *const b = find(result.ns, below);
  if (a == nullptr || b == nullptr) return {};
  return vtpu::study::host::of_each(*a, fmt::format("; time by {} over time by {} in the same process", above, below),
                                    [&](std::size_t n) { return a->samples[n] / b->samples[n]; });
}

std::optional<Estimate> copy_of(const Estimate* estimate) {
  return estimate == nullptr ? std::nullopt : std::optional(*estimate);
}

void record_claims(Run& run, const Results& results) {
  const auto ops = [](const char* way) {
    return [way](const ProgramResult& result) { return copy_of(find(result.ops_per_cycle, way)); };
  };
  const auto over = [](const char* above, const char* below) {
    return [above, below](const ProgramResult& result) { return ratio(result, above, below); };
  };
  record_mean(run, results, "vtpu.core.ops_per_cycle.tier3", "ops/cycle", ops("tier3"));
  record_mean(run, results, "vtpu.core.ops_per_cycle.tier3.control", "ops/cycle", ops("tier0"), false);
  for (const char* way : {"tier0", "tier1", "tier2", "tier3_list", "hand"})
    record_mean(run, results, fmt::format("phextcc.ops_per_cycle.{}", way), "ops/cycle", ops(way));
  record_mean(run, results, "vtpu.core.live_ops_per_cycle.tier3", "ops/cycle",
              [](const ProgramResult& result) { return copy_of(find(result.live_ops_per_cycle, "tier3")); });
  for (const ProgramResult& result : results)
    run.computed(
        fmt::format("phextcc.live_share.{}", result.program->name), result.live_share.at("tier3"), "1",
        "tier 3: ops whose result a later live op, a branch, another sentron or the final memory uses, over all "
        "ops of a run of one repetition");
  std::vector<Estimate> all;
  for (const ProgramResult& result : results) all.push_back(result.ops_per_cycle.at("tier3"));
  run.measured("phextcc.ops_per_cycle.all_programs",
               vtpu::study::host::geometric_mean(
                   all, "; geometric mean over all programs, including those with several sentrons"),
               "ops/cycle");
  record_mean(run, results, "phextcc.tier3_over_tier0", "x", over("tier0", "tier3"));
  record_mean(run, results, "phextcc.tier3_over_tier0.control", "x", over("tier0", "tier2"), false);
  record_mean(run, results, "phextcc.tier1_over_tier0", "x", over("tier0", "tier1"), false);
  record_mean(run, results, "phextcc.tier2_over_tier0", "x", over("tier0", "tier2"), false);
  record_mean(run, results, "phextcc.tier3_list_over_tier0", "x", over("tier0", "tier3_list"), false);
  record_mean(run, results, "phextcc.modulo_scheduling", "x", over("tier3_list", "tier3"));
  record_mean(run, results, "phextcc.over_hand", "fraction", over("hand", "tier3"));
  record_mean(run, results, "phextcc.over_hand.control", "fraction", over("hand", "tier0"), false);
}

void record_bounds(Run& run, const Results& results) {
  const auto mean = [&](const std::string& key, const std::string& unit,
                        Estimate vtpu::study::programs::BoundResult::*field) {
    record_mean(run, results, key, unit, [field](const ProgramResult& result) {
      return result.bound ? std::optional((*result.bound).*field) : std::nullopt;
    });
  };
  mean("phextcc.share_of_bound", "1", &vtpu::study::programs::BoundResult::share);
  mean("phextcc.independent", "ops/cycle", &vtpu::study::programs::BoundResult::independent);
  mean("phextcc.over_independent", "1", &vtpu::study::programs::BoundResult::over_independent);
  mean("phextcc.busiest_unit", "1", &vtpu::study::programs::BoundResult::busy);
  double reach = 0, least = 1e9, judged = 0, logs = 0;
  for (const ProgramResult& result : results) {
    if (!result.bound) continue;
    ++judged;
    logs += std::log(result.bound->ops_per_cycle);
    reach += result.bound->share.value >= kAtBound;
    least = std::min(least, result.bound->share.value);
  }
  run.measured("phextcc.bound", std::exp(logs / judged), "ops/cycle",
               "geometric mean over the programs that have a bound: ops over the most cycles that dispatch, a class of "
               "host instructions or recurrences need, each at the best rate of any process");
  run.measured("phextcc.programs_at_bound", reach, "1",
               fmt::format("programs whose median share of their own bound is at least {}", kAtBound));
  run.measured("phextcc.programs_below_bound", judged - reach, "1", "programs that have a bound and fall short of it");
  run.measured("phextcc.programs_judged", judged, "1",
               "programs that have a bound: those with one sentron that run as host instructions");
  run.measured("phextcc.least_share_of_bound", least, "1", "the smallest median share");
}

Cell cell(const Estimate* estimate) { return estimate == nullptr ? Cell(std::string()) : Cell(estimate->value); }

void record_programs(Run& run, const Results& results, const vtpu::ports::PortMap& map) {
  std::vector<Column> columns{{"program", "", Source::label}};
  for (const char* tier : kTiers) columns.push_back({tier, "ops/cycle", Source::measured});
  for (const char* more : {"low", "high", "live", "hand", "bound"})
    columns.push_back({more, "ops/cycle", Source::measured});
  columns.push_back({"share", "1", Source::measured});
  columns.push_back({"limit", "", Source::measured});
  Table& table = run.table("programs", std::move(columns));
  Table& useful = run.table("useful", {{"program", "", Source::label},
                                       {"ops", "ops/cycle", Source::measured},
                                       {"flop", "FLOP/cycle", Source::measured},
                                       {"flop_share", "1", Source::measured},
                                       {"bytes", "B/cycle", Source::measured},
                                       {"byte_share", "1", Source::measured},
                                       {"unit", "", Source::measured},
                                       {"busy", "1", Source::measured}});
  const auto rate = [&](vtpu::isa::Cost cost) { return map.least_of(cost); };
  const double flop_peak = 32 / rate(vtpu::isa::Cost::vector_fma), byte_peak = 64 / rate(vtpu::isa::Cost::load64);
  run.measured("phextcc.peak.flop", flop_peak, "FLOP/cycle",
               "32 flop over the cycles of one independent vector multiply-add");
  run.measured("phextcc.peak.bytes", byte_peak, "B/cycle", "64 bytes over the cycles of one independent vector load");
  for (const ProgramResult& result : results) {
    const std::string name(result.program->name);
    const auto& ops = result.ops_per_cycle;
    const Estimate& tier3 = ops.at("tier3");
    std::vector<Cell> row{name};
    for (const char* tier : kTiers) row.push_back(cell(find(ops, tier)));
    const bool judged = result.bound.has_value();
    row.insert(row.end(),
               {tier3.ci.low, tier3.ci.high, cell(find(result.live_ops_per_cycle, "tier3")), cell(find(ops, "hand")),
                judged ? Cell(result.bound->ops_per_cycle) : Cell(std::string()),
                cell(judged ? &result.bound->share : nullptr), judged ? result.bound->limit : std::string("runtime")});
    table.add(std::move(row));
    const auto complete = vtpu::kernels::complete(*result.program, result.parameters);
    const auto per_cycle = [&](double units, const char* method) {
      return vtpu::study::host::of_each(result.cycles.at("tier3"), method,
                                        [&](std::size_t n) { return units / result.cycles.at("tier3").samples[n]; });
    };
    const Estimate flop = per_cycle(result.program->flop(complete), "; useful operations per repetition");
    const Estimate bytes = per_cycle(result.program->bytes(complete), "; bytes that one repetition must move");
    run.measured("phextcc.flop_per_cycle." + name, flop, "FLOP/cycle");
    run.measured("phextcc.bytes_per_cycle." + name, bytes, "B/cycle");
    useful.add({name, tier3.value, flop.value, flop.value / flop_peak, bytes.value, bytes.value / byte_peak,
                judged ? result.bound->unit : std::string("runtime"), cell(judged ? &result.bound->busy : nullptr)});
  }
}

void record_hand(Run& run, const Results& results) {
  Table& table = run.table("hand", {{"program", "", Source::label},
                                    {"compiled", "ops/cycle", Source::measured},
                                    {"by_hand", "ops/cycle", Source::measured},
                                    {"over", "1", Source::measured},
                                    {"low", "1", Source::measured},
                                    {"high", "1", Source::measured}});
  for (const ProgramResult& result : results) {
    const auto over = ratio(result, "hand", "tier3");
    if (!over) continue;
    table.add({std::string(result.program->name), result.ops_per_cycle.at("tier3").value,
               result.ops_per_cycle.at("hand").value, over->value, over->ci.low, over->ci.high});
  }
}

// ---- time against other compilers and libraries, at every size

void record_speed(Run& run, const std::vector<Results>& sizes) {
  Table& speed = run.table("speed", {{"program", "", Source::label},
                                     {"size", "", Source::label},
                                     {"way", "", Source::label},
                                     {"ns", "ns", Source::measured},
                                     {"over", "x", Source::measured},
                                     {"low", "x", Source::measured},
                                     {"high", "x", Source::measured}});
  Table& slower = run.table("slower", {{"program", "", Source::label},
                                       {"size", "", Source::label},
                                       {"way", "", Source::label},
                                       {"over", "x", Source::measured},
                                       {"low", "x", Source::measured},
                                       {"high", "x", Source::measured},
                                       {"limit", "", Source::measured}});
  for (const Results& results : sizes) {
    const std::string level = key_of(results.front().level);
    double slower_than_gcc = 0;
    for (const ProgramResult& result : results) {
      const std::string name(result.program->name);
      speed.add({name, result.level, std::string("tier3"), result.ns.at("tier3").value, 1.0, 1.0, 1.0});
      for (const std::string& way : others()) {
        const Estimate* const over = find(result.over, way);
        if (over == nullptr) continue;
        speed.add({name, result.level, way, result.ns.at(way).value, over->value, over->ci.low, over->ci.high});
        const bool gcc = way == "o3_native";
        slower_than_gcc += gcc && over->value < 1;
        if (over->value < 1)
          slower.add({name, result.level, way, over->value, over->ci.low, over->ci.high,
                      result.bound ? result.bound->limit : std::string("-")});
      }
    }
    for (const std::string& way : others())
      record_mean(run, results, fmt::format("phextcc.over.{}.{}", level, way), "x",
                  [&](const ProgramResult& result) { return copy_of(find(result.over, way)); });
    using vtpu::study::programs::strongest_reference;
    record_mean(run, results, fmt::format("phextcc.over.{}.strongest", level), "x",
                [&](const ProgramResult& result) { return copy_of(find(result.over, strongest_reference(result))); });
    double slower_than_strongest = 0;
    for (const ProgramResult& result : results) {
      const Estimate* const over = find(result.over, strongest_reference(result));
      slower_than_strongest += over != nullptr && over->value < 1;
    }
    run.measured("phextcc.slower_than_strongest." + level, slower_than_strongest, "1",
                 "programs whose median time is above that of the fastest C++ by gcc or clang; -ffast-math "
                 "counts where it leaves every byte as it is");
    run.measured("phextcc.slower_than_gcc." + level, slower_than_gcc, "1",
                 "programs whose median time, over that of the same C++ with -O3 -march=native, is "
                 "above 1");
  }
}

// ---- rooflines

/// Bytes per cycle that one thread reads with the widest loads from data of a level's size. Those of the first level
/// come from the port map.
Result<std::optional<Estimate>> read_rate(Run& run, const std::string& level) {
  if (level == "L1") return std::optional<Estimate>();
  const Host& host = run.host();
  constexpr std::size_t kUsualL2 = std::size_t{1} << 20, kUsualL3 = std::size_t{32} << 20;
  const auto size = [&](int cache, std::size_t usual) {
    const std::size_t bytes = host.cache_bytes(cache);
    return bytes == 0 ? usual : bytes;
  };
  const std::size_t bytes =
      level == "L2" ? size(2, kUsualL2) / 4 : std::min<std::size_t>(8 * size(3, kUsualL3), host.memory_bytes / 8);
  const auto make = [bytes] {
    const auto memory = std::make_shared<Memory>(bytes / kPage * kPage);
    const auto cells = memory->as<std::uint64_t>();
    std::iota(cells.begin(), cells.end(), std::uint64_t{0});
    const std::size_t passes = std::max<std::size_t>(1, (std::size_t{4} << 20) / bytes);
    return std::vector<Alternative>{{"read",
                                     static_cast<double>(passes * cells.size_bytes()),
                                     [memory, cells, passes] {
                                       for (std::size_t pass = 0; pass < passes; ++pass) keep(wide_sum(cells));
                                     },
                                     {}}};
  };
  const auto sampled = sample_in_processes(run, make, rule_of(run, level == "L2" ? 2 : 3, 10, 1));
  if (!sampled) return sampled.error();
  return std::optional(sampled->front().units_per_cycle());
}

/// What each program reaches in each way, and the rates that bound it: of useful operations, and of bytes by the level
/// that holds the data.
Result<void> record_rooflines(Run& run, const std::vector<Results>& sizes, const vtpu::ports::PortMap& map) {
  Table& roofs = run.table("roofs", {{"size", "", Source::label},
                                     {"bytes", "B/cycle", Source::measured},
                                     {"flop_f32", "FLOP/cycle", Source::measured},
                                     {"flop_f64", "FLOP/cycle", Source::measured}});
  Table& points = run.table("roofline", {{"program", "", Source::label},
                                         {"size", "", Source::label},
                                         {"way", "", Source::label},
                                         {"intensity", "FLOP/B", Source::computed},
                                         {"flop", "FLOP/cycle", Source::measured}});
  const double multiply_adds = 1 / map.least_of(vtpu::isa::Cost::vector_fma);
  std::vector<std::string> ways = others();
  ways.insert(ways.begin(), "tier3");
  for (const Results& results : sizes) {
    const std::string level = results.front().level;
    const auto rate = read_rate(run, level);
    if (!rate) return rate.error();
    if (*rate) run.measured("phextcc.peak.read." + key_of(level), **rate, "B/cycle");
    roofs.add({level, *rate ? (*rate)->value : 64 / map.least_of(vtpu::isa::Cost::load64), 32 * multiply_adds,
               16 * multiply_adds});
    for (const ProgramResult& result : results) {
      const auto complete = vtpu::kernels::complete(*result.program, result.parameters);
      const double flop = result.program->flop(complete), bytes = result.program->bytes(complete);
      for (const std::string& way : ways)
        if (const Estimate* const cycles = find(result.cycles, way))
          points.add({std::string(result.program->name), level, way, flop / bytes, flop / cycles->value});
    }
  }
  return {};
}

// ---- the compiler's reports on loops

Result<void> record_loops(Run& run) {
  Table& table = run.table("loops", {{"program", "", Source::label},
                                     {"loop", "", Source::label},
                                     {"line", "1", Source::label},
                                     {"pipelined", "", Source::computed},
                                     {"ii", "words", Source::computed},
                                     {"res_mii", "words", Source::computed},
                                     {"rec_mii", "words", Source::computed},
                                     {"stages", "1", Source::computed},
                                     {"copies", "1", Source::computed},
                                     {"slot_use", "1", Source::computed},
                                     {"bound", "cycles", Source::computed},
                                     {"recurrence", "cycles", Source::computed},
                                     {"reason", "", Source::computed}});
  double loops = 0, pipelined = 0, kept = 0, optimal = 0, spilled = 0;
  for (const CompiledProgram& program : vtpu::kernels::programs()) {
    auto parameters = program.sizes[0].parameters;
    parameters["repeat"] = 1000;
    if (program.sentrons > 1) parameters["rank"] = 0;
    vtpu::compiler::Options options;
    options.parameters = parameters;
    options.machine = vtpu::compiler::MachineModel::reference();
    const auto chosen = vtpu::compiler::compile(program.name, program.source, options);
    if (!chosen) return chosen.error();
    spilled += chosen->spilled;
    for (const auto& loop : chosen->loops) kept += loop.pipelined;
    // Every loop is pipelined here, even where the compiler expects no gain.
    options.pipeline_everywhere = true;
    const auto made = vtpu::compiler::compile(program.name, program.source, options);
    if (!made) return made.error();
    for (const auto& loop : made->loops) {
      const unsigned least = std::max({loop.res_mii, loop.rec_mii, 1u});
      ++loops;
      pipelined += loop.pipelined;
      optimal += loop.pipelined && loop.initiation_interval == least;
      table.add({std::string(program.name), loop.name, static_cast<double>(loop.line),
                 std::string(loop.pipelined ? "yes" : "no"), static_cast<double>(loop.initiation_interval),
                 static_cast<double>(loop.res_mii), static_cast<double>(loop.rec_mii), static_cast<double>(loop.stages),
                 static_cast<double>(loop.copies), loop.slot_use, loop.bound_cycles, loop.recurrence_cycles,
                 loop.pipelined ? std::string("-") : loop.reason});
    }
  }
  const std::string method =
      "compiler reports for all programs at size L1, tier 3; every loop that can be pipelined is";
  run.computed("phextcc.loops", loops, "1", method);
  run.computed("phextcc.loops_pipelined", pipelined, "1", method);
  run.computed("phextcc.loops_kept", kept, "1",
               "as phextcc.loops_pipelined, but only loops where the compiler expects a gain are pipelined");
  run.computed("phextcc.loops_at_mii", optimal, "1",
               method + "; initiation interval equal to the greater of ResMII and RecMII");
  run.computed("phextcc.spilled", spilled, "1", "virtual registers that were spilled");
  run.computed("phextcc.programs", static_cast<double>(vtpu::kernels::programs().size()), "1", "count");
  return {};
}

Result<void> run_tiers(Run& run) {
  warn_of_disturbance("compiler-tiers");
  const auto small = run.parameter<std::size_t>("processes", kQuickProcesses, 20);
  const auto large = run.parameter<std::size_t>("processes_in_memory", 0, 10);
  const std::size_t count = vtpu::kernels::programs().size();
  Progress progress("compiler-tiers", 2 + count * (run.quick() ? 1 : 3));
  if (auto done = record_loops(run); !done) return done;
  const auto modules = load_modules();
  if (!modules) return modules.error();
  const auto survey = vtpu::study::host::survey_ports(rule_of(run, 1, run.quick() ? 6 : 12, 1));
  if (!survey) return survey.error();
  progress.step("programs");
  std::vector<Results> sizes;
  for (std::size_t size = 0; size < (run.quick() ? 1u : 3u); ++size) {
    auto results = sample(run, size, *modules, size == 0 ? &survey->map : nullptr, size == 2 ? large : small, progress);
    if (!results) return results.error();
    sizes.push_back(std::move(*results));
  }
  record_claims(run, sizes[0]);
  record_bounds(run, sizes[0]);
  record_programs(run, sizes[0], survey->map);
  record_hand(run, sizes[0]);
  record_speed(run, sizes);
  if (auto done = record_rooflines(run, sizes, survey->map); !done) return done;
  run.count(survey->tally);
  for (const auto& results : sizes) run.count(results.front().tally);
  progress.step("tables");
  return {};
}

std::vector<vtpu::measure::Dependency> dependencies() {
  auto all = vtpu::study::baselines::modules_for(vtpu::study::baselines::Use::references);
  all.push_back({vtpu::measure::Dependency::Kind::library, "libopenblas"});
  return all;
}

const Experiment kExperiment{
    .name = "compiler-tiers",
    .question = "How good is compiled code, by tier, against its bounds, other compilers and hand-written words?",
    .claims = {"core.opt", "cc.tier3", "cc.hand"},
    .inputs = {},
    .uses = dependencies(),
    .quick_seconds = 40,
    .full_seconds = 300,
    .times_the_host = true,
    .run = run_tiers};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
