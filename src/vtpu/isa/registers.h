#pragma once
#include <cstdint>

#include "vtpu/isa/word.h"

namespace vtpu::isa {

/// The registers that an op or a word reads or writes, one bit per register.
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

/// Derived from the operand kinds alone. The registers of `op` are in range.
Uses uses_of(const Op& op);

}  // namespace vtpu::isa
