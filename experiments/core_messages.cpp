// Asks what it costs that sentrons of one thread talk to each other, beside the switches of Boost.Context and
// Boost.Fiber and beside C++ loops over the same messages.
//
// - message: a sentron sends a message to a coordinate and receives it from there, without waiting.
// - message and switch: two sentrons send each other a number in turn. Each waits for the other's answer, so that a
//   switch follows every message. The difference between the two is the time of a switch.
// - barrier: two sentrons meet, and one of them waits in every round.
// - Boost.Context: a context resumes another one. Boost.Fiber: two fibers of one thread yield in turn.
// - ring, all_reduce: the compiled programs of these names, with four sentrons, beside loops in C++ that pass the same
//   messages of 32 bytes through queues, once with the queues known beforehand (`loop`) and once with queues found by
//   coordinate in a hash map (`map`).
//
// Claims: core.switch, core.ring, core.allreduce. Control: the interpreter in place of compiled code.
// Parameters: processes. Outputs: keys vtpu.switch.*, vtpu.messages.*; table messages.
#include <absl/container/flat_hash_map.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/context/fiber.hpp>
#include <boost/fiber/all.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/study/engines/runnable.h"
#include "vtpu/study/programs/program_run.h"

namespace {

using namespace vtpu::measure;
using vtpu::Result;
using vtpu::exec::Engine;
using vtpu::exec::jit::NativeEngine;
using vtpu::phext::PackedCoordinate;
using vtpu::study::engines::Runnable;
using vtpu::study::programs::ProgramRun;
using Source = Column::Source;

constexpr std::uint64_t kRounds = 1000;
constexpr std::int64_t kRanks = 4, kLaps = 64, kCount = 320;

// ---- sentrons written in words

vtpu::isa::ValidProgram assembled(const std::string& text) {
  auto program = vtpu::isa::assemble(text, "core-messages");
  VTPU_CHECK(program, "the text of an experiment is a program");
  auto valid = vtpu::isa::ValidProgram::make(std::move(*program));
  VTPU_CHECK(valid, "the program of an experiment is valid");
  return std::move(*valid);
}

/// Sentrons that run from their first words each time. The machine stays, so that its memory is warm.
struct Sentrons {
  std::vector<vtpu::isa::ValidProgram> programs;
  std::vector<std::unique_ptr<Engine>> engines;
  vtpu::exec::Machine machine;
  std::optional<vtpu::runtime::CooperativeScheduler> scheduler;

  void prepare() {
    for (const auto& sentron : machine.sentrons()) {
      auto* const cache = sentron->cache;
      const std::uint32_t id = sentron->id;
      *sentron = {};
      sentron->cache = cache, sentron->id = id, sentron->fuel = std::uint64_t{1} << 40;
      machine.exchange().enter(id);
    }
  }
  void run() {
    const auto summary = scheduler->run();
    VTPU_CHECK(summary.deadlock.empty() && machine.sentrons()[0]->r[1] == kRounds, "the sentrons end with their sum");
  }
};

Result<Alternative> in_words(const std::string& name, const std::vector<std::string>& texts, Runnable::By by) {
  auto sentrons = std::make_shared<Sentrons>();
  sentrons->programs.reserve(texts.size());
  for (const std::string& text : texts) {
    const vtpu::isa::ValidProgram& program = sentrons->programs.emplace_back(assembled(text));
    if (by == Runnable::By::interpreter) {
      sentrons->engines.push_back(std::make_unique<vtpu::exec::Interpreter>(program));
      continue;
    }
    auto native = NativeEngine::compile(program);
    if (!native) return native.error();
    sentrons->engines.push_back(std::make_unique<NativeEngine>(std::move(*native)));
  }
  std::vector<const Engine*> each;
  for (const auto& engine : sentrons->engines) sentrons->machine.spawn(), each.push_back(engine.get());
  sentrons->scheduler.emplace(sentrons->machine, each);
  return Alternative{name, static_cast<double>(kRounds), [sentrons] { sentrons->run(); },
                     [sentrons] { sentrons->prepare(); }};
}

// ---- coroutines of Boost

Alternative boost_context() {
  const auto run = [] {
    bool end = false;
    boost::context::fiber other([&end](boost::context::fiber&& caller) {
      while (!end) caller = std::move(caller).resume();
      return std::move(caller);
    });
    for (std::uint64_t i = 0; i < kRounds / 2; ++i) other = std::move(other).resume();
    end = true;
    other = std::move(other).resume();
  };
  return {"Boost.Context", static_cast<double>(kRounds), run, {}};
}

Alternative boost_fiber() {
  const auto run = [] {
    const auto yields = [] {
      for (std::uint64_t i = 0; i < kRounds / 2; ++i) boost::this_fiber::yield();
    };
    boost::fibers::fiber one(yields), other(yields);
    one.join();
    other.join();
  };
  return {"Boost.Fiber", static_cast<double>(kRounds), run, {}};
}

// ---- loops in C++ over the same messages

/// Messages of 32 bytes in the order of sending; at most eight.
struct Queue {
  std::array<std::array<std::int64_t, 4>, 8> messages{};
  std::uint32_t first = 0, behind = 0;

