#pragma once
#include <cstdint>

#include "vtpu/isa/word.h"

namespace vtpu::isa {

/// The registers that an op or a word reads and writes, one bit a register.
struct RegisterSet {
  std::uint16_t r = 0, v = 0;
  std::uint8_t p = 0, m = 0;

  bool intersects(const RegisterSet& other) const {
    return (r & other.r) != 0 || (v & other.v) != 0 || (p & other.p) != 0 || (m & other.m) != 0;
  }
  RegisterSet& operator|=(const RegisterSet& other) {
    r |= other.r, v |= other.v, p |= other.p, m |= other.m;
    return *this;
  }
  bool empty() const { return r == 0 && v == 0 && p == 0 && m == 0; }
};

struct Uses {
  RegisterSet reads;
  RegisterSet writes;
};

/// From the operand kinds, and from nothing else. `op` has its registers in range.
Uses uses_of(const Op& op);

}  // namespace vtpu::isa
