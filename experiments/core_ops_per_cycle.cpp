// Asks how many ops a core retires per measured cycle when it executes vTPU words. The ten synthetic workloads run in
// the interpreter, in both forms of the native engine, and as ordinary C++ by two compilers at several levels; each is
// compared with the bound of its own mix. The experiment then measures what makes the difference: dependences,
// locality, loop size, and address translation in every word.
//
// Claims core.poc, core.live, core.dead, core.bound, core.useful, core.baseline. All ops count except NOPs, hints and
// loop control (README). A workload's value covers its loops, warm, for about 80 µs: the ops that they retire over the
// cycles that they take. The other programs are timed as long, and go on where the last timing stopped.
//
// Ordinary code is credited in two ways. `workloads_*`: the workload's C++ reference is credited with the ops of the
// program whose work it does, so that a loop over sixteen lanes counts as one op. vtpu.core.geometric_mean.ordinary is
// of the fastest level of each workload. `loops_*`: the ten ordinary loops of the host experiment, with every operation
// of their source counted. Levels: `ordinary` in study/baselines/compilers.def; only those with the right answers count
// as ordinary code. The native engine is compared with the fastest of them (over_ordinary). Controls: a synthetic
// stream whose ops form one dependence chain (core.poc) and a chain of divisions (core.baseline).
//
// The claim about ordinary code counts an op on a vector once, as all claims about the vTPU do. Its configurations are
// the workloads at three levels; the loops at the two of them that make no vectors of them, where the source's ops are
// those of the machine; and tier 0, the stream of the compiler that has one op per word in the order of the source
// (geometric mean of the programs of one sentron, data in the first-level cache).
//
// Each workload is run by two sentrons of one thread, which exchange messages after each iteration; its ops are those
// of both. Two more workloads wait for each other every few hundred words, at a barrier and for messages matched by
// temperature; they are shown apart (sending).
//
// Live ops (core.live): the ops of one iteration whose result a later live op, a branch, the neighbour or the memory at
// the end of the iteration uses, counted from a trace of the interpreter (analysis/liveness.h), times the measured
// rate. core.dead: their share. core.bound and core.useful: the rate over the workload's bound, and the time that its
// busiest class of host instructions alone would take over the time taken. Controls: the packs of the translation loop,
// which nothing reads, and the dependence chain.
//
// Synthetic grid: mixes × localities × depths of isa/generator.h, 64 words per loop. Footprint: balanced mix, high
// locality, 8 to 4096 words. Translation: one loop of sixteen words whose D and C slots stay the same. Its S slot
// accesses memory by layout address with hoisted checks (hoisted), by a register that the loop also computes (checked),
// or by coordinate through the translation cache in every word (probed). Sentrons: cycles per turn of a sentron that
// has to wait, and per barrier of two sentrons.
//
// Parameters: processes and rounds. Outputs: keys vtpu.core.*; tables ops_per_cycle, sending, workload_levels,
// useful_work, ordinary_levels, synthetic_grid, footprint, translation, irregular.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/base/text.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/builder.h"
#include "vtpu/isa/generator.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/study/baselines/ordinary.h"
#include "vtpu/study/engines/engine_study.h"
#include "vtpu/study/host/host_loop.h"
#include "vtpu/study/host/host_mix.h"
#include "vtpu/study/host/port_survey.h"
#include "vtpu/study/programs/program_study.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::isa::Locality;
using vtpu::isa::Mix;
using vtpu::study::engines::Runnable;
using Source = Column::Source;

SamplingRule rule_of(Run& run, std::uint64_t stream) {
  SamplingRule rule;
  rule.least = run.quick() ? kQuickProcesses : 20;
  rule.most = run.quick() ? kQuickProcesses : 40;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = run.quick() ? 25 : 90;
  rule.seed = run.random(stream).next();
  return rule;
}

// ---- the ten workloads

constexpr const char* kBound =
    "ops over the most cycles that dispatch, a class of host instructions or a recurrence needs, each at the best rate "
    "of any process";

