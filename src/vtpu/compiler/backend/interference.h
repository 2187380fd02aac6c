#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Which registers hold something at the same time. The slots of a word count as executed one after the other, in
/// the order of `order_of`: what one writes meets what later ones still read, so that words keep their order when
/// registers get numbers.
struct Interference {
  std::vector<std::vector<Register>> neighbours;     ///< by register; of the same file, sorted
  std::vector<double> weight;                        ///< references × 8^(loops around)
  std::vector<std::pair<Register, Register>> moves;  ///< result and source, the most frequent first
  std::vector<std::array<unsigned, 5>> most_live;    ///< by block and file

  explicit Interference(const WideCode& code);
  bool meet(Register a, Register b) const;
};

}  // namespace vtpu::compiler::backend
