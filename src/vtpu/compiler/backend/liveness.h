#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Registers live after each block, by backward dataflow over bit vectors. Only registers that some block reads before
/// it writes them need a bit, and they are few.
class Liveness {
 public:
  explicit Liveness(const WideCode& code);
  explicit Liveness(const Code& code);

  /// Sorted by register number.
  const std::vector<Register>& live_out(std::uint32_t block) const { return live_out_[block]; }
  bool is_live_out(std::uint32_t block, Register r) const;

 private:
  struct Builder;
  std::vector<std::vector<Register>> live_out_;
};

}  // namespace vtpu::compiler::backend