void record_workloads(Run& run, const vtpu::study::engines::EngineStudy& study) {
  Table& table = run.table("ops_per_cycle", {{"workload", "", Source::label},
                                             {"native", "ops/cycle", Source::measured},
                                             {"low", "ops/cycle", Source::measured},
                                             {"high", "ops/cycle", Source::measured},
                                             {"live", "ops/cycle", Source::measured},
                                             {"bound", "ops/cycle", Source::measured},
                                             {"share", "1", Source::measured},
                                             {"limit", "", Source::label},
                                             {"independent", "ops/cycle", Source::measured},
                                             {"avx2", "ops/cycle", Source::measured},
                                             {"interpreter", "ops/cycle", Source::measured},
                                             {"o0", "ops/cycle", Source::measured},
                                             {"o2", "ops/cycle", Source::measured},
                                             {"o3_native", "ops/cycle", Source::measured},
                                             {"ordinary", "ops/cycle", Source::measured},
                                             {"ordinary_level", "", Source::label},
                                             {"over_interpreter", "x", Source::measured},
                                             {"over_ordinary", "x", Source::measured}});
  Table& work = run.table("useful_work", {{"workload", "", Source::label},
                                          {"flop", "FLOP/cycle", Source::measured},
                                          {"bytes", "B/cycle", Source::measured},
                                          {"unit", "", Source::measured},
                                          {"busy", "1", Source::measured},
                                          {"ops", "ops/cycle", Source::measured}});
  std::vector<Column> of_level{{"workload", "", Source::label}};
  for (const auto& level : vtpu::study::baselines::kOrdinaryLevels)
    of_level.push_back({std::string(level.name), "ops/cycle", Source::measured});
  of_level.push_back({"other_answers", "", Source::label});
  Table& levels = run.table("workload_levels", std::move(of_level));
  const auto cell = [](const std::map<std::string, Estimate>& all, const std::string& engine) {
    const auto at = all.find(engine);
    return at == all.end() ? Cell(std::string("-")) : Cell(at->second.value);
  };
  for (const auto& row : study.workloads) {
    const std::string name(row.workload.name);
    const Estimate& native = row.ops_per_cycle.at("native");
    run.measured("vtpu.core.ops_per_cycle.synthetic." + name, native, "ops/cycle");
    for (const auto& [engine, estimate] : row.ops_per_cycle)
      if (engine != "native") run.measured("vtpu.core." + engine + "_ops_per_cycle." + name, estimate, "ops/cycle");
    run.measured("vtpu.core.live_ops_per_cycle.synthetic." + name, row.live_ops_per_cycle, "ops/cycle");
    if (row.ops_per_cycle.contains("avx2"))
      run.measured("vtpu.core.live_ops_per_cycle.avx2." + name, row.live_avx2, "ops/cycle");
    run.computed("vtpu.core.live_share." + name, row.live_share, "1",
                 "ops whose result a later live op, a branch or the final memory uses, over all ops of one iteration");
    run.measured("vtpu.core.bound." + name, row.bound, "ops/cycle", kBound);
    run.measured("vtpu.core.share_of_bound." + name, row.share_of_bound, "1");
    run.measured("vtpu.core.independent." + name, row.independent, "ops/cycle");
    run.measured("vtpu.core.over_independent." + name, row.over_independent, "1");
    run.measured("vtpu.core.flop_per_cycle." + name, row.flop_per_cycle, "FLOP/cycle");
    run.measured("vtpu.core.bytes_per_cycle." + name, row.bytes_per_cycle, "B/cycle");
    run.measured("vtpu.core.busiest_unit." + name, row.peak_share, "1");
    run.measured("vtpu.core.over_interpreter." + name, row.over_interpreter, "x");
    run.measured("vtpu.core.over_ordinary." + name, row.over_ordinary, "x");
    table.add({name, native.value, native.ci.low, native.ci.high, row.live_ops_per_cycle.value, row.bound,
               row.share_of_bound.value, row.bound_limit, row.independent.value, cell(row.ops_per_cycle, "avx2"),
               cell(row.ops_per_cycle, "interpreter"), cell(row.ops_per_cycle, "o0"), cell(row.ops_per_cycle, "o2"),
               cell(row.ops_per_cycle, "o3_native"), row.ops_per_cycle.at(row.fastest_ordinary).value,
               row.fastest_ordinary, row.over_interpreter.value, row.over_ordinary.value});
    std::vector<Cell> of_levels{name};
    for (const auto& level : vtpu::study::baselines::kOrdinaryLevels)
      of_levels.push_back(cell(row.ops_per_cycle, std::string(level.name)));
    of_levels.emplace_back(vtpu::join(row.other_answers, " "));
    levels.add(std::move(of_levels));
    work.add(
        {name, row.flop_per_cycle.value, row.bytes_per_cycle.value, row.peak_unit, row.peak_share.value, native.value});
  }
  for (const auto& [engine, estimate] : study.geometric_mean)
    run.measured("vtpu.core.geometric_mean." + engine, estimate, "ops/cycle");
  run.measured("vtpu.core.geometric_mean.bound", study.geometric_bound, "ops/cycle", kBound);
  run.measured("vtpu.core.geometric_mean.share_of_bound", study.geometric_share, "1");
  run.measured("vtpu.core.geometric_mean.over_independent", study.geometric_over_independent, "1");
  const auto& mean = study.geometric_mean;
  table.add({std::string("geometric mean"), mean.at("native").value, mean.at("native").ci.low,
             mean.at("native").ci.high, mean.at("live").value, study.geometric_bound, study.geometric_share.value,
             std::string("-"), mean.at("independent").value, cell(mean, "avx2"), cell(mean, "interpreter"),
             cell(mean, "o0"), cell(mean, "o2"), cell(mean, "o3_native"), mean.at("ordinary").value, std::string("-"),
             std::string("-"), std::string("-")});
}

