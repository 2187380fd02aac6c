#include "vtpu/runtime/who_waits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vtpu::runtime {

using exec::Status;

std::string what_it_waits_for(const isa::Program& program, const exec::Context& sentron,
                              const std::vector<std::uint32_t>& missing) {
  const isa::Op& op = program.words[sentron.pc].coord;  // no other slot waits
  if (op.opcode == isa::Opcode::crecv || op.opcode == isa::Opcode::crecv_try)
    return "a message that matches " + sentron.p[op.a].coordinate.raw_text();
  if (op.opcode == isa::Opcode::csend) return "room on the way to " + sentron.p[op.b].coordinate.raw_text();
  return missing.empty() ? "a rendezvous" : fmt::format("a rendezvous with sentrons {}", fmt::join(missing, " "));
}

std::string where_it_waits(const isa::Program& program, const exec::Context& sentron,
                           const std::vector<std::uint32_t>& missing) {
  return fmt::format("sentron {} waits in word {}, {}, for {}", sentron.id, sentron.pc,
                     isa::info(program.words[sentron.pc].coord.opcode).mnemonic,
                     what_it_waits_for(program, sentron, missing));
}

std::string who_waits(std::span<const exec::Seat* const> seats, const std::vector<std::uint32_t>& missing) {
  std::string text;
  for (const exec::Seat* seat : seats)
    if (seat != nullptr && seat->context->status == Status::waiting)
      text += (text.empty() ? "" : "; ") + where_it_waits(*seat->program, *seat->context, missing);
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
