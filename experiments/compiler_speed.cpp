// Asks how fast the compiler is: how many words it emits per second at each tier over all programs of kernels/programs,
// how its time divides between front end, passes and back end, and how much time the native engine adds to compile the
// words.
//
// Every program is compiled for its L1 size with 1000 repetitions. Each tier compiles every program twice, and both
// outputs must be the same words. Front end: lexer to verified representation. Back end: selection, scheduling,
// allocation, packing. Passes: the remainder of the total. Native: validation and compilation of the words to host
// code. No claim.
//
// Parameters: processes. Outputs: keys phextcc.compile.*; tables compile_tiers, compile_programs.
#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "vtpu/base/check.h"
#include "vtpu/compiler/language/frontend.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/compiler/select/select.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/study/host/host_mix.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::compiler::Compiled;
using vtpu::compiler::Options;
using vtpu::kernels::CompiledProgram;
using vtpu::study::host::of_each;
using Source = Column::Source;

constexpr unsigned kTiers = 4;
namespace backend = vtpu::compiler::backend;

Options options_of(const CompiledProgram& program, unsigned tier) {
  auto parameters = program.sizes[0].parameters;
  parameters["repeat"] = 1000;
  if (program.sentrons > 1) parameters["rank"] = 0;
  return {.level = tier,
          .parameters = parameters,
          .machine = vtpu::compiler::MachineModel::reference(),
          .pipeline = true,
          .allocate = false};
}

/// All programs compiled at one tier.
struct Tier {
  std::vector<std::pair<const CompiledProgram*, Compiled>> programs;
  double words = 0;
};

Result<Tier> compile_all(unsigned tier) {
  Tier all;
  for (const CompiledProgram& program : vtpu::kernels::programs()) {
    const Options options = options_of(program, tier);
    auto made = vtpu::compiler::compile(program.name, program.source, options);
    if (!made) return made.error();
    const auto again = vtpu::compiler::compile(program.name, program.source, options);
    if (!again || !(again->program == made->program))
      return Error{fmt::format("{}, tier {}", program.name, tier), "two compilations of the same source differ",
                   "the same words"};
    all.words += static_cast<double>(made->program.words.size());
    all.programs.emplace_back(&program, std::move(*made));
  }
  return all;
}

backend::Packing packing_of(unsigned tier) {
  constexpr backend::Packing kPackings[] = {backend::Packing::one_op, backend::Packing::by_pipe, backend::Packing::list,
                                            backend::Packing::pipelined};
  return kPackings[tier];
}

std::vector<Alternative> alternatives_of(unsigned tier, const std::shared_ptr<const Tier>& all) {
  std::vector<Alternative> alternatives;
  const auto over_all = [&](const char* part, std::function<void(const CompiledProgram&, const Compiled&)> work) {
    alternatives.push_back({fmt::format("{} {}", part, tier),
                            all->words,
                            [all, work] {
                              for (const auto& [program, made] : all->programs) work(*program, made);
                            },
                            {}});
  };
  over_all("whole", [tier](const CompiledProgram& program, const Compiled&) {
    keep(vtpu::compiler::compile(program.name, program.source, options_of(program, tier))->program.words.size());
  });
  over_all("front", [tier](const CompiledProgram& program, const Compiled&) {
    keep(vtpu::compiler::language::read(program.name, program.source, options_of(program, tier).parameters)
             .module->types.size());
  });
  over_all("back", [tier](const CompiledProgram& program, const Compiled& made) {
    const Options options = options_of(program, tier);
    const auto code = vtpu::compiler::select::select(made.ir, {options.allocate});
    keep(backend::make_words(code, packing_of(tier), options.machine.ports)->program.words.size());
  });
  over_all("native", [](const CompiledProgram&, const Compiled& made) {
    const auto valid = vtpu::isa::ValidProgram::make(made.program);
    keep(vtpu::exec::jit::NativeEngine::compile(*valid)->report().code_bytes);
  });
  return alternatives;
}

