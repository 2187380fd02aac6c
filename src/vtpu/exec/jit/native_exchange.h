#pragma once
#include <cstdint>
#include <optional>

#include "vtpu/exec/crew.h"
#include "vtpu/isa/program.h"

// What compiled code calls for the operations between sentrons.

namespace vtpu::exec::jit {

/// How an operation went.
enum Went : std::uint64_t {
  kDone = 0,
  kWaits = 1,    ///< nothing was done, except that the sentron has arrived at a rendezvous
  kNotHere = 2,  ///< nothing was done: another function does it
};

// These do the frequent cases. They are compiled for general registers only (CMakeLists.txt), so that vector registers
// keep their values. `value`: what a reduction reduces, or the root of a cast.
Went send_quickly(Seat* seat, const isa::Op* op, std::uint64_t value);
Went receive_quickly(Seat* seat, const isa::Op* op, std::uint64_t value);
Went meet_quickly(Seat* seat, const isa::Op* op, std::uint64_t value);
/// Notes what the sentron waits for, the op of its present word, and returns the compiled sentron whose turn it is.
/// Null if the engine has to go on. Registers are in the context.
Seat* wait_and_switch(Seat* seat, const isa::Op* op);

/// The register of the number that a rendezvous contributes: what a reduction reduces, or the root of a cast. None for
/// a root that the op holds itself, and for what contributes no number.
inline std::optional<std::uint8_t> contributed_register(const isa::Op& op) {
  switch (op.opcode) {
    case isa::Opcode::creduce_i64:
    case isa::Opcode::creduce_f64: return op.a;
    case isa::Opcode::ccast: return op.immediate() ? std::nullopt : std::optional(op.b);
    default: return {};
  }
}

/// Arrives at the rendezvous of a barrier, reduction or cast. With an outcome, departs: a reduction's number goes to
/// the seat. `arrive`: as in Exchange.
template <class Arrive>
Went meet_as(Seat* seat, const isa::Op* op, std::uint64_t value, const Arrive& arrive) {
  using isa::Opcode;
  using Rendezvous = Exchange::Rendezvous;
  Context& context = *seat->context;
  Exchange::Contribution mine;
  mine.value = value;
  switch (op->opcode) {
    case Opcode::creduce_i64: mine.kind = Rendezvous::reduce_i64; break;
    case Opcode::creduce_f64: mine.kind = Rendezvous::reduce_f64; break;
    case Opcode::ccast: mine.kind = Rendezvous::cast; break;
    default: mine.value = 0; break;
  }
  if (mine.kind == Rendezvous::cast)
    mine.payload = &context.m[op->a];
  else
    mine.reduction = static_cast<isa::ReductionKind>(op->mode);
  const Exchange::Outcome* const outcome = arrive(*seat->exchange, context.id, mine);
  if (outcome == nullptr) return kWaits;
  seat->value = outcome->value;
  if (mine.kind == Rendezvous::cast) context.m[op->d] = outcome->payload;
  seat->exchange->depart(context.id);
  return kDone;
}

/// The same for all cases: may use vector registers. Registers are in the context.
Went meet(Seat* seat, const isa::Op* op);

}  // namespace vtpu::exec::jit
