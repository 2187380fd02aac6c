#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/interference.h"

namespace vtpu::compiler::backend {

inline constexpr std::uint8_t kNoColour = 0xff;

struct Colouring {
  std::vector<std::uint8_t> colour;  ///< the machine register of each virtual one; kNoColour if the register does not
                                     ///< occur
  std::vector<Register> without;     ///< registers that could not be coloured
};

/// Assigns machine registers so that interfering registers differ. `cost`: the cost of spilling each register; infinite
/// if it must not be spilled. Registers joined by a move, and a result and an operand that
/// it ends, get the same number where possible.
/// Source: Briggs, Cooper and Torczon, "Improvements to graph coloring register allocation", ACM TOPLAS 16(3), 1994.
Colouring colour(const WideCode& code, const Interference& graph, const std::vector<double>& cost);

/// Coalesces registers of `Code` that are joined by a move and do not interfere, as long as Briggs' test shows that no
/// register becomes hard to colour. Their moves are removed. `kept`: registers to leave unchanged, sorted. False, with
/// nothing changed, if too many registers interfere.
bool coalesce(Code& code, const std::vector<Register>& kept);

}  // namespace vtpu::compiler::backend
