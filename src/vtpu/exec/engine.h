#pragma once
#include <cstdint>

#include "vtpu/exec/context.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"

namespace vtpu::exec {

struct Seat;

/// Executes the words of one program. Both engines produce equal contexts, memories and exchanges.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Runs a ready sentron from its pc until it halts, traps or has to wait, and sets its status. The pc of a waiting
  /// sentron is the word that waits, which has had no effect; another call retries it. Only one thread may run the
  /// sentrons of a machine, unless their exchanges have joined a node (node_exchange.h).
  virtual Status run(Machine& machine, Context& context) const = 0;
  /// The program that it executes.
  virtual const isa::Program& program() const = 0;

  /// Runs a sentron of a crew as `run` does; if it has to wait, tells the crew. The engine may then go on with the
  /// sentrons whose turn it is.
  virtual void take_turn(Seat& seat) const;
  /// Fills in what compiled code needs of a seat, for `run`.
  virtual void prepare(Seat&) const {}
};

}  // namespace vtpu::exec
