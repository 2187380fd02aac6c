#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Registers live after each block. Each register is followed backwards from the blocks that read it to those that
/// write it, so the work is proportional to the result.
class Liveness {
 public:
  explicit Liveness(const WideCode& code);
  explicit Liveness(const Code& code);

  /// False if there are more than kMost pairs of a block and a register; the rest of them is then missing.
  bool complete() const { return complete_; }
  static constexpr std::size_t kMost = 8'000'000;

  /// Sorted by register number.
  const std::vector<Register>& live_out(std::uint32_t block) const { return live_out_[block]; }
  bool is_live_out(std::uint32_t block, Register r) const;

 private:
  class Builder;
  std::vector<std::vector<Register>> live_out_;
  bool complete_ = true;
};

}  // namespace vtpu::compiler::backend