/// The workloads whose sentrons wait for each other every few hundred words, in the native engine.
Result<vtpu::study::engines::EngineStudy> sending(Run& run, const vtpu::ports::PortMap& map) {
  namespace engines = vtpu::study::engines;
  auto study =
      engines::study_engines(map, rule_of(run, 8), engines::Engines::native_only, vtpu::kernels::sending_workloads());
  if (!study) return study;
  Table& table = run.table("sending", {{"workload", "", Source::label},
                                       {"words", "1", Source::computed},
                                       {"native", "ops/cycle", Source::measured},
                                       {"low", "ops/cycle", Source::measured},
                                       {"high", "ops/cycle", Source::measured},
                                       {"live", "ops/cycle", Source::measured},
                                       {"bound", "ops/cycle", Source::measured},
                                       {"share", "1", Source::measured}});
  for (const auto& row : study->workloads) {
    const std::string name(row.workload.name);
    const Estimate& native = row.ops_per_cycle.at("native");
    const double words = row.workload.words / vtpu::kernels::kSentrons / row.workload.waits;
    run.computed("vtpu.core.sending.words." + name, words, "words", "words of a sentron from one wait to the next");
    run.measured("vtpu.core.sending.ops_per_cycle." + name, native, "ops/cycle");
    run.measured("vtpu.core.sending.live_ops_per_cycle." + name, row.live_ops_per_cycle, "ops/cycle");
    run.measured("vtpu.core.sending.share_of_bound." + name, row.share_of_bound, "1");
    table.add({name, words, native.value, native.ci.low, native.ci.high, row.live_ops_per_cycle.value, row.bound,
               row.share_of_bound.value});
  }
  return study;
}

// ---- ordinary code

/// The claim's levels are the three that it has always had: rows that hardly differ would weigh its count. `packs`:
/// whether the code has ops that several lanes of a vector do at once, and that are counted singly.
std::string key_of(const std::string& code, std::string_view level, bool packs) {
  const bool claimed = !packs && (level == "o0" || level == "o2" || level == "o3_native");
  return fmt::format("vtpu.core.{}.{}_{}", claimed ? "ops_per_cycle.baseline" : "ordinary_ops_per_cycle", code, level);
}

