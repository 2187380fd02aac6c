#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/exec/engine.h"
#include "vtpu/exec/machine.h"

namespace vtpu::runtime {

/// What a run of all sentrons came to.
struct Summary {
  std::uint64_t switches = 0;  ///< times a sentron was entered
  std::string deadlock;        ///< who waits for what, when that is how the run ended; else empty
};

/// Runs the sentrons of a machine on the calling thread: in the order of their numbers, each until it halts, traps or
/// has to wait, round after round. The same programs give the same order of everything. When a whole round passes in
/// which every sentron left waits, none can ever go on: all of them trap (TrapKind::deadlock).
class CooperativeScheduler {
 public:
  /// One engine for each sentron of the machine, in order; engines may be shared, and outlive the scheduler.
  CooperativeScheduler(exec::Machine& machine, std::vector<const exec::Engine*> engines);

  Summary run();

 private:
  std::string who_waits() const;

  exec::Machine& machine_;
  std::vector<const exec::Engine*> engines_;
};

}  // namespace vtpu::runtime
