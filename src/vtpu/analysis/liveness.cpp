#include "vtpu/analysis/liveness.h"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>

#include "vtpu/base/check.h"
#include "vtpu/base/keyed_hash.h"
#include "vtpu/isa/registers.h"

namespace vtpu::analysis {
namespace {

using isa::Effect;
using isa::Opcode;
using isa::RegisterSet;
using isa::Slot;

constexpr unsigned kLanes = 4;  // of a message buffer, 64 bits each

/// The part of a sentron's state that an op reads or writes: registers, with the message buffers by lane, and the state
/// that operands do not name.
struct Part {
  RegisterSet registers;    ///< its `m` is unused
  std::uint16_t lanes = 0;  ///< bit 4 × buffer + lane
  bool saturated = false, empty = false, temperature = false, beacon = false;

  bool intersects(const Part& other) const {
    return registers.intersects(other.registers) || (lanes & other.lanes) != 0 || (saturated && other.saturated) ||
           (empty && other.empty) || (temperature && other.temperature) || (beacon && other.beacon);
  }
  void add(const Part& other) {
    registers |= other.registers;
    lanes |= other.lanes;
    saturated |= other.saturated, empty |= other.empty;
    temperature |= other.temperature, beacon |= other.beacon;
  }
  void remove(const Part& other) {
    registers.r = static_cast<std::uint16_t>(registers.r & ~other.registers.r);
    registers.v = static_cast<std::uint16_t>(registers.v & ~other.registers.v);
    registers.p = static_cast<std::uint8_t>(registers.p & ~other.registers.p);
    lanes = static_cast<std::uint16_t>(lanes & ~other.lanes);
    saturated &= !other.saturated, empty &= !other.empty;
    temperature &= !other.temperature, beacon &= !other.beacon;
  }
};

/// The lanes of one buffer, as bits 0 to 3.
std::uint16_t lanes_of(std::uint16_t lanes, unsigned buffer) {
  return static_cast<std::uint16_t>(lanes >> kLanes * buffer & 0xfu);
}
std::uint16_t shifted(std::uint16_t lanes, unsigned buffer) {
  return static_cast<std::uint16_t>(lanes << kLanes * buffer);
}

std::uint16_t all_lanes(std::uint8_t buffers) {
  std::uint16_t lanes = 0;
  for (unsigned m = 0; m < kLanes; ++m)
    if ((buffers >> m & 1u) != 0) lanes = static_cast<std::uint16_t>(lanes | 0xfu << kLanes * m);
  return lanes;
}

struct Parts {
  Part reads, writes;
};

Parts parts_of(const isa::Op& op) {
  const isa::Uses uses = isa::uses_of(op);
  Parts parts{{uses.reads, all_lanes(uses.reads.m)}, {uses.writes, all_lanes(uses.writes.m)}};
  parts.reads.registers.m = parts.writes.registers.m = 0;
  switch (op.opcode) {
    case Opcode::cpack_i64:
      parts.writes.lanes = static_cast<std::uint16_t>(1u << (kLanes * op.d + op.mode));
      parts.reads.lanes = 0;
      break;
    case Opcode::cunpack_i64: parts.reads.lanes = static_cast<std::uint16_t>(1u << (kLanes * op.a + op.mode)); break;
    case Opcode::dmov_sr: parts.reads.saturated = parts.reads.empty = true; break;
    case Opcode::sindex: parts.writes.saturated = true; break;
    case Opcode::crecv_try: parts.writes.empty = parts.reads.temperature = true; break;
    case Opcode::crecv: parts.reads.temperature = true; break;
    case Opcode::ctemp: parts.writes.temperature = true; break;
    case Opcode::cbeacon: parts.writes.beacon = true; break;
    default: break;
  }
  return parts;
}

/// Bytes that a later write overwrites before anything reads them. All others are live.
class DeadBytes {
 public:
  /// Whether an access uses or changes a live byte.
  bool any_live(const exec::MemoryAccess& access) const {
    bool live = false;
    each_line(access, [&](std::uintptr_t line, std::uint64_t mask) {
      const auto at = lines_.find(line);
      live |= at == lines_.end() || (mask & ~at->second) != 0;
    });
    return live;
  }
  void overwritten(const exec::MemoryAccess& access) {
    each_line(access, [&](std::uintptr_t line, std::uint64_t mask) { lines_[line] |= mask; });
  }
  void read(const exec::MemoryAccess& access) {
    each_line(access, [&](std::uintptr_t line, std::uint64_t mask) {
      if (const auto at = lines_.find(line); at != lines_.end()) at->second &= ~mask;
    });
  }
  void all_read() { lines_.clear(); }

