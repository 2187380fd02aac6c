#include "vtpu/runtime/scheduler.h"

#include <algorithm>

#include "vtpu/runtime/who_waits.h"

namespace vtpu::runtime {

using exec::Status;

std::uint64_t CooperativeScheduler::progress() const {
  std::uint64_t words = 0;
  for (const exec::Seat* seat : crew_.seats()) words += seat->context->retired.words;
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
  summary.deadlock = who_waits(crew_.seats(), machine_.exchange().missing());
  trap_those_that_wait(machine_);
  return summary;
}

}  // namespace vtpu::runtime
