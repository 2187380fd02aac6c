#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/exec/crew.h"

namespace vtpu::runtime {

/// The outcome of running all sentrons.
struct Summary {
  std::uint64_t switches = 0;  ///< how often a sentron was entered
  std::uint64_t rounds = 0;    ///< how often all that wait were asked, because none was ready
  std::string deadlock;        ///< if the run ended in a deadlock, who waits for what; else empty
};

/// Runs the sentrons of a machine on the calling thread. Each runs until it halts, traps or has to wait: first all in
/// the order of their numbers, then those that were called, in the order of the calls. The order of events depends on
/// the programs alone. When none is ready, all that wait are asked once more; if none can continue, all of them trap
/// (TrapKind::deadlock).
class CooperativeScheduler {
 public:
  /// One engine for each sentron of the machine, in order. Engines may be shared and must outlive the scheduler.
  CooperativeScheduler(exec::Machine& machine, const std::vector<const exec::Engine*>& engines)
      : machine_(machine), crew_(machine, engines) {}

  Summary run();

 private:
  /// Words that all sentrons have retired.
  std::uint64_t progress() const;

  exec::Machine& machine_;
  exec::Crew crew_;
};

}  // namespace vtpu::runtime