/// Ops per cycle of the compiler's tier 0 by the native engine.
Result<void> tier0_stream(Run& run) {
  namespace programs = vtpu::study::programs;
  auto words = programs::tier3_only();  // preparing needs it
  for (const programs::Variant& variant : programs::all_word_variants())
    if (variant.name == "tier0") words.push_back(variant);
  std::vector<programs::ProgramVariants> prepared;
  for (const vtpu::kernels::CompiledProgram& program : vtpu::kernels::programs()) {
    if (program.sentrons != 1) continue;
    auto variants = programs::ProgramVariants::prepare(program, 0, words, {}, {});
    if (!variants) return variants.error();
    prepared.push_back(*std::move(variants));
  }
  const auto results = programs::study_programs(prepared, nullptr, rule_of(run, 6));
  if (!results) return results.error();
  std::vector<Estimate> all;
  for (const programs::ProgramResult& result : *results) all.push_back(result.ops_per_cycle.at("tier0"));
  run.count(results->front().tally);
  run.measured("vtpu.core.ops_per_cycle.baseline.tier0",
               vtpu::study::host::geometric_mean(
                   all, fmt::format("; one op per word in source order; geometric mean over {} programs of one sentron "
                                    "within each process",
                                    all.size())),
               "ops/cycle");
  return {};
}

Result<void> ordinary(Run& run, const vtpu::study::engines::EngineStudy& study) {
  const auto loaded = vtpu::study::baselines::load_ordinary_levels();
  if (!loaded) return loaded.error();
  const vtpu::Random random = run.random(7);
  std::vector<std::pair<vtpu::study::baselines::Baseline, const vtpu::study::baselines::OrdinaryTable*>> modules;
  OrdinaryData counted(random);
  for (const auto& [level, module] : *loaded) {
    const std::string name(level.name);
    const auto loops = module->loops(counted);
    const bool right =
        std::ranges::all_of(loops, [&](const OrdinaryLoop& loop) { return loop.run(counted) == loop.answer; });
    VTPU_CHECK(right || level.may_reorder(), "ordinary loops give the independently computed answers");
    if (right) modules.emplace_back(level, module);
    const bool other = std::ranges::any_of(study.workloads, [&](const auto& one) {
      return std::ranges::find(one.other_answers, name) != one.other_answers.end();
    });
    if (other) continue;  // shown by workload, but not as ordinary code that does the same work
    Estimate estimate = study.geometric_mean.at(name);
    estimate.method += fmt::format("; {}", level.flags);
    run.measured(key_of("workloads", name, false), estimate, "ops/cycle");
  }
  constexpr double kOpsPerRun = 300'000;
  std::shared_ptr<OrdinaryData> data;
  std::vector<double> loops_in_all;
  const auto make = [&] {
    data = std::make_shared<OrdinaryData>(random);
    std::vector<Alternative> alternatives;
    for (const auto& [level, module] : modules)
      for (const OrdinaryLoop& loop : module->loops(*data)) {
        VTPU_CHECK(loop.run(*data) == loop.answer, "an ordinary loop gives the independently computed answer");
        const auto passes = static_cast<std::size_t>(std::ceil(kOpsPerRun / loop.ops));
        alternatives.push_back({fmt::format("{} {}", level.name, loop.name),
                                static_cast<double>(passes) * loop.ops,
                                [data, passes, pass = loop.run] {
                                  for (std::size_t i = 0; i < passes; ++i) keep(pass(*data));
                                },
                                {}});
      }
    static constexpr std::uint64_t kDivisions = 20'000;
    alternatives.push_back({"divisions",
                            kDivisions,
                            [] {
                              std::uint64_t value = ~std::uint64_t{0}, divisor = 3;
                              for (std::uint64_t i = 0; i < kDivisions; ++i) {
                                asm volatile("" : "+r"(divisor));
                                value = (value | (std::uint64_t{1} << 63)) / divisor;
                              }
                              keep(value);
                            },
                            {}});
    return alternatives;
  };
  const auto all = sample_in_processes(run, make, rule_of(run, 3));
  if (!all) return all.error();
  std::vector<Column> columns{{"loop", "", Source::label}};
  for (const auto& level : vtpu::study::baselines::kOrdinaryLevels)
    columns.push_back({std::string(level.name), "ops/cycle", Source::measured});
  Table& table = run.table("ordinary_levels", std::move(columns));
  const std::vector<OrdinaryLoop> loops = ordinary_loops(counted);
  std::map<std::string, std::vector<double>> logs;
  for (const OrdinaryLoop& loop : loops) {
    std::vector<Cell> row{std::string(loop.name)};
    for (const auto& level : vtpu::study::baselines::kOrdinaryLevels) {
      const bool timed = std::ranges::any_of(modules, [&](const auto& one) { return one.first.name == level.name; });
      if (!timed) {
        row.emplace_back(std::string("-"));
        continue;
      }
      const Estimate ops = named(*all, fmt::format("{} {}", level.name, loop.name)).units_per_cycle();
      auto& sums = logs[std::string(level.name)];
      sums.resize(ops.samples.size());
      for (std::size_t n = 0; n < sums.size(); ++n)
        sums[n] += std::log(ops.samples[n]) / static_cast<double>(loops.size());
      row.emplace_back(ops.value);
    }
    table.add(std::move(row));
  }
  for (const auto& [level, module] : modules) {
    std::vector<double> samples = logs.at(std::string(level.name));
    for (double& sample : samples) sample = std::exp(sample);
    Estimate estimate = estimate_over_time(std::move(samples));
    estimate.method = fmt::format("geometric mean over the ten ordinary loops within each process, {}", level.flags);
    run.measured(key_of("loops", level.name, level.name == "o3_native"), estimate, "ops/cycle");
  }
  run.measured("vtpu.core.ops_per_cycle.baseline.control", named(*all, "divisions").units_per_cycle(), "ops/cycle");
  return {};
}

