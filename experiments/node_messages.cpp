// Asks what it costs that sentrons of two workers talk to each other, beside bare loops on two threads that move the
// same cache lines.
//
// - round trip: a message there and back, beside a cache line of 64 bytes that two threads write in turn.
// - stream: messages in one direction, beside the ring that workers use, here without sentrons, and the queue of
//   Boost.Lockfree of the same size.
// - barrier of two: beside two flags. Barrier of 36: sentrons on two workers, beside the barrier of OpenMP with as many
//   threads; both once more while another process keeps one of the processors busy.
// - switch: two sentrons of one worker of a node wait for each other in turn, beside two threads on one processor that
//   wake each other through the kernel.
//
// All of them run on the same two processors, once in every round, in random order. A sample is the time of one run per
// message or barrier; a ratio is formed within each round. If other processes had more than a twentieth of the
// processors, the values are not measurable now. With one processor, only the switches are timed.
//
// Claims: node.roundtrip, node.stream, node.barrier, node.barrier36, node.context. Controls: the interpreter in place
// of compiled code; eight busy processes, for the barrier of 36; two threads that the kernel wakes, for the switch.
// Parameters: rounds. Outputs: keys vtpu.node.*; table node_messages.
#include <fmt/core.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>
#include <functional>
#include <map>
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
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/runtime/node.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::exec::Engine;
using vtpu::exec::Letter;
using vtpu::exec::jit::NativeEngine;
using Source = Column::Source;

constexpr std::uint64_t kTrips = 2000, kStream = 20000, kMeetings = 2000, kMeetingsOfMany = 4000,
                        kMeetingsOfThreads = 20, kSwitches = 20000, kKernelSwitches = 500;
constexpr int kMany = 36;

double nanoseconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
}

// ---- bare loops on two threads

/// Runs both, each on a thread bound to its processor, and returns the time from when both are there to when both end.
double on_two(int cpu_of_one, int cpu_of_other, const std::function<void()>& one, const std::function<void()>& other) {
  std::atomic<int> there{0};
  const auto meet = [&] {
    ++there;
    while (there.load() < 2) std::this_thread::yield();
  };
  std::thread second([&] {
    pin_thread(cpu_of_other);
    meet();
    other();
  });
  double time = 0;
  std::thread first([&] {
    pin_thread(cpu_of_one);
    meet();
    time = nanoseconds([&] {
      one();
      second.join();
    });
  });
  first.join();
  return time;
}

struct alignas(128) Line {
  std::atomic<std::uint64_t> turn{0};
  std::array<std::uint64_t, 7> payload{};
};

double bare_round_trips(const std::vector<int>& cpus) {
  const auto there = std::make_unique<Line>(), back = std::make_unique<Line>();
  return on_two(
      cpus[0], cpus[1],
      [&] {
        for (std::uint64_t i = 1; i <= kTrips; ++i) {
          there->payload.fill(i);
          there->turn.store(i, std::memory_order_release);
          while (back->turn.load(std::memory_order_acquire) != i) {
          }
          VTPU_CHECK(back->payload[6] == i, "the line comes back");
        }
      },
      [&] {
        for (std::uint64_t i = 1; i <= kTrips; ++i) {
          while (there->turn.load(std::memory_order_acquire) != i) {
          }
          back->payload = there->payload;
          back->turn.store(i, std::memory_order_release);
        }
      });
}

double bare_barriers(const std::vector<int>& cpus) {
  const auto lines = std::make_unique<std::array<Line, 2>>();
  const auto meet = [&](std::size_t mine) {
    for (std::uint64_t i = 1; i <= kMeetings; ++i) {
      (*lines)[mine].turn.store(i, std::memory_order_release);
      while ((*lines)[1 - mine].turn.load(std::memory_order_acquire) < i) {
      }
    }
  };
  return on_two(
      cpus[0], cpus[1], [&] { meet(0); }, [&] { meet(1); });
}

constexpr std::uint64_t kSumOfStream = kStream * (kStream - 1) / 2;

double bare_stream(const std::vector<int>& cpus) {
  vtpu::exec::SpscRing<Letter> ring(vtpu::exec::NodeExchange::kRingLetters);
  std::uint64_t sum = 0;
  const double time = on_two(
      cpus[0], cpus[1],
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
      });
  VTPU_CHECK(sum == kSumOfStream, "every letter arrives once");
  return time;
}

