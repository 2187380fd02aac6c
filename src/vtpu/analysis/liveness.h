#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "vtpu/exec/engine.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/program.h"

namespace vtpu::analysis {

/// How often an op was executed, and how often what it produced was used. Only ops that isa::OpcodeInfo::counts counts.
struct OpLiveness {
  std::uint64_t executed = 0;
  std::uint64_t live = 0;

  std::uint64_t dead() const { return executed - live; }
  OpLiveness& operator+=(const OpLiveness& other) {
    executed += other.executed, live += other.live;
    return *this;
  }
};

/// By sentron, word and slot.
struct Liveness {
  std::map<std::uint32_t, std::vector<std::array<OpLiveness, isa::kSlots>>> words;

  OpLiveness total() const;
  OpLiveness total(isa::Slot slot) const;
};

/// What remains visible after a run: all memory, and the registers of the sentrons or not.
enum class EndState : std::uint8_t { memory, memory_and_registers };

/// The words that the sentrons of one machine retired, in order, with their accesses to memory and the messages that
/// they sent and received. Recording ends for good after `most` words, because a word takes some 50 bytes.
class ExecutionTrace {
 public:
  static constexpr std::size_t kMost = std::size_t{1} << 22;
  explicit ExecutionTrace(std::size_t most = kMost) : most_(most) {}

  /// Runs a sentron with the interpreter, as exec::Engine::run, and reports its accesses to `observer` too, if there is
  /// one. Every sentron has one program, which must outlive the trace.
  exec::Status run(const isa::Program& program, exec::Machine& machine, exec::Context& context,
                   const exec::AccessObserver& observer = {});
  /// Whether every word of every run was recorded.
  bool complete() const { return complete_; }

  /// Finds the live ops by one pass from the end to the start. An op is live if a later live op, a branch or the
  /// end state uses what it wrote: a register (one lane of a message buffer), the status register, the temperature or a
  /// byte of memory. A send is live if a live receive takes its message, and then uses the lanes that the receiver
  /// uses; a message that nobody reads counts for nothing, even if waiting for it orders other work. Barriers, fences,
  /// reductions and broadcasts of several sentrons are live. So are ops that change regions. Searches for occupied
  /// cells use all of memory, and freed regions stay visible; in these two points the count can be too high, and it is
  /// never too low. `visible_after`: a word after which all memory counts as used, each time that a sentron retires it,
  /// for programs that compute the same result again and again. Requires complete().
  Liveness liveness(EndState end, std::optional<std::uint32_t> visible_after = {}) const;

 private:
  struct Step {
    std::uint32_t sentron = 0;
    std::uint32_t word = 0;
    std::uint64_t accesses = 0;  ///< end of its accesses in accesses_
    std::uint64_t message = 0;   ///< the number of the message sent or received; 0: none
  };
  std::size_t most_;
  bool complete_ = true;
  std::vector<Step> steps_;
  std::vector<exec::MemoryAccess> accesses_;
  std::map<std::uint32_t, const isa::Program*> programs_;
};

/// The interpreter as an engine that records into a trace, for schedulers.
class TracingEngine final : public exec::Engine {
 public:
  TracingEngine(const isa::ValidProgram& program, ExecutionTrace& trace) : program_(program.get()), trace_(trace) {}
  exec::Status run(exec::Machine& machine, exec::Context& context) const override {
    return trace_.run(program_, machine, context);
  }
  const isa::Program& program() const override { return program_; }

 private:
  const isa::Program& program_;
  ExecutionTrace& trace_;
};

}  // namespace vtpu::analysis
