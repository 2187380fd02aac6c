#pragma once
#include <cstdint>
#include <functional>

#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// What a random program is made of. The same spec gives the same program.
struct RandomProgramSpec {
  std::uint64_t seed = 1;
  std::size_t words = 64;  ///< behind the prologue, about; at most 65 536
  bool memory = true;      ///< regions, and ops that read and write them
  bool messages = true;    ///< sends, receives and meetings
  bool slow = true;        ///< ops that are function calls on every engine
  bool faults = true;      ///< now and then an op that traps; without them the program ends with dhalt
};

/// A valid program that ends by itself or by a trap when a new sentron runs it: a prologue that allocates regions of
/// all layouts and sets all registers, then straight words, counted loops up to three deep, forward branches and
/// exchanges of messages, in all of which most accesses are in bounds. Each receive that waits stands behind a send of
/// its own, so a sentron that runs alone never waits for good.
Program random_program(const RandomProgramSpec& spec);

/// A smaller valid program for which the predicate still holds: words removed, then slots emptied, then numbers made 0,
/// as long as one of these helps. `program` is valid and the predicate holds for it. What is tried may loop for ever,
/// so the predicate runs it with a limit of fuel.
Program reduce(Program program, const std::function<bool(const Program&)>& still_fails);

}  // namespace vtpu::isa