double boost_stream(const std::vector<int>& cpus) {
  using Queue = boost::lockfree::spsc_queue<Letter, boost::lockfree::capacity<vtpu::exec::NodeExchange::kRingLetters>>;
  const auto queue = std::make_unique<Queue>();
  std::uint64_t sum = 0;
  const double time = on_two(
      cpus[0], cpus[1],
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
  VTPU_CHECK(sum == kSumOfStream, "every letter arrives once");
  return time;
}

/// Two threads on one processor sleep and wake each other through the kernel.
double kernel_switches(const std::vector<int>& cpus) {
  std::atomic<std::uint32_t> turn{0};
  static_assert(sizeof turn == 4, "a futex has four bytes");
  const auto futex = [&turn](int what, std::uint32_t number) {
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&turn), what, number, nullptr, nullptr, 0);
  };
  const auto take_turns = [&](std::uint32_t mine) {
    for (std::uint32_t i = mine; i < kKernelSwitches; i += 2) {
      for (std::uint32_t now = turn.load(); now != i; now = turn.load()) futex(FUTEX_WAIT_PRIVATE, now);
      turn.store(i + 1);
      futex(FUTEX_WAKE_PRIVATE, 1);
    }
  };
  return on_two(
      cpus[0], cpus[0], [&] { take_turns(0); }, [&] { take_turns(1); });
}

double openmp_barriers() {
  return nanoseconds([] {
    int met = 0;
#pragma omp parallel num_threads(kMany) reduction(+ : met)
    for (std::uint64_t i = 0; i < kMeetingsOfThreads; ++i) {
#pragma omp barrier
      ++met;
    }
    VTPU_CHECK(met == kMany * static_cast<int>(kMeetingsOfThreads), "every thread meets the others");
  });
}

// ---- sentrons

/// One sentron for each text, each counting to `count` in r1, on engines made once.
class Sentrons {
 public:
  static Result<Sentrons> make(const std::vector<std::string>& texts, std::uint64_t count, unsigned workers,
                               bool native) {
    Sentrons made;
    made.count_ = count, made.workers_ = workers;
    made.programs_.reserve(texts.size());
    for (const std::string& text : texts) {
      auto program = vtpu::isa::assemble(text, "node-messages");
      VTPU_CHECK(program, "the text of an experiment is a program");
      auto valid = vtpu::isa::ValidProgram::make(std::move(*program));
      VTPU_CHECK(valid, "the program of an experiment is valid");
      const auto& kept = made.programs_.emplace_back(std::move(*valid));
      if (!native) {
        made.engines_.push_back(std::make_unique<vtpu::exec::Interpreter>(kept));
        continue;
      }
      auto compiled = NativeEngine::compile(kept);
      if (!compiled) return compiled.error();
      made.engines_.push_back(std::make_unique<NativeEngine>(std::move(*compiled)));
    }
    return made;
  }
  /// Time of a run without the start of its workers, in nanoseconds.
  double run() const {
    vtpu::exec::Machine machine;
    std::vector<const Engine*> each;
    for (const auto& engine : engines_) machine.spawn(), each.push_back(engine.get());
    const auto result = vtpu::runtime::Node(machine, each, {.workers = workers_, .steals = false}).run();
    VTPU_CHECK(result.summary.deadlock.empty() && machine.sentrons()[0]->r[1] == count_, "the sentrons end");
    return result.seconds * 1e9;
  }

 private:
  std::vector<vtpu::isa::ValidProgram> programs_;
  std::vector<std::unique_ptr<Engine>> engines_;
  std::uint64_t count_ = 0;
  unsigned workers_ = 1;
};

/// Sets the counter of a loop, and p1 to another coordinate than p0's.
std::string counted(std::uint64_t rounds) {
  return fmt::format("  dmov.i64 r2, #{} | sindex p1, p1, column, #1\nloop:\n", rounds);
}
std::vector<std::string> ping_pong(std::uint64_t rounds) {
  return {counted(rounds) + "  dadd.i64 r1, r1, #1\n  csend m0, p0\n  crecv m1, p1\n  dloop r2, loop\n  dhalt\n",
          counted(rounds) + "  crecv m0, p0\n  dloop r2, loop | csend m0, p1\n  dhalt\n"};
}
std::vector<std::string> stream() {
  return {counted(kStream) + "  dadd.i64 r1, r1, #1\n  dloop r2, loop | csend m0, p0\n  dhalt\n",
          counted(kStream) + "  dloop r2, loop | crecv m0, p0\n  dhalt\n"};
}
std::vector<std::string> barriers(std::size_t sentrons, std::uint64_t rounds) {
  return std::vector<std::string>(sentrons,
                                  counted(rounds) + "  dadd.i64 r1, r1, #1 | cbar\n  dloop r2, loop\n  dhalt\n");
}