  void send(std::int64_t value) { messages[behind++ % messages.size()] = {value, 0, 0, 0}; }
  std::int64_t receive() { return messages[first++ % messages.size()][0]; }
};

struct Hash {
  std::size_t operator()(const PackedCoordinate& at) const { return at.hash(); }
};
PackedCoordinate place(std::int64_t rank) {
  return PackedCoordinate().with(vtpu::phext::Axis::scroll, static_cast<std::uint32_t>(rank) + 1);
}

/// The ring, as kernels/programs/ring.phx: `queue_of` finds the queue of a rank.
template <class QueueOf>
void ring_loop(std::array<std::int64_t, kRanks>& values, const QueueOf& queue_of) {
  for (std::int64_t k = 0; k < kLaps * kRanks; ++k) {
    for (std::int64_t rank = 0; rank < kRanks; ++rank)
      queue_of((rank + 1) % kRanks).send(values[static_cast<std::size_t>(rank)]);
    for (std::int64_t rank = 0; rank < kRanks; ++rank)
      values[static_cast<std::size_t>(rank)] = queue_of(rank).receive() + 1;
  }
}

/// The queues are known beforehand, or found by coordinate.
struct Queues {
  std::array<Queue, kRanks> known;
  absl::flat_hash_map<PackedCoordinate, Queue*, Hash> found;
  std::array<PackedCoordinate, kRanks> places;
  std::array<std::int64_t, kRanks> values{};

  Queues() {
    for (std::int64_t rank = 0; rank < kRanks; ++rank) {
      const auto k = static_cast<std::size_t>(rank);
      places[k] = place(rank);
      found[places[k]] = &known[k];
    }
  }
};

/// What each sentron contributes to the sum of one element, and the outcome that each gets.
void all_reduce_loop(const std::vector<std::int64_t>& x, std::vector<std::int64_t>& total) {
  std::array<std::int64_t, kRanks> contributed{}, outcome{};
  for (std::int64_t i = 0; i < kCount; ++i) {
    for (std::int64_t rank = 0; rank < kRanks; ++rank)
      contributed[static_cast<std::size_t>(rank)] = x[static_cast<std::size_t>(rank * kCount + i)];
    keep(contributed);
    std::int64_t sum = 0;
    for (const std::int64_t value : contributed) sum += value;
    outcome.fill(sum);
    keep(outcome);
    for (std::int64_t rank = 0; rank < kRanks; ++rank)
      total[static_cast<std::size_t>(rank * kCount + i)] = outcome[static_cast<std::size_t>(rank)];
  }
}

Result<Alternative> compiled(const std::string& program_name, const std::string& name, double work,
                             const vtpu::kernels::Parameters& parameters, Runnable::By by) {
  const auto all = vtpu::kernels::programs();
  const auto program = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == program_name; });
  VTPU_CHECK(program != all.end(), "the program exists");
  auto made = ProgramRun::compiled(*program, parameters, {}, by);
  if (!made) return made.error();
  const auto run = std::make_shared<ProgramRun>(std::move(*made));
  run->fill(1);
  return Alternative{name, work, [run] { VTPU_CHECK(run->run(), "a program that ran before runs again"); }, {}};
}

