#pragma once
#include <atomic>

#include "vtpu/exec/ops_sparse.h"

// The meaning of every coordination opcode.

namespace vtpu::exec {

inline SlotResult& coordination(Pending& pending) { return pending.slots[2]; }

[[gnu::cold, gnu::noinline]] inline void see_new_frees(Before& s, Context& context, Pending& pending) {
  s.machine.see_frees(context);
  for (SlotResult& slot : pending.slots)  // a dmov.p in this word may have copied a translation
    if (slot.file == isa::File::p) s.machine.memory().forget_freed({&slot.p, 1}, nullptr);
}
/// What another worker has freed before it sent, arrived or wrote is unmapped for who receives, departs or sees it.
inline void see_frees(Before& s, Context& context, Pending& pending) {
  if (!s.machine.has_seen_frees(context)) see_new_frees(s, context, pending);
}

// ---- message buffers
MEANING(cpack_i64) {
  Message m = s.context.m[op.d];
  std::memcpy(m.bytes.data() + 8 * op.mode, &s.context.r[op.a], 8);
  coordination(pending).set_m(op.d, m);
  return {};
}
MEANING(cpack_v) {
  Message m;
  std::memcpy(m.bytes.data(), s.context.v[op.a].bytes.data() + 32 * op.mode, 32);
  coordination(pending).set_m(op.d, m);
  return {};
}
MEANING(cunpack_i64) {
  coordination(pending).set_r(op.d, loaded(s.context.m[op.a].bytes.data() + 8 * op.mode, 8));
  return {};
}
MEANING(cunpack_v) {
  coordination(pending).set_v(op.d, loaded_vector(s.context.m[op.a].bytes.data(), 32));
  return {};
}

// ---- between sentrons
inline Exchange& exchange_of(const Before& s) { return s.machine.exchange(s.context); }
MEANING(croute) {
  pending.extra_fuel += exchange_of(s).beacons() / kItemsPerFuel;
  const auto nearest = exchange_of(s).nearest_beacon(s.context.p[op.a].coordinate);
  coordination(pending).set_r(op.d, nearest ? *nearest : ~std::uint64_t{0});
  return {};
}
MEANING(csend) {
  const phext::PackedCoordinate to = s.context.p[op.b].coordinate;
  switch (exchange_of(s).may_send(s.context.id, to)) {
    case Exchange::Sendable::now: break;
    case Exchange::Sendable::later: return Outcome::waiting();
    case Exchange::Sendable::full: return Outcome::trapped(TrapKind::exchange_full, to);
    case Exchange::Sendable::no_memory: return Outcome::trapped(TrapKind::quota, to);
  }
  return {};
}
PERFORMED(csend) { exchange_of(s).send(s.context.p[op.b].coordinate, s.context.m[op.a]); }

inline Outcome receive(const Before& s, const isa::Op& op, Pending& pending, bool tries) {
  std::uint64_t looked_at = 0;
  const auto found =
      exchange_of(s).find(s.context.id, s.context.p[op.a].coordinate, s.context.temperature, tries, looked_at);
  pending.extra_fuel += looked_at / kItemsPerFuel;
  if (found.waits) return Outcome::waiting();
  pending.taken = found.message;
  if (pending.taken != nullptr) coordination(pending).set_m(op.d, pending.taken->payload);
  return {};
}
MEANING(crecv) { return receive(s, op, pending, false); }
PERFORMED(crecv) {
  exchange_of(s).take_found(context.id, pending.taken);
  see_frees(s, context, pending);
}
MEANING(crecv_try) {
  const Outcome outcome = receive(s, op, pending, true);
  pending.sr_clear |= kEmpty;
  if (pending.taken == nullptr) pending.sr_set |= kEmpty;
  return outcome;
}
PERFORMED(crecv_try) {
  exchange_of(s).take_found(context.id, pending.taken);
  if (pending.taken != nullptr) see_frees(s, context, pending);
}

/// Arrives at the rendezvous. Only the exchange sees an arrival, and a sentron that traps leaves the group.
inline const Exchange::Outcome* arrive(const Before& s, const Exchange::Contribution& contribution) {
  return exchange_of(s).arrive(s.context.id, contribution);
}
inline void depart(Before& s, Context& context, Pending& pending) {
  exchange_of(s).depart(s.context.id);
  see_frees(s, context, pending);
}
MEANING(cbar) { return arrive(s, {}) == nullptr ? Outcome::waiting() : Outcome{}; }
PERFORMED(cbar) { depart(s, context, pending); }
inline Outcome reduce(const Before& s, const isa::Op& op, Pending& pending, Exchange::Rendezvous kind) {
  const Exchange::Outcome* outcome = arrive(s, {kind, static_cast<isa::ReductionKind>(op.mode), s.r(op.a), nullptr});
  if (outcome == nullptr) return Outcome::waiting();
  coordination(pending).set_r(op.d, outcome->value);
  return {};
}
MEANING(creduce_i64) { return reduce(s, op, pending, Exchange::Rendezvous::reduce_i64); }
PERFORMED(creduce_i64) { depart(s, context, pending); }
MEANING(creduce_f64) { return reduce(s, op, pending, Exchange::Rendezvous::reduce_f64); }
PERFORMED(creduce_f64) { depart(s, context, pending); }
MEANING(ccast) {
  const Exchange::Outcome* outcome =
      arrive(s, {Exchange::Rendezvous::cast, isa::ReductionKind::add, s.b_or_immediate(op), &s.context.m[op.a]});
  if (outcome == nullptr) return Outcome::waiting();
  coordination(pending).set_m(op.d, outcome->payload);
  return {};
}
PERFORMED(ccast) { depart(s, context, pending); }
MEANING(cfence) { return {}; }
PERFORMED(cfence) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  see_frees(s, context, pending);
}
MEANING(ctemp) { return scalar<double>(s.r(op.a)) >= 0 ? Outcome{} : Outcome::trapped(TrapKind::bad_temperature); }
PERFORMED(ctemp) { context.temperature = scalar<double>(s.r(op.a)); }
MEANING(cbeacon) { return {}; }
PERFORMED(cbeacon) { exchange_of(s).set_beacon(context.id, s.context.p[op.a].coordinate); }

}  // namespace vtpu::exec
