#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/code.h"

namespace vtpu::compiler::backend {

/// Host registers available for the r-registers and pointers of a loop.
inline constexpr unsigned kHostRegisters = 12;

/// Register pressure by file while the ops of a block are ordered one by one.
class Pressure {
 public:
  Pressure(const Block& block, const std::vector<isa::File>& files, const std::vector<Register>& live_out);

  /// Whether the op can be placed next without taking a register from a file that is nearly full.
  bool fits(std::uint32_t op) const;
  /// Places the op next.
  void place(std::uint32_t op);
  /// Maximum number of registers needed beyond the machine's, summed over files.
  unsigned excess() const;

 private:
  struct State {
    isa::File file = isa::File::none;
    std::uint32_t reads_left = 0;
    bool live = false;
    bool live_out = false;
  };
  struct Use {
    std::uint32_t state = 0;
    std::uint32_t reads = 0;
    bool writes = false;
  };
  const Use* begin_of(std::uint32_t op) const { return uses_.data() + first_[op]; }
  const Use* end_of(std::uint32_t op) const { return uses_.data() + first_[op + 1]; }

  std::vector<State> states_;
  std::vector<Use> uses_;  // by op
  std::vector<std::uint32_t> first_;
  std::array<int, 5> live_{}, most_{}, enough_;
};

}  // namespace vtpu::compiler::backend