Result<void> run_messages(Run& run) {
  warn_of_disturbance("core-messages");
  std::vector<Alternative> alternatives;
  // Sets the counter of a loop, and p1 to another coordinate than p0's.
  const auto counted = [](std::uint64_t rounds) {
    return fmt::format("  dmov.i64 r2, #{} | sindex p1, p1, column, #1\nloop:\n", rounds);
  };
  // Sends r1 and receives it back, increased.
  const auto sends = [](int step, const char* from) {
    return fmt::format(
        "  dadd.i64 r1, r1, #{}\n  cpack.i64 m0, 0, r1\n  csend m0, p0\n  crecv m1, {}\n"
        "  dloop r2, loop | cunpack.i64 r1, m1, 0\n  dhalt\n",
        step, from);
  };
  const std::string alone = counted(kRounds) + sends(1, "p0");
  const std::string ping = counted(kRounds / 2) + sends(2, "p1");
  const std::string pong = counted(kRounds / 2) + "  crecv m0, p0\n  dloop r2, loop | csend m0, p1\n  dhalt\n";
  const std::string meets =
      fmt::format("  dmov.i64 r2, #{}\n", kRounds) + "loop:\n  dadd.i64 r1, r1, #1 | cbar\n  dloop r2, loop\n  dhalt\n";
  const double ring_messages = static_cast<double>(kLaps * kRanks * kRanks);
  const double sums = static_cast<double>(kRanks * kCount);
  for (const auto by : {Runnable::By::native, Runnable::By::interpreter}) {
    const std::string suffix = by == Runnable::By::native ? "" : " interpreted";
    for (auto&& made :
         {in_words("message" + suffix, {alone}, by), in_words("message and switch" + suffix, {ping, pong}, by),
          in_words("barrier" + suffix, {meets, meets}, by),
          compiled("ring", "ring" + suffix, ring_messages, {{"laps", kLaps}}, by),
          compiled("all_reduce", "all_reduce" + suffix, sums, {{"count", kCount}}, by)}) {
      if (!made) return made.error();
      alternatives.push_back(*made);
    }
  }
  alternatives.push_back(boost_context());
  alternatives.push_back(boost_fiber());
  const auto queues = std::make_shared<Queues>();
  alternatives.push_back({"ring loop",
                          ring_messages,
                          [queues] {
                            ring_loop(queues->values, [&](std::int64_t rank) -> Queue& {
                              return queues->known[static_cast<std::size_t>(rank)];
                            });
                            keep(queues->values);
                          },
                          {}});
  alternatives.push_back({"ring map",
                          ring_messages,
                          [queues] {
                            ring_loop(queues->values, [&](std::int64_t rank) -> Queue& {
                              return *queues->found.find(queues->places[static_cast<std::size_t>(rank)])->second;
                            });
                            keep(queues->values);
                          },
                          {}});
  const auto x = std::make_shared<std::vector<std::int64_t>>(kRanks * kCount, 3);
  const auto total = std::make_shared<std::vector<std::int64_t>>(kRanks * kCount);
  alternatives.push_back({"all_reduce loop",
                          sums,
                          [x, total] {
                            for (int i = 0; i < 32; ++i) all_reduce_loop(*x, *total), keep(*total);
                          },
                          {}});
  alternatives.back().work *= 32;
  SamplingRule rule;
  rule.most = run.quick() ? 20 : 40;
  rule.seed = run.random(1).next();
  const auto all = sample_in_processes(
      run, [&] { return alternatives; }, rule);
  if (!all) return all.error();

  const auto cycles = [&](const std::string& name) { return named(*all, name).cycles_per_unit(); };
  const auto combined = [](const Estimate& a, const Estimate& b, const char* how, const auto& combine) {
    std::vector<double> samples;
    for (std::size_t n = 0; n < a.samples.size(); ++n) samples.push_back(combine(a.samples[n], b.samples[n]));
    Estimate estimate = estimate_median(std::move(samples));
    estimate.method = a.method + "; " + how + ", within each process";
    return estimate;
  };
  const auto less = [&](const std::string& suffix) {
    return combined(cycles("message and switch" + suffix), cycles("message" + suffix), "less that of a message alone",
                    [](double a, double b) { return a - b; });
  };
  const auto over = [&](const std::string& name, const std::string& suffix) {
    return combined(cycles(name + suffix), cycles(name + " loop"), "over that of the loop",
                    [](double a, double b) { return a / b; });
  };
  run.measured("vtpu.switch.cycles", less(""), "cycles");
  run.measured("vtpu.switch.cycles.control", less(" interpreted"), "cycles");
  run.measured("vtpu.switch.message_cycles", cycles("message"), "cycles");
  run.measured("vtpu.switch.boost_context_cycles", cycles("Boost.Context"), "cycles");
  run.measured("vtpu.switch.boost_fiber_cycles", cycles("Boost.Fiber"), "cycles");
  for (const std::string name : {"ring", "all_reduce"}) {
    run.measured("vtpu.messages." + name + "_over_loop", over(name, ""), "x");
    run.measured("vtpu.messages." + name + "_over_loop.control", over(name, " interpreted"), "x");
  }

  Table& table = run.table("messages", {{"what", "", Source::label},
                                        {"per", "", Source::label},
                                        {"cycles", "cycles", Source::measured},
                                        {"low", "cycles", Source::measured},
                                        {"high", "cycles", Source::measured},
                                        {"ns", "ns", Source::measured}});
  const auto row = [&](const std::string& what, const std::string& per, const std::string& name) {
    const Estimate estimate = cycles(name);
    table.add({what, per, estimate.value, estimate.ci.low, estimate.ci.high, named(*all, name).ns_per_unit().value});
  };
  row("send and receive, compiled", "message", "message");
  row("send, receive and switch, compiled", "message", "message and switch");
  row("barrier of two, compiled", "round", "barrier");
  row("send and receive, interpreted", "message", "message interpreted");
  row("send, receive and switch, interpreted", "message", "message and switch interpreted");
  row("barrier of two, interpreted", "round", "barrier interpreted");
  row("Boost.Context", "switch", "Boost.Context");
  row("Boost.Fiber", "yield", "Boost.Fiber");
  row("ring, compiled", "message", "ring");
  row("ring, C++, queues known", "message", "ring loop");
  row("ring, C++, queues in a hash map", "message", "ring map");
  row("all_reduce, compiled", "contribution", "all_reduce");
  row("all_reduce, C++", "contribution", "all_reduce loop");
  return {};
}

const Experiment kExperiment{.name = "core-messages",
                             .question = "What does it cost that sentrons of one thread talk to each other?",
                             .claims = {"core.switch", "core.ring", "core.allreduce"},
                             .inputs = {},
                             .quick_seconds = 3,
                             .full_seconds = 6,
                             .times_the_host = true,
                             .run = run_messages};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
