#pragma once
#include <algorithm>

#include "vtpu/kernels/parts.h"

namespace vtpu::kernels {

/// Shared by the workloads on whole numbers of 64 bits: x_k += key k mod 12, in place, and sum k mod 4 is combined with
/// the new x_k by exclusive or. The keys are lanes of m1 to m3, the sums r0 to r3.
inline constexpr std::size_t kIntBody = 48;
inline constexpr std::size_t kIntWords = 2 * kIntBody + 1;  ///< of a block
inline constexpr double kIntOps = 5.0 * kIntBody;           ///< of a block
inline constexpr double kIntBytes = 16.0 * kIntBody;        ///< of a block
inline constexpr std::int64_t kIntStep = kIntBody * 8;      ///< bytes from a block to the next
static_assert(kIntBody % kKeys == 0);

/// The words of a block of 48 numbers at [data + kBlock].
void int_block(Builder& b, P data);

/// The same in C++.
struct Numbers {
  std::vector<std::uint64_t> x;
  std::array<std::uint64_t, 4> sums{};
  std::array<std::uint64_t, kKeys> key;

  Numbers(std::uint64_t seed, std::size_t sentron, std::size_t count) : key(keys(seed, sentron)) {
    Stream stream(seed, sentron);
    x = filled<std::uint64_t>(stream, count, Fill::bits64);
  }
  void pass() {
    std::array<std::uint64_t, 4> local = sums;  // so that the compiler keeps them in registers
    const auto all = key;
    std::uint64_t* const __restrict at = x.data();
    for (std::size_t k = 0; k < x.size(); k += kKeys)
      for (std::size_t j = 0; j < kKeys; ++j) {
        at[k + j] += all[j];
        local[j % 4] ^= at[k + j];
      }
    sums = local;
  }
  Buffer buffer(std::size_t m) const {  // m1, m2 or m3
    Buffer all{};
    std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(4 * (m - 1)), 4, all.lane.begin());
    return all;
  }
};

}  // namespace vtpu::kernels
