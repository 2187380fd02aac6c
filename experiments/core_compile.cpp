// Asks what the native engine costs before it runs: how many nanoseconds per word it takes to validate and compile a
// program, and after how many executions of the program compiling pays off against interpreting.
//
// Programs: one loop of the balanced mix (isa/generator.h) with 16 to 4096 words. Compilation is timed end to end
// (plan, host code, executable memory, release) from a validated program. The process keeps executable memory that a
// program has released, so all but the first compilation find their pages mapped. Break-even: compile time divided by
// what native execution saves per iteration of the loop, in iterations. Code size: all host code of the program over
// its words, so that short programs show what every program has.
//
// Parameters: processes and rounds. No claim. Outputs: keys vtpu.compile.*; table compile.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

#include "vtpu/base/check.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/generator.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/study/engines/runnable.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::exec::jit::NativeEngine;
using vtpu::isa::ValidProgram;
using vtpu::study::engines::Runnable;
using Source = Column::Source;

constexpr std::size_t kWordsPerRun = 16384;

vtpu::isa::Program synthetic(std::size_t words, std::uint64_t iterations) {
  auto program =
      vtpu::isa::synthetic_program({.mix = vtpu::isa::Mix::balanced, .words = words, .iterations = iterations});
  VTPU_CHECK(program.ok(), "this experiment's specs are within range");
  return std::move(*program);
}

Result<void> run_compile(Run& run) {
  warn_of_disturbance("core-compile");
  std::vector<std::size_t> sizes;
  for (std::size_t words = 16; words <= 4096; words *= 4) sizes.push_back(words);
  std::vector<Alternative> alternatives;
  std::map<std::size_t, double> code_bytes_per_word;
  for (const std::size_t words : sizes) {
    auto valid = ValidProgram::make(synthetic(words, 1));
    if (!valid) return valid.error();
    const auto program = std::make_shared<ValidProgram>(std::move(*valid));
    const auto engine = NativeEngine::compile(*program);
    if (!engine) return engine.error();
    const double in_program = static_cast<double>(program->get().words.size());
    code_bytes_per_word[words] = static_cast<double>(engine->report().code_bytes) / in_program;
    const std::size_t times = kWordsPerRun / words;
    alternatives.push_back({fmt::format("compile {}", words),
                            static_cast<double>(times) * in_program,
                            [program, times] {
                              for (std::size_t i = 0; i < times; ++i)
                                keep(NativeEngine::compile(*program)->report().code_bytes);
                            },
                            {}});
    alternatives.push_back({fmt::format("validate {}", words),
                            static_cast<double>(times) * in_program,
                            [program, times] {
                              for (std::size_t i = 0; i < times; ++i) keep(vtpu::isa::validate(program->get()).size());
                            },
                            {}});
    // One iteration of the loop by either engine. Runs are long, so that set-up time is negligible.
    const std::uint64_t rounds = 200'000 / words + 1;
    for (const auto by : {Runnable::By::native, Runnable::By::interpreter}) {
      const bool slow = by == Runnable::By::interpreter;
      const std::uint64_t own = slow ? rounds / 10 + 1 : rounds;
      auto made = vtpu::study::engines::alternative(fmt::format("{} {}", slow ? "interpret" : "run", words),
                                                    synthetic(words, own), by);
      if (!made) return made.error();
      made->work = static_cast<double>(own);
      alternatives.push_back(std::move(*made));
    }
  }
  SamplingRule rule;
  rule.most = 20;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = 60;
  rule.seed = run.random(1).next();
  const auto all = sample_in_processes(
      run, [&] { return alternatives; }, rule);
  if (!all) return all.error();
  Table& table = run.table("compile", {{"words", "1", Source::label},
                                       {"compile", "ns/word", Source::measured},
                                       {"low", "ns/word", Source::measured},
                                       {"high", "ns/word", Source::measured},
                                       {"code", "bytes/word", Source::measured},
                                       {"validate", "ns/word", Source::measured},
                                       {"run", "ns/round", Source::measured},
                                       {"interpret", "ns/round", Source::measured},
                                       {"break_even", "rounds", Source::measured}});
  for (const std::size_t words : sizes) {
    const Estimate compile = named(*all, fmt::format("compile {}", words)).ns_per_unit();
    const Estimate validate = named(*all, fmt::format("validate {}", words)).ns_per_unit();
    const Estimate native = named(*all, fmt::format("run {}", words)).ns_per_unit();
    const Estimate interpret = named(*all, fmt::format("interpret {}", words)).ns_per_unit();
    const double per_program =
        named(*all, fmt::format("compile {}", words)).work / static_cast<double>(kWordsPerRun / words);
    std::vector<double> rounds;
    for (std::size_t n = 0; n < compile.samples.size(); ++n)
      rounds.push_back(compile.samples[n] * per_program / (interpret.samples[n] - native.samples[n]));
    Estimate even = estimate_median(std::move(rounds));
    even.method =
        compile.method + "; compile time of the program over what one iteration of its loop saves, within each process";
    run.measured(fmt::format("vtpu.compile.ns_per_word.{}", words), compile, "ns/word");
    run.measured(fmt::format("vtpu.compile.validate_ns_per_word.{}", words), validate, "ns/word");
    run.measured(fmt::format("vtpu.compile.break_even.{}", words), even, "rounds");
    run.measured(fmt::format("vtpu.compile.code_bytes_per_word.{}", words), code_bytes_per_word.at(words), "bytes/word",
                 "host code in the form of this host, hot and cold, over the words of the program");
    table.add({static_cast<double>(words), compile.value, compile.ci.low, compile.ci.high,
               code_bytes_per_word.at(words), validate.value, native.value, interpret.value, even.value});
  }
  return {};
}

const Experiment kExperiment{.name = "core-compile",
                             .question = "What does the native engine cost before it runs, and when does it pay off?",
                             .claims = {},
                             .inputs = {},
                             .quick_seconds = 4,
                             .full_seconds = 10,
                             .times_the_host = true,
                             .run = run_compile};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