// ---- what makes the difference

vtpu::isa::Program synthetic(Mix mix, Locality locality, unsigned depth, std::size_t words, std::uint64_t iterations) {
  auto program = vtpu::isa::synthetic_program(
      {.mix = mix, .locality = locality, .depth = depth, .words = words, .iterations = iterations, .seed = 1});
  VTPU_CHECK(program.ok(), "this experiment's specs are within range");
  return std::move(*program);
}

constexpr std::size_t kTranslationWords = 16;
constexpr const char* kTranslations[] = {"hoisted", "checked", "probed"};

/// The words of a loop that adds up what it reads. D slots sum; C slots pack the value that an earlier word has read.
vtpu::isa::Program translation_loop(const std::string& kind, std::uint64_t iterations) {
  using namespace vtpu::isa;
  Builder b("translation_" + kind);
  const P first{0}, last{1};
  const R counter{15}, index{14};
  vtpu::phext::PackedCoordinate corner;
  b.word(op(Opcode::dmov_coord, first, b.coordinate(corner)));
  b.word(op(Opcode::dmov_coord, last, b.coordinate(corner.with(vtpu::phext::Axis::column, 63))));
  b.word(op(Opcode::salloc, R{0}, first, last, Allocation{1, 3, Layout::row_major}));
  b.word(op(Opcode::dmov_i64, R{0}, 0));
  b.word(op(Opcode::dmov_i64, R{1}, 0));
  b.word(op(Opcode::dmov_i64, index, 0));
  for (unsigned i = 0; i < 4; ++i) b.word(op(Opcode::dmov_i64, R{4 + i}, 3 * i));
  b.counted_loop(counter, iterations, [&] {
    for (std::size_t w = 0; w < kTranslationWords; ++w) {
      const R target{static_cast<unsigned>(8 + w % 4)}, read{static_cast<unsigned>(8 + (w + 2) % 4)};
      const R place{static_cast<unsigned>(4 + w % 4)}, sum{static_cast<unsigned>(w % 2)};
      const Op load = kind == "hoisted" ? op(Opcode::sgather_i64, target, at(first, static_cast<std::int32_t>(24 * w)))
                      : kind == "checked"
                          ? op(Opcode::sgather_i64, target, at(first, place, 8, static_cast<std::int32_t>(8 * (w / 4))))
                          : op(Opcode::sgatherc_i64, target, cell(first, vtpu::phext::Axis::column, place));
      const M buffer{static_cast<unsigned>(w % 4)};
      // The loop rewrites the index registers, so that their checks cannot be hoisted out of it.
      if (w % 4 == 3)
        b.word(op(Opcode::dand_i64, place, place, 31), load, op(Opcode::cpack_i64, buffer, w / 4, read));
      else
        b.word(op(Opcode::dadd_i64, sum, sum, read), load, op(Opcode::cpack_i64, buffer, w / 4, read));
    }
  });
  b.word(op(Opcode::dhalt));
  return b.build();
}

