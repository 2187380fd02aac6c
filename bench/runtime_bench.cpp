// Cost of switching from one sentron to another on one thread: a turn of a sentron that must wait immediately, a
// barrier of two, and a message there and back. Target: at most 100 core cycles per switch. Sums and counts of switches
// are checked before anything is timed.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/measure/clock.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::runtime {
namespace {

using exec::Engine;
using exec::Machine;

constexpr std::uint64_t kRounds = 30000;

enum Kind : std::int64_t { kInterpreter, kNative };

isa::ValidProgram program_of(const char* text) {
  auto program = isa::assemble(text, "bench.sasm");
  VTPU_CHECK(program, "the benchmark's text is a program");
  auto valid = isa::ValidProgram::make(*std::move(program));
  VTPU_CHECK(valid, "the benchmark's program is valid");
  return *std::move(valid);
}

std::unique_ptr<Engine> engine_of(const isa::ValidProgram& program, std::int64_t kind) {
  if (kind == kInterpreter || !exec::jit::host_form()) return std::make_unique<exec::Interpreter>(program);
  auto native = exec::jit::NativeEngine::compile(program);
  VTPU_CHECK(native, "the program compiles for this host");
  return std::make_unique<exec::jit::NativeEngine>(*std::move(native));
}

/// Time and core cycles of one switch, at the core's present clock.
void report(benchmark::State& state, double switches) {
  const auto time_of_one = benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert;
  state.counters["switch"] = benchmark::Counter(switches, time_of_one);
  if (const auto ghz = measure::core_ghz())
    state.counters["switch_cycles"] = benchmark::Counter(switches / (*ghz * 1e9), time_of_one);
  state.SetLabel(state.range(0) == kInterpreter ? "interpreter" : "native");
}

/// Enters a sentron, which finds that it must still wait, and leaves it. `registers`: how many r and v registers its
/// program writes; compiled code then loads and stores them.
void turn_of_a_waiting_sentron(benchmark::State& state) {
  std::string text = "  crecv m0, p0\n";
  for (int i = 0; i < state.range(1); ++i)
    text += "  dadd.i64 r" + std::to_string(i) + ", r0, #1\n  dadd.f32x16 v" + std::to_string(i) + ", v0, v1\n";
  const isa::ValidProgram program = program_of((text + "  dhalt\n").c_str());
  const auto engine = engine_of(program, state.range(0));
  Machine machine;
  exec::Context& one = machine.spawn();
  exec::Context& other = machine.spawn();
  VTPU_CHECK(engine->run(machine, one) == exec::Status::waiting && one.retired.words == 0, "the sentron waits");
  for (auto _ : state)
    for (std::uint64_t i = 0; i < kRounds / 2; ++i) {
      benchmark::DoNotOptimize(engine->run(machine, one));
      benchmark::DoNotOptimize(engine->run(machine, other));
    }
  report(state, kRounds);
}
BENCHMARK(turn_of_a_waiting_sentron)
    ->ArgNames({"native", "registers"})
    ->ArgsProduct({{kInterpreter, kNative}, {0, 16}});

struct Pair {
  std::unique_ptr<Machine> machine = std::make_unique<Machine>();
  Summary summary;
};
Pair run_pair(const Engine& first, const Engine& second) {
  Pair pair;
  pair.machine->spawn();
  pair.machine->spawn();
  pair.summary = CooperativeScheduler(*pair.machine, {&first, &second}).run();
  return pair;
}

void pairs(benchmark::State& state, const isa::ValidProgram& first, const isa::ValidProgram& second,
           std::uint64_t want) {
  const auto one = engine_of(first, state.range(0)), other = engine_of(second, state.range(0));
  const Pair checked = run_pair(*one, *other);
  VTPU_CHECK(checked.summary.deadlock.empty() && checked.machine->sentrons()[0]->r[1] == want,
             "the pair ends with its sum");
  VTPU_CHECK(checked.summary.switches >= kRounds, "every round takes at least one switch");
  for (auto _ : state) benchmark::DoNotOptimize(run_pair(*one, *other).summary.switches);
  report(state, static_cast<double>(checked.summary.switches));
}

void barrier_of_two(benchmark::State& state) {
  const isa::ValidProgram program =
      program_of("  dmov.i64 r2, #30000\nloop:\n  dadd.i64 r1, r1, #3 | cbar\n  dloop r2, loop\n  dhalt\n");
  pairs(state, program, program, 3 * kRounds);
}
BENCHMARK(barrier_of_two)->Arg(kInterpreter)->Arg(kNative);

void message_to_itself(benchmark::State& state) {
  const isa::ValidProgram program = program_of(
      "  dmov.i64 r2, #30000\nloop:\n  dadd.i64 r1, r1, #1\n  cpack.i64 m0, 0, r1\n  csend m0, p0\n  crecv m1, p0\n  dloop "
      "r2, loop | cunpack.i64 r1, m1, 0\n  dhalt\n");
  const auto engine = engine_of(program, state.range(0));
  const auto run = [&] {
    Machine machine;
    exec::Context& one = machine.spawn();
    engine->run(machine, one);
    return one.r[1];
  };
  VTPU_CHECK(run() == kRounds, "every message comes back");
  for (auto _ : state) benchmark::DoNotOptimize(run());
  report(state, kRounds);
}
BENCHMARK(message_to_itself)->Arg(kInterpreter)->Arg(kNative);

void message_to_and_fro(benchmark::State& state) {
  const isa::ValidProgram ping = program_of(
      "  dmov.i64 r2, #30000 | sindex p1, p1, column, #1\nloop:\n  dadd.i64 r1, r1, #1\n  cpack.i64 m0, 0, r1\n  csend "
      "m0, p0\n  crecv m1, p1\n  dloop r2, loop | cunpack.i64 r1, m1, 0\n"
      "  dhalt\n");
  const isa::ValidProgram pong = program_of(
      "  dmov.i64 r2, #30000 | sindex p1, p1, column, #1\nloop:\n  crecv m0, p0\n  dloop r2, loop | csend m0, p1\n  "
      "dhalt\n");
  pairs(state, ping, pong, kRounds);
}
BENCHMARK(message_to_and_fro)->Arg(kInterpreter)->Arg(kNative);

}  // namespace
}  // namespace vtpu::runtime

BENCHMARK_MAIN();
