#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/wide_code.h"

namespace vtpu::compiler::backend {

/// Which registers are live behind each block, by dataflow backwards over bit vectors. Only registers that some block
/// reads before it writes them have a bit, which are few.
class Liveness {
 public:
  explicit Liveness(const WideCode& code);
  explicit Liveness(const Code& code);

  /// In order of registers' numbers.
  const std::vector<Register>& live_out(std::uint32_t block) const { return live_out_[block]; }
  bool is_live_out(std::uint32_t block, Register r) const;

 private:
  struct Builder;
  std::vector<std::vector<Register>> live_out_;
};

}  // namespace vtpu::compiler::backend
