#pragma once
#include <atomic>

#include "vtpu/exec/ops_sparse.h"

// The meaning of every coordination opcode.

namespace vtpu::exec {

inline SlotResult& coordination(Pending& pending) { return pending.slots[2]; }

/// What another worker has freed before it sent, arrived or wrote is unmapped for who receives, departs or sees it.
inline void see_frees(Before& s, Context& context, Pending& pending) {
  if (!s.machine.see_frees(context)) return;
  for (SlotResult& slot : pending.slots)  // a dmov.p in this word may have copied a translation
    if (slot.file == isa::File::p) s.machine.memory().forget_freed({&slot.p, 1}, nullptr);
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
MEANING(croute) {
  pending.extra_fuel += s.machine.exchange().beacons() / kItemsPerFuel;
  const auto nearest = s.machine.exchange().nearest_beacon(s.context.p[op.a].coordinate);
  coordination(pending).set_r(op.d, nearest ? *nearest : ~std::uint64_t{0});
  return {};
}
MEANING(csend) {
  Exchange& exchange = s.machine.exchange();
  if (exchange.full()) return Outcome::trapped(TrapKind::exchange_full, s.context.p[op.b].coordinate);
  return exchange.make_room(s.context.p[op.b].coordinate)
             ? Outcome{}
             : Outcome::trapped(TrapKind::quota, s.context.p[op.b].coordinate);
}
PERFORMED(csend) { s.machine.exchange().send(s.context.p[op.b].coordinate, s.context.m[op.a]); }

inline const Exchange::Pending* match(const Before& s, const isa::Op& op, Pending& pending) {
  std::uint64_t looked_at = 0;
  const auto* const found = s.machine.exchange().match(s.context.p[op.a].coordinate, s.context.temperature, looked_at);
  pending.extra_fuel += looked_at / kItemsPerFuel;
  return found;
}
MEANING(crecv) {
  pending.taken = match(s, op, pending);
  if (pending.taken == nullptr) return Outcome::waiting();
  coordination(pending).set_m(op.d, pending.taken->payload);
  return {};
}
PERFORMED(crecv) {
  s.machine.exchange().take(pending.taken);
  see_frees(s, context, pending);
}
MEANING(crecv_try) {
  pending.taken = match(s, op, pending);
  pending.sr_clear |= kEmpty;
  if (pending.taken == nullptr)
    pending.sr_set |= kEmpty;
  else
    coordination(pending).set_m(op.d, pending.taken->payload);
  return {};
}
PERFORMED(crecv_try) {
  if (pending.taken == nullptr) return;
  s.machine.exchange().take(pending.taken);
  see_frees(s, context, pending);
}

/// Arrives at the rendezvous. Only the exchange sees an arrival, and a sentron that traps leaves the group.
inline const Exchange::Outcome* arrive(const Before& s, const Exchange::Contribution& contribution) {
  return s.machine.exchange().arrive(s.context.id, contribution);
}
inline void depart(Before& s, Context& context, Pending& pending) {
  s.machine.exchange().depart(s.context.id);
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
PERFORMED(cbeacon) { s.machine.exchange().set_beacon(context.id, s.context.p[op.a].coordinate); }

}  // namespace vtpu::exec
