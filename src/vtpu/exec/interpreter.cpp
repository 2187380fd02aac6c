#include "vtpu/exec/interpreter.h"

#include <algorithm>
#include <array>
#include <new>

#include "vtpu/exec/ops_coordination.h"
#include "vtpu/exec/ops_dense.h"
#include "vtpu/exec/ops_sparse.h"

namespace vtpu::exec {
namespace {

using isa::Slot;

/// What the interpreter needs to know of an opcode. The array is built from the table, and an opcode without a meaning
/// does not link.
struct Meaning {
  Outcome (*apply)(const Before&, const isa::Op&, Pending&) = nullptr;
  void (*perform)(Before&, Context&, const isa::Op&, Pending&) = nullptr;
  std::uint8_t counts = 0;
  std::uint8_t control = 0;
};

constexpr std::size_t kOpcodes = 1
#define OPERANDS(...)
#define OP(slot, id, mnemonic, operands, cost, effect, summary) +1
#include "vtpu/isa/opcodes.def"
    ;

template <Opcode opcode>
Meaning meaning(isa::Effect effect) {
  Meaning m;
  m.apply = &apply<opcode>;
  if constexpr (kHasSecondPart<opcode>) m.perform = &perform<opcode>;
  m.counts = effect != isa::Effect::hint && effect != isa::Effect::control;
  m.control = effect == isa::Effect::control;
  return m;
}

const std::array<Meaning, kOpcodes> kMeanings{
    Meaning{},
#define OPERANDS(...)
#define OP(slot, id, mnemonic, operands, cost, effect, summary) meaning<Opcode::id>(isa::Effect::effect),
#include "vtpu/isa/opcodes.def"
};

const Meaning& meaning_of(const isa::Op& op) { return kMeanings[static_cast<std::size_t>(op.opcode)]; }

Status trap(Context& context, Slot slot, const Outcome& outcome) {
  context.trap = {outcome.trap, static_cast<std::uint32_t>(context.pc), slot, outcome.coordinate, outcome.offset};
  context.status = Status::trapped;
  return context.status;
}

void commit(const SlotResult& result, Context& context) {
  switch (result.file) {
    case isa::File::none: break;
    case isa::File::r: context.r[result.index] = result.r; break;
    case isa::File::v: context.v[result.index] = result.v; break;
    case isa::File::p: context.p[result.index] = result.p; break;
    case isa::File::m: context.m[result.index] = result.m; break;
  }
  if (result.second != isa::kNoRegister) context.r[result.second] = result.second_r;
}

/// Stops a sentron, which leaves its group.
Status stop(Machine& machine, Context& context, std::size_t slot, const Outcome& outcome) {
  machine.exchange(context).leave(context.id);
  return trap(context, static_cast<Slot>(slot), outcome);
}

Status execute(const isa::Program& program, Machine& machine, Context& context, const AccessObserver* observer);

/// Stops a sentron, unless the quota has refused it memory that other workers may still use: that is waited for, so
/// that several workers refuse none that one would give. Apart, so that the usual word pays nothing for it.
[[gnu::cold, gnu::noinline]] Status fail(const Before& before, Context& context, std::size_t slot,
                                         const Outcome& outcome) {
  if (outcome.trap == TrapKind::quota && before.machine.wait_for_freed(context))
    return execute(before.program, before.machine, context, before.observer);
  return stop(before.machine, context, slot, outcome);
}

Status execute(const isa::Program& program, Machine& machine, Context& context, const AccessObserver* observer) {
  const bool waited = context.status == Status::waiting;
  context.status = Status::ready;
  if (context.fuel == 0) return stop(machine, context, 0, Outcome::trapped(TrapKind::out_of_fuel));
  const isa::Word& word = program.words[context.pc];
  const std::array<const isa::Op*, 3> ops{&word.dense, &word.sparse, &word.coord};
  Before before{program, context, machine, observer};
  if (waited) {
    // Only the C slot waits. It is asked first, so that the other slots do not repeat their work in every attempt.
    const Meaning& m = meaning_of(word.coord);
    Pending probe;
    if (m.apply != nullptr && m.apply(before, word.coord, probe).kind == Outcome::Kind::wait)
      return context.status = Status::waiting;
  }
  Pending pending;
  std::size_t slot = 0;
  try {
    for (slot = 0; slot < 3; ++slot) {
      const Meaning& m = meaning_of(*ops[slot]);
      if (m.apply == nullptr) continue;
      const Outcome outcome = m.apply(before, *ops[slot], pending);
      if (outcome.kind == Outcome::Kind::trap) return fail(before, context, slot, outcome);
      if (outcome.kind == Outcome::Kind::wait) return context.status = Status::waiting;
    }
    for (slot = 1; slot < 3; ++slot) {
      const Meaning& m = meaning_of(*ops[slot]);
      if (m.perform == nullptr) continue;
      m.perform(before, context, *ops[slot], pending);
      if (!pending.failure.done()) return fail(before, context, slot, pending.failure);
    }
  } catch (const std::bad_alloc&) {
    // No exception may pass compiled code. `perform` allocates nothing that `apply` has not secured, so the word has
    // changed nothing.
    return stop(machine, context, slot, Outcome::trapped(TrapKind::quota));
  }
  for (slot = 0; slot < 3; ++slot) {
    commit(pending.slots[slot], context);
    const Meaning& m = meaning_of(*ops[slot]);
    context.retired.ops[slot] += m.counts;
    context.retired.control += m.control;
  }
  context.sr = (context.sr & ~pending.sr_clear) | pending.sr_set;
  context.fuel -= 1;
  context.fuel -= std::min(context.fuel, pending.extra_fuel);
  ++context.retired.words;
  if (pending.halt) {
    context.status = Status::halted;
    machine.exchange(context).leave(context.id);
  } else {
    context.pc = pending.target ? *pending.target : context.pc + 1;
  }
  return context.status;
}

Status run_all(const isa::Program& program, Machine& machine, Context& context, const AccessObserver* observer) {
  if (context.status == Status::halted || context.status == Status::trapped) return context.status;
  machine.see_frees(context);
  while (execute(program, machine, context, observer) == Status::ready) {
  }
  return context.status;
}

}  // namespace

Status execute_word(const isa::Program& program, Machine& machine, Context& context) {
  return execute(program, machine, context, nullptr);
}

Status execute_word_observed(const isa::Program& program, Machine& machine, Context& context,
                             const AccessObserver& observer) {
  return execute(program, machine, context, &observer);
}

Status Interpreter::run(Machine& machine, Context& context) const {
  return run_all(program_, machine, context, nullptr);
}

Status Interpreter::run_observed(Machine& machine, Context& context, const AccessObserver& observer) const {
  return run_all(program_, machine, context, &observer);
}

}  // namespace vtpu::exec