 private:
  static constexpr std::uintptr_t kLine = 64;  // one bit of a mask for each byte

  template <class Visit>
  static void each_line(const exec::MemoryAccess& access, const Visit& visit) {
    const auto first = reinterpret_cast<std::uintptr_t>(access.address);
    const std::uintptr_t end = first + access.bytes;
    for (std::uintptr_t at = first; at < end;) {
      const std::uintptr_t next = std::min(end, (at / kLine + 1) * kLine);
      const std::uint64_t ones = next - at == kLine ? ~std::uint64_t{0} : (std::uint64_t{1} << (next - at)) - 1;
      visit(at / kLine, ones << at % kLine);
      at = next;
    }
  }
  std::unordered_map<std::uintptr_t, std::uint64_t, ProcessKeyedHash> lines_;
};

/// Searches of memory whose accesses the interpreter does not report.
bool searches(Opcode opcode) {
  return opcode == Opcode::shyper || opcode == Opcode::shyper_next || opcode == Opcode::ssimplex ||
         opcode == Opcode::slaplace;
}

bool is_receive(Opcode opcode) { return opcode == Opcode::crecv || opcode == Opcode::crecv_try; }

bool is_rendezvous(Opcode opcode) {
  return opcode == Opcode::cbar || opcode == Opcode::cfence || opcode == Opcode::creduce_i64 ||
         opcode == Opcode::creduce_f64 || opcode == Opcode::ccast;
}

/// The state of the pass from the end to the start.
class Pass {
 public:
  Pass(const std::map<std::uint32_t, const isa::Program*>& programs, EndState end) : several_(programs.size() > 1) {
    Part at_end;
    if (end == EndState::memory_and_registers) {
      at_end.registers = {0xffff, 0xffff, 0xff, 0};
      at_end.lanes = 0xffff;
      at_end.saturated = at_end.empty = true;
    }
    for (const auto& [sentron, program] : programs) live_[sentron] = at_end;
  }

  void memory_is_visible() { dead_.all_read(); }

  void word(const isa::Word& word, std::uint32_t sentron, std::span<const exec::MemoryAccess> accesses,
            std::uint64_t message, std::array<OpLiveness, isa::kSlots>& counts) {
    Part& live = live_.at(sentron);
    Part reads, writes;
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      const isa::Op& op = word.slot(slot);
      if (op.opcode == Opcode::nop) continue;
      Parts parts = parts_of(op);
      const std::span<const exec::MemoryAccess> own = slot == Slot::S ? accesses : accesses.first(0);
      const bool used = is_live(op, parts, live, own, message);
      if (const auto& row = isa::info(op.opcode); row.counts()) {
        ++counts[static_cast<std::size_t>(slot)].executed;
        counts[static_cast<std::size_t>(slot)].live += used;
      }
      writes.add(parts.writes);
      for (const exec::MemoryAccess& access : own)
        if (access.write) dead_.overwritten(access);
      if (!used) continue;
      if (op.opcode == Opcode::csend) parts.reads.lanes = shifted(wanted_.at(message), op.a);
      if (op.opcode == Opcode::crecv_try && message != 0) parts.reads.lanes = 0;  // it changed the whole buffer
      reads.add(parts.reads);
      for (const exec::MemoryAccess& access : own)
        if (!access.write) dead_.read(access);
      if (searches(op.opcode) || op.opcode == Opcode::sflush) dead_.all_read();
      if (is_receive(op.opcode) && message != 0) wanted_[message] = lanes_of(live.lanes, op.d);
      if (op.opcode == Opcode::croute)
        for (auto& [other, state] : live_) state.beacon = true;
    }
    live.remove(writes);
    live.add(reads);
  }

