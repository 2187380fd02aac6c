#include "vtpu/exec/jit/native_exchange.h"
#include "vtpu/exec/node_exchange.h"

// No function here may use a vector register or call one that might: those who call them do not save vector registers.

namespace vtpu::exec::jit {
namespace {

using isa::Opcode;
using Place = Exchange::Place;

/// The place at a pointer's coordinate if it is the one that the seat remembers.
Place* remembered(const Seat& seat, std::uint8_t p) {
  Place* const place = seat.places[p];
  return place->is_at(seat.context->p[p].coordinate) ? place : nullptr;
}
/// Looks the place up and does the operation again. Apart, so that the frequent case needs few registers.
template <class Operation>
[[gnu::noinline]] Went again(Seat* seat, const isa::Op* op, std::uint8_t p, const Operation& operation) {
  Place* const place = seat->exchange->place_at(seat->context->p[p].coordinate);
  if (place == nullptr) return kNotHere;
  seat->places[p] = place;
  return operation(seat, op, 0);
}

}  // namespace

Went send_quickly(Seat* seat, const isa::Op* op, std::uint64_t) {
  Place* const place = remembered(*seat, op->b);
  if (place == nullptr) return again(seat, op, op->b, send_quickly);
  Exchange& exchange = *seat->exchange;
  if (place->home != Place::kHere)
    return exchange.send_elsewhere(*place, seat->context->p[op->b].coordinate, seat->context->m[op->a]) ? kDone
                                                                                                        : kNotHere;
  if (!exchange.ready_to_send()) return kNotHere;
  exchange.send_to(*place, seat->context->p[op->b].coordinate, seat->context->m[op->a]);
  return kDone;
}

Went receive_quickly(Seat* seat, const isa::Op* op, std::uint64_t) {
  Context& context = *seat->context;
  Place* const place = remembered(*seat, op->a);
  if (place == nullptr) return again(seat, op, op->a, receive_quickly);
  if (place->home != Place::kHere) return kNotHere;
  const auto temperature = std::bit_cast<std::uint64_t>(context.temperature);
  constexpr std::uint64_t kInfinite = 0x7ffULL << 52;
  const bool tries = op->opcode == Opcode::crecv_try;
  if (place->first != nullptr && temperature != kInfinite) {  // no other message is as near
    context.m[op->d] = place->first->payload;
    seat->exchange->take_oldest(*place);
    if (tries) context.sr &= ~kEmpty;
    return kDone;
  }
  if (temperature != 0) return kNotHere;
  if (!tries) return kWaits;
  if (seat->exchange->joined()) return kNotHere;  // the message may be on its way
  context.sr |= kEmpty;
  return kDone;
}

Went meet_quickly(Seat* seat, const isa::Op* op, std::uint64_t value) {
  const Exchange& exchange = *seat->exchange;
  if (exchange.joined()) return kNotHere;
  if (op->opcode == Opcode::creduce_f64 && !exchange.arrives_early(seat->context->id)) return kNotHere;
  return meet_as(seat, op, value, [](Exchange& its, std::uint32_t sentron, const auto& contribution) {
    return its.arrive_quickly(sentron, contribution);
  });
}

Seat* wait_and_switch(Seat* seat, const isa::Op* op) {
  Context& context = *seat->context;
  context.status = Status::waiting;
  Crew* const crew = seat->crew;
  if (crew == nullptr) return nullptr;
  Exchange& exchange = *seat->exchange;
  Place* place = nullptr;
  if (op->opcode != Opcode::crecv)
    exchange.wait_for_rendezvous(context.id);
  else if (place = remembered(*seat, op->a); place != nullptr)
    exchange.wait_at(*place, context.id);
  else
    crew->wait(*seat);  // which may use vector registers: here, their contents are in the context
  Seat* const next = crew->next();
  if (next == nullptr) return nullptr;
  next->entry = next->entries == nullptr ? nullptr : next->entries[next->context->pc];
  if (next->entry != nullptr) return next;
  crew->give_back(*next);
  return nullptr;
}

}  // namespace vtpu::exec::jit
