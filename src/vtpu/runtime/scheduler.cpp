#include "vtpu/runtime/scheduler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

Summary CooperativeScheduler::run() {
  Summary summary;
  const auto& sentrons = machine_.sentrons();
  while (true) {
    bool alive = false, progress = false;
    for (std::size_t i = 0; i < sentrons.size(); ++i) {
      Context& sentron = *sentrons[i];
      if (sentron.status == Status::halted || sentron.status == Status::trapped) continue;
      const std::uint64_t before = sentron.retired.words;
      const Status status = engines_[i]->run(machine_, sentron);
      ++summary.switches;
      alive |= status == Status::waiting;
      progress |= status != Status::waiting || sentron.retired.words != before;
    }
    if (!alive) return summary;
    if (progress) continue;
    summary.deadlock = who_waits();
    for (const auto& sentron : sentrons) {
      if (sentron->status != Status::waiting) continue;
      sentron->trap = {exec::TrapKind::deadlock, static_cast<std::uint32_t>(sentron->pc), isa::Slot::C, {}, 0};
      sentron->status = Status::trapped;
    }
    return summary;
  }
}

}  // namespace vtpu::runtime
