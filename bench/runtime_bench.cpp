// Cost of switching from one sentron to another on one thread: a turn of a sentron that must wait immediately, a
// barrier of two, and a message there and back. Target: at most 100 core cycles per switch. Sums and counts of switches
// are checked before anything is timed.
//
// And what sentrons of two workers do together, beside the bare forms of the same on two threads: a message there and
// back, a stream of messages, a barrier. Threads and workers are bound to two processors; a host with one is skipped.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/exec/letter.h"
#include "vtpu/exec/spsc_ring.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/pin.h"
#include "vtpu/runtime/node.h"
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
      "  dmov.i64 r2, #30000\nloop:\n  dadd.i64 r1, r1, #1\n  cpack.i64 m0, 0, r1\n  csend m0, p0\n  crecv m1, p0\n  "
      "dloop "
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

// ---- two workers, beside the bare forms of the same on two threads

using exec::Letter;

constexpr std::uint64_t kTogether = 50000;  // rounds
constexpr std::uint64_t kStream = 1000000;  // messages

/// Runs both on threads of their own, bound to two processors.
template <class One, class Other>
void on_two(const One& one, const Other& other) {
  const std::vector<int> cpus = measure::usable_cpus();
  std::thread second([&] {
    measure::pin_thread(cpus[1]);
    other();
  });
  std::thread first([&] {
    measure::pin_thread(cpus[0]);
    one();
  });
  first.join();
  second.join();
}

