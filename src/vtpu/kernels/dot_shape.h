#pragma once
#include <algorithm>
#include <string>

#include "vtpu/kernels/parts.h"

namespace vtpu::kernels {

/// Shared by the three dense vector workloads: 132 vectors x (8.25 KiB), two factors and twelve accumulators.
/// Accumulator k mod 12 += x_k · factor k mod 2, while half of accumulator k + 6 is stored to a buffer. With twelve
/// accumulators, neither two dot products per cycle at a latency of six cycles nor two multiply-adds at four wait for
/// each other.
inline constexpr std::size_t kDotVectors = 132, kAccumulators = 12, kFactors = 2;
static_assert(kDotVectors % kAccumulators == 0 && kAccumulators % kFactors == 0);
inline constexpr double kDotWords = kDotVectors + 2;  // one to fill the pipeline, one to close the loop

/// `multiply(accumulator, factor, x)` is the dense op. Region 1 holds the factors, then x.
isa::Program dot_program(const std::string& name, std::uint64_t iterations, std::uint64_t seed, Fill kind,
                         isa::Op (*multiply)(V accumulator, V factor, V x));

/// The same in C++, with lanes of type Lane (accumulators), Factor and X.
template <class Lane, class Factor, class X>
struct DotData {
  static constexpr std::size_t kLanes = kCell / sizeof(Lane);
  static constexpr std::size_t kElements = kCell / sizeof(X);

  std::vector<std::byte> memory;
  std::vector<Factor> factors;
  std::vector<X> x;
  std::array<std::array<Lane, kLanes>, kAccumulators> sums{};
  std::array<std::array<Lane, kLanes / 2>, 4> buffers{};  ///< as the last four vectors leave them

  DotData(std::uint64_t seed, Fill kind) {
    Stream stream(seed);
    memory = filled<std::byte>(stream, (kFactors + kDotVectors) * kCell / size_of(kind), kind);
    factors.resize(kFactors * kElements);
    x.resize(kDotVectors * kElements);
    std::memcpy(factors.data(), memory.data(), kFactors * kCell);
    std::memcpy(x.data(), memory.data() + kFactors * kCell, kDotVectors * kCell);
  }

  /// Passes: each calls `multiply(sum, factor, x)` for every vector, with pointers to its elements. The sums are local,
  /// so that the compiler knows that they do not alias.
  template <class Multiply>
  void passes(std::uint64_t iterations, Multiply multiply) {
    if (iterations == 0) return;
    auto local = sums;
    const Factor* const factor = factors.data();
    const X* const vectors = x.data();
    const auto add = [&](std::size_t k) {
      for (std::size_t j = 0; j < kAccumulators; ++j) {
        auto sum = local[j];  // a copy: compilers put its lanes into one register, unlike those of an element
        multiply(sum, factor + j % kFactors * kElements, vectors + (k + j) * kElements);
        local[j] = sum;
      }
    };
    for (std::uint64_t n = 0; n < iterations; ++n)
      for (std::size_t k = 0; k < kDotVectors; k += kAccumulators) add(k);
    // Vector k leaves half of the sum of vector k - 6, which is final for the last four.
    for (std::size_t k = kDotVectors - 4; k < kDotVectors; ++k) {
      const auto& other = local[(k + kAccumulators / 2) % kAccumulators];
      std::copy_n(other.begin() + k / 4 % 2 * (kLanes / 2), kLanes / 2, buffers[k % 4].begin());
    }
    sums = local;
  }

  Image image() const {
    Registers registers;
    for (const auto& sum : sums) registers.add(sum);
    for (const auto& buffer : buffers) {
      std::array<Lane, kLanes> padded{};
      std::copy(buffer.begin(), buffer.end(), padded.begin());
      registers.add(padded);
    }
    return {registers.bytes(), memory};
  }
};

}  // namespace vtpu::kernels
