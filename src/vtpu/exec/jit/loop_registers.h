#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "vtpu/exec/jit/plan.h"

namespace vtpu::exec::jit {

/// Where the r-registers and pointer bases of one loop are, when the loop cannot be left but at its end: then a
/// register needs a host register only from each write to the last read of what it wrote, and several share one.
struct LoopRegisters {
  static constexpr int kInContext = -1;

  /// From the op on, the register is there: an op that writes it without reading it.
  struct Move {
    std::uint32_t word = 0;
    isa::Slot slot = isa::Slot::D;
    std::uint8_t r = 0;
    int host = kInContext;
  };
  /// Behind the op, the register's last value of an iteration goes from its host register to the context.
  struct Store {
    std::uint32_t word = 0;
    isa::Slot slot = isa::Slot::D;
    std::uint8_t r = 0;
  };
  std::array<int, 16> at_start{};  ///< of registers that an iteration reads before it writes them
  std::uint16_t loaded = 0;        ///< of these, bit r: to be loaded before the loop
  std::uint16_t stored = 0;        ///< and bit r: to be stored behind it
  std::array<int, 8> bases{};
  std::vector<Move> moves;  ///< in order of execution
  std::vector<Store> stores;
};

/// For a counted loop all of whose accesses are hoisted, on `hosts` host registers.
LoopRegisters allocate_loop(const Plan& plan, const Segment& loop, std::size_t hosts);

}  // namespace vtpu::exec::jit