Result<void> run_speed(Run& run) {
  warn_of_disturbance("compiler-speed");
  const auto processes = run.parameter<std::size_t>("processes", 8, 20);
  Progress progress("compiler-speed", 2);
  std::vector<std::shared_ptr<const Tier>> tiers;
  std::vector<Alternative> alternatives;
  for (unsigned tier = 0; tier < kTiers; ++tier) {
    auto all = compile_all(tier);
    if (!all) return all.error();
    tiers.push_back(std::make_shared<const Tier>(std::move(*all)));
    for (const auto& [program, made] : tiers.back()->programs) {
      const auto valid = vtpu::isa::ValidProgram::make(made.program);
      if (!valid) return valid.error();
      if (const auto engine = vtpu::exec::jit::NativeEngine::compile(*valid); !engine) return engine.error();
    }
    for (Alternative& one : alternatives_of(tier, tiers.back())) alternatives.push_back(std::move(one));
  }
  // Each program alone at tier 3. Short programs are compiled several times per sample.
  for (const auto& [program, made] : tiers.back()->programs) {
    const std::size_t words = made.program.words.size();
    const std::size_t times = 1 + 500 / std::max<std::size_t>(words, 1);
    alternatives.push_back({fmt::format("program {}", program->name),
                            static_cast<double>(times * words),
                            [one = program, times] {
                              for (std::size_t k = 0; k < times; ++k)
                                keep(vtpu::compiler::compile(one->name, one->source, options_of(*one, 3))->spilled);
                            },
                            {}});
  }
  progress.step("timing");
  SamplingRule rule;
  rule.least = rule.most = processes;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seed = run.random(1).next();
  const auto sampled = sample_in_processes(run, [&] { return alternatives; }, rule);
  if (!sampled) return sampled.error();

  const auto rate_of = [&](const std::string& name) {
    const Estimate ns = named(*sampled, name).ns_per_unit();
    return of_each(ns, "; words per second", [&](std::size_t n) { return 1e9 / ns.samples[n]; });
  };
  Table& table = run.table("compile_tiers", {{"tier", "1", Source::label},
                                             {"words", "1", Source::measured},
                                             {"speed", "words/s", Source::measured},
                                             {"low", "words/s", Source::measured},
                                             {"high", "words/s", Source::measured},
                                             {"front", "ns/word", Source::measured},
                                             {"passes", "ns/word", Source::measured},
                                             {"back", "ns/word", Source::measured},
                                             {"native", "ns/word", Source::measured}});
  for (unsigned tier = 0; tier < kTiers; ++tier) {
    const Estimate speed = rate_of(fmt::format("whole {}", tier));
    const auto part = [&](const char* name) { return named(*sampled, fmt::format("{} {}", name, tier)).ns_per_unit(); };
    const Estimate whole = part("whole"), front = part("front"), back = part("back"), native = part("native");
    const Estimate passes = of_each(whole, "; minus front end and back end of the same process", [&](std::size_t n) {
      return std::max(0.0, whole.samples[n] - front.samples[n] - back.samples[n]);
    });
    run.measured(fmt::format("phextcc.compile.words_per_second.tier{}", tier), speed, "words/s");
    run.measured(fmt::format("phextcc.compile.native_ns_per_word.tier{}", tier), native, "ns/word");
    run.computed(fmt::format("phextcc.compile.words.tier{}", tier), tiers[tier]->words, "words",
                 "all programs at their L1 sizes");
    table.add({static_cast<double>(tier), tiers[tier]->words, speed.value, speed.ci.low, speed.ci.high, front.value,
               passes.value, back.value, native.value});
  }
  Table& programs = run.table("compile_programs", {{"program", "", Source::label},
                                                   {"words", "1", Source::measured},
                                                   {"milliseconds", "ms", Source::measured},
                                                   {"speed", "words/s", Source::measured}});
  double least = 0;
  for (const auto& [program, made] : tiers.back()->programs) {
    const std::string name(program->name);
    const Estimate speed = rate_of("program " + name);
    const auto words = static_cast<double>(made.program.words.size());
    least = least == 0 ? speed.value : std::min(least, speed.value);
    programs.add({name, words, words / speed.value * 1e3, speed.value});
  }
  run.measured("phextcc.compile.words_per_second.least",
               {least, {least, least}, {}, 1, "the slowest program at tier 3, median"}, "words/s");
  progress.step("");
  return {};
}

const Experiment kExperiment{.name = "compiler-speed",
                             .question = "How fast is the compiler, and where does its time go?",
                             .claims = {},
                             .inputs = {},
                             .quick_seconds = 15,
                             .full_seconds = 60,
                             .times_the_host = true,
                             .run = run_speed};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
