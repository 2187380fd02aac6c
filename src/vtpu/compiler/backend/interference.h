#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Which registers are live at the same time. The slots of a word count as executed one after the other in the order of
/// `order_of`: a result interferes with what later slots still read. The order therefore stays valid after colouring.
struct Interference {
  std::vector<std::vector<Register>> neighbours;     ///< by register; same file, sorted
  std::vector<double> weight;                        ///< references × 8^(loops around)
  std::vector<std::pair<Register, Register>> moves;  ///< result and source, most frequent first
  /// Result and operand that is not read again, of one op. With one number for both, a chain of sums stays where it is:
  /// the host's op overwrites its addend, and the sum that a loop carries returns to its register.
  std::vector<std::pair<Register, Register>> heirs;
  std::vector<std::array<unsigned, 5>> most_live;  ///< maximum number of live registers, by block and file
  bool complete = true;  ///< false if there are more than kMost pairs; the rest is then missing
  static constexpr std::size_t kMost = 30'000'000;

  explicit Interference(const WideCode& code);
  bool meet(Register a, Register b) const;
};

}  // namespace vtpu::compiler::backend
