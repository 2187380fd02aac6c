#include "vtpu/cluster/recording.h"

#include <fmt/core.h>
#include <x86intrin.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/program.h"
#include "vtpu/measure/clock.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::cluster {
namespace {

using isa::Opcode;

bool is_receive(Opcode opcode) { return opcode == Opcode::crecv || opcode == Opcode::crecv_try; }

std::optional<Event::Kind> kind_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::csend: return Event::Kind::send;
    case Opcode::crecv:
    case Opcode::crecv_try: return Event::Kind::receive;
    case Opcode::cbar: return Event::Kind::barrier;
    case Opcode::creduce_i64:
    case Opcode::creduce_f64: return Event::Kind::reduce;
    case Opcode::ccast: return Event::Kind::cast;
    default: return {};
  }
}

/// The recording while it is made, shared by the engines.
struct Recorder {
  struct Before {
    bool operator()(phext::PackedCoordinate a, phext::PackedCoordinate b) const { return a.bits() < b.bits(); }
  };
  static constexpr std::uint32_t kSeveral = ~std::uint32_t{0};

  Recording recording;
  std::size_t most = 0;
  bool full = false;
  std::vector<std::uint64_t> meetings;                                // by sentron
  std::map<phext::PackedCoordinate, std::uint32_t, Before> senders;   // by coordinate: the sentron, or several
  std::map<phext::PackedCoordinate, std::uint64_t, Before> receives;  // by the coordinate of the message

  void note(const Event& event) {
    full = full || recording.events.size() == most;
    if (!full) recording.events.push_back(event);
  }
  void sends_to(phext::PackedCoordinate at, std::uint32_t sentron) {
    const auto [known, fresh] = senders.emplace(exec::Exchange::without_flags(at), sentron);
    if (known->second != sentron) known->second = kSeveral;
  }
};

/// The interpreter, which tells the recorder of each event.
class RecordingEngine final : public exec::Engine {
 public:
  RecordingEngine(const isa::ValidProgram& program, Recorder& recorder) : program_(program.get()), recorder_(recorder) {
    for (const isa::Word& word : program_.words) meets_.push_back(kind_of(word.coord.opcode).has_value());
  }
  const isa::Program& program() const override { return program_; }

  exec::Status run(exec::Machine& machine, exec::Context& context) const override {
    if (context.status == exec::Status::halted || context.status == exec::Status::trapped) return context.status;
    for (;;) {
      const std::uint64_t words = context.retired.words;
      const exec::Status status =
          meets_[context.pc] ? meet(machine, context) : exec::execute_word(program_, machine, context);
      if (status == exec::Status::ready && context.retired.words != words) continue;
      recorder_.recording.turns.push_back({context.id, context.retired.words});
      if (status != exec::Status::waiting) recorder_.note({Event::Kind::end, context.id, context.retired.words, 0});
      return status;
    }
  }

 private:
  exec::Status meet(exec::Machine& machine, exec::Context& context) const {
    const isa::Op& op = program_.words[context.pc].coord;
    exec::Exchange& exchange = machine.exchange();
    Event event{*kind_of(op.opcode), context.id, context.retired.words, 0};
    phext::PackedCoordinate at = context.p[op.opcode == Opcode::csend ? op.b : op.a].coordinate;
    bool open = false;
    if (is_receive(op.opcode)) {
      const exec::Exchange::Pending* const match = exchange.match(at, context.temperature);
      if (match != nullptr) event.number = match->number, at = match->at;
      open = op.opcode == Opcode::crecv_try || context.temperature > 0;
    }
    const exec::Status status = exec::execute_word(program_, machine, context);
    if (context.retired.words == event.words) return status;  // it waits or trapped
    if (event.is_rendezvous()) event.number = recorder_.meetings[context.id]++;
    if (event.kind == Event::Kind::send) {
      event.number = exchange.sent();
      recorder_.sends_to(at, context.id);
    }
    if (event.kind == Event::Kind::receive) {
      recorder_.recording.open_receives += open;
      if (event.number == 0) return status;  // a receive that found nothing
      if (!open) ++recorder_.receives[exec::Exchange::without_flags(at)];
    }
    recorder_.note(event);
    return status;
  }

  const isa::Program& program_;
  Recorder& recorder_;
  std::vector<bool> meets_;  // by word
};

