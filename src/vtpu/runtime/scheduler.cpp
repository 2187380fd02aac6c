#include "vtpu/runtime/scheduler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::runtime {

using exec::Context;
using exec::Status;

CooperativeScheduler::CooperativeScheduler(exec::Machine& machine, std::vector<const exec::Engine*> engines)
    : machine_(machine), engines_(std::move(engines)) {
  VTPU_CHECK(engines_.size() == machine.sentrons().size(), "every sentron has an engine");
}

std::string CooperativeScheduler::who_waits() const {
  std::string text;
  const auto& sentrons = machine_.sentrons();
  for (std::size_t i = 0; i < sentrons.size(); ++i) {
    const Context& sentron = *sentrons[i];
    if (sentron.status != Status::waiting) continue;
    const isa::Op& op = engines_[i]->program().words[sentron.pc].coord;  // no other slot waits
    text += fmt::format("{}sentron {} waits in word {}, {}, ", text.empty() ? "" : "; ", sentron.id, sentron.pc,
                        isa::info(op.opcode).mnemonic);
    if (op.opcode == isa::Opcode::crecv)
      text += "for a message that matches " + sentron.p[op.a].coordinate.raw_text();
    else
      text += fmt::format("for a rendezvous with sentrons {}", fmt::join(machine_.exchange().missing(), " "));
  }
  return text;
}

bool CooperativeScheduler::step(std::uint32_t sentron, Summary& summary) {
  Context& context = *machine_.sentrons()[sentron];
  if (context.status == Status::halted || context.status == Status::trapped) return false;
  const std::uint64_t before = context.retired.words;
  const Status status = engines_[sentron]->run(machine_, context);
  ++summary.switches;
  if (status != Status::waiting) return true;
  const isa::Op& op = engines_[sentron]->program().words[context.pc].coord;
  if (op.opcode == isa::Opcode::crecv)
    machine_.exchange().wait_for_message(sentron, context.p[op.a].coordinate, context.temperature);
  else
    machine_.exchange().wait_for_rendezvous(sentron);
  return context.retired.words != before;
}

Summary CooperativeScheduler::run() {
  Summary summary;
  exec::Exchange& exchange = machine_.exchange();
  const auto& sentrons = machine_.sentrons();
  const auto count = static_cast<std::uint32_t>(sentrons.size());
  const auto waits = [](const auto& sentron) { return sentron->status == Status::waiting; };
  exchange.stop_waiting();
  for (std::uint32_t i = 0; i < count; ++i) step(i, summary);
  while (true) {
    while (const auto called = exchange.next_called()) step(*called, summary);
    if (std::none_of(sentrons.begin(), sentrons.end(), waits)) return summary;
    ++summary.rounds;
    exchange.stop_waiting();
    bool progress = false;
    for (std::uint32_t i = 0; i < count; ++i) progress |= step(i, summary);
    if (progress) continue;
    summary.deadlock = who_waits();
    for (const auto& sentron : sentrons) {
      if (!waits(sentron)) continue;
      sentron->trap = {exec::TrapKind::deadlock, static_cast<std::uint32_t>(sentron->pc), isa::Slot::C, {}, 0};
      sentron->status = Status::trapped;
    }
    return summary;
  }
}

}  // namespace vtpu::runtime
