#include "vtpu/exec/crew.h"

#include "vtpu/base/check.h"

namespace vtpu::exec {

void Engine::take_turn(Seat& seat) const {
  if (run(*seat.machine, *seat.context) == Status::waiting) seat.crew->wait(seat);
}

Crew::Crew(Machine& machine, const std::vector<const Engine*>& engines) : exchange_(machine.exchange()) {
  const auto& sentrons = machine.sentrons();
  VTPU_CHECK(engines.size() == sentrons.size(), "every sentron has an engine");
  own_.resize(sentrons.size());
  for (std::size_t i = 0; i < own_.size(); ++i) {
    Seat& seat = own_[i];
    seat.machine = &machine;
    seat.context = sentrons[i].get();
    seat.engine = engines[i];
    seat.crew = this;
    seat.exchange = &exchange_;
    seat.program = &engines[i]->program();
    engines[i]->prepare(seat);
    seats_.push_back(&seat);
  }
}

void Crew::take(Seat& seat) {
  seats_[seat.context->id] = &seat;
  seat.crew = this;
  seat.exchange = seat.context->exchange = &exchange_;
  seat.places.fill(&Exchange::nowhere());
}

Seat* Crew::give_away() {
  Seat* const seat = next();
  if (seat == nullptr) return nullptr;
  --turns_;
  exchange_.give_away(seat->context->id);
  return std::exchange(seats_[seat->context->id], nullptr);
}

void Crew::call_all() {
  exchange_.stop_waiting();
  for (const Seat* seat : seats_) exchange_.call(seat->context->id);
}

void Crew::wait(Seat& seat) {
  const Context& context = *seat.context;
  if (exchange_.waits(context.id)) return;                    // in a node, for what another worker has to do
  const isa::Op& op = seat.program->words[context.pc].coord;  // no other slot waits
  if (op.opcode == isa::Opcode::crecv)
    exchange_.wait_for_message(context.id, context.p[op.a].coordinate, context.temperature);
  else
    exchange_.wait_for_rendezvous(context.id);
}

}  // namespace vtpu::exec
