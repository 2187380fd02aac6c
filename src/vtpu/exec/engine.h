#pragma once
#include <cstdint>

#include "vtpu/exec/context.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"

namespace vtpu::exec {

/// Executes the words of one program. Both engines produce equal contexts, memories and exchanges.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Runs a ready sentron from its pc until it halts, traps or has to wait, and sets its status. The pc of a waiting
  /// sentron is the word that waits, which has had no effect; another call retries it. Only one thread may run the
  /// sentrons of a machine.
  virtual Status run(Machine& machine, Context& context) const = 0;
  /// The program that it executes.
  virtual const isa::Program& program() const = 0;
};

}  // namespace vtpu::exec