/// Time of one round or message.
void report_each(benchmark::State& state, std::uint64_t count) {
  state.counters["each"] = benchmark::Counter(
      static_cast<double>(count), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// A registered benchmark that runs `once` for every iteration, and only where two threads can run at once.
template <class Once>
void repeat(benchmark::State& state, std::uint64_t count, const Once& once) {
  if (measure::usable_cpus().size() < 2) {
    state.SkipWithError("one processor: two threads cannot run at once");
    return;
  }
  for (auto _ : state) once();
  report_each(state, count);
}

// ---- bare

struct alignas(128) Line {
  std::atomic<std::uint64_t> turn{0};
  std::array<std::uint64_t, 7> payload{};
};

void round_trip_of_a_line(benchmark::State& state) {
  repeat(state, kTogether, [] {
    const auto there = std::make_unique<Line>(), back = std::make_unique<Line>();
    on_two(
        [&] {
          for (std::uint64_t i = 1; i <= kTogether; ++i) {
            there->payload.fill(i);
            there->turn.store(i, std::memory_order_release);
            while (back->turn.load(std::memory_order_acquire) != i) {
            }
            VTPU_CHECK(back->payload[6] == i, "the line comes back");
          }
        },
        [&] {
          for (std::uint64_t i = 1; i <= kTogether; ++i) {
            while (there->turn.load(std::memory_order_acquire) != i) {
            }
            back->payload = there->payload;
            back->turn.store(i, std::memory_order_release);
          }
        });
  });
}
BENCHMARK(round_trip_of_a_line)->UseRealTime();

void barrier_of_flags(benchmark::State& state) {
  repeat(state, kTogether, [] {
    const auto lines = std::make_unique<std::array<Line, 2>>();
    const auto meet = [&](std::size_t mine) {
      for (std::uint64_t i = 1; i <= kTogether; ++i) {
        (*lines)[mine].turn.store(i, std::memory_order_release);
        while ((*lines)[1 - mine].turn.load(std::memory_order_acquire) < i) {
        }
      }
    };
    on_two([&] { meet(0); }, [&] { meet(1); });
  });
}
BENCHMARK(barrier_of_flags)->UseRealTime();

void stream_through_a_ring(benchmark::State& state) {
  repeat(state, kStream, [] {
    exec::SpscRing<Letter> ring(1024);
    std::uint64_t sum = 0;
    on_two(
        [&] {
          Letter letter;
          for (std::uint64_t i = 0; i < kStream; ++i) {
            letter.stamp = i;
            while (!ring.has_room()) {
            }
            ring.push(letter);
          }
        },
        [&] {
          for (std::uint64_t i = 0; i < kStream;) {
            const Letter* const letter = ring.front();
            if (letter == nullptr) continue;
            sum += letter->stamp;
            ring.pop();
            if (++i % 64 == 0) ring.give_room();
          }
          ring.give_room();
        });
    VTPU_CHECK(sum == kStream * (kStream - 1) / 2, "every letter arrives once");
  });
}
BENCHMARK(stream_through_a_ring)->UseRealTime();

void stream_through_boost(benchmark::State& state) {
  repeat(state, kStream, [] {
    const auto queue = std::make_unique<boost::lockfree::spsc_queue<Letter, boost::lockfree::capacity<1024>>>();
    std::uint64_t sum = 0;
    on_two(
        [&] {
          Letter letter;
          for (std::uint64_t i = 0; i < kStream; ++i) {
            letter.stamp = i;
            while (!queue->push(letter)) {
            }
          }
        },
        [&] {
          for (std::uint64_t i = 0; i < kStream;)
            i += queue->consume_all([&](const Letter& letter) { sum += letter.stamp; });
        });
    VTPU_CHECK(sum == kStream * (kStream - 1) / 2, "every letter arrives once");
  });
}
BENCHMARK(stream_through_boost)->UseRealTime();

// ---- sentrons

/// Sentrons on two workers, which do not steal, so that each stays beside the other.
void on_workers(benchmark::State& state, const std::vector<std::string>& texts, std::uint64_t count) {
  std::vector<isa::ValidProgram> programs;
  std::vector<std::unique_ptr<Engine>> engines;
  programs.reserve(texts.size());
  for (const std::string& text : texts)
    engines.push_back(engine_of(programs.emplace_back(program_of(text.c_str())), kNative));
  std::vector<const Engine*> each;
  for (const auto& engine : engines) each.push_back(engine.get());
  repeat(state, count, [&] {
    Machine machine;
    for (std::size_t i = 0; i < each.size(); ++i) machine.spawn();
    const Node::Result result = Node(machine, each, {.workers = 2, .steals = false}).run();
    VTPU_CHECK(result.summary.deadlock.empty() && machine.sentrons()[0]->r[1] == count, "the sentrons end");
  });
}

void round_trip_between_sentrons(benchmark::State& state) {
  const std::string head = "  dmov.i64 r2, #50000 | sindex p1, p1, column, #1\nloop:\n";
  on_workers(state,
             {head + "  dadd.i64 r1, r1, #1\n  csend m0, p0\n  crecv m1, p1\n  dloop r2, loop\n  dhalt\n",
              head + "  crecv m0, p0\n  dloop r2, loop | csend m0, p1\n  dhalt\n"},
             kTogether);
}
BENCHMARK(round_trip_between_sentrons)->UseRealTime();

void stream_between_sentrons(benchmark::State& state) {
  const std::string head = "  dmov.i64 r2, #1000000\nloop:\n  dadd.i64 r1, r1, #1\n";
  on_workers(state,
             {head + "  dloop r2, loop | csend m0, p0\n  dhalt\n", head + "  dloop r2, loop | crecv m0, p0\n  dhalt\n"},
             kStream);
}
BENCHMARK(stream_between_sentrons)->UseRealTime();

void barrier_of_sentrons(benchmark::State& state) {
  const std::string meets = "  dmov.i64 r2, #50000\nloop:\n  dadd.i64 r1, r1, #1 | cbar\n  dloop r2, loop\n  dhalt\n";
  on_workers(state, std::vector<std::string>(static_cast<std::size_t>(state.range(0)), meets), kTogether);
}
BENCHMARK(barrier_of_sentrons)->ArgName("sentrons")->Arg(2)->Arg(36)->UseRealTime();

}  // namespace
}  // namespace vtpu::runtime

BENCHMARK_MAIN();
