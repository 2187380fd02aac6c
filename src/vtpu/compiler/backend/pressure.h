#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/code.h"

namespace vtpu::compiler::backend {

/// Host registers for the r-registers and pointers of a loop.
inline constexpr unsigned kHostRegisters = 12;

/// How many registers of each file hold something, while the ops of a block are put in order one by one.
class Pressure {
 public:
  Pressure(const Block& block, const std::vector<isa::File>& files, const std::vector<Register>& live_out);

  /// Whether the op can come next without asking for a register of a file that is nearly full.
  bool fits(std::uint32_t op) const;
  /// The op comes next.
  void place(std::uint32_t op);
  /// How many registers were needed at once beyond those that the files have, summed over files.
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
