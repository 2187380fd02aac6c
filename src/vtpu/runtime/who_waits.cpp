#include "vtpu/runtime/who_waits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vtpu::runtime {

using exec::Status;

std::string who_waits(std::span<const exec::Seat* const> seats, const std::vector<std::uint32_t>& missing) {
  std::string text;
  for (const exec::Seat* seat : seats) {
    if (seat == nullptr || seat->context->status != Status::waiting) continue;
    const exec::Context& sentron = *seat->context;
    const isa::Op& op = seat->program->words[sentron.pc].coord;  // no other slot waits
    text += fmt::format("{}sentron {} waits in word {}, {}, ", text.empty() ? "" : "; ", sentron.id, sentron.pc,
                        isa::info(op.opcode).mnemonic);
    if (op.opcode == isa::Opcode::crecv || op.opcode == isa::Opcode::crecv_try)
      text += "for a message that matches " + sentron.p[op.a].coordinate.raw_text();
    else if (op.opcode == isa::Opcode::csend)
      text += "for room on the way to " + sentron.p[op.b].coordinate.raw_text();
    else
      text += fmt::format("for a rendezvous with sentrons {}", fmt::join(missing, " "));
  }
  return text;
}

void trap_those_that_wait(const exec::Machine& machine) {
  for (const auto& sentron : machine.sentrons()) {
    if (sentron->status != Status::waiting) continue;
    sentron->trap = {exec::TrapKind::deadlock, static_cast<std::uint32_t>(sentron->pc), isa::Slot::C, {}, 0};
    sentron->status = Status::trapped;
  }
}

}  // namespace vtpu::runtime
