#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/dependences.h"

namespace vtpu::compiler::backend {

/// When each op of a loop body starts: iteration i executes op k in word i × interval + time[k], counted from the first
/// word of iteration 0.
struct ModuloSchedule {
  static constexpr std::int32_t kApart = -1;  ///< time of an op that is placed apart (a merged step)
  unsigned interval = 1;
  std::vector<std::int32_t> time;

  unsigned row(std::uint32_t op) const { return static_cast<unsigned>(time[op]) % interval; }
  unsigned stages() const;
};

/// Which op a modulo schedule takes up first.
enum class Priority : std::uint8_t {
  height,  ///< that with the longest chain behind it, as Rau has it: best for recurrences
  source   ///< that which comes first in the body: what belongs together stays together, and holds fewer registers
};

/// Iterative modulo scheduling at one initiation interval: the op with the highest priority goes into the first of
/// `interval` words from its earliest on whose slot is free; failing that, others are thrown out again, up to a budget
/// of tries. Then ops move towards their uses where that shortens what registers hold. None where the budget did not
/// do. `skipped`: ops placed apart, sorted.
/// Source: Rau, "Iterative modulo scheduling: an algorithm for software pipelining loops", MICRO-27, 1994.
std::optional<ModuloSchedule> modulo_schedule(const Block& block, const Graph& graph, unsigned interval,
                                              const std::vector<std::uint32_t>& skipped, Priority priority);

/// Copies of the local registers of a loop and of its kernel, so that no iteration overwrites what another still needs.
/// Source: Lam, "Software pipelining: an effective scheduling technique for VLIW machines", PLDI 1988.
struct Expansion {
  std::vector<unsigned> copies;    ///< by local register: a power of two
  unsigned factor = 1;             ///< copies of the kernel: the greatest of them
  std::array<unsigned, 5> live{};  ///< most registers of the loop at once, by file, of those that it names
};
/// `strict`: as GraphOptions::strict.
Expansion expand_variables(const Block& block, const ModuloSchedule& schedule, const std::vector<Register>& locals,
                           const std::vector<isa::File>& files, bool strict);

}  // namespace vtpu::compiler::backend
