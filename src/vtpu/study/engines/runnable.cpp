#include "vtpu/study/engines/runnable.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/ports/port_model.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::study::engines {

struct Runnable::State {
  std::optional<isa::ValidProgram> program;
  std::unique_ptr<exec::Engine> engine;
  unsigned sentrons = 1;
};

namespace {

/// What all sentrons of a machine have retired.
exec::Retired retired_in(const exec::Machine& machine) {
  exec::Retired sum;
  for (const auto& sentron : machine.sentrons()) {
    sum.words += sentron->retired.words;
    sum.control += sentron->retired.control;
    for (std::size_t slot = 0; slot < isa::kSlots; ++slot) sum.ops[slot] += sentron->retired.ops[slot];
  }
  return sum;
}

}  // namespace

Runnable::Runnable(std::unique_ptr<State> state) : state_(std::move(state)) {}
Runnable::Runnable(Runnable&&) noexcept = default;
Runnable::~Runnable() = default;

Result<Runnable> Runnable::make(isa::Program program, By by, unsigned sentrons) {
  auto state = std::make_unique<State>();
  state->sentrons = sentrons;
  auto valid = isa::ValidProgram::make(std::move(program));
  if (!valid) return valid.error();
  state->program.emplace(std::move(*valid));
  if (by == By::interpreter) {
    state->engine = std::make_unique<exec::Interpreter>(*state->program);
  } else {
    auto native = exec::jit::NativeEngine::compile(
        *state->program, {.form = by == By::avx2 ? std::optional(exec::jit::Form::avx2) : std::nullopt});
    if (!native) return native.error();
    state->engine = std::make_unique<exec::jit::NativeEngine>(std::move(*native));
  }
  return Runnable(std::move(state));
}

exec::Retired Runnable::run() const {
  const auto fresh = machine();
  finish(*fresh);
  return retired_in(*fresh);
}

std::unique_ptr<exec::Machine> Runnable::machine() const {
  auto machine = std::make_unique<exec::Machine>();
  for (unsigned i = 0; i < state_->sentrons; ++i) machine->spawn();
  return machine;
}

exec::Status Runnable::advance(exec::Machine& machine, std::size_t sentron, std::uint64_t words) const {
  exec::Context& context = *machine.sentrons()[sentron];
  machine.exchange().enter(context.id);  // a sentron that ran out of fuel has left
  context.status = exec::Status::ready;
  context.trap = {};
  context.fuel = words - context.retired.words;
  return state_->engine->run(machine, context);
}

void Runnable::finish(exec::Machine& machine) const {
  for (const auto& sentron : machine.sentrons()) {
    machine.exchange().enter(sentron->id);
    sentron->status = exec::Status::ready;
    sentron->trap = {};
    sentron->fuel = std::uint64_t{1} << 40;
  }
  if (state_->sentrons == 1)
    state_->engine->run(machine, *machine.sentrons().front());
  else
    runtime::CooperativeScheduler(machine, std::vector<const exec::Engine*>(state_->sentrons, state_->engine.get()))
        .run();
  for (const auto& sentron : machine.sentrons())
    VTPU_CHECK(sentron->status == exec::Status::halted, "a program that is timed halts");
}

namespace {

/// A program that is timed from the start of an iteration to its end, again and again on one machine, whose memory is
/// then warm.
class Loop {
 public:
  /// A run finds the registers that the run before has left, except the loop's counter.
  struct GoesOn {
    std::uint32_t counter = 0;
    std::uint64_t warm = 0;  ///< words executed beforehand
  };

  /// `make`: of a program that compiles. `untimed`: words of each sentron before that start.
  Loop(std::function<Runnable()> make, std::vector<std::uint64_t> untimed, std::optional<GoesOn> goes_on = {})
      : runnable_(std::move(make)), untimed_(std::move(untimed)), goes_on_(goes_on) {}

