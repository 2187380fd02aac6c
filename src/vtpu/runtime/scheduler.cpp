#include "vtpu/runtime/scheduler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vtpu::runtime {

using exec::Status;

std::string CooperativeScheduler::who_waits() const {
  std::string text;
  for (const exec::Seat& seat : crew_.seats()) {
    const exec::Context& sentron = *seat.context;
    if (sentron.status != Status::waiting) continue;
    const isa::Op& op = seat.program->words[sentron.pc].coord;  // no other slot waits
    text += fmt::format("{}sentron {} waits in word {}, {}, ", text.empty() ? "" : "; ", sentron.id, sentron.pc,
                        isa::info(op.opcode).mnemonic);
    if (op.opcode == isa::Opcode::crecv)
      text += "for a message that matches " + sentron.p[op.a].coordinate.raw_text();
    else
      text += fmt::format("for a rendezvous with sentrons {}", fmt::join(machine_.exchange().missing(), " "));
  }
  return text;
}

std::uint64_t CooperativeScheduler::progress() const {
  std::uint64_t words = 0;
  for (const exec::Seat& seat : crew_.seats()) words += seat.context->retired.words;
  return words;
}

Summary CooperativeScheduler::run() {
  Summary summary;
  const auto& sentrons = machine_.sentrons();
  const auto waits = [](const auto& sentron) { return sentron->status == Status::waiting; };
  const std::uint64_t turns = crew_.turns();
  for (bool first = true;; first = false) {
    const std::uint64_t before = progress();
    crew_.call_all();
    summary.rounds += !first;
    while (exec::Seat* const seat = crew_.next()) seat->engine->take_turn(*seat);
    summary.switches = crew_.turns() - turns;
    if (std::none_of(sentrons.begin(), sentrons.end(), waits)) return summary;
    if (!first && progress() == before) break;
  }
  summary.deadlock = who_waits();
  for (const auto& sentron : sentrons) {
    if (!waits(sentron)) continue;
    sentron->trap = {exec::TrapKind::deadlock, static_cast<std::uint32_t>(sentron->pc), isa::Slot::C, {}, 0};
    sentron->status = Status::trapped;
  }
  return summary;
}

}  // namespace vtpu::runtime
