#include "vtpu/study/engines/engine_study.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "vtpu/analysis/liveness.h"
#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/kernels/parts.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/study/engines/runnable.h"
#include "vtpu/study/host/host_loop.h"
#include "vtpu/study/host/host_mix.h"

namespace vtpu::study::engines {
namespace {

using isa::Cost;
using isa::Slot;
using measure::Alternative;
using measure::Estimate;
using measure::Sampled;

constexpr std::uint64_t kCheckedIterations = 3;

constexpr std::pair<const char*, std::optional<Slot>> kMixes[] = {
    {"mix", {}}, {"D", Slot::D}, {"S", Slot::S}, {"C", Slot::C}};

struct Prepared {
  kernels::Workload workload;
  isa::Program program;
  LoopBound bound;
  double live_share = 0;
  std::map<std::string, double> mix_ops;  ///< of one iteration of the loop, by name in kMixes; absent if there is no op
};

const kernels::Workload& of_level(const kernels::Workload& workload, const baselines::OrdinaryTable& level) {
  const auto workloads = level.workloads();
  const auto at = std::find_if(workloads.begin(), workloads.end(),
                               [&](const kernels::Workload& other) { return other.name == workload.name; });
  VTPU_CHECK(at != workloads.end(), "a module has every workload");
  return *at;
}

/// Runs sentrons of one program; whether all reach their ends.
bool halt(exec::Machine& machine, const exec::Engine& engine, unsigned sentrons = kernels::kSentrons) {
  for (unsigned i = 0; i < sentrons; ++i) machine.spawn();
  runtime::CooperativeScheduler(machine, std::vector<const exec::Engine*>(sentrons, &engine)).run();
  return std::ranges::all_of(machine.sentrons(),
                             [](const auto& sentron) { return sentron->status == exec::Status::halted; });
}

/// The branch that starts the next iteration.
std::uint32_t end_of_iteration(const isa::Program& program, isa::R counter) {
  for (std::size_t w = program.words.size(); w-- > 0;) {
    const isa::Op& op = program.words[w].dense;
    if (op.opcode == isa::Opcode::dloop && op.d == counter.index) return static_cast<std::uint32_t>(w);
  }
  VTPU_CHECK(false, "a program counts its iterations");
  return 0;
}

}  // namespace

LoopBound bound_of(const isa::Program& program, const ports::PortMap& map) {
  LoopBound best;
  for (const ports::Loop loop : ports::innermost_loops(program)) {
    ports::Prediction prediction = ports::predict(map, program, loop);
    if (prediction.ops <= best.ops) continue;
    best.loop = loop;
    best.ops = prediction.ops;
    best.recurrence = prediction.recurrence;
    best.prediction = std::move(prediction);
  }
  VTPU_CHECK(best.ops > 0, "a workload has a loop");
  best.pattern = host::pattern_of(program, best.loop, {});
  return best;
}

Result<double> live_share(const std::string& name, const MakeProgram& make, isa::R counter, unsigned sentrons) {
  analysis::OpLiveness counts[2];
  for (std::uint64_t k = 0; k < 2; ++k) {
    const auto program = isa::ValidProgram::make(make((k + 1) * kCheckedIterations));
    if (!program) return program.error();
    exec::Machine machine;
    analysis::ExecutionTrace trace;
    const analysis::TracingEngine engine(*program, trace);
    if (!halt(machine, engine, sentrons) || !trace.complete())
      return Error{name, "a run that cannot be traced", "one that halts within the trace's limit"};
    counts[k] = trace.liveness(analysis::EndState::memory, end_of_iteration(program->get(), counter)).total();
  }
  return static_cast<double>(counts[1].live - counts[0].live) /
         static_cast<double>(counts[1].executed - counts[0].executed);
}

Result<void> check_answer(const kernels::Workload& workload, Runnable::By by) {
  const auto valid = isa::ValidProgram::make(workload.make(kCheckedIterations, kSeed));
  if (!valid) return valid.error();
  exec::Machine machine;
  bool halted = false;
  if (by == Runnable::By::interpreter) {
    halted = halt(machine, exec::Interpreter(*valid));
  } else {
    const auto engine = exec::jit::NativeEngine::compile(
        *valid, {.form = by == Runnable::By::avx2 ? std::optional(exec::jit::Form::avx2) : std::nullopt});
    if (!engine) return engine.error();
    halted = halt(machine, *engine);
  }
  const auto reference = workload.reference(kSeed);
  reference->run(kCheckedIterations);
  if (!halted || !kernels::holds(machine.memory(), reference->image()))
    return Error{std::string(workload.name), "an engine's answer differs from the reference", "equal bytes"};
  return {};
}

bool has_the_answer(const kernels::Workload& workload, const baselines::OrdinaryTable& level) {
  const auto expected = workload.reference(kSeed), got = of_level(workload, level).reference(kSeed);
  expected->run(kCheckedIterations);
  got->run(kCheckedIterations);
  return got->image() == expected->image();
}

Result<EngineStudy> study_engines(const ports::PortMap& map, const measure::SamplingRule& rule, Engines which,
                                  std::span<const kernels::Workload> workloads) {
  const auto form = exec::jit::host_form();
  if (!form) return Error{"engine study", "this processor has neither AVX-512 nor AVX2", "one of them"};
  std::vector<Prepared> prepared;
  for (const kernels::Workload& workload : workloads) {
    for (const auto by : {Runnable::By::interpreter, Runnable::By::native, Runnable::By::avx2})
      if (auto checked = check_answer(workload, by); !checked) return checked.error();
    isa::Program program = workload.make(kCheckedIterations, kSeed);
    LoopBound bound = bound_of(program, map);
    const Result<double> live = live_share(
        std::string(workload.name), [&](std::uint64_t n) { return workload.make(n, kSeed); }, kernels::kIterations,
        kernels::kSentrons);
    if (!live) return live.error();
    prepared.push_back({workload, std::move(program), std::move(bound), *live, {}});
  }
  std::vector<std::pair<std::string, const baselines::OrdinaryTable*>> levels;
  if (which == Engines::all) {
    const auto loaded = baselines::load_ordinary_levels();
    if (!loaded) return loaded.error();
    for (const auto& [level, table] : *loaded) {
      levels.emplace_back(level.name, table);
      if (level.may_reorder()) continue;
      for (const kernels::Workload& workload : workloads)
        if (!has_the_answer(workload, *table))
          return Error{fmt::format("{}, {}", workload.name, level.name), "ordinary code gives another answer",
                       "the bytes of the reference"};
    }
  }

  std::vector<Alternative> alternatives;
  std::vector<std::string> engines{"native"};
  if (which == Engines::all) engines.emplace_back("interpreter");
  if (which == Engines::all && *form == exec::jit::Form::avx512) engines.emplace_back("avx2");
  for (Prepared& one : prepared) {
    const std::string name(one.workload.name);
    const auto add = [&](Result<Alternative> made) -> Result<void> {
      if (!made) return made.error();
      alternatives.push_back(std::move(*made));
      return {};
    };
    for (const std::string& engine : engines) {
      const auto by = engine == "native" ? Runnable::By::native
                      : engine == "avx2" ? Runnable::By::avx2
                                         : Runnable::By::interpreter;
      const auto make = [workload = one.workload](std::uint64_t iterations) {
        return workload.make(iterations, kSeed);
      };
      if (auto added = add(iterations_alternative(name + " " + engine, make, by, kernels::kSentrons)); !added)
        return added.error();
    }
    for (const auto& [mix, slot] : kMixes) {
      const auto pattern = host::pattern_of(one.program, one.bound.loop, slot);
      // Without AVX-512, the dot products of bytes are no instruction of the host, and a slot may have nothing else.
      if (std::ranges::none_of(pattern, [&](Cost cost) { return host::has_instruction(cost, *form); })) continue;
      auto made = host::mix_alternative(name + " " + mix, pattern);
      if (!made) return Error{name + ", " + mix, made.error().message(), ""};
      one.mix_ops[mix] = static_cast<double>(pattern.size());
      alternatives.push_back(std::move(*made));
    }
    for (const auto& [level, table] : levels) {
      kernels::Workload at_level = of_level(one.workload, *table);
      at_level.ops = one.workload.ops;
      alternatives.push_back(reference_alternative(name + " " + level, at_level));
    }
  }
  const auto sampled = measure::sample_in_processes([&] { return alternatives; }, rule);
  if (!sampled) return sampled.error();

  EngineStudy study;
  study.tally = sampled->front().tally;
  study.source = sampled->front().source;
  for (const auto& [level, table] : levels) engines.push_back(level);
  std::map<std::string, std::vector<double>> logs;
  for (const Prepared& one : prepared) {
    WorkloadResult result;
    result.workload = one.workload;
    result.live_share = one.live_share;
    const std::string name(one.workload.name);
    for (const std::string& engine : engines) {
      const Sampled& samples = measure::named(*sampled, name + " " + engine);
      result.ops_per_cycle[engine] = samples.units_per_cycle();
      result.ns_per_iteration[engine] = samples.ns_per_unit().value * one.workload.ops;
    }
    const Estimate native = result.ops_per_cycle.at("native");
    for (const auto& [level, table] : levels) {
      if (!has_the_answer(one.workload, *table))
        result.other_answers.push_back(level);
      else if (result.fastest_ordinary.empty() ||
               result.ops_per_cycle.at(level).value > result.ops_per_cycle.at(result.fastest_ordinary).value)
        result.fastest_ordinary = level;
    }
    result.live_ops_per_cycle = host::of_each(native, "; ops whose result is used, counted over one iteration",
                                              [&](std::size_t n) { return native.samples[n] * one.live_share; });
    // Cycles of one iteration of the loop, in each process.
    const auto cycles = [&](const std::string& mix) {
      const auto ops = one.mix_ops.find(mix);
      if (ops == one.mix_ops.end()) return std::vector<double>(native.samples.size(), 0.0);
      std::vector<double> samples = measure::named(*sampled, name + " " + mix).cycles_per_unit().samples;
      for (double& sample : samples) sample *= ops->second;
      return samples;
    };
    const auto mix = cycles("mix"), dense = cycles("D"), sparse = cycles("S"), coordination = cycles("C");
    result.bound = one.bound.ops / one.bound.prediction.least;
    result.bound_limit = one.bound.prediction.least_limit;
    result.share_of_bound = host::of_each(native, "; over the bound by measured rates of dispatch, units and latencies",
                                          [&](std::size_t n) { return native.samples[n] / result.bound; });
    result.independent = host::of_each(native, "; independent host instructions, one for each op of its loop",
                                       [&](std::size_t n) { return one.bound.ops / mix[n]; });
    result.over_independent =
        host::of_each(native, "; over independent host instructions in the same process",
                      [&](std::size_t n) { return native.samples[n] / result.independent.samples[n]; });
    result.conflicts = host::of_each(
        native, "; 1 − the longest of D, S, C and dispatch, each alone, over all together", [&](std::size_t n) {
          const double free = std::max({dense[n], sparse[n], coordination[n], one.bound.ops / map.dispatch});
          return std::max(0.0, 1 - free / mix[n]);
        });
    result.limit = one.bound.recurrence > measure::median(mix) ? "recurrence" : one.bound.prediction.limit;
    result.predicted = one.bound.ops / one.bound.prediction.cycles;
    const auto scaled = [&](double units) {
      return host::of_each(native, "", [&](std::size_t n) { return native.samples[n] * units / one.workload.ops; });
    };
    result.flop_per_cycle = scaled(one.workload.flop);
    result.bytes_per_cycle = scaled(one.workload.bytes);
    const ports::Mix counts = ports::mix_of(one.program, one.bound.loop);
    double busiest = 0;
    for (std::size_t k = 0; k < isa::kCosts; ++k)
      if (const double busy = counts[k] * map.least_of(static_cast<Cost>(k)); busy > busiest) {
        busiest = busy;
        result.peak_unit = isa::name_of(static_cast<Cost>(k));
      }
    result.peak_share = host::of_each(native, "; cycles that the ops of this class alone would take, over all",
                                      [&](std::size_t n) { return native.samples[n] * busiest / one.bound.ops; });
    if (which == Engines::all) {
      result.over_interpreter = host::of_each(native, "; over the interpreter", [&](std::size_t n) {
        return native.samples[n] / result.ops_per_cycle.at("interpreter").samples[n];
      });
      result.over_ordinary =
          host::of_each(native, "; over the fastest ordinary code with the same answer", [&](std::size_t n) {
            return native.samples[n] / result.ops_per_cycle.at(result.fastest_ordinary).samples[n];
          });
    }
    const auto note = [&](const std::string& engine, const Estimate& estimate) {
      auto& sums = logs[engine];
      sums.resize(estimate.samples.size());
      for (std::size_t n = 0; n < sums.size(); ++n)
        sums[n] += std::log(estimate.samples[n]) / static_cast<double>(prepared.size());
    };
    for (const auto& [engine, estimate] : result.ops_per_cycle) note(engine, estimate);
    study.geometric_bound += std::log(result.bound) / static_cast<double>(prepared.size());
    note("live", result.live_ops_per_cycle);
    if (const auto avx2 = result.ops_per_cycle.find("avx2"); avx2 != result.ops_per_cycle.end()) {
      result.live_avx2 = host::of_each(avx2->second, "; ops whose result is used, counted over one iteration",
                                       [&](std::size_t n) { return avx2->second.samples[n] * one.live_share; });
      note("live_avx2", result.live_avx2);
    }
    note("independent", result.independent);
    note("share", result.share_of_bound);
    note("over_independent", result.over_independent);
    if (which == Engines::all) note("ordinary", result.ops_per_cycle.at(result.fastest_ordinary));
    study.workloads.push_back(std::move(result));
  }
  const Estimate like = study.workloads.front().ops_per_cycle.at("native");
  for (auto& [engine, sums] : logs)
    study.geometric_mean[engine] = host::of_each(like, "; geometric mean over the workloads in each process",
                                                 [&, &values = sums](std::size_t n) { return std::exp(values[n]); });
  study.geometric_bound = std::exp(study.geometric_bound);
  study.geometric_share = study.geometric_mean.extract("share").mapped();
  study.geometric_over_independent = study.geometric_mean.extract("over_independent").mapped();
  return study;
}

std::string to_text(const EngineStudy& study) {
  std::string text = fmt::format("{:<15}{:>7}{:>16}{:>7}{:>7}{:>7}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>10}  {}\n",
                                 "ops per cycle", "native", "95 % interval", "live", "bound", "share", "avx2", "interp",
                                 "-O0", "-O2", "-O3", "flop/cyc", "bytes/cyc", "limit");
  const auto at = [](const std::map<std::string, Estimate>& all, const std::string& engine) {
    const auto found = all.find(engine);
    return found == all.end() ? std::string("-") : fmt::format("{:.3g}", found->second.value);
  };
  for (const WorkloadResult& row : study.workloads) {
    const Estimate& native = row.ops_per_cycle.at("native");
    text += fmt::format("{:<15}{:>7.2f}{:>16}{:>7.2f}{:>7.2f}{:>7.2f}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9.1f}{:>10.1f}  {}\n",
                        row.workload.name, native.value, fmt::format("{:.2f} to {:.2f}", native.ci.low, native.ci.high),
                        row.live_ops_per_cycle.value, row.bound, row.share_of_bound.value,
                        at(row.ops_per_cycle, "avx2"), at(row.ops_per_cycle, "interpreter"),
                        at(row.ops_per_cycle, "o0"), at(row.ops_per_cycle, "o2"), at(row.ops_per_cycle, "o3_native"),
                        row.flop_per_cycle.value, row.bytes_per_cycle.value, row.bound_limit);
  }
  const Estimate& mean = study.geometric_mean.at("native");
  text += fmt::format("{:<15}{:>7.2f}{:>16}{:>7.2f}{:>7.2f}{:>7.2f}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "geometric mean",
                      mean.value, fmt::format("{:.2f} to {:.2f}", mean.ci.low, mean.ci.high),
                      study.geometric_mean.at("live").value, study.geometric_bound, study.geometric_share.value,
                      at(study.geometric_mean, "avx2"), at(study.geometric_mean, "interpreter"),
                      at(study.geometric_mean, "o0"), at(study.geometric_mean, "o2"),
                      at(study.geometric_mean, "o3_native"));
  text += fmt::format(
      "live: ops whose result is used; bound: measured rates of dispatch and of each class of host instruction, or the "
      "recurrence; limit: which of them\n"
      "cycles from: {}; {}\n",
      measure::name_of(study.source), measure::to_string(study.tally));
  return text;
}

std::string to_json(const EngineStudy& study) {
  const auto of = [](const Estimate& estimate) {
    return nlohmann::ordered_json{
        {"value", estimate.value}, {"low", estimate.ci.low}, {"high", estimate.ci.high}, {"n", estimate.n}};
  };
  const auto all_of = [&](const std::map<std::string, Estimate>& estimates) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [engine, estimate] : estimates) json[engine] = of(estimate);
    return json;
  };
  nlohmann::ordered_json json{{"cycles_from", measure::name_of(study.source)},
                              {"timings", measure::to_string(study.tally)}};
  for (const WorkloadResult& row : study.workloads)
    json["workloads"].push_back({{"name", row.workload.name},
                                 {"ops_per_cycle", all_of(row.ops_per_cycle)},
                                 {"live_ops_per_cycle", of(row.live_ops_per_cycle)},
                                 {"bound", row.bound},
                                 {"bound_limit", row.bound_limit},
                                 {"share_of_bound", of(row.share_of_bound)},
                                 {"independent", of(row.independent)},
                                 {"over_independent", of(row.over_independent)},
                                 {"limit", row.limit},
                                 {"predicted", row.predicted},
                                 {"flop_per_cycle", of(row.flop_per_cycle)},
                                 {"bytes_per_cycle", of(row.bytes_per_cycle)},
                                 {"busiest_unit", row.peak_unit},
                                 {"busy", of(row.peak_share)}});
  json["geometric_mean"] = all_of(study.geometric_mean);
  json["geometric_mean"]["bound"] = study.geometric_bound;
  json["geometric_mean"]["share_of_bound"] = of(study.geometric_share);
  json["geometric_mean"]["over_independent"] = of(study.geometric_over_independent);
  return json_text(json, 2);
}

}  // namespace vtpu::study::engines