/// An engine whose turns are timed.
class TimedEngine final : public exec::Engine {
 public:
  TimedEngine(const exec::Engine& engine, std::vector<Turn>& turns, std::vector<std::uint64_t>& ticks)
      : engine_(engine), turns_(turns), ticks_(ticks) {}
  const isa::Program& program() const override { return engine_.program(); }
  exec::Status run(exec::Machine& machine, exec::Context& context) const override {
    if (context.status == exec::Status::halted || context.status == exec::Status::trapped) return context.status;
    const std::uint64_t start = __rdtsc();
    const exec::Status status = engine_.run(machine, context);
    const std::uint64_t end = __rdtsc();
    turns_.push_back({context.id, context.retired.words});
    ticks_.push_back(end - start);
    return status;
  }

 private:
  const exec::Engine& engine_;
  std::vector<Turn>& turns_;
  std::vector<std::uint64_t>& ticks_;
};

template <class T>
T median(std::vector<T>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Result<Recording> record(exec::Machine& machine, const std::vector<const isa::ValidProgram*>& programs,
                         std::size_t most) {
  VTPU_CHECK(programs.size() == machine.sentrons().size(), "every sentron has a program");
  Recorder recorder;
  recorder.most = most;
  recorder.meetings.resize(programs.size());
  recorder.recording.sentrons = programs.size();
  std::map<const isa::ValidProgram*, RecordingEngine> engines;
  std::vector<const exec::Engine*> each;
  for (const isa::ValidProgram* program : programs)
    each.push_back(&engines.try_emplace(program, *program, recorder).first->second);
  recorder.recording.deadlock = runtime::CooperativeScheduler(machine, each).run().deadlock;
  if (recorder.full)
    return Error{"", fmt::format("a run with more than {} sends, receives and rendezvous", most), "a smaller run"};
  for (const auto& [at, count] : recorder.receives)
    if (const auto sender = recorder.senders.find(at);
        sender != recorder.senders.end() && sender->second == Recorder::kSeveral)
      recorder.recording.open_receives += count;
  return std::move(recorder.recording);
}

Result<TurnTimes> measure_turns(const Recording& recording, const MakeMachine& make,
                                const std::vector<const exec::Engine*>& engines, unsigned runs) {
  const Result<double> ticks_per_ns = measure::time_stamp_ghz(0.02);
  if (!ticks_per_ns) return ticks_per_ns.error();
  std::vector<std::vector<std::uint64_t>> ticks(runs);  // by run and turn
  TurnTimes times;
  for (unsigned run = 0; run <= runs; ++run) {
    std::vector<Turn> turns;
    std::vector<std::uint64_t> taken;
    turns.reserve(recording.turns.size());
    taken.reserve(recording.turns.size());
    auto machine = make();
    if (!machine) return machine.error();
    std::map<const exec::Engine*, TimedEngine> timed;
    std::vector<const exec::Engine*> each;
    for (const exec::Engine* engine : engines)
      each.push_back(&timed.try_emplace(engine, *engine, turns, taken).first->second);
    runtime::CooperativeScheduler(**machine, each).run();
    if (turns != recording.turns)
      return Error{"", "an engine whose sentrons wait elsewhere than those of the interpreter", ""};
    if (run == 0) continue;  // it warmed up
    double sum = 0;
    for (const std::uint64_t each_turn : taken) sum += static_cast<double>(each_turn) / *ticks_per_ns;
    times.sums.push_back(sum);
    ticks[run - 1] = std::move(taken);
  }
  std::sort(times.sums.begin(), times.sums.end());
  std::vector<std::uint64_t> values(runs);
  for (std::size_t turn = 0; turn < recording.turns.size(); ++turn) {
    for (unsigned run = 0; run < runs; ++run) values[run] = ticks[run][turn];
    times.ns.push_back(static_cast<double>(median(values)) / *ticks_per_ns);
  }
  return times;
}

TurnTimes turns_by_words(const Recording& recording, double ns_per_word) {
  TurnTimes times;
  std::vector<std::uint64_t> retired(recording.sentrons);
  for (const Turn& turn : recording.turns) {
    std::uint64_t& before = retired[turn.sentron];
    times.ns.push_back(static_cast<double>(turn.words - before) * ns_per_word);
    before = turn.words;
  }
  return times;
}

}  // namespace vtpu::cluster