  /// Back to the start; the first call compiles the program, makes the machine, and runs everything once.
  void prepare() {
    if (machine_) {
      restart();
      return;
    }
    runnable_.prepare();
    machine_ = runnable_->machine();
    advance_all(*runnable_, *machine_, [&](std::size_t sentron) { return untimed_[sentron]; });
    for (const auto& sentron : machine_->sentrons()) start_.push_back(*sentron);
    const std::uint64_t before = retired_in(*machine_).words;
    for (std::uint64_t words = 0; words == 0 || (goes_on_ && words < goes_on_->warm);) {
      run();
      words += retired_in(*machine_).words - before;
      restart();
    }
  }
  void run() { runnable_->finish(*machine_); }
  /// Ops of one run.
  double ops() {
    prepare();
    const std::uint64_t before = retired_in(*machine_).total();
    run();
    return static_cast<double>(retired_in(*machine_).total() - before);
  }

  /// Runs each sentron until it has retired `target(sentron)` words, those first that come first and need not wait.
  template <class Target>
  static void advance_all(const Runnable& runnable, exec::Machine& machine, const Target& target) {
    for (bool moved = true; moved;) {
      moved = false;
      for (std::size_t i = 0; i < machine.sentrons().size(); ++i) {
        const std::uint64_t& retired = machine.sentrons()[i]->retired.words;
        for (std::uint64_t before = ~retired; retired != before && retired < target(i);) {
          before = retired;
          runnable.advance(machine, i, target(i));
          moved |= retired != before;
        }
      }
    }
    for (std::size_t i = 0; i < machine.sentrons().size(); ++i)
      VTPU_CHECK(machine.sentrons()[i]->retired.words == target(i), "sentrons reach the start of their iteration");
  }

 private:
  void restart() {
    for (std::size_t i = 0; i < start_.size(); ++i) {
      exec::Context& sentron = *machine_->sentrons()[i];
      exec::Context next = start_[i];
      if (goes_on_) {
        next.v = sentron.v, next.p = sentron.p, next.m = sentron.m, next.r = sentron.r, next.sr = sentron.sr;
        next.r[goes_on_->counter] = start_[i].r[goes_on_->counter];
      }
      sentron = next;
    }
  }

  measure::InEachProcess<Runnable> runnable_;
  std::vector<std::uint64_t> untimed_;
  std::optional<GoesOn> goes_on_;
  std::unique_ptr<exec::Machine> machine_;
  std::vector<exec::Context> start_;
};

/// The least time of three runs in ns.
double least_ns(const std::function<void()>& prepare, const std::function<void()>& run) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 3; ++i) {
    if (prepare) prepare();
    const auto begin = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    least = std::min(least, taken.count());
  }
  return least;
}

/// How many units take about kTimedNs. `ns_of(units)`: their time.
std::uint64_t units_of(const std::function<double(std::uint64_t units)>& ns_of) {
  constexpr double kLongEnoughNs = kTimedNs / 2;  // so that a fixed cost of starting does not count for much
  for (std::uint64_t units = 1;; units *= 2)
    if (const double ns = ns_of(units); ns >= kLongEnoughNs)
      return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(kTimedNs / ns * static_cast<double>(units)));
}

ports::Loop longest_loop(const isa::Program& program) {
  ports::Loop longest{1, 0};
  for (const ports::Loop loop : ports::innermost_loops(program))
    if (loop.last + 1 - loop.first >= longest.last + 1 - longest.first) longest = loop;
  return longest;
}

/// Words of each sentron before it first reaches the program's longest innermost loop.
Result<std::vector<std::uint64_t>> words_of_setup(const isa::Program& program, unsigned sentrons) {
  const ports::Loop longest = longest_loop(program);
  const auto stepped = Runnable::make(program, Runnable::By::interpreter, sentrons);
  if (!stepped) return stepped.error();
  const auto machine = stepped->machine();
  Loop::advance_all(*stepped, *machine, [&](std::size_t i) {
    const exec::Context& sentron = *machine->sentrons()[i];
    VTPU_CHECK(sentron.status != exec::Status::halted, "a program reaches its loop before it halts");
    return sentron.retired.words + (sentron.pc == longest.first ? 0 : 1);
  });
  std::vector<std::uint64_t> words;
  for (const auto& sentron : machine->sentrons()) words.push_back(sentron->retired.words);
  return words;
}

}  // namespace

