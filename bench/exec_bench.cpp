// Benchmarks of the engines: the ten workloads in the native engine, in the interpreter and as ordinary C++, and
// compilation. Counters: ops per cycle at the core's present clock. Each answer is checked against the C++ reference
// before it is timed. Targets: three ops per cycle, 60 ns per compiled word (the table of targets in the paper's
// appendix has all, with intervals).
#include <benchmark/benchmark.h>

#include "vtpu/base/check.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/generator.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/clock.h"
#include "vtpu/study/engines/engine_study.h"

namespace vtpu::study::engines {
namespace {

using kernels::Workload;

constexpr std::uint64_t kSeed = 1;

void report(benchmark::State& state, double ops) {
  if (const auto ghz = measure::core_ghz())
    state.counters["ops_per_cycle"] =
        benchmark::Counter(ops / (*ghz * 1e9), benchmark::Counter::kIsIterationInvariantRate);
}

void by_engine(benchmark::State& state, const Workload& workload, Runnable::By by, std::uint64_t iterations) {
  VTPU_CHECK(check_answer(workload, by).ok(), "the engine's answer equals the reference's");
  const auto runnable = Runnable::make(workload.make(iterations, kSeed), by, kernels::kSentrons);
  VTPU_CHECK(runnable.ok(), "the host runs compiled code");
  double ops = 0;
  for (auto _ : state) ops = static_cast<double>(runnable->run().total());
  report(state, ops);
}

void ordinary(benchmark::State& state, const Workload& workload, std::uint64_t iterations) {
  const auto reference = workload.reference(kSeed);
  for (auto _ : state) reference->run(iterations);
  report(state, workload.ops * static_cast<double>(iterations));
}

void compile(benchmark::State& state) {
  const auto words = static_cast<std::size_t>(state.range(0));
  const auto program = isa::synthetic_program({.mix = isa::Mix::balanced, .words = words, .iterations = 1});
  VTPU_CHECK(program.ok(), "the spec is within range");
  const auto valid = isa::ValidProgram::make(*program);
  VTPU_CHECK(valid.ok(), "a generated program is valid");
  exec::Machine machine;
  exec::Context& sentron = machine.spawn();
  VTPU_CHECK(exec::jit::NativeEngine::compile(*valid)->run(machine, sentron) == exec::Status::halted,
             "the program halts");
  for (auto _ : state) benchmark::DoNotOptimize(exec::jit::NativeEngine::compile(*valid)->report().code_bytes);
  state.counters["word"] =
      benchmark::Counter(static_cast<double>(valid->get().words.size()),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(compile)->RangeMultiplier(4)->Range(16, 4096);

}  // namespace

void add_workloads() {
  for (const Workload& workload : kernels::workloads()) {
    const auto iterations = static_cast<std::uint64_t>(1e7 / workload.ops);
    const std::string name(workload.name);
    benchmark::RegisterBenchmark((name + "/native").c_str(), [=](benchmark::State& state) {
      by_engine(state, workload, Runnable::By::native, iterations);
    })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((name + "/interpreter").c_str(), [=](benchmark::State& state) {
      by_engine(state, workload, Runnable::By::interpreter, iterations / 50 + 1);
    })->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((name + "/ordinary").c_str(), [=](benchmark::State& state) {
      ordinary(state, workload, iterations);
    })->Unit(benchmark::kMillisecond);
  }
}

}  // namespace vtpu::study::engines

int main(int argc, char** argv) {
  vtpu::study::engines::add_workloads();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
