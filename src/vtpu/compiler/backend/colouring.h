#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/interference.h"

namespace vtpu::compiler::backend {

inline constexpr std::uint8_t kNoColour = 0xff;

struct Colouring {
  std::vector<std::uint8_t> colour;  ///< number of the machine's register; kNoColour for registers that do not occur
  std::vector<Register> without;     ///< those that did not find one
};

/// Numbers for registers, so that no two that meet have the same. `cost` of a register: how unwelcome it is that it
/// goes without, infinite where it must not. Registers that a move joins get the same number where they can.
/// Source: Briggs, Cooper and Torczon, "Improvements to graph coloring register allocation", ACM TOPLAS 16(3), 1994.
Colouring colour(const WideCode& code, const Interference& graph, const std::vector<double>& cost);

/// Registers of `Code` that moves join and that never hold different things at the same time become one, as long as
/// that makes no register hard to place (Briggs' test); such moves go. `kept`: registers to leave as they are, sorted.
void coalesce(Code& code, const std::vector<Register>& kept);

}  // namespace vtpu::compiler::backend
