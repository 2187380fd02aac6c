#pragma once
#include <string>
#include <string_view>

#include "vtpu/kernels/parts.h"

namespace vtpu::kernels {

/// Shared by the three dense vector workloads: 132 vectors x (8.25 KiB), two factors and twelve accumulators.
/// Accumulator k mod 12 += x_k · factor k mod 2, 32 rounds long. Then the accumulators are added up, and the sum
/// goes to the neighbour, which adds it to its totals. With twelve accumulators, neither two dot products per cycle at
/// a latency of six cycles nor two multiply-adds at four wait for each other.
inline constexpr std::size_t kDotVectors = 132, kAccumulators = 12, kFactors = 2;
inline constexpr std::uint64_t kDotRounds = 32;
static_assert(kDotVectors % kAccumulators == 0 && kAccumulators % kFactors == 0);

/// `multiply(accumulator, factor, x)` is the dense op, `add` adds accumulators. Region 1 holds the factors, then x;
/// region 2 the totals.
isa::Program dot_program(const std::string& name, std::uint64_t iterations, std::uint64_t seed, Fill kind,
                         isa::Op (*multiply)(V accumulator, V factor, V x), Opcode add);

/// The figures of such a workload. `flop`: operations of one dense op.
Workload dot_workload(std::string_view name, std::string_view what, double flop);

/// The same in C++, with lanes of type Lane (accumulators), Factor and X. `Multiply` is called for every vector with
/// the accumulator and pointers to the elements.
template <class Lane, class Factor, class X, class Multiply>
class Dot {
 public:
  static constexpr std::size_t kElements = kCell / sizeof(X);

  Dot(std::uint64_t seed, std::size_t sentron, Fill kind)
      : factors_(kFactors * kElements), x_(kDotVectors * kElements) {
    Stream stream(seed, sentron);
    memory_ = filled<std::byte>(stream, (kFactors + kDotVectors) * kCell / size_of(kind), kind);
    std::memcpy(factors_.data(), memory_.data(), kFactors * kCell);
    std::memcpy(x_.data(), memory_.data() + kFactors * kCell, kDotVectors * kCell);
  }

  void work() {
    auto local = sums_;  // so that the compiler knows that they do not alias
    const Factor* const factor = factors_.data();
    const X* const vectors = x_.data();
    for (std::uint64_t n = 0; n < kDotRounds; ++n)
      for (std::size_t k = 0; k < kDotVectors; k += kAccumulators)
        for (std::size_t j = 0; j < kAccumulators; ++j) {
          auto sum = local[j];  // a copy: compilers put its lanes into one register, unlike those of an element
          Multiply()(sum, factor + j % kFactors * kElements, vectors + (k + j) * kElements);
          local[j] = sum;
        }
    sums_ = local;
  }
  std::array<Lane, 8> sent() const { return folded(sums_); }
  void receive(const std::array<Lane, 8>& message) {
    for (std::size_t i = 0; i < 8; ++i) totals_[i] += message[i];
  }
  Image image() const {
    Registers registers;
    for (const auto& sum : sums_) registers.add(sum);
    return {registers.bytes(), memory_, bytes_of(totals_)};
  }

 private:
  std::vector<std::byte> memory_;
  std::vector<Factor> factors_;
  std::vector<X> x_;
  std::array<std::array<Lane, 16>, kAccumulators> sums_{};
  std::vector<Lane> totals_ = std::vector<Lane>(8);
};

}  // namespace vtpu::kernels
