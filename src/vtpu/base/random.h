#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace vtpu {

/// A seeded random number generator. It gives the same bytes on every platform and compiler, which the standard
/// distributions do not promise. xoshiro256** seeded by SplitMix64. Source: Blackman and Vigna, "Scrambled linear
/// pseudorandom number generators", ACM TOMS 47(4), 2021.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// 64 uniform bits.
  std::uint64_t next();

  /// Uniform in [0, bound) without bias; bound ≥ 1. Source: Lemire, "Fast random integer generation in an interval",
  /// ACM TOMACS 29(1), 2019.
  std::uint64_t below(std::uint64_t bound);

  /// Uniform in [0, 1), 53 random bits.
  double unit();

  /// An independent generator. Equal values of `stream` give equal generators; in practice the sequences do not
  /// overlap.
  Random fork(std::uint64_t stream) const;

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

/// One step of SplitMix64: a bijection of 64-bit numbers that mixes every bit.
std::uint64_t mix64(std::uint64_t x);

}  // namespace vtpu