 private:
  bool is_live(const isa::Op& op, const Parts& parts, const Part& live, std::span<const exec::MemoryAccess> accesses,
               std::uint64_t message) const {
    const Effect effect = isa::info(op.opcode).effect;
    if (effect == Effect::control || effect == Effect::allocates) return true;
    if (effect == Effect::hint) return false;
    if (op.opcode == Opcode::csend) return wanted_.contains(message);
    if (several_ && is_rendezvous(op.opcode)) return true;
    if (effect == Effect::writes)
      return std::any_of(accesses.begin(), accesses.end(),
                         [&](const auto& access) { return access.write && dead_.any_live(access); });
    return parts.writes.intersects(live);
  }

  bool several_;
  std::map<std::uint32_t, Part> live_;  ///< by sentron, after the words already passed
  DeadBytes dead_;
  std::map<std::uint64_t, std::uint16_t> wanted_;  ///< messages that a live receive takes, and the lanes used
};

}  // namespace

OpLiveness Liveness::total() const {
  OpLiveness sum;
  for (const Slot slot : {Slot::D, Slot::S, Slot::C}) sum += total(slot);
  return sum;
}

OpLiveness Liveness::total(Slot slot) const {
  OpLiveness sum;
  for (const auto& [sentron, all] : words)
    for (const auto& word : all) sum += word[static_cast<std::size_t>(slot)];
  return sum;
}

exec::Status ExecutionTrace::run(const isa::Program& program, exec::Machine& machine, exec::Context& context,
                                 const exec::AccessObserver& observer) {
  if (context.status == exec::Status::halted || context.status == exec::Status::trapped) return context.status;
  const auto [known, fresh] = programs_.emplace(context.id, &program);
  VTPU_CHECK(known->second == &program, "a sentron has one program");
  const exec::AccessObserver both = [&](const exec::MemoryAccess& access) {
    if (complete_) accesses_.push_back(access);
    if (observer) observer(access);
  };
  for (;;) {
    const Step step{context.id, static_cast<std::uint32_t>(context.pc), 0, 0};
    const isa::Op& coordination = program.words[context.pc].coord;
    const exec::Exchange::Pending* const match =
        is_receive(coordination.opcode)
            ? machine.exchange().match(context.p[coordination.a].coordinate, context.temperature)
            : nullptr;
    const std::uint64_t received = match != nullptr ? match->number : 0;
    const std::size_t before = accesses_.size();
    const std::uint64_t words = context.retired.words;
    const exec::Status status = exec::execute_word_observed(program, machine, context, both);
    if (context.retired.words == words) {  // it waits or trapped, and has changed nothing
      accesses_.resize(before);
      return status;
    }
    if (steps_.size() == most_) complete_ = false;
    if (complete_) {
      steps_.push_back(step);
      steps_.back().accesses = accesses_.size();
      steps_.back().message = coordination.opcode == Opcode::csend ? machine.exchange().sent() : received;
    }
    if (status != exec::Status::ready) return status;
  }
}

Liveness ExecutionTrace::liveness(EndState end, std::optional<std::uint32_t> visible_after) const {
  VTPU_CHECK(complete_, "a whole trace is analysed");
  Liveness found;
  for (const auto& [sentron, program] : programs_) found.words[sentron].resize(program->words.size());
  Pass pass(programs_, end);
  for (std::size_t i = steps_.size(); i-- > 0;) {
    const Step& step = steps_[i];
    if (step.word == visible_after) pass.memory_is_visible();
    const std::uint64_t first = i == 0 ? 0 : steps_[i - 1].accesses;
    pass.word(programs_.at(step.sentron)->words[step.word], step.sentron,
              std::span(accesses_).subspan(first, step.accesses - first), step.message,
              found.words.at(step.sentron)[step.word]);
  }
  return found;
}

}  // namespace vtpu::analysis
