#pragma once
#include <cstdint>
#include <functional>

#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// The contents of a random program. Equal specs give equal programs.
struct RandomProgramSpec {
  std::uint64_t seed = 1;
  std::size_t words = 64;  ///< after the prologue, approximately; at most 65 536
  bool memory = true;      ///< regions and the ops that read and write them
  bool messages = true;    ///< sends, receives and rendezvous operations
  bool slow = true;        ///< ops that call functions on every engine
  bool faults = true;      ///< occasional ops that trap; without them the program ends with dhalt
  bool hostile = false;    ///< mostly blocks that aim at what engines assume: see `random_program`
};

/// A valid program that halts or traps when a new sentron runs it. A prologue allocates regions of all layouts and sets
/// all registers. Straight words, counted loops up to three deep, forward branches and exchanges of messages follow;
/// most accesses are in bounds. Each blocking receive follows a matching send, so a sentron that runs alone never waits
/// forever.
///
/// Blocks of a hostile program look for mistakes of compiled code: displacements near ±2^31 whose index cancels them,
/// or misses by 2^32, for every access; indices, steps and counters at the limits of hoisted checks; accesses that
/// overlap, through copies of one pointer, by layout address and by coordinate; words that wait for a message or fill
/// the exchange while they search or flush; regions allocated and freed in loops whose pointers are used again. Such a
/// program may wait forever.
Program random_program(const RandomProgramSpec& spec);

/// A smaller valid program for which the predicate still holds. Removes words, empties slots and sets numbers to 0 as
/// long as one of these succeeds. `program` is valid and satisfies the predicate. A candidate may loop forever, so the
/// predicate must limit fuel.
Program reduce(Program program, const std::function<bool(const Program&)>& still_fails);

}  // namespace vtpu::isa
