#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "vtpu/exec/jit/plan.h"

namespace vtpu::exec::jit {

/// The places of the r-registers and pointer bases of a loop without side exits. In such a loop, a register needs a
/// host register only during its live ranges, so that several can share one.
struct LoopRegisters {
  static constexpr int kInContext = -1;

  /// From this op on, which writes the register without reading it, the register is in `host`.
  struct Move {
    std::uint32_t word = 0;
    isa::Slot slot = isa::Slot::D;
    std::uint8_t r = 0;
    int host = kInContext;
  };
  /// After this op, the last value of the register in an iteration is stored from its host register to the context.
  struct Store {
    std::uint32_t word = 0;
    isa::Slot slot = isa::Slot::D;
    std::uint8_t r = 0;
  };
  std::array<int, 16> at_start{};  ///< host registers of the registers that an iteration reads before it writes them
  std::uint16_t loaded = 0;        ///< bit r: to be loaded before the loop
  std::uint16_t stored = 0;        ///< bit r: to be stored after it
  std::array<int, 8> bases{};
  std::vector<Move> moves;    ///< in order of execution
  std::vector<Store> stores;  ///< in order of execution
};

/// Allocates `hosts` host registers in a counted loop without side exits. The time is near-linear in the loop's length.
LoopRegisters allocate_loop(const Plan& plan, const Segment& loop, std::size_t hosts, CompileWork& work);

}  // namespace vtpu::exec::jit