/// A process that computes on one processor while the object lives.
class BusyNeighbour {
 public:
  explicit BusyNeighbour(int cpu) : process_(::fork()) {
    VTPU_CHECK(process_ >= 0, "the system starts a process");
    if (process_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin_thread(cpu);
    for (volatile std::uint64_t i = 0;;) i = i + 1;
  }
  BusyNeighbour(const BusyNeighbour&) = delete;
  BusyNeighbour& operator=(const BusyNeighbour&) = delete;
  ~BusyNeighbour() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_;
};

/// Time of processors in seconds, since the system or this process began.
struct Used {
  double all = 0, busy = 0, own = 0;
};
Used used_time() {
  const ProcessorTime time = processor_time();
  const double per_second = ticks_per_second();
  Used used{time.all / per_second, (time.all - time.idle) / per_second, 0};
  for (const int whose : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(whose, &usage);
    for (const timeval& part : {usage.ru_utime, usage.ru_stime})
      used.own += static_cast<double>(part.tv_sec) + 1e-6 * static_cast<double>(part.tv_usec);
  }
  return used;
}
constexpr double kMostOfOthers = 0.05;  // share of the time of all processors

/// Something that is timed once in every round.
struct Timed {
  std::string name, per;
  std::uint64_t count = 1;
  std::function<double()> run;  ///< its time in nanoseconds
  int beside = 0;               ///< processes that are busy on the second processor meanwhile
};

Result<void> run_node_messages(Run& run) {
  const int rounds = run.parameter("rounds", 20, 60);
  const std::vector<int> cpus = usable_cpus();
  const bool two = cpus.size() >= 2;
  warn_of_disturbance("node-messages");

  std::vector<Timed> all = {
      {"switch through the kernel", "switch", kKernelSwitches, [&] { return kernel_switches(cpus); }}};
  std::vector<std::unique_ptr<Sentrons>> kept;
  const auto add = [&](const std::string& name, const std::string& per, std::uint64_t count,
                       const std::vector<std::string>& texts, unsigned workers, bool native) -> Result<void> {
    auto made = Sentrons::make(texts, count, workers, native);
    if (!made) return made.error();
    kept.push_back(std::make_unique<Sentrons>(std::move(*made)));
    const Sentrons* const sentrons = kept.back().get();
    all.push_back({name, per, count, [sentrons] { return sentrons->run(); }});
    return {};
  };
  for (const bool native : {true, false}) {
    const std::string by = native ? ", compiled" : ", interpreted";
    if (const auto added = add("two switches" + by, "round trip", kSwitches / 2, ping_pong(kSwitches / 2), 1, native);
        !added)
      return added.error();
    if (!two) continue;
    for (const auto& added : {add("round trip" + by, "round trip", kTrips, ping_pong(kTrips), 2, native),
                              add("stream" + by, "message", kStream, stream(), 2, native),
                              add("barrier of two" + by, "barrier", kMeetings, barriers(2, kMeetings), 2, native)})
      if (!added) return added.error();
  }
  if (two) {
    if (const auto added =
            add("barrier of 36, compiled", "barrier", kMeetingsOfMany, barriers(kMany, kMeetingsOfMany), 2, true);
        !added)
      return added.error();
    const Timed alone = all.back();
    for (const auto& [name, processes] : {std::pair(", busy neighbour", 1), {", eight busy neighbours", 8}}) {
      Timed beside = alone;
      beside.name += name, beside.beside = processes;
      all.push_back(beside);
    }
    for (const Timed& bare :
         {Timed{"round trip, bare line", "round trip", kTrips, [&] { return bare_round_trips(cpus); }},
          Timed{"stream, bare ring", "message", kStream, [&] { return bare_stream(cpus); }},
          Timed{"stream, Boost.Lockfree", "message", kStream, [&] { return boost_stream(cpus); }},
          Timed{"barrier of two, bare flags", "barrier", kMeetings, [&] { return bare_barriers(cpus); }},
          Timed{"barrier of 36, OpenMP", "barrier", kMeetingsOfThreads, openmp_barriers},
          Timed{"barrier of 36, OpenMP, busy neighbour", "barrier", kMeetingsOfThreads, openmp_barriers, 1}})
      all.push_back(bare);
  }

  std::map<std::string, std::vector<double>> samples;
  vtpu::Random order = run.random(1);
  const Used before = used_time();
  Progress progress("node-messages", static_cast<std::uint64_t>(rounds));
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = all.size() - 1; i > 0; --i) std::swap(all[i], all[order.below(i + 1)]);
    for (const Timed& each : all) {
      std::vector<std::unique_ptr<BusyNeighbour>> neighbours;
      for (int n = 0; n < each.beside; ++n) neighbours.push_back(std::make_unique<BusyNeighbour>(cpus[1]));
      samples[each.name].push_back(each.run() / static_cast<double>(each.count));
    }
    progress.step();
  }
  const Used after = used_time();
  const double others = std::max(0.0, (after.busy - before.busy - (after.own - before.own)) / (after.all - before.all));
  const std::string limit =
      others <= kMostOfOthers
          ? std::string()
          : fmt::format("; not measurable now: other processes had {:.0f} % of the processors", 100 * others);

  const auto time = [&](const std::string& name) {
    Estimate estimate = estimate_over_time(samples.at(name));
    estimate.method = "time of one by the clock of the system, median over rounds" + limit;
    return estimate;
  };
  const auto ratio = [&](const std::string& above, const std::string& below) {
    std::vector<double> each;
    for (std::size_t n = 0; n < samples.at(above).size(); ++n)
      each.push_back(samples.at(above)[n] / samples.at(below)[n]);
    Estimate estimate = estimate_over_time(std::move(each));
    estimate.method =
        fmt::format("time of '{}' over that of '{}', within each round, median over rounds{}", above, below, limit);
    return estimate;
  };
  if (two) {
    // A constant of 100 ns is allowed for what a message is more than a line: its coordinate is looked up.
    const auto beyond = [&](const std::string& name) {
      std::vector<double> each;
      for (std::size_t n = 0; n < samples.at(name).size(); ++n)
        each.push_back((samples.at(name)[n] - 100) / samples.at("round trip, bare line")[n]);
      Estimate estimate = estimate_over_time(std::move(each));
      estimate.method = "time less 100 ns over that of the bare line, within each round, median over rounds" + limit;
      return estimate;
    };
    run.measured("vtpu.node.round_trip_over_line", beyond("round trip, compiled"), "x");
    run.measured("vtpu.node.round_trip_over_line.control", beyond("round trip, interpreted"), "x");
    run.measured("vtpu.node.stream_of_ring", ratio("stream, bare ring", "stream, compiled"), "fraction");
    run.measured("vtpu.node.stream_of_ring.control", ratio("stream, bare ring", "stream, interpreted"), "fraction");
    run.measured("vtpu.node.barrier_over_flags", ratio("barrier of two, compiled", "barrier of two, bare flags"), "x");
    run.measured("vtpu.node.barrier_over_flags.control",
                 ratio("barrier of two, interpreted", "barrier of two, bare flags"), "x");
    run.measured("vtpu.node.barrier_beside_another",
                 ratio("barrier of 36, compiled, busy neighbour", "barrier of 36, compiled"), "x");
    run.measured("vtpu.node.barrier_beside_another.control",
                 ratio("barrier of 36, compiled, eight busy neighbours", "barrier of 36, compiled"), "x");
    run.measured("vtpu.node.barrier_of_36_ns", time("barrier of 36, compiled"), "ns");
  }
  if (const auto ghz = core_ghz()) {
    const auto in_cycles = [&](const std::string& name, double switches) {
      std::vector<double> each = samples.at(name);
      for (double& sample : each) sample *= *ghz / switches;
      Estimate estimate = estimate_over_time(std::move(each));
      estimate.method =
          "time of a switch with the message or wake-up that causes it, at the core's present clock" + limit;
      return estimate;
    };
    run.measured("vtpu.node.context_switch_cycles", in_cycles("two switches, compiled", 2), "cycles");
    run.measured("vtpu.node.context_switch_cycles.control", in_cycles("switch through the kernel", 1), "cycles");
  }

  Table& table = run.table("node_messages", {{"what", "", Source::label},
                                             {"per", "", Source::label},
                                             {"ns", "ns", Source::measured},
                                             {"low", "ns", Source::measured},
                                             {"high", "ns", Source::measured}});
  std::sort(all.begin(), all.end(), [](const Timed& a, const Timed& b) { return a.name < b.name; });
  for (const Timed& each : all) {
    const Estimate estimate = time(each.name);
    table.add({each.name, each.per, estimate.value, estimate.ci.low, estimate.ci.high});
  }
  return {};
}

const Experiment kExperiment{
    .name = "node-messages",
    .question = "What does it cost that sentrons of two workers talk to each other?",
    .claims = {"node.roundtrip", "node.stream", "node.barrier", "node.barrier36", "node.context"},
    .inputs = {},
    .quick_seconds = 5,
    .full_seconds = 15,
    .times_the_host = true,
    .run = run_node_messages};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
