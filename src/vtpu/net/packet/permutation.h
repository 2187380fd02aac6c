#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

#include "vtpu/base/random.h"

namespace vtpu::net::packet {

/// A seeded permutation of 0..size-1 that uses no memory: a Feistel network over the next power of four, iterated until
/// the value is below `size`. Source: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002.
class Permutation {
 public:
  /// 1 ≤ size ≤ 2^30.
  Permutation(std::uint32_t size, std::uint64_t seed)
      : seed_(seed), size_(size), half_bits_(std::max(1, (static_cast<int>(std::bit_width(size - 1)) + 1) / 2)) {}

  std::uint32_t operator()(std::uint32_t index) const {
    do index = once(index);
    while (index >= size_);
    return index;
  }

 private:
  static constexpr std::uint64_t kRounds = 4;

  std::uint32_t once(std::uint32_t index) const {
    const std::uint32_t mask = (std::uint32_t{1} << half_bits_) - 1;
    std::uint32_t left = index >> half_bits_;
    std::uint32_t right = index & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      const auto mixed = static_cast<std::uint32_t>(mix64(seed_ ^ (round << 32 | right))) & mask;
      const std::uint32_t next = left ^ mixed;
      left = right;
      right = next;
    }
    return left << half_bits_ | right;
  }

  std::uint64_t seed_;
  std::uint32_t size_;
  int half_bits_;
};

}  // namespace vtpu::net::packet
