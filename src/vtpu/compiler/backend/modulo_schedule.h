#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/backend/dependences.h"

namespace vtpu::compiler::backend {

/// Start times of the ops of a loop body. Iteration i executes op k in word i × interval + time[k], counted from the
/// first word of iteration 0.
struct ModuloSchedule {
  static constexpr std::int32_t kApart = -1;  ///< time of an op that is placed separately (a merged step)
  unsigned interval = 1;
  std::vector<std::int32_t> time;

  unsigned row(std::uint32_t op) const { return static_cast<unsigned>(time[op]) % interval; }
  unsigned stages() const;
};

/// Priority of ops in a modulo schedule.
enum class Priority : std::uint8_t {
  height,  ///< longest chain of dependent ops first, as Rau proposes: best for recurrences
  source   ///< source order: related ops stay together, so fewer registers are live
};

/// Iterative modulo scheduling at one initiation interval. The op with the highest priority goes into the first word
/// with a free slot among the `interval` words from its earliest time on. If there is none, it evicts other ops; the
/// number of tries is limited. Finally, ops move towards their uses where that shortens live ranges. Returns none if
/// the tries run out. `skipped`: ops placed separately, sorted.
/// Source: Rau, "Iterative modulo scheduling: an algorithm for software pipelining loops", MICRO-27, 1994.
std::optional<ModuloSchedule> modulo_schedule(const Block& block, const Graph& graph, unsigned interval,
                                              const std::vector<std::uint32_t>& skipped, Priority priority);

/// Copies of a loop's local registers and of its kernel, so that no iteration overwrites a value that another still
/// needs.
/// Source: Lam, "Software pipelining: an effective scheduling technique for VLIW machines", PLDI 1988.
struct Expansion {
  std::vector<unsigned> copies;    ///< of each local register: a power of two
  unsigned factor = 1;             ///< copies of the kernel: the maximum of `copies`
  std::array<unsigned, 5> live{};  ///< maximum number of registers named in the loop that are live at once, by file
};
/// `strict`: see GraphOptions::strict.
Expansion expand_variables(const Block& block, const ModuloSchedule& schedule, const std::vector<Register>& locals,
                           const std::vector<isa::File>& files, bool strict);

}  // namespace vtpu::compiler::backend