Result<void> differences(Run& run, const vtpu::ports::PortMap& map) {
  struct Wanted {
    std::string name;
    vtpu::study::engines::MakeProgram make;
    Runnable::By by = Runnable::By::native;
  };
  std::vector<Wanted> wanted;
  const std::vector<unsigned> depths{1, 4, 16};
  constexpr std::size_t kGridWords = 64;
  const auto of = [](Mix mix, Locality locality, unsigned depth, std::size_t words) {
    return [=](std::uint64_t iterations) { return synthetic(mix, locality, depth, words, iterations); };
  };
  for (const Mix mix : vtpu::isa::kMixes)
    for (const Locality locality : vtpu::isa::kLocalities)
      for (const unsigned depth : depths)
        wanted.push_back({fmt::format("grid {} {} {}", name_of(mix), name_of(locality), depth),
                          of(mix, locality, depth, kGridWords)});
  std::vector<std::size_t> sizes;
  for (std::size_t words = 8; words <= 4096; words *= 2) sizes.push_back(words);
  for (const std::size_t words : sizes)
    wanted.push_back({fmt::format("words {}", words), of(Mix::balanced, Locality::high, 1, words)});
  wanted.push_back({"chain", of(Mix::dense, Locality::high, 64, kGridWords)});
  for (const char* kind : kTranslations)
    wanted.push_back({kind, [kind](std::uint64_t iterations) { return translation_loop(kind, iterations); }});
  const std::size_t irregular = 4096;
  wanted.push_back({"irregular native", of(Mix::balanced, Locality::medium, 4, irregular)});
  wanted.push_back(
      {"irregular interpreter", of(Mix::balanced, Locality::medium, 4, irregular), Runnable::By::interpreter});

  // Enough to touch nearly every page of the largest memory (32 MiB).
  constexpr std::uint64_t kWarm = 200'000;
  std::vector<Alternative> alternatives;
  std::map<std::string, std::size_t> code_bytes;
  for (Wanted& one : wanted) {
    const auto valid = vtpu::isa::ValidProgram::make(one.make(1));
    if (!valid) return valid.error();
    const auto engine = vtpu::exec::jit::NativeEngine::compile(*valid);
    if (!engine) return engine.error();
    code_bytes[one.name] = engine->report().hot_bytes;
    auto made = vtpu::study::engines::going_on_alternative(one.name, one.make, one.by, kWarm);
    if (!made) return made.error();
    alternatives.push_back(std::move(*made));
  }
  const auto all = sample_in_processes(
      run, [&] { return alternatives; }, rule_of(run, 4));
  if (!all) return all.error();
  const auto ops = [&](const std::string& name) { return named(*all, name).units_per_cycle(); };

  Table& grid = run.table("synthetic_grid", {{"mix", "", Source::label},
                                             {"locality", "", Source::label},
                                             {"depth", "1", Source::label},
                                             {"ops", "ops/cycle", Source::measured},
                                             {"low", "ops/cycle", Source::measured},
                                             {"high", "ops/cycle", Source::measured}});
  for (const Mix mix : vtpu::isa::kMixes)
    for (const Locality locality : vtpu::isa::kLocalities)
      for (const unsigned depth : depths) {
        const Estimate estimate = ops(fmt::format("grid {} {} {}", name_of(mix), name_of(locality), depth));
        run.measured(fmt::format("vtpu.core.grid.{}.{}.{}", name_of(mix), name_of(locality), depth), estimate,
                     "ops/cycle");
        grid.add({std::string(name_of(mix)), std::string(name_of(locality)), static_cast<double>(depth), estimate.value,
                  estimate.ci.low, estimate.ci.high});
      }
  Table& footprint = run.table("footprint", {{"words", "1", Source::label},
                                             {"code", "bytes", Source::measured},
                                             {"ops", "ops/cycle", Source::measured},
                                             {"low", "ops/cycle", Source::measured},
                                             {"high", "ops/cycle", Source::measured}});
  for (const std::size_t words : sizes) {
    const std::string name = fmt::format("words {}", words);
    const Estimate estimate = ops(name);
    run.measured(fmt::format("vtpu.core.footprint.{}", words), estimate, "ops/cycle");
    footprint.add({static_cast<double>(words), static_cast<double>(code_bytes.at(name)), estimate.value,
                   estimate.ci.low, estimate.ci.high});
  }
  Estimate chain = ops("chain");
  chain.method += "; a stream whose dense ops form one dependence chain";
  run.measured("vtpu.core.ops_per_cycle.synthetic.control", chain, "ops/cycle");
  const vtpu::isa::Program chained = synthetic(Mix::dense, Locality::high, 64, kGridWords, 1);
  const auto loop = vtpu::study::engines::bound_of(chained, map);
  const auto mix = vtpu::ports::mix_of(chained, loop.loop);
  const auto over = [&](const std::string& key, double cycles, const std::string& method) {
    run.measured(
        key,
        vtpu::study::host::of_each(chain, method, [&](std::size_t n) { return chain.samples[n] * cycles / loop.ops; }),
        "1");
  };
  over("vtpu.core.share_of_bound.control", vtpu::ports::hard_limit(map, mix).cycles, ", over the bound of its ports");
  double busiest = 0;
  for (std::size_t k = 0; k < mix.size(); ++k)
    busiest = std::max(busiest, mix[k] * map.least_of(static_cast<vtpu::isa::Cost>(k)));
  over("vtpu.core.busiest_unit.control", busiest, "; cycles that the ops of its busiest class alone would take");
  const auto unread = vtpu::study::engines::live_share(
      "translation", [](std::uint64_t iterations) { return translation_loop("hoisted", iterations); }, vtpu::isa::R{15},
      1);
  if (!unread) return unread.error();
  run.computed("vtpu.core.live_share.control", *unread, "1", "as live_share, of a loop whose packs nothing reads");
  Table& translation = run.table("translation", {{"translation", "", Source::label},
                                                 {"ops", "ops/cycle", Source::measured},
                                                 {"low", "ops/cycle", Source::measured},
                                                 {"high", "ops/cycle", Source::measured}});
  for (const char* kind : kTranslations) {
    const Estimate estimate = ops(kind);
    run.measured(std::string("vtpu.core.translation.") + kind, estimate, "ops/cycle");
    translation.add({std::string(kind), estimate.value, estimate.ci.low, estimate.ci.high});
  }
  const Estimate native = ops("irregular native"), interpreter = ops("irregular interpreter");
  run.measured("vtpu.core.irregular.native", native, "ops/cycle");
  run.measured("vtpu.core.irregular.interpreter", interpreter, "ops/cycle");
  run.measured("vtpu.core.irregular.over_interpreter", estimate_ratio(native.samples, interpreter.samples), "x");
  return {};
}