std::uint64_t units_in_a_timing(const std::function<void(std::uint64_t units)>& run) {
  return units_of([&](std::uint64_t units) { return least_ns({}, [&] { run(units); }); });
}

namespace {

Result<measure::Alternative> loop_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                              unsigned sentrons, std::optional<Loop::GoesOn> goes_on) {
  auto untimed = words_of_setup(make(1), sentrons);
  if (!untimed) return untimed.error();
  const auto words_of = [&](std::uint64_t iterations) {
    return Runnable::make(make(iterations), Runnable::By::interpreter, sentrons).value().run().words;
  };
  // The first iteration translates the pointers, which hoisted checks of later ones find translated. All sentrons have
  // equally many words in an iteration.
  constexpr std::uint64_t kWarm = 2;
  const std::uint64_t iteration = (words_of(2) - words_of(1)) / sentrons;
  for (std::uint64_t& words : *untimed) words += kWarm * iteration;
  const auto loop_of = [&](std::uint64_t iterations) {
    return std::make_shared<Loop>(
        [program = make(kWarm + iterations), by, sentrons] { return Runnable::make(program, by, sentrons).value(); },
        *untimed, goes_on);
  };
  if (const auto runnable = Runnable::make(make(kWarm + 1), by, sentrons); !runnable) return runnable.error();
  const std::uint64_t iterations = units_of([&](std::uint64_t units) {
    const auto loop = loop_of(units);
    return least_ns([&] { loop->prepare(); }, [&] { loop->run(); });
  });
  const double ops = loop_of(iterations)->ops();
  const auto own = loop_of(iterations);  // each process compiles it again and makes its own machine
  return measure::Alternative{std::move(name), ops, [own] { own->run(); }, [own] { own->prepare(); }};
}

}  // namespace

Result<measure::Alternative> iterations_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                                    unsigned sentrons) {
  return loop_alternative(std::move(name), make, by, sentrons, {});
}

Result<measure::Alternative> going_on_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                                  std::uint64_t warm) {
  const isa::Program program = make(1);
  const isa::Op& last = program.words[longest_loop(program).last].dense;
  VTPU_CHECK(last.opcode == isa::Opcode::dloop, "the loop is a counted one");
  return loop_alternative(std::move(name), make, by, 1, Loop::GoesOn{last.d, warm});
}

measure::Alternative reference_alternative(std::string name, const kernels::Workload& workload) {
  const auto make = [workload] { return workload.reference(kSeed); };
  const std::unique_ptr<kernels::Reference> here = make();
  const std::uint64_t iterations = units_in_a_timing([&](std::uint64_t units) { here->run(units); });
  const auto own = std::make_shared<measure::InEachProcess<std::unique_ptr<kernels::Reference>>>(make);
  return {std::move(name), static_cast<double>(iterations) * workload.ops,
          [own, iterations] { (**own)->run(iterations); }, [own] { own->prepare(); }};
}

Result<measure::Alternative> alternative(std::string name, isa::Program program, Runnable::By by) {
  const auto runnable = Runnable::make(program, by);
  if (!runnable) return runnable.error();
  const auto own = std::make_shared<measure::InEachProcess<Runnable>>(
      [program = std::move(program), by] { return Runnable::make(program, by).value(); });
  return measure::Alternative{std::move(name), static_cast<double>(runnable->run().total()),
                              [own] { measure::keep((*own)->run().words); }, [own] { own->prepare(); }};
}

}  // namespace vtpu::study::engines
