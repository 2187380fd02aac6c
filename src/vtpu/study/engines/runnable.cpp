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

namespace vtpu::study::engines {

struct Runnable::State {
  std::optional<isa::ValidProgram> program;
  std::unique_ptr<exec::Engine> engine;
};

Runnable::Runnable(std::unique_ptr<State> state) : state_(std::move(state)) {}
Runnable::Runnable(Runnable&&) noexcept = default;
Runnable::~Runnable() = default;

Result<Runnable> Runnable::make(isa::Program program, By by) {
  auto state = std::make_unique<State>();
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
  exec::Machine machine;
  exec::Context& sentron = machine.spawn();
  const exec::Status status = state_->engine->run(machine, sentron);
  VTPU_CHECK(status == exec::Status::halted, "a program that is timed halts");
  return sentron.retired;
}

std::unique_ptr<exec::Machine> Runnable::machine() {
  auto machine = std::make_unique<exec::Machine>();
  machine->spawn(0);
  return machine;
}

exec::Status Runnable::advance(exec::Machine& machine, std::uint64_t words) const {
  exec::Context& sentron = *machine.sentrons().front();
  sentron.status = exec::Status::ready;
  sentron.trap = {};
  sentron.fuel = words;
  return state_->engine->run(machine, sentron);
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

  /// `make`: of a program that compiles. `untimed`: words before that start.
  Loop(std::function<Runnable()> make, std::uint64_t untimed, std::optional<GoesOn> goes_on = {})
      : runnable_(std::move(make)), untimed_(untimed), goes_on_(goes_on) {}

  /// Back to the start; the first call compiles the program, makes the machine, and runs everything once.
  void prepare() {
    if (machine_) {
      restart();
      return;
    }
    runnable_.prepare();
    machine_ = Runnable::machine();
    runnable_->advance(*machine_, untimed_);
    start_ = *machine_->sentrons().front();
    for (std::uint64_t words = 0; words == 0 || (goes_on_ && words < goes_on_->warm);) {
      run();
      words += machine_->sentrons().front()->retired.words - start_.retired.words;
      restart();
    }
  }
  void run() {
    const exec::Status status = runnable_->advance(*machine_, std::uint64_t{1} << 40);
    VTPU_CHECK(status == exec::Status::halted, "a program that is timed halts");
  }
  /// Ops of one run.
  double ops() {
    prepare();
    run();
    return static_cast<double>(machine_->sentrons().front()->retired.total() - start_.retired.total());
  }

 private:
  void restart() {
    exec::Context& sentron = *machine_->sentrons().front();
    exec::Context next = start_;
    if (goes_on_) {
      next.v = sentron.v, next.p = sentron.p, next.m = sentron.m, next.r = sentron.r, next.sr = sentron.sr;
      next.r[goes_on_->counter] = start_.r[goes_on_->counter];
    }
    sentron = next;
  }

  measure::InEachProcess<Runnable> runnable_;
  std::uint64_t untimed_;
  std::optional<GoesOn> goes_on_;
  std::unique_ptr<exec::Machine> machine_;
  exec::Context start_;
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

/// Words before the program first reaches its longest innermost loop.
Result<std::uint64_t> words_of_setup(const isa::Program& program) {
  const ports::Loop longest = longest_loop(program);
  const auto stepped = Runnable::make(program, Runnable::By::interpreter);
  if (!stepped) return stepped.error();
  const auto machine = Runnable::machine();
  std::uint64_t words = 0;
  const exec::Context& sentron = *machine->sentrons().front();
  for (; sentron.pc != longest.first; ++words) {
    stepped->advance(*machine, 1);
    VTPU_CHECK(sentron.status == exec::Status::trapped && sentron.trap.kind == exec::TrapKind::out_of_fuel,
               "a program reaches its loop without a trap and before it halts");
  }
  return words;
}

}  // namespace

std::uint64_t units_in_a_timing(const std::function<void(std::uint64_t units)>& run) {
  return units_of([&](std::uint64_t units) { return least_ns({}, [&] { run(units); }); });
}

namespace {

Result<measure::Alternative> loop_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                              std::optional<Loop::GoesOn> goes_on) {
  const auto setup = words_of_setup(make(1));
  if (!setup) return setup.error();
  const auto words_of = [&](std::uint64_t iterations) {
    return Runnable::make(make(iterations), Runnable::By::interpreter).value().run().words;
  };
  // The first iteration translates the pointers, which hoisted checks of later ones find translated.
  constexpr std::uint64_t kWarm = 2;
  const std::uint64_t untimed = *setup + kWarm * (words_of(2) - words_of(1));
  const auto loop_of = [&](std::uint64_t iterations) {
    return std::make_shared<Loop>(
        [program = make(kWarm + iterations), by] { return Runnable::make(program, by).value(); }, untimed, goes_on);
  };
  if (const auto runnable = Runnable::make(make(kWarm + 1), by); !runnable) return runnable.error();
  const std::uint64_t iterations = units_of([&](std::uint64_t units) {
    const auto loop = loop_of(units);
    return least_ns([&] { loop->prepare(); }, [&] { loop->run(); });
  });
  const double ops = loop_of(iterations)->ops();
  const auto own = loop_of(iterations);  // each process compiles it again and makes its own machine
  return measure::Alternative{std::move(name), ops, [own] { own->run(); }, [own] { own->prepare(); }};
}

}  // namespace

Result<measure::Alternative> iterations_alternative(std::string name, const MakeProgram& make, Runnable::By by) {
  return loop_alternative(std::move(name), make, by, {});
}

Result<measure::Alternative> going_on_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                                  std::uint64_t warm) {
  const isa::Program program = make(1);
  const isa::Op& last = program.words[longest_loop(program).last].dense;
  VTPU_CHECK(last.opcode == isa::Opcode::dloop, "the loop is a counted one");
  return loop_alternative(std::move(name), make, by, Loop::GoesOn{last.d, warm});
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