// ---- sentrons

/// Cost of switching from one sentron to the next on one thread: a turn of a sentron that finds that it must still
/// wait, with all registers in use, and a barrier of two sentrons.
Result<void> switches(Run& run) {
  using namespace vtpu::isa;
  Builder waits("waits");
  waits.word(op(Opcode::crecv, M{0}, P{0}));
  for (unsigned i = 0; i < 16; ++i) {
    waits.word(op(Opcode::dadd_i64, R{i}, R{0}, 1));
    waits.word(op(Opcode::dadd_f32x16, V{i}, V{0}, V{1}));
  }
  waits.word(op(Opcode::dhalt));
  constexpr std::uint64_t kRounds = 2000;
  Builder meets("meets");
  meets.counted_loop(R{2}, kRounds, [&] { meets.word(op(Opcode::dadd_i64, R{1}, R{1}, 3), op(Opcode::cbar)); });
  meets.word(op(Opcode::dhalt));
  struct Two {
    std::optional<ValidProgram> program;
    std::optional<vtpu::exec::jit::NativeEngine> engine;
    std::optional<vtpu::exec::Machine> machine{std::in_place};
  };
  std::shared_ptr<Two> pairs[2] = {std::make_shared<Two>(), std::make_shared<Two>()};
  Builder* const builders[2] = {&waits, &meets};
  for (std::size_t i = 0; i < 2; ++i) {
    auto valid = ValidProgram::make(builders[i]->build());
    if (!valid) return valid.error();
    pairs[i]->program.emplace(std::move(*valid));
    auto engine = vtpu::exec::jit::NativeEngine::compile(*pairs[i]->program);
    if (!engine) return engine.error();
    pairs[i]->engine.emplace(std::move(*engine));
  }
  vtpu::exec::Context* const turns[2] = {&pairs[0]->machine->spawn(), &pairs[0]->machine->spawn()};
  const auto take_turns = [two = pairs[0], turns] {
    for (std::uint64_t i = 0; i < kRounds; ++i)
      for (vtpu::exec::Context* const sentron : turns)
        VTPU_CHECK(two->engine->run(*two->machine, *sentron) == vtpu::exec::Status::waiting, "no message arrives");
  };
  const auto meet = [two = pairs[1]] {
    two->machine.emplace();
    two->machine->spawn(), two->machine->spawn();
    const auto summary = vtpu::runtime::CooperativeScheduler(*two->machine, {&*two->engine, &*two->engine}).run();
    VTPU_CHECK(summary.switches >= kRounds && two->machine->sentrons().front()->r[1] == 3 * kRounds,
               "every round is one barrier");
  };
  const auto all = sample_in_processes(
      run,
      [&] {
        return std::vector<Alternative>{{"turn", 2.0 * kRounds, take_turns, {}}, {"barrier", 1.0 * kRounds, meet, {}}};
      },
      rule_of(run, 5));
  if (!all) return all.error();
  for (const Sampled& one : *all) run.measured("vtpu.core.switch_cycles." + one.name, one.cycles_per_unit(), "cycles");
  return {};
}

