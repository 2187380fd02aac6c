#pragma once
#include <cstdint>

#include "vtpu/exec/context.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"

namespace vtpu::exec {

/// Executes the words of one program. Both engines leave equal contexts, memories and exchanges behind.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Runs a ready sentron from its pc until it halts, traps or has to wait, and sets its status. One that waits stands
  /// at the word it waits in, of which nothing has happened; calling again tries again. The caller makes one thread
  /// only enter a machine.
  virtual Status run(Machine& machine, Context& context) const = 0;
  /// Whose words it executes.
  virtual const isa::Program& program() const = 0;
};

}  // namespace vtpu::exec