Result<void> run_core(Run& run) {
  warn_of_disturbance("core-ops-per-cycle");
  run.parameter<std::uint64_t>("processes_at_most", kQuickProcesses, 40);
  run.parameter("rounds_in_each_process", 1, 3);
  Progress progress("core-ops-per-cycle", 5);
  const auto survey = vtpu::study::host::survey_ports(rule_of(run, 1));
  if (!survey) return survey.error();
  progress.step("workloads");
  const auto study = vtpu::study::engines::study_engines(survey->map, rule_of(run, 2));
  if (!study) return study.error();
  record_workloads(run, *study);
  const auto exchanging = sending(run, survey->map);
  if (!exchanging) return exchanging.error();
  progress.step("ordinary code");
  if (auto done = ordinary(run, *study); !done) return done;
  if (auto done = tier0_stream(run); !done) return done;
  progress.step("what makes the difference");
  if (auto done = differences(run, survey->map); !done) return done;
  progress.step("switches between sentrons");
  if (auto done = switches(run); !done) return done;
  run.count(survey->tally);
  run.count(study->tally);
  run.count(exchanging->tally);
  progress.step("");
  return {};
}

const Experiment kExperiment{
    .name = "core-ops-per-cycle",
    .question = "How many ops does a core retire in a measured cycle when it executes vTPU words?",
    .claims = {"core.poc", "core.live", "core.dead", "core.bound", "core.useful", "core.baseline"},
    .inputs = {},
    .uses = vtpu::study::baselines::modules_for(vtpu::study::baselines::Use::ordinary),
    .quick_seconds = 15,
    .full_seconds = 150,
    .times_the_host = true,
    .run = run_core};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
